from __future__ import annotations

from collections.abc import Mapping
from typing import (
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

T = TypeVar("T", bound="ListAgentsRequest")


@_attrs_define
class ListAgentsRequest:
    """
    Attributes:
        function (Literal['list_agents']):  Default: 'list_agents'.
    """

    function: Literal["list_agents"] = "list_agents"

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
        function = cast(Literal["list_agents"], d.pop("function"))
        if function != "list_agents":
            raise ValueError(
                f"function must match const 'list_agents', got '{function}'"
            )

        list_agents_request = cls(
            function=function,
        )

        return list_agents_request
