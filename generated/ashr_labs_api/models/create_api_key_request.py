from __future__ import annotations

from collections.abc import Mapping
from typing import (
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="CreateApiKeyRequest")


@_attrs_define
class CreateApiKeyRequest:
    """
    Attributes:
        function (Literal['create_api_key']):  Default: 'create_api_key'.
        name (str):
        scopes (list[str] | Unset): `read`, `write` and `admin`; defaults to all.
        expires_in_seconds (int | Unset): At most 100 years; defaults to a key that never expires.
    """

    name: str
    function: Literal["create_api_key"] = "create_api_key"
    scopes: list[str] | Unset = UNSET
    expires_in_seconds: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        name = self.name

        scopes: list[str] | Unset = UNSET
        if not isinstance(self.scopes, Unset):
            scopes = self.scopes

        expires_in_seconds = self.expires_in_seconds

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "function": function,
                "name": name,
            }
        )
        if scopes is not UNSET:
            field_dict["scopes"] = scopes
        if expires_in_seconds is not UNSET:
            field_dict["expires_in_seconds"] = expires_in_seconds

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        function = cast(Literal["create_api_key"], d.pop("function"))
        if function != "create_api_key":
            raise ValueError(
                f"function must match const 'create_api_key', got '{function}'"
            )

        name = d.pop("name")

        scopes = cast(list[str], d.pop("scopes", UNSET))

        expires_in_seconds = d.pop("expires_in_seconds", UNSET)

        create_api_key_request = cls(
            function=function,
            name=name,
            scopes=scopes,
            expires_in_seconds=expires_in_seconds,
        )

        return create_api_key_request
