from __future__ import annotations

from collections.abc import Mapping
from typing import (
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

T = TypeVar("T", bound="KeepAliveRequest")


@_attrs_define
class KeepAliveRequest:
    """
    Attributes:
        function (Literal['keep_alive']):  Default: 'keep_alive'.
    """

    function: Literal["keep_alive"] = "keep_alive"

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "function": function,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        function = cast(Literal["keep_alive"], d.pop("function"))
        if function != "keep_alive":
            raise ValueError(
                f"function must match const 'keep_alive', got '{function}'"
            )

        keep_alive_request = cls(
            function=function,
        )

        return keep_alive_request
