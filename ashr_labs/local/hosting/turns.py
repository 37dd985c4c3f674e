"""Map an agent's messages to frames for readers, history and log. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from ..._json import as_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Recorded", "recorded", "recorded_error"]

Frame = tuple[str, dict[str, Any]]
"""A type and data."""


@dataclass
class Recorded:
    """The parts of one message that are stored."""

    frames: list[Frame] = field(default_factory=list[Frame])
    """For the readers of the turn."""
    events: list[Frame] = field(default_factory=list[Frame])
    """For the list of the session's events."""
    messages: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """For the history, of the role `assistant`."""


def recorded(message: Mapping[str, Any]) -> Recorded:
    """Return the records to store for a message in the format of the Claude Agent SDK."""
    found = Recorded()
    kind = message.get("type")
    if kind == "assistant":
        for block in _blocks(message):
            _add_block(found, block)
        found.frames.append(("message", dict(message)))
        found.messages.append(dict(message))
    elif kind == "user":
        for block in _blocks(message):
            _add_result(found, message, block)
    elif kind == "stream_event":
        _add_delta(found, as_object(message.get("event")) or {})
    elif kind == "result":
        summary = {"numTurns": message.get("num_turns"), "result": message.get("result")}
        found.frames += [("turn_complete", summary), ("message", dict(message))]
        found.events.append(("turn_complete", summary))
        found.messages.append(dict(message))
    return found


def recorded_error(reason: str) -> Recorded:
    """Return the records to store for an error."""
    return Recorded([("error", {"error": reason})], [("error", {"error": reason})])


def _blocks(message: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    content: object = (as_object(message.get("message")) or {}).get("content")
    for block in cast("list[object]", content) if isinstance(content, list) else []:
        if found := as_object(block):
            yield found


def _add_block(found: Recorded, block: Mapping[str, Any]) -> None:
    kind = block.get("type")
    if kind == "tool_use":
        call = {name: block.get(name) for name in ("id", "name", "input")}
        found.frames.append(("tool_use", call))
        event = {"toolName": call["name"], "toolId": call["id"], "input": call["input"]}
        found.events.append(("tool_start", event))
    elif kind == "thinking":
        found.frames.append(("thinking_delta", {"delta": block.get("thinking")}))
        found.events.append(("reasoning", {"thinking": block.get("thinking")}))
    elif kind == "text":
        found.events.append(("text", {"text": block.get("text")}))


def _add_result(found: Recorded, message: Mapping[str, Any], block: Mapping[str, Any]) -> None:
    if block.get("type") != "tool_result":
        return
    given = as_object(message.get("tool_use_result")) or {}
    content = given.get("stdout", block.get("content"))
    is_error = bool(block.get("is_error"))
    result = {"tool_use_id": block.get("tool_use_id"), "content": content, "is_error": is_error}
    found.frames.append(("tool_result", result))
    event = {"toolId": block.get("tool_use_id"), "stdout": content, "stderr": given.get("stderr", "")}
    found.events.append(("tool_result", event))


def _add_delta(found: Recorded, event: Mapping[str, Any]) -> None:
    delta = as_object(event.get("delta")) or {}
    if event.get("type") != "content_block_delta":
        return
    if delta.get("type") == "text_delta":
        found.frames.append(("text_delta", {"delta": delta.get("text")}))
    elif delta.get("type") == "thinking_delta":
        found.frames.append(("thinking_delta", {"delta": delta.get("thinking")}))
