from __future__ import annotations

from collections.abc import Mapping
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.json_object import JsonObject


T = TypeVar("T", bound="UpdateAgentRequest")


@_attrs_define
class UpdateAgentRequest:
    """
    Attributes:
        function (Literal['update_agent']):  Default: 'update_agent'.
        agent_id (int):
        name (str | Unset):
        description (str | Unset):
        config (JsonObject | Unset): A free-form object; it round-trips untouched.
        if_updated_at (str | Unset): On the embedded platform: the `updated_at` that was seen; an agent that has changed
            since is kept (409).
    """

    agent_id: int
    function: Literal["update_agent"] = "update_agent"
    name: str | Unset = UNSET
    description: str | Unset = UNSET
    config: JsonObject | Unset = UNSET
    if_updated_at: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        agent_id = self.agent_id

        name = self.name

        description = self.description

        config: dict[str, Any] | Unset = UNSET
        if not isinstance(self.config, Unset):
            config = self.config.to_dict()

        if_updated_at = self.if_updated_at

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "function": function,
                "agent_id": agent_id,
            }
        )
        if name is not UNSET:
            field_dict["name"] = name
        if description is not UNSET:
            field_dict["description"] = description
        if config is not UNSET:
            field_dict["config"] = config
        if if_updated_at is not UNSET:
            field_dict["if_updated_at"] = if_updated_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.json_object import JsonObject  # noqa: PLC0415

        d = dict(src_dict)
        function = cast(Literal["update_agent"], d.pop("function"))
        if function != "update_agent":
            raise ValueError(
                f"function must match const 'update_agent', got '{function}'"
            )

        agent_id = d.pop("agent_id")

        name = d.pop("name", UNSET)

        description = d.pop("description", UNSET)

        _config = d.pop("config", UNSET)
        config: JsonObject | Unset
        if isinstance(_config, Unset):
            config = UNSET
        else:
            config = JsonObject.from_dict(_config)

        if_updated_at = d.pop("if_updated_at", UNSET)

        update_agent_request = cls(
            function=function,
            agent_id=agent_id,
            name=name,
            description=description,
            config=config,
            if_updated_at=if_updated_at,
        )

        return update_agent_request
