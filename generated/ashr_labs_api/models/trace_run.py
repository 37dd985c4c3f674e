from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="TraceRun")


@_attrs_define
class TraceRun:
    """A test of a run during which a trace was recorded.

    Attributes:
        run_id (int):
        test_id (str):
        repeat (int | Unset): Which repeat it is, from 0, if the scenario was repeated.
    """

    run_id: int
    test_id: str
    repeat: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        run_id = self.run_id

        test_id = self.test_id

        repeat = self.repeat

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "run_id": run_id,
                "test_id": test_id,
            }
        )
        if repeat is not UNSET:
            field_dict["repeat"] = repeat

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        run_id = d.pop("run_id")

        test_id = d.pop("test_id")

        repeat = d.pop("repeat", UNSET)

        trace_run = cls(
            run_id=run_id,
            test_id=test_id,
            repeat=repeat,
        )

        trace_run.additional_properties = d
        return trace_run

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
