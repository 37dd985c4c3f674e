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

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        agent_id = self.agent_id

        field_dict: dict[str, Any] = {}

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

        return get_sdk_notes_request
