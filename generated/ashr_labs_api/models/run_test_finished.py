from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.run_status import RunStatus
from ..types import UNSET, Unset

T = TypeVar("T", bound="RunTestFinished")


@_attrs_define
class RunTestFinished:
    """A test that was appended to a run that is being played.

    Attributes:
        test_id (str): The scenario's id; its JSON if it is not a string.
        status (RunStatus | str): `failed` if the scenario could not be played to its end; `unknown` if the test does
            not say.
        tests_done (int): The number of tests that were appended, this one included.
        tests_total (int | None): The number of all tests; null if it is not known.
        repeat (int | Unset): Which repeat of the scenario, from 0; absent where each is played once.
        title (str | Unset): The scenario's; absent where it has none.
    """

    test_id: str
    status: RunStatus | str
    tests_done: int
    tests_total: int | None
    repeat: int | Unset = UNSET
    title: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        test_id = self.test_id

        status: str
        if isinstance(self.status, RunStatus):
            status = self.status.value
        else:
            status = self.status

        tests_done = self.tests_done

        tests_total: int | None
        tests_total = self.tests_total

        repeat = self.repeat

        title = self.title

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "test_id": test_id,
                "status": status,
                "tests_done": tests_done,
                "tests_total": tests_total,
            }
        )
        if repeat is not UNSET:
            field_dict["repeat"] = repeat
        if title is not UNSET:
            field_dict["title"] = title

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        test_id = d.pop("test_id")

        def _parse_status(data: object) -> RunStatus | str:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                status_type_0 = RunStatus(data)

                return status_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(RunStatus | str, data)

        status = _parse_status(d.pop("status"))

        tests_done = d.pop("tests_done")

        def _parse_tests_total(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        tests_total = _parse_tests_total(d.pop("tests_total"))

        repeat = d.pop("repeat", UNSET)

        title = d.pop("title", UNSET)

        run_test_finished = cls(
            test_id=test_id,
            status=status,
            tests_done=tests_done,
            tests_total=tests_total,
            repeat=repeat,
            title=title,
        )

        run_test_finished.additional_properties = d
        return run_test_finished

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
