from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="APIKey")


@_attrs_define
class APIKey:
    """
    Attributes:
        id (int):
        key_prefix (str):
        name (str):
        scopes (list[str]):
        created_at (str): ISO 8601.
        is_active (bool):
        key (str | Unset): The whole key; only where it was just created.
        user_id (int | Unset):
        tenant_id (int | Unset):
        last_used_at (None | str | Unset): ISO 8601.
        expires_at (None | str | Unset): ISO 8601.
    """

    id: int
    key_prefix: str
    name: str
    scopes: list[str]
    created_at: str
    is_active: bool
    key: str | Unset = UNSET
    user_id: int | Unset = UNSET
    tenant_id: int | Unset = UNSET
    last_used_at: None | str | Unset = UNSET
    expires_at: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        key_prefix = self.key_prefix

        name = self.name

        scopes = self.scopes

        created_at = self.created_at

        is_active = self.is_active

        key = self.key

        user_id = self.user_id

        tenant_id = self.tenant_id

        last_used_at: None | str | Unset
        if isinstance(self.last_used_at, Unset):
            last_used_at = UNSET
        else:
            last_used_at = self.last_used_at

        expires_at: None | str | Unset
        if isinstance(self.expires_at, Unset):
            expires_at = UNSET
        else:
            expires_at = self.expires_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "key_prefix": key_prefix,
                "name": name,
                "scopes": scopes,
                "created_at": created_at,
                "is_active": is_active,
            }
        )
        if key is not UNSET:
            field_dict["key"] = key
        if user_id is not UNSET:
            field_dict["user_id"] = user_id
        if tenant_id is not UNSET:
            field_dict["tenant_id"] = tenant_id
        if last_used_at is not UNSET:
            field_dict["last_used_at"] = last_used_at
        if expires_at is not UNSET:
            field_dict["expires_at"] = expires_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        key_prefix = d.pop("key_prefix")

        name = d.pop("name")

        scopes = cast(list[str], d.pop("scopes"))

        created_at = d.pop("created_at")

        is_active = d.pop("is_active")

        key = d.pop("key", UNSET)

        user_id = d.pop("user_id", UNSET)

        tenant_id = d.pop("tenant_id", UNSET)

        def _parse_last_used_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        last_used_at = _parse_last_used_at(d.pop("last_used_at", UNSET))

        def _parse_expires_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        expires_at = _parse_expires_at(d.pop("expires_at", UNSET))

        api_key = cls(
            id=id,
            key_prefix=key_prefix,
            name=name,
            scopes=scopes,
            created_at=created_at,
            is_active=is_active,
            key=key,
            user_id=user_id,
            tenant_id=tenant_id,
            last_used_at=last_used_at,
            expires_at=expires_at,
        )

        api_key.additional_properties = d
        return api_key

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
