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

T = TypeVar("T", bound="GetRequestRequest")


@_attrs_define
class GetRequestRequest:
    """
    Attributes:
        function (Literal['get_request']):  Default: 'get_request'.
        request_id (int):
    """

    request_id: int
    function: Literal["get_request"] = "get_request"
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        request_id = self.request_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "function": function,
                "request_id": request_id,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        function = cast(Literal["get_request"], d.pop("function"))
        if function != "get_request":
            raise ValueError(
                f"function must match const 'get_request', got '{function}'"
            )

        request_id = d.pop("request_id")

        get_request_request = cls(
            function=function,
            request_id=request_id,
        )

        get_request_request.additional_properties = d
        return get_request_request

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
