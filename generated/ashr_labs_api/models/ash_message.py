from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="AshMessage")


@_attrs_define
class AshMessage:
    """A message of a session.

    Attributes:
        id (str):
        session_id (str):
        role (str): `user` or `assistant`.
        content (str): JSON.
        sequence (int):
        created_at (str): ISO 8601, UTC.
        tenant_id (str | Unset):
    """

    id: str
    session_id: str
    role: str
    content: str
    sequence: int
    created_at: str
    tenant_id: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        session_id = self.session_id

        role = self.role

        content = self.content

        sequence = self.sequence

        created_at = self.created_at

        tenant_id = self.tenant_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "sessionId": session_id,
                "role": role,
                "content": content,
                "sequence": sequence,
                "createdAt": created_at,
            }
        )
        if tenant_id is not UNSET:
            field_dict["tenantId"] = tenant_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        session_id = d.pop("sessionId")

        role = d.pop("role")

        content = d.pop("content")

        sequence = d.pop("sequence")

        created_at = d.pop("createdAt")

        tenant_id = d.pop("tenantId", UNSET)

        ash_message = cls(
            id=id,
            session_id=session_id,
            role=role,
            content=content,
            sequence=sequence,
            created_at=created_at,
            tenant_id=tenant_id,
        )

        ash_message.additional_properties = d
        return ash_message

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
