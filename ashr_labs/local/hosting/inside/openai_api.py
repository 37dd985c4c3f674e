"""OpenAI's Chat Completions, which many servers copy: the body of a request, and the reply from its stream."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .model_http import ModelError, Reply
from .values import items, mapping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["body", "headers", "path", "reply"]

path = "/chat/completions"
_EFFORTS = {"max": "xhigh"}


def headers(key: str, options: dict[str, Any]) -> dict[str, str]:
    """Return the headers of a request."""
    return {"authorization": f"Bearer {key}"} if key else {}


def body(
    model: str, system: str, messages: list[dict[str, Any]], tools: list[dict[str, Any]], options: dict[str, Any]
) -> dict[str, Any]:
    """Return the body of a request; the arguments are those of Anthropic's API."""
    head = [{"role": "system", "content": system}] if system else []
    converted = [one for message in messages for one in _messages(message)]
    made: dict[str, Any] = {"model": model, "messages": [*head, *converted]}
    if tools:
        made["tools"] = [
            {
                "type": "function",
                "function": {"name": one["name"], "description": one["description"], "parameters": one["input_schema"]},
            }
            for one in tools
        ]
    if effort := options.get("effort"):
        made["reasoning_effort"] = _EFFORTS.get(effort, effort)
    if wanted := options.get("outputFormat"):
        schema = {"name": "answer", "strict": True, "schema": wanted["schema"]}
        made["response_format"] = {"type": "json_schema", "json_schema": schema}
    return {**made, "stream": True, "stream_options": {"include_usage": True}}


def reply(
    events: Iterable[dict[str, Any]], on_text: Callable[[str], None], on_thinking: Callable[[str], None]
) -> Reply:
    """Return the reply that the events of a stream make.

    Raises:
        ModelError: The stream has an error, or no end.
    """
    found = Reply()
    text, thinking = "", ""
    calls: dict[int, dict[str, Any]] = {}
    for event in events:
        if event.get("error"):
            raise ModelError(f"the model failed: {event['error']}")
        found.model = event.get("model") or found.model
        if event.get("usage"):
            found.usage = _usage(event["usage"])
        for choice in items(event.get("choices")):
            delta = mapping(choice.get("delta"))
            part, thought = delta.get("content") or "", delta.get("reasoning_content") or ""
            text, thinking = text + part, thinking + thought
            on_text(part)
            on_thinking(thought)
            for call in items(delta.get("tool_calls")):
                _add(calls.setdefault(call.get("index", len(calls)), {"id": "", "name": "", "arguments": ""}), call)
            found.stop = choice.get("finish_reason") or found.stop
    if not found.stop:
        raise ModelError("the answer of the model broke off")
    if thinking:
        found.blocks.append({"type": "thinking", "thinking": thinking})
    if text:
        found.blocks.append({"type": "text", "text": text})
    found.blocks += [_called(call) for _, call in sorted(calls.items())]
    return found


def _add(call: dict[str, Any], part: dict[str, Any]) -> None:
    function = mapping(part.get("function"))
    call["id"] = part.get("id") or call["id"]
    call["name"] = function.get("name") or call["name"]
    call["arguments"] += function.get("arguments") or ""


def _called(call: dict[str, Any]) -> dict[str, Any]:
    try:
        arguments = json.loads(call["arguments"] or "{}")
    except ValueError:
        arguments = {"arguments": call["arguments"]}  # which the tool refuses in words that the model reads
    return {"type": "tool_use", "id": call["id"], "name": call["name"], "input": arguments}


def _usage(usage: dict[str, Any]) -> dict[str, int]:
    cached = int(mapping(usage.get("prompt_tokens_details")).get("cached_tokens") or 0)
    counts = {
        "input_tokens": int(usage.get("prompt_tokens") or 0) - cached,
        "output_tokens": int(usage.get("completion_tokens") or 0),
        "cache_read_input_tokens": cached,
    }
    return {name: count for name, count in counts.items() if count or name != "cache_read_input_tokens"}


def _messages(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the messages of this API for one of Anthropic's."""
    content = message["content"]
    if isinstance(content, str):
        yield {"role": message["role"], "content": content}
    elif message["role"] == "assistant":
        yield _assistant(content)
    else:
        for block in content:
            if block["type"] == "tool_result":
                yield {"role": "tool", "tool_call_id": block["tool_use_id"], "content": block["content"]}
        if parts := [_part(block) for block in content if block["type"] != "tool_result"]:
            yield {"role": "user", "content": parts}


def _assistant(content: list[dict[str, Any]]) -> dict[str, Any]:
    text = "".join(block["text"] for block in content if block["type"] == "text")
    calls = [
        {
            "id": block["id"],
            "type": "function",
            "function": {"name": block["name"], "arguments": json.dumps(block["input"])},
        }
        for block in content
        if block["type"] == "tool_use"
    ]
    return {"role": "assistant", "content": text or None, **({"tool_calls": calls} if calls else {})}


def _part(block: dict[str, Any]) -> dict[str, Any]:
    source = mapping(block.get("source"))
    if block["type"] == "image" and source.get("type") == "base64":
        return {"type": "image_url", "image_url": {"url": f"data:{source['media_type']};base64,{source['data']}"}}
    if block["type"] == "image" and source.get("type") == "url":
        return {"type": "image_url", "image_url": {"url": source["url"]}}
    if block["type"] == "text":
        return {"type": "text", "text": block["text"]}
    raise ModelError(f"this model takes text and images, and not a block of the type {block['type']!r}")
