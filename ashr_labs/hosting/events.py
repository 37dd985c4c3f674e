"""The events of a turn.

Each has its own attributes, and `type` and `data` as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from .._json import as_object

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "DoneEvent",
    "ErrorEvent",
    "MessageEvent",
    "SessionStartEvent",
    "StreamEvent",
    "TextDeltaEvent",
    "ThinkingDeltaEvent",
    "ToolResultEvent",
    "ToolUseEvent",
    "TurnCompleteEvent",
    "TurnEvent",
    "event_of",
]


@dataclass
class MessageEvent:
    """A whole message of the agent."""

    type: ClassVar[str] = "message"
    data: Any
    """As the agent sent it."""


@dataclass
class TextDeltaEvent:
    """A part of an answer."""

    type: ClassVar[str] = "text_delta"
    delta: str

    @property
    def data(self) -> dict[str, Any]:
        """The event as it was sent."""
        return {"delta": self.delta}


@dataclass
class ThinkingDeltaEvent:
    """A part of the model's reasoning."""

    type: ClassVar[str] = "thinking_delta"
    delta: str

    @property
    def data(self) -> dict[str, Any]:
        """The event as it was sent."""
        return {"delta": self.delta}


@dataclass
class ToolUseEvent:
    """A call of a tool."""

    type: ClassVar[str] = "tool_use"
    id: str
    name: str
    input: Any

    @property
    def data(self) -> dict[str, Any]:
        """The event as it was sent."""
        return {"id": self.id, "name": self.name, "input": self.input}


@dataclass
class ToolResultEvent:
    """The result of a tool."""

    type: ClassVar[str] = "tool_result"
    tool_use_id: str
    content: Any
    is_error: bool = False

    @property
    def data(self) -> dict[str, Any]:
        """The event as it was sent."""
        return {"tool_use_id": self.tool_use_id, "content": self.content, "is_error": self.is_error}


@dataclass
class TurnCompleteEvent:
    """The agent has finished."""

    type: ClassVar[str] = "turn_complete"
    num_turns: int | None = None
    result: str | None = None

    @property
    def data(self) -> dict[str, Any]:
        """The event as it was sent."""
        return {"numTurns": self.num_turns, "result": self.result}


@dataclass
class SessionStartEvent:
    """The beginning of a turn."""

    type: ClassVar[str] = "session_start"
    session_id: str
    version: str | None = None
    trace_id: str | None = None
    """The trace of the turn, which is stored when the turn has ended."""

    @property
    def data(self) -> dict[str, Any]:
        """The event as it was sent."""
        return {"sessionId": self.session_id, "version": self.version, **_given("traceId", self.trace_id)}


@dataclass
class ErrorEvent:
    """The reason why a turn failed."""

    type: ClassVar[str] = "error"
    error: str

    @property
    def data(self) -> dict[str, Any]:
        """The event as it was sent."""
        return {"error": self.error}


@dataclass
class DoneEvent:
    """The end of the turn."""

    type: ClassVar[str] = "done"
    session_id: str
    trace_id: str | None = None
    """The trace of the turn."""
    status: str | None = None
    """`completed`, `failed`, `interrupted`, or another one of a newer platform."""

    @property
    def data(self) -> dict[str, Any]:
        """The event as it was sent."""
        return {"sessionId": self.session_id, **_given("traceId", self.trace_id), **_given("status", self.status)}


@dataclass
class StreamEvent:
    """An event of a type that this release does not know."""

    event: str
    data: Any

    @property
    def type(self) -> str:
        """Its type."""
        return self.event


TurnEvent: TypeAlias = (
    MessageEvent
    | TextDeltaEvent
    | ThinkingDeltaEvent
    | ToolUseEvent
    | ToolResultEvent
    | TurnCompleteEvent
    | SessionStartEvent
    | ErrorEvent
    | DoneEvent
    | StreamEvent
)
"""An event of a turn; `StreamEvent` is one of a type that this version does not know."""

_MAKERS: dict[str, Callable[[Mapping[str, Any]], TurnEvent]] = {
    "text_delta": lambda data: TextDeltaEvent(_text(data, "delta")),
    "thinking_delta": lambda data: ThinkingDeltaEvent(_text(data, "delta")),
    "tool_use": lambda data: ToolUseEvent(_text(data, "id"), _text(data, "name"), data.get("input")),
    "tool_result": lambda data: ToolResultEvent(
        _text(data, "tool_use_id"), data.get("content"), bool(data.get("is_error", False))
    ),
    "turn_complete": lambda data: TurnCompleteEvent(data.get("numTurns"), data.get("result")),
    "session_start": lambda data: SessionStartEvent(_text(data, "sessionId"), data.get("version"), data.get("traceId")),
    "error": lambda data: ErrorEvent(_text(data, "error")),
    "done": lambda data: DoneEvent(_text(data, "sessionId"), data.get("traceId"), data.get("status")),
}


def event_of(event: str, data: Any) -> TurnEvent:
    """Return an event by its type and data; one that is not as documented is a `StreamEvent`.

    Example:
        >>> event_of("text_delta", {"delta": "Hello"})
        TextDeltaEvent(delta='Hello')
    """
    if event == "message":
        return MessageEvent(data)
    fields = as_object(data)
    if event not in _MAKERS or fields is None:
        return StreamEvent(event, data)
    try:
        return _MAKERS[event](fields)
    except TypeError:
        return StreamEvent(event, data)


def _given(name: str, value: str | None) -> dict[str, Any]:
    return {} if value is None else {name: value}


def _text(data: Mapping[str, Any], name: str) -> str:
    """Return a field that must be text."""
    value = data.get(name)
    if not isinstance(value, str):
        raise TypeError(name)
    return value
