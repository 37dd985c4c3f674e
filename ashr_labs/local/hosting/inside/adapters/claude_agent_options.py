"""Options of the Claude Agent SDK, with which a query is made for each turn."""

from __future__ import annotations

import dataclasses
import importlib
from typing import TYPE_CHECKING, Any

from ..values import items, mapping
from .objects import as_json, has_class

if TYPE_CHECKING:
    from ..turn import Turn

__all__ = ["LABEL", "adapt"]

LABEL = "options of the Claude Agent SDK (claude_agent_sdk.ClaudeAgentOptions)"
_BLOCKS = {
    "TextBlock": "text",
    "ThinkingBlock": "thinking",
    "ToolUseBlock": "tool_use",
    "ToolResultBlock": "tool_result",
    "ServerToolUseBlock": "server_tool_use",
    "ServerToolResultBlock": "server_tool_result",
}
_FIELDS = {
    "model": "model",
    "systemPrompt": "system_prompt",
    "allowedTools": "allowed_tools",
    "disallowedTools": "disallowed_tools",
    "betas": "betas",
    "maxTurns": "max_turns",
    "maxBudgetUsd": "max_budget_usd",
    "effort": "effort",
    "thinking": "thinking",
    "outputFormat": "output_format",
    "mcpServers": "mcp_servers",
    "subagents": "agents",
}
"""The field of the library for each option."""


def adapt(value: Any) -> ClaudeAgentRuntime | None:
    """Return the runtime of options; None for anything else."""
    return ClaudeAgentRuntime(value) if has_class(value, "claude_agent_sdk", "ClaudeAgentOptions") else None


class ClaudeAgentRuntime:
    """Makes a query for each turn, which resumes the one before.

    The program of the SDK keeps its conversations in the home folder, which is the workspace.
    """

    kind = "claude-agent-sdk"
    honoured = frozenset({*_FIELDS, "permissionMode", "initialAgent"})

    def __init__(self, options: Any) -> None:
        self._options = options
        self._library = importlib.import_module("claude_agent_sdk")

    async def play(self, turn: Turn, state: Any) -> Any:
        """Answer a turn."""
        options = dataclasses.replace(self._options, **self._changes(turn))
        options = dataclasses.replace(options, **_permissions(turn, options))
        if state:
            options = dataclasses.replace(options, resume=state["session"], continue_conversation=False)
        session = state and state["session"]
        async for message in self._library.query(prompt=turn.text, options=options):
            session = getattr(message, "session_id", None) or session
            _send(turn, message)
        return {"session": session} if session else None

    def _changes(self, turn: Turn) -> dict[str, Any]:
        known = {field.name for field in dataclasses.fields(self._options)}
        changes: dict[str, Any] = {"include_partial_messages": turn.wants_partial}
        for option, name in _FIELDS.items():
            if option not in turn.options:
                continue
            if name in known:
                changes[name] = self._value(option, turn.options[option])
            else:
                turn.warn(f"`{option}` has no effect: this version of claude-agent-sdk does not have `{name}`")
        if "initialAgent" in turn.options:
            changes["extra_args"] = {**self._options.extra_args, "agent": turn.options["initialAgent"]}
        return changes

    def _value(self, option: str, value: Any) -> Any:
        if option == "mcpServers":
            return {**mapping(self._options.mcp_servers), **value}
        if option == "thinking":
            budget = {"budget_tokens": value["budgetTokens"]} if value.get("budgetTokens") else {}
            return {"type": value["type"], **budget}
        if option == "subagents":
            known = {field.name for field in dataclasses.fields(self._library.AgentDefinition)}
            agents = {
                name: self._library.AgentDefinition(**{key: one for key, one in agent.items() if key in known})
                for name, agent in value.items()
            }
            return {**mapping(self._options.agents), **agents}
        return value


def _permissions(turn: Turn, options: Any) -> dict[str, Any]:
    """Return the permission mode: there is no person to ask, and the sandbox protects."""
    mode = turn.options.get("permissionMode")
    if mode == "permissionsByAgent":
        return {"permission_mode": "default", "setting_sources": ["user", "project", "local"]}
    if mode is None and (options.permission_mode or options.allowed_tools):
        return {}
    return {"permission_mode": mode or "bypassPermissions"}


def _send(turn: Turn, message: Any) -> None:
    kind = type(message).__name__
    if kind == "AssistantMessage":
        turn.assistant(*[_block(block) for block in message.content], model=message.model)
    elif kind == "UserMessage" and not isinstance(message.content, str):
        for block in message.content:
            if type(block).__name__ == "ToolResultBlock":
                turn.tool_result(block.tool_use_id, _content(block.content), is_error=bool(block.is_error))
    elif kind == "StreamEvent":
        turn.message("stream_event", event=message.event)
    elif kind == "ResultMessage":
        turn.has_result = True
        fields = {name: one for name, one in dataclasses.asdict(message).items() if one is not None}
        fields.pop("session_id", None)
        turn.message("result", **as_json({**fields, "model": turn.model}))
    elif kind.endswith("SystemMessage"):
        turn.message("system", subtype=message.subtype, **as_json({"data": message.data}))


def _block(block: Any) -> dict[str, Any]:
    fields = as_json(dataclasses.asdict(block))
    return {"type": _BLOCKS.get(type(block).__name__, type(block).__name__), **fields}


def _content(content: Any) -> Any:
    """Return the content of a result: text, or blocks, of which those that are text only are joined."""
    blocks = items(content)
    if blocks and all(block.get("type") == "text" for block in blocks):
        return "\n".join(block.get("text", "") for block in blocks)
    return "" if content is None else content
