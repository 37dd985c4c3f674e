from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="RunProgress")


@_attrs_define
class RunProgress:
    """How far a run is that is being played.

    Attributes:
        tests_done (int): The number of tests that were appended.
        tests_total (int | None): The number of all tests; null if it is not known.
        cancel_requested (bool): Whether the run is to stop.
    """

    tests_done: int
    tests_total: int | None
    cancel_requested: bool
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        tests_done = self.tests_done

        tests_total: int | None
        tests_total = self.tests_total

        cancel_requested = self.cancel_requested

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "tests_done": tests_done,
                "tests_total": tests_total,
                "cancel_requested": cancel_requested,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        tests_done = d.pop("tests_done")

        def _parse_tests_total(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        tests_total = _parse_tests_total(d.pop("tests_total"))

        cancel_requested = d.pop("cancel_requested")

        run_progress = cls(
            tests_done=tests_done,
            tests_total=tests_total,
            cancel_requested=cancel_requested,
        )

        run_progress.additional_properties = d
        return run_progress

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
