"""Calls of Anthropic's library: Messages, also of the beta and of the clients for other clouds."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from .requests import Endpoint, request_of
from .values import items, plain, read, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .replies import Choice, Reply

__all__ = ["messages_input", "read_event", "read_message", "request"]

_TOOL_USES = frozenset({"tool_use", "server_tool_use", "mcp_tool_use"})


def messages_input(body: Mapping[str, Any]) -> Any:
    """Return the messages, preceded by the system prompt."""
    messages = body.get("messages")
    system = body.get("system")
    return messages if system is None else [{"role": "system", "content": system}, *items(messages)]


def read_message(reply: Reply, message: Any) -> None:
    """Add a message."""
    _read_facts(reply, message)
    choice = reply.choice()
    for position, block in enumerate(items(read(message, "content"))):
        _read_block(choice, block, position)
    choice.finish_reason = text_of(read(message, "stop_reason")) or choice.finish_reason


def read_event(reply: Reply, event: Any) -> None:
    """Add an event of a stream."""
    kind = read(event, "type")
    if kind == "message_start":
        read_message(reply, read(event, "message"))
    elif kind == "content_block_start":
        _read_block(reply.choice(), read(event, "content_block"), read(event, "index"))
    elif kind == "content_block_delta":
        _read_delta(reply.choice(), read(event, "delta"), read(event, "index"))
    elif kind == "message_delta":
        _read_usage(reply, read(event, "usage"))
        reason = text_of(read(event, "delta", "stop_reason"))
        reply.choice().finish_reason = reason or reply.choice().finish_reason


def _read_facts(reply: Reply, message: Any) -> None:
    reply.model = text_of(read(message, "model")) or reply.model
    reply.identifier = text_of(read(message, "id")) or reply.identifier
    _read_usage(reply, read(message, "usage"))


def _read_usage(reply: Reply, usage: Any) -> None:
    """Add counts: the later ones of a stream replace those of its start."""
    if usage is not None:
        later = {name: value for name, value in plain(usage).items() if value is not None}
        reply.usage = {**(reply.usage or {}), **later}


def _read_block(choice: Choice, block: Any, key: Any) -> None:
    kind = read(block, "type")
    if kind == "text":
        choice.texts += [text] if (text := text_of(read(block, "text"))) else []
    elif kind == "thinking":
        choice.reasoning += [text] if (text := text_of(read(block, "thinking"))) else []
    elif kind in _TOOL_USES:
        call = choice.call(key)
        call.id, call.name = text_of(read(block, "id")) or None, text_of(read(block, "name"))
        call.arguments = plain(read(block, "input")) or ""
    elif kind is not None:
        choice.others.append(plain(block))


def _read_delta(choice: Choice, delta: Any, key: Any) -> None:
    kind = read(delta, "type")
    if kind == "text_delta":
        choice.texts.append(text_of(read(delta, "text")))
    elif kind == "thinking_delta":
        choice.reasoning.append(text_of(read(delta, "thinking")))
    elif kind == "input_json_delta":
        call = choice.call(key)
        call.arguments = text_of(call.arguments) + text_of(read(delta, "partial_json"))


request = partial(
    request_of,
    {"/v1/messages": Endpoint(messages_input, read_message, read_event, inputs=frozenset({"messages", "system"}))},
    "anthropic",
)
"""Reads the arguments of the method by which Anthropic's clients send requests."""
