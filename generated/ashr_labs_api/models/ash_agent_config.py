from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.ash_mcp_servers import AshMcpServers
    from ..models.json_object import JsonObject


T = TypeVar("T", bound="AshAgentConfig")


@_attrs_define
class AshAgentConfig:
    """Options that sessions of an agent begin with.

    Attributes:
        model (str | Unset):
        system_prompt (str | Unset):
        permission_mode (str | Unset):
        allowed_tools (list[str] | Unset):
        disallowed_tools (list[str] | Unset):
        mcp_servers (AshMcpServers | Unset): Servers of tools by name.
        betas (list[str] | Unset):
        subagents (JsonObject | Unset): A free-form object; it round-trips untouched.
        initial_agent (str | Unset):
    """

    model: str | Unset = UNSET
    system_prompt: str | Unset = UNSET
    permission_mode: str | Unset = UNSET
    allowed_tools: list[str] | Unset = UNSET
    disallowed_tools: list[str] | Unset = UNSET
    mcp_servers: AshMcpServers | Unset = UNSET
    betas: list[str] | Unset = UNSET
    subagents: JsonObject | Unset = UNSET
    initial_agent: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        model = self.model

        system_prompt = self.system_prompt

        permission_mode = self.permission_mode

        allowed_tools: list[str] | Unset = UNSET
        if not isinstance(self.allowed_tools, Unset):
            allowed_tools = self.allowed_tools

        disallowed_tools: list[str] | Unset = UNSET
        if not isinstance(self.disallowed_tools, Unset):
            disallowed_tools = self.disallowed_tools

        mcp_servers: dict[str, Any] | Unset = UNSET
        if not isinstance(self.mcp_servers, Unset):
            mcp_servers = self.mcp_servers.to_dict()

        betas: list[str] | Unset = UNSET
        if not isinstance(self.betas, Unset):
            betas = self.betas

        subagents: dict[str, Any] | Unset = UNSET
        if not isinstance(self.subagents, Unset):
            subagents = self.subagents.to_dict()

        initial_agent = self.initial_agent

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if model is not UNSET:
            field_dict["model"] = model
        if system_prompt is not UNSET:
            field_dict["systemPrompt"] = system_prompt
        if permission_mode is not UNSET:
            field_dict["permissionMode"] = permission_mode
        if allowed_tools is not UNSET:
            field_dict["allowedTools"] = allowed_tools
        if disallowed_tools is not UNSET:
            field_dict["disallowedTools"] = disallowed_tools
        if mcp_servers is not UNSET:
            field_dict["mcpServers"] = mcp_servers
        if betas is not UNSET:
            field_dict["betas"] = betas
        if subagents is not UNSET:
            field_dict["subagents"] = subagents
        if initial_agent is not UNSET:
            field_dict["initialAgent"] = initial_agent

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.ash_mcp_servers import AshMcpServers  # noqa: PLC0415
        from ..models.json_object import JsonObject  # noqa: PLC0415

        d = dict(src_dict)
        model = d.pop("model", UNSET)

        system_prompt = d.pop("systemPrompt", UNSET)

        permission_mode = d.pop("permissionMode", UNSET)

        allowed_tools = cast(list[str], d.pop("allowedTools", UNSET))

        disallowed_tools = cast(list[str], d.pop("disallowedTools", UNSET))

        _mcp_servers = d.pop("mcpServers", UNSET)
        mcp_servers: AshMcpServers | Unset
        if isinstance(_mcp_servers, Unset):
            mcp_servers = UNSET
        else:
            mcp_servers = AshMcpServers.from_dict(_mcp_servers)

        betas = cast(list[str], d.pop("betas", UNSET))

        _subagents = d.pop("subagents", UNSET)
        subagents: JsonObject | Unset
        if isinstance(_subagents, Unset):
            subagents = UNSET
        else:
            subagents = JsonObject.from_dict(_subagents)

        initial_agent = d.pop("initialAgent", UNSET)

        ash_agent_config = cls(
            model=model,
            system_prompt=system_prompt,
            permission_mode=permission_mode,
            allowed_tools=allowed_tools,
            disallowed_tools=disallowed_tools,
            mcp_servers=mcp_servers,
            betas=betas,
            subagents=subagents,
            initial_agent=initial_agent,
        )

        ash_agent_config.additional_properties = d
        return ash_agent_config

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
