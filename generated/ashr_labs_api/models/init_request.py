from __future__ import annotations

from collections.abc import Mapping
from typing import (
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

T = TypeVar("T", bound="InitRequest")


@_attrs_define
class InitRequest:
    """
    Attributes:
        function (Literal['init']):  Default: 'init'.
    """

    function: Literal["init"] = "init"

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
        function = cast(Literal["init"], d.pop("function"))
        if function != "init":
            raise ValueError(f"function must match const 'init', got '{function}'")

        init_request = cls(
            function=function,
        )

        return init_request
