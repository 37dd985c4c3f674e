from __future__ import annotations

from collections.abc import Mapping
from typing import (
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

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

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        request_id = self.request_id

        field_dict: dict[str, Any] = {}

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

        return get_request_request
