from __future__ import annotations

from collections.abc import Mapping
from typing import (
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

T = TypeVar("T", bound="DeleteAgentRequest")


@_attrs_define
class DeleteAgentRequest:
    """
    Attributes:
        function (Literal['delete_agent']):  Default: 'delete_agent'.
        agent_id (int):
    """

    agent_id: int
    function: Literal["delete_agent"] = "delete_agent"

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        agent_id = self.agent_id

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "function": function,
                "agent_id": agent_id,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        function = cast(Literal["delete_agent"], d.pop("function"))
        if function != "delete_agent":
            raise ValueError(
                f"function must match const 'delete_agent', got '{function}'"
            )

        agent_id = d.pop("agent_id")

        delete_agent_request = cls(
            function=function,
            agent_id=agent_id,
        )

        return delete_agent_request
