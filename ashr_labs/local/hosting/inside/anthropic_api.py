"""Anthropic's Messages: the body of a request, and the reply from the events of its stream."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .model_http import ModelError, Reply
from .values import items, mapping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["body", "headers", "path", "reply"]

_VERSION = "2023-06-01"
_MAX_TOKENS = 8192

path = "/v1/messages"


def headers(key: str, options: dict[str, Any]) -> dict[str, str]:
    """Return the headers of a request."""
    betas = ",".join(items(options.get("betas")))
    return {
        "anthropic-version": _VERSION,
        **({"x-api-key": key} if key else {}),
        **({"anthropic-beta": betas} if betas else {}),
    }


def body(
    model: str, system: str, messages: list[dict[str, Any]], tools: list[dict[str, Any]], options: dict[str, Any]
) -> dict[str, Any]:
    """Return the body of a request.

    Args:
        model: The name of the model.
        system: The instructions.
        messages: In the form of this API.
        tools: Each with `name`, `description` and `input_schema`.
        options: Of the turn: `thinking`, `effort` and `outputFormat` are used.
    """
    thinking = mapping(options.get("thinking"))
    budget = thinking.get("budgetTokens")
    made: dict[str, Any] = {"model": model, "max_tokens": _MAX_TOKENS + (budget or 0)}
    made["messages"] = [{**message, "content": _signed(message["content"])} for message in messages]
    if system:
        made["system"] = system
    if tools:
        made["tools"] = tools
    if thinking:
        made["thinking"] = {"type": thinking["type"], **({"budget_tokens": budget} if budget else {})}
    output: dict[str, Any] = {}
    if options.get("effort"):
        output["effort"] = options["effort"]
    if options.get("outputFormat"):
        output["format"] = options["outputFormat"]
    return {**made, **({"output_config": output} if output else {}), "stream": True}


def reply(
    events: Iterable[dict[str, Any]], on_text: Callable[[str], None], on_thinking: Callable[[str], None]
) -> Reply:
    """Return the reply that the events of a stream make.

    Raises:
        ModelError: The stream has an error, or no end.
    """
    found = Reply()
    inputs: dict[int, str] = {}
    for event in events:
        kind = event.get("type")
        if kind == "message_start":
            found.model = str(event["message"].get("model", ""))
            _count(found, event["message"].get("usage"))
        elif kind == "content_block_start":
            found.blocks.append(dict(event["content_block"]))
        elif kind == "content_block_delta":
            _add(found.blocks[-1], event["delta"], len(found.blocks) - 1, inputs)
            on_text(event["delta"].get("text", ""))
            on_thinking(event["delta"].get("thinking", ""))
        elif kind == "message_delta":
            found.stop = str(event["delta"].get("stop_reason") or "")
            _count(found, event.get("usage"))
        elif kind == "error":
            raise ModelError(f"the model failed: {mapping(event.get('error')).get('message', event)}")
    if not found.stop:
        raise ModelError("the answer of the model broke off")
    for index, text in inputs.items():
        found.blocks[index]["input"] = _parsed(text)
    return found


def _add(block: dict[str, Any], delta: dict[str, Any], index: int, inputs: dict[int, str]) -> None:
    for name in ("text", "thinking", "signature"):
        if name in delta:
            block[name] = block.get(name, "") + delta[name]
    if "partial_json" in delta:
        inputs[index] = inputs.get(index, "") + delta["partial_json"]


def _count(found: Reply, usage: Any) -> None:
    for name, value in mapping(usage).items():
        if isinstance(value, int) and not isinstance(value, bool):
            found.usage[name] = value  # the counts are of all so far


def _parsed(text: str) -> Any:
    try:
        return json.loads(text) if text.strip() else {}
    except ValueError:
        return {"arguments": text}  # which the tool refuses in words that the model reads


def _signed(content: Any) -> Any:
    """Return content without the thoughts of models of other APIs, which have no signature."""
    if isinstance(content, str):
        return content
    return [block for block in content if block["type"] != "thinking" or block.get("signature")]
