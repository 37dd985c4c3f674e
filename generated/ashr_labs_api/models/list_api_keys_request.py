from __future__ import annotations

from collections.abc import Mapping
from typing import (
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define
from attrs import field as _attrs_field

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
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        include_inactive = self.include_inactive

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
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

        list_api_keys_request.additional_properties = d
        return list_api_keys_request

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
