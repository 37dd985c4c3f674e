"""Anthropic's Messages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from support.providers.script import Answer, halves


def error(answer: Answer) -> dict[str, Any]:
    """Return the body of an error."""
    kind = "rate_limit_error" if answer.status == 429 else "invalid_request_error"
    return {"type": "error", "error": {"type": kind, "message": answer.message}}


def response(path: str, body: dict[str, Any], answer: Answer) -> dict[str, Any]:
    """Return the body of a whole answer."""
    return {**_head(body), "content": _blocks(answer), "stop_reason": _reason(answer), "usage": _usage(answer)}


def events(path: str, body: dict[str, Any], answer: Answer) -> Iterator[str]:
    """Yield the events of a stream."""
    for event in _events(body, answer):
        yield f"event: {event['type']}\ndata: {json.dumps(event)}\n\n"


def _head(body: dict[str, Any]) -> dict[str, Any]:
    model = f"{body['model']}-20260101"
    # Programs put answers of the same id together.
    number = len(body["messages"])
    return {"id": f"msg_{number}", "type": "message", "role": "assistant", "model": model, "stop_sequence": None}


def _reason(answer: Answer) -> str:
    return "tool_use" if answer.calls else "end_turn"


def _usage(answer: Answer) -> dict[str, int]:
    """Return the counts; tokens of a cache are not among those of the input."""
    counts = answer.counts
    if counts is None:
        return {"input_tokens": 0, "output_tokens": 0}
    return {
        "input_tokens": counts.input - counts.cached,
        "cache_read_input_tokens": counts.cached,
        "cache_creation_input_tokens": 0,
        "output_tokens": counts.output,
    }


def _blocks(answer: Answer) -> list[dict[str, Any]]:
    thinking = [{"type": "thinking", "thinking": answer.reasoning, "signature": "s"}] if answer.reasoning else []
    text = [{"type": "text", "text": answer.text}] if answer.text else []
    calls = [{"type": "tool_use", "id": one.id, "name": one.name, "input": one.arguments} for one in answer.calls]
    return [*thinking, *text, *calls]


def _events(body: dict[str, Any], answer: Answer) -> Iterator[dict[str, Any]]:
    start = {**_usage(answer), "output_tokens": 1}
    yield {"type": "message_start", "message": {**_head(body), "content": [], "stop_reason": None, "usage": start}}
    yield {"type": "ping"}
    for index, block in enumerate(_blocks(answer)):
        opened, deltas = _opened(block, answer)
        yield {"type": "content_block_start", "index": index, "content_block": opened}
        for delta in deltas:
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    delta = {"stop_reason": _reason(answer), "stop_sequence": None}
    yield {"type": "message_delta", "delta": delta, "usage": {"output_tokens": _usage(answer)["output_tokens"]}}
    yield {"type": "message_stop"}


def _opened(block: dict[str, Any], answer: Answer) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    if block["type"] == "text":
        return {**block, "text": ""}, [{"type": "text_delta", "text": piece} for piece in answer.pieces]
    if block["type"] == "thinking":
        return {**block, "thinking": "", "signature": ""}, [{"type": "thinking_delta", "thinking": block["thinking"]}]
    parts = halves(json.dumps(block["input"]))
    return {**block, "input": {}}, [{"type": "input_json_delta", "partial_json": part} for part in parts]
