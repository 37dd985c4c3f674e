"""What an agent answers, in each of the shapes that are accepted."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from .._json import as_object, preview
from ..pricing import read_usage
from .tool_calls import Call, ShapeError, read_calls

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ashr_labs_types import TokenUsage

__all__ = ["AgentReply", "Reply", "ReplyError", "read_reply", "refuse_awaitable"]


@dataclass(frozen=True, slots=True)
class AgentReply:
    """An agent's answer, for those who prefer a type to a dict."""

    text: str = ""
    tool_calls: Sequence[Mapping[str, Any]] = ()
    """Each `{"name": ..., "arguments": {...}}`, or as OpenAI's and Anthropic's clients hand them over."""
    usage: Mapping[str, Any] | None = None
    """Tokens and `cost_usd`, as a model client gives them."""


class ReplyError(ValueError):
    """What an agent answered is no answer."""


class Reply(NamedTuple):
    """What an agent answered; None where it said nothing about that part."""

    text: str | None
    calls: tuple[Call, ...] | None
    usage: TokenUsage | None = None


def read_reply(value: object, source: str) -> Reply:
    """Return what a reply says.

    Args:
        value: What was returned.
        source: What returned it, such as `respond()`.

    Raises:
        ReplyError: It is not a reply.
    """
    if isinstance(value, str):
        return Reply(value, None)
    if isinstance(value, AgentReply):
        value = {"text": value.text, "tool_calls": list(value.tool_calls), "usage": value.usage}
    fields = as_object(value)
    if fields is None or (fields and "text" not in fields and "tool_calls" not in fields):
        refuse_awaitable(value, source)
        raise ReplyError(f'{source} returned {preview(value)}; return {{"text": ..., "tool_calls": [...]}}')
    text: object = fields.get("text")
    calls: object = fields.get("tool_calls")
    usage: object = fields.get("usage")
    if text is not None and not isinstance(text, str):
        raise ReplyError(f"{source} returned a reply whose text must be a string, not {preview(text)}")
    try:
        return Reply(text, None if calls is None else read_calls(calls), _usage(usage, source) if usage else None)
    except ShapeError as error:
        raise ReplyError(f"{source} returned a reply whose tool_calls{error.at} {error.problem}") from error


def refuse_awaitable(value: object, source: str) -> None:
    """Raise ReplyError if the value is one that asynchronous code has to await."""
    if not inspect.isawaitable(value):
        return
    if inspect.iscoroutine(value):
        value.close()
    raise ReplyError(
        f"{source} returned an awaitable; declare it with async def, or return the answer itself, such as what "
        "asyncio.run() makes of it"
    )


def _usage(given: object, source: str) -> TokenUsage | None:
    dump = getattr(given, "model_dump", None)  # the objects of the model clients
    fields = as_object(dump() if callable(dump) else given)
    if fields is None:
        raise ReplyError(f"{source} returned a reply whose usage must be an object, not {preview(given)}")
    return read_usage(fields) or None
