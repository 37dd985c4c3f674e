from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="SessionEvent")


@_attrs_define
class SessionEvent:
    """Something that happened in a session.

    Attributes:
        id (str):
        session_id (str):
        type_ (str): `text`, `tool_start`, `tool_result`, `reasoning`, `error`, `turn_complete` or `lifecycle`.
        sequence (int):
        created_at (str): ISO 8601, UTC.
        tenant_id (str | Unset):
        data (None | str | Unset): JSON.
    """

    id: str
    session_id: str
    type_: str
    sequence: int
    created_at: str
    tenant_id: str | Unset = UNSET
    data: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        session_id = self.session_id

        type_ = self.type_

        sequence = self.sequence

        created_at = self.created_at

        tenant_id = self.tenant_id

        data: None | str | Unset
        if isinstance(self.data, Unset):
            data = UNSET
        else:
            data = self.data

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "sessionId": session_id,
                "type": type_,
                "sequence": sequence,
                "createdAt": created_at,
            }
        )
        if tenant_id is not UNSET:
            field_dict["tenantId"] = tenant_id
        if data is not UNSET:
            field_dict["data"] = data

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        session_id = d.pop("sessionId")

        type_ = d.pop("type")

        sequence = d.pop("sequence")

        created_at = d.pop("createdAt")

        tenant_id = d.pop("tenantId", UNSET)

        def _parse_data(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        data = _parse_data(d.pop("data", UNSET))

        session_event = cls(
            id=id,
            session_id=session_id,
            type_=type_,
            sequence=sequence,
            created_at=created_at,
            tenant_id=tenant_id,
            data=data,
        )

        session_event.additional_properties = d
        return session_event

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
