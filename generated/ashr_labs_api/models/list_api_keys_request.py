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

T = TypeVar("T", bound="ListApiKeysRequest")


@_attrs_define
class ListApiKeysRequest:
    """
    Attributes:
        function (Literal['list_api_keys']):  Default: 'list_api_keys'.
        include_inactive (bool | Unset): Adds revoked keys; defaults to false.
    """

    function: Literal["list_api_keys"] = "list_api_keys"
    include_inactive: bool | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        include_inactive = self.include_inactive

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "function": function,
            }
        )
        if include_inactive is not UNSET:
            field_dict["include_inactive"] = include_inactive

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        function = cast(Literal["list_api_keys"], d.pop("function"))
        if function != "list_api_keys":
            raise ValueError(
                f"function must match const 'list_api_keys', got '{function}'"
            )

        include_inactive = d.pop("include_inactive", UNSET)

        list_api_keys_request = cls(
            function=function,
            include_inactive=include_inactive,
        )

        return list_api_keys_request
