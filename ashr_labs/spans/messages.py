"""Messages of language models in one format, whichever convention a span writes them by. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._json import as_list, as_object, parsed_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["one_or_all", "unified"]


def unified(value: Any) -> Any:
    """Return messages with `role`, `content`, `tool_calls` and `tool_call_id`; anything else unchanged.

    Takes messages with `parts` (the GenAI conventions), and tool calls with a `function` (OpenAI and OpenInference).

    >>> unified([{"role": "user", "parts": [{"type": "text", "content": "hi"}]}])
    [{'role': 'user', 'content': 'hi'}]
    """
    messages = as_list(value)
    if messages is None:
        return value
    return [one for message in messages for one in _unified(message)]


def one_or_all(messages: Any) -> Any:
    """Return the message of a list of one, as a reply has it, and anything else unchanged."""
    found = as_list(messages)
    is_message = found is not None and len(found) == 1 and "role" in (as_object(found[0]) or {})
    return found[0] if found is not None and is_message else messages


def _unified(value: Any) -> Sequence[Any]:
    message = as_object(value)
    if message is None or "role" not in message:
        return [value]
    inner = as_object(message.get("message"))  # of the events of older conventions
    if inner is not None:
        return _unified({"role": message["role"], **inner})
    parts = as_list(message.get("parts"))
    if parts is not None:
        return _of_parts(message, [as_object(part) or {"type": "text", "content": part} for part in parts])
    rest = {name: item for name, item in message.items() if name not in {"tool_calls", "finish_reason"}}
    calls = as_list(message.get("tool_calls"))
    if calls is None:
        return [rest]
    return [{**rest, "content": rest.get("content", ""), "tool_calls": [_call(one) for one in calls]}]


def _of_parts(message: Mapping[str, Any], parts: Sequence[Mapping[str, Any]]) -> Sequence[Any]:
    """Return the message of its parts; results of tools are messages of their own."""
    by_kind: dict[str, list[Mapping[str, Any]]] = {}
    for part in parts:
        by_kind.setdefault(str(part.get("type", "text")), []).append(part)
    results = [
        {"role": "tool", "tool_call_id": part.get("id"), "content": part.get("response", part.get("result"))}
        for part in by_kind.pop("tool_call_response", ())
    ]
    if results and not by_kind:
        return results
    found: dict[str, Any] = {"role": message["role"], "content": _text(by_kind.pop("text", ()))}
    thoughts = [part for kind in ("reasoning", "thinking") for part in by_kind.pop(kind, ())]
    if thoughts:
        found["reasoning"] = _text(thoughts)
    if calls := by_kind.pop("tool_call", None):
        found["tool_calls"] = [_call(one) for one in calls]
    if others := [part for kind in by_kind.values() for part in kind]:
        found["other_content"] = others
    if message.get("name") is not None:
        found["name"] = message["name"]
    return [*results, found]


def _text(parts: Sequence[Mapping[str, Any]]) -> str:
    return "".join(str(part.get("content", part.get("text", ""))) for part in parts)


def _call(value: Any) -> Any:
    """Return a tool call with its arguments as an object, if they are JSON."""
    call = as_object(value)
    if call is None:
        return value
    function = as_object(call.get("function")) or call
    given = function.get("arguments")
    identifier = {} if call.get("id") is None else {"id": call["id"]}
    arguments = parsed_json(given) if isinstance(given, str) and given else given
    return {**identifier, "name": function.get("name"), "arguments": {} if arguments is None else arguments}
