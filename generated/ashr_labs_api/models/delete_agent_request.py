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
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        agent_id = self.agent_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
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

        delete_agent_request.additional_properties = d
        return delete_agent_request

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
