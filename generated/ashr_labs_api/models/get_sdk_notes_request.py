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

T = TypeVar("T", bound="GetSdkNotesRequest")


@_attrs_define
class GetSdkNotesRequest:
    """
    Attributes:
        function (Literal['get_sdk_notes']):  Default: 'get_sdk_notes'.
        agent_id (int | Unset): Adds the notes for this agent.
    """

    function: Literal["get_sdk_notes"] = "get_sdk_notes"
    agent_id: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        agent_id = self.agent_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "function": function,
            }
        )
        if agent_id is not UNSET:
            field_dict["agent_id"] = agent_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        function = cast(Literal["get_sdk_notes"], d.pop("function"))
        if function != "get_sdk_notes":
            raise ValueError(
                f"function must match const 'get_sdk_notes', got '{function}'"
            )

        agent_id = d.pop("agent_id", UNSET)

        get_sdk_notes_request = cls(
            function=function,
            agent_id=agent_id,
        )

        get_sdk_notes_request.additional_properties = d
        return get_sdk_notes_request

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
