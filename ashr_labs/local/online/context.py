"""The view of a trace that scorers get. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ..._json import as_list, as_object
from ...scorers.score import ScorerContext

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["context_of_trace", "masked_context"]

_TOOL: Final = "tool:"
_CONTEXT: Final = "context"


def context_of_trace(trace: Mapping[str, Any]) -> ScorerContext:
    """Return the view of a trace: its root's input, its output, its tool calls and its spans.

    The metadata of the trace are the parameters; what retrievers have found is `context` among them.
    """
    spans: list[Mapping[str, Any]] = [one for one in trace["observations"] if one.get("type") != "event"]
    generations = [one for one in spans if one.get("type") == "generation"]
    root = next((one for one in spans if not one.get("parent_observation_id")), spans[0] if spans else {})
    given = [root.get("input"), *(one.get("input") for one in generations)]
    came = [trace.get("output"), root.get("output"), *(one.get("output") for one in reversed(generations))]
    parameters = dict(as_object(trace.get("metadata")) or {})
    if found := [one.get("output") for one in spans if _kind(one) == "retriever"]:
        parameters.setdefault(_CONTEXT, found)
    return ScorerContext(
        output=_text(next((value for value in came if value is not None), None)),
        input=_last_text(next((value for value in given if value is not None), None)),
        parameters=parameters,
        calls=[_call(one) for one in spans if str(one.get("name")).startswith(_TOOL)],
        spans=spans,
        messages=_messages(generations),
        test_id=trace["id"],
    )


def masked_context(context: ScorerContext, mask: Any) -> ScorerContext:
    """Return a context whose values have passed through a mask."""
    return ScorerContext(
        output=mask(context.output),
        input=mask(context.input),
        parameters=mask(dict(context.parameters)),
        calls=[mask(dict(one)) for one in context.calls],
        spans=[mask(dict(one)) for one in context.spans],
        messages=[mask(dict(one)) for one in context.messages],
        test_id=context.test_id,
    )


def _kind(span: Mapping[str, Any]) -> object:
    return (as_object(span.get("metadata")) or {}).get("kind")


def _call(span: Mapping[str, Any]) -> dict[str, Any]:
    call = {"name": str(span.get("name")).removeprefix(_TOOL), "arguments": span.get("input")}
    if "output" in span:
        call["result"] = span["output"]
    return call | ({"error": span.get("status_message") or "error"} if span.get("level") == "ERROR" else {})


def _messages(generations: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the conversation that the last call of a model saw, with its reply."""
    last: Mapping[str, Any] = generations[-1] if generations else {}
    both = [*(as_list(last.get("input")) or ()), *(as_list(last.get("output")) or ())]
    return [{**message, "content": _content(message)} for one in both if (message := as_object(one)) is not None]


def _last_text(value: object) -> object:
    """Return the text of the last message of a user, or the value if it is not a list of messages."""
    messages = [message for one in as_list(value) or () if (message := as_object(one)) and message.get("role")]
    asked = [one for one in messages if one["role"] == "user"]
    return _content((asked or messages)[-1]) if messages else value


def _text(value: object) -> object:
    """Return the texts of messages, or the value if it is not a list of messages."""
    messages = [message for one in as_list(value) or () if (message := as_object(one)) and message.get("role")]
    return "\n".join(text for one in messages if (text := _content(one))) if messages else value


def _content(message: Mapping[str, Any]) -> str:
    """Return the text of a message, in any of the forms that providers and conventions have."""
    content = message.get("parts", message.get("content"))
    if isinstance(content, str):
        return content
    parts = [part for one in as_list(content) or () if (part := as_object(one)) is not None]
    texts = [part.get("content", part.get("text")) for part in parts]
    return "\n".join(text for text in texts if isinstance(text, str))
