from __future__ import annotations

from collections.abc import Mapping
from typing import (
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

T = TypeVar("T", bound="RevokeApiKeyRequest")


@_attrs_define
class RevokeApiKeyRequest:
    """
    Attributes:
        function (Literal['revoke_api_key']):  Default: 'revoke_api_key'.
        api_key_id (int):
    """

    api_key_id: int
    function: Literal["revoke_api_key"] = "revoke_api_key"

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        api_key_id = self.api_key_id

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "function": function,
                "api_key_id": api_key_id,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        function = cast(Literal["revoke_api_key"], d.pop("function"))
        if function != "revoke_api_key":
            raise ValueError(
                f"function must match const 'revoke_api_key', got '{function}'"
            )

        api_key_id = d.pop("api_key_id")

        revoke_api_key_request = cls(
            function=function,
            api_key_id=api_key_id,
        )

        return revoke_api_key_request
