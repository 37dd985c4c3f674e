from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="AshDone")


@_attrs_define
class AshDone:
    """The end of a turn.

    Attributes:
        session_id (str):
        trace_id (str | Unset): The trace of the turn.
        status (str | Unset): `completed`, `failed` or `interrupted`.
    """

    session_id: str
    trace_id: str | Unset = UNSET
    status: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        session_id = self.session_id

        trace_id = self.trace_id

        status = self.status

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "sessionId": session_id,
            }
        )
        if trace_id is not UNSET:
            field_dict["traceId"] = trace_id
        if status is not UNSET:
            field_dict["status"] = status

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        session_id = d.pop("sessionId")

        trace_id = d.pop("traceId", UNSET)

        status = d.pop("status", UNSET)

        ash_done = cls(
            session_id=session_id,
            trace_id=trace_id,
            status=status,
        )

        ash_done.additional_properties = d
        return ash_done

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
