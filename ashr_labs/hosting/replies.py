"""The reply that the events of a turn add up to. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from .._json import as_object
from .blocks import blocks_of
from .events import (
    DoneEvent,
    ErrorEvent,
    MessageEvent,
    TextDeltaEvent,
    ToolResultEvent,
    ToolUseEvent,
    TurnCompleteEvent,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .events import TurnEvent

__all__ = ["HostedReply", "HostedToolCall", "ReplyBuilder"]

_BETWEEN = "\n\n"


@dataclass(frozen=True, slots=True)
class HostedToolCall:
    """A call of a tool by the agent, with its result."""

    id: str
    name: str
    input: Any
    """The arguments."""
    result: Any = None
    is_error: bool = False
    """Whether the result is the reason of a failure."""


@dataclass(frozen=True, slots=True)
class HostedReply:
    """The reply of an agent in one turn.

    Example:
        >>> reply = client.hosting.stream(session, "Hello!").final_message()  # doctest: +SKIP
        >>> reply.text, [call.name for call in reply.tool_calls]  # doctest: +SKIP
        ('There are 3 files.', ['Bash'])
    """

    text: str
    """The answer: the result that the agent names, else the last text."""
    texts: tuple[str, ...] = ()
    """All texts of the turn; those between calls of tools come before the answer."""
    tool_calls: tuple[HostedToolCall, ...] = ()
    thinking: str = field(default="", repr=False)
    """The reasoning that the model has shown."""
    usage: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Tokens, as the agent's runtime counted them."""
    cost_usd: float | None = None
    num_turns: int | None = None
    """How many steps the agent took."""
    output: Any = None
    """The structured output, where the message asked for one."""
    error: str = ""
    """Why the turn failed; empty if it did not."""
    is_complete: bool = False
    """Whether the turn has ended."""
    status: str = ""
    """`completed`, `failed` or `interrupted`, where the platform says so."""
    trace_id: str = ""
    """The trace of the turn, where the platform records one."""


class ReplyBuilder:
    """Adds up the events of a turn as they come."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._thinking: list[str] = []
        self._partial = ""
        """The parts of a message that has not come as a whole."""
        self._calls: dict[str, HostedToolCall] = {}
        self._result: dict[str, Any] = {}
        self._answer = ""
        self._num_turns: int | None = None
        self._error = ""
        self._done: DoneEvent | None = None

    @property
    def text(self) -> str:
        """All texts so far, with an empty line between messages."""
        return _BETWEEN.join([*self._texts, *([self._partial] if self._partial else [])])

    def add(self, event: TurnEvent) -> str:
        """Add the next event, and return what it adds to `text`."""
        before = _BETWEEN if self._texts and not self._partial else ""
        match event:
            case TextDeltaEvent():
                self._partial += event.delta
                return before + event.delta
            case MessageEvent():
                is_new = not self._partial
                text = self._add_message(as_object(event.data) or {})
                return before + text if text and is_new else ""
            case _:
                self._add_step(event)
                return ""

    def reply(self) -> HostedReply:
        """Return the reply so far."""
        texts = (*self._texts, *([self._partial] if self._partial else []))
        result = self._result
        failed = str(result.get("result") or result.get("subtype") or "failed") if result.get("is_error") else ""
        return HostedReply(
            text=self._answer or (texts[-1] if texts else ""),
            texts=texts,
            tool_calls=tuple(self._calls.values()),
            thinking=_BETWEEN.join(self._thinking),
            usage=as_object(result.get("usage")) or {},
            cost_usd=result.get("total_cost_usd"),
            num_turns=self._num_turns,
            output=result.get("structured_output"),
            error=self._error or failed,
            is_complete=self._done is not None,
            status=str((self._done and self._done.status) or ""),
            trace_id=str((self._done and self._done.trace_id) or ""),
        )

    def _add_step(self, event: TurnEvent) -> None:
        match event:
            case ToolUseEvent():
                self._calls[event.id] = HostedToolCall(event.id, event.name, event.input)
            case ToolResultEvent():
                call = self._calls.get(event.tool_use_id) or HostedToolCall(event.tool_use_id, "", None)
                self._calls[call.id] = replace(call, result=event.content, is_error=event.is_error)
            case TurnCompleteEvent():
                self._answer, self._num_turns = str(event.result or ""), event.num_turns
            case ErrorEvent():
                self._error = event.error
            case DoneEvent():
                self._done = event
            case _:
                pass

    def _add_message(self, message: Mapping[str, Any]) -> str:
        """Add a whole message, and return its text."""
        if message.get("type") == "result":
            self._result = dict(message)
        if message.get("type") != "assistant":
            return ""
        blocks = [*blocks_of(message)]
        texts = [block["text"] for block in blocks if isinstance(block.get("text"), str)]
        if texts:
            # The whole text replaces its parts: a reader who missed some of them has it nevertheless.
            self._texts.append("".join(texts))
            self._partial = ""
        self._thinking += [block["thinking"] for block in blocks if isinstance(block.get("thinking"), str)]
        return "".join(texts)
