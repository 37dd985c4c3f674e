"""OpenAI's Chat Completions, Responses and Embeddings; Azure and Mistral answer alike."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from support.providers.script import Answer, halves, pieces


def error(answer: Answer) -> dict[str, Any]:
    """Return the body of an error."""
    kind = "rate_limit_error" if answer.status == 429 else "invalid_request_error"
    return {"error": {"message": answer.message, "type": kind, "param": None, "code": None}}


def response(path: str, body: dict[str, Any], answer: Answer) -> dict[str, Any]:
    """Return the body of a whole answer."""
    model = f"{body.get('model', 'deployed')}-2026-01-01"
    if path.endswith("/embeddings"):
        return _embeddings(body, model)
    if path.endswith("/responses"):
        return _response(model, answer, "completed")
    if "/chat/" not in path:
        choice = {"text": answer.text, "index": 0, "finish_reason": "stop", "logprobs": None}
        head = {"id": "cmpl-1", "object": "text_completion", "created": 1, "model": model}
        return {**head, "choices": [choice], "usage": _usage(answer)}
    texts = (answer.text, *answer.more)
    choices = [_choice(number, "message", _message(answer, text, number)) for number, text in enumerate(texts)]
    for choice in choices:
        choice["finish_reason"] = _reason(answer)
    head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": model}
    return {**head, "choices": choices, **({"usage": _usage(answer)} if answer.counts else {})}


def events(path: str, body: dict[str, Any], answer: Answer) -> Iterator[str]:
    """Yield the events of a stream."""
    model = f"{body.get('model', 'deployed')}-2026-01-01"
    if path.endswith("/responses"):
        for number, event in enumerate(_response_events(model, answer)):
            yield f"event: {event['type']}\ndata: {json.dumps({**event, 'sequence_number': number})}\n\n"
        return
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": model}
    for delta, index, reason in _deltas(answer, whole_calls="mistral" in model):
        choice = {**_choice(index, "delta", delta), "finish_reason": reason}
        yield f"data: {json.dumps({**head, 'choices': [choice]})}\n\n"
    # OpenAI sends the usage if it is asked for; Mistral always does.
    options = body.get("stream_options") or {}
    if answer.counts and (options.get("include_usage") or "mistral" in model):
        yield f"data: {json.dumps({**head, 'choices': [], 'usage': _usage(answer)})}\n\n"
    yield "data: [DONE]\n\n"


def _choice(index: int, name: str, message: dict[str, Any]) -> dict[str, Any]:
    return {"index": index, name: message, "finish_reason": None, "logprobs": None}


def _reason(answer: Answer) -> str:
    return "tool_calls" if answer.calls else "stop"


def _message(answer: Answer, text: str, number: int) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": text or None}
    if answer.reasoning:
        message["reasoning_content"] = answer.reasoning
    if answer.calls and number == 0:
        message["tool_calls"] = [
            {"id": one.id, "type": "function", "function": {"name": one.name, "arguments": one.text}}
            for one in answer.calls
        ]
    return message


def _deltas(answer: Answer, *, whole_calls: bool) -> Iterator[tuple[dict[str, Any], int, str | None]]:
    for index, text in enumerate((answer.text, *answer.more)):
        yield {"role": "assistant", "content": None if answer.calls and not text else ""}, index, None
        if answer.reasoning and index == 0:
            yield {"reasoning_content": answer.reasoning}, index, None
        for piece in pieces(text):
            yield {"content": piece}, index, None
        for number, call in enumerate(answer.calls if index == 0 else ()):
            arguments = call.text if whole_calls else ""
            named = {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments}}
            yield {"tool_calls": [{"index": number, **named}]}, index, None
            for half in [] if whole_calls else halves(call.text):
                yield {"tool_calls": [{"index": number, "function": {"arguments": half}}]}, index, None
        yield {}, index, _reason(answer)


def _usage(answer: Answer) -> dict[str, Any]:
    counts = answer.counts
    assert counts is not None
    return {
        "prompt_tokens": counts.input,
        "completion_tokens": counts.output,
        "total_tokens": counts.input + counts.output,
        "prompt_tokens_details": {"cached_tokens": counts.cached},
        "completion_tokens_details": {"reasoning_tokens": counts.reasoning},
    }


def _embeddings(body: dict[str, Any], model: str) -> dict[str, Any]:
    given = body["input"]
    texts = given if isinstance(given, list) else [given]
    data = [{"object": "embedding", "index": number, "embedding": [0.5] * 3} for number, _ in enumerate(texts)]
    usage = {"prompt_tokens": 5, "total_tokens": 5, "completion_tokens": 0}
    return {"id": "emb-1", "object": "list", "data": data, "model": model, "usage": usage}


def _response(model: str, answer: Answer, status: str) -> dict[str, Any]:
    counts = answer.counts
    usage = counts and {
        "input_tokens": counts.input,
        "input_tokens_details": {"cached_tokens": counts.cached},
        "output_tokens": counts.output,
        "output_tokens_details": {"reasoning_tokens": counts.reasoning},
        "total_tokens": counts.input + counts.output,
    }
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": model,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "max_output_tokens": None,
        "previous_response_id": None,
        "reasoning": {"effort": None, "summary": None},
        "text": {"format": {"type": "text"}},
        "truncation": "disabled",
        "user": None,
        "output": _output_items(answer) if status == "completed" else [],
        "usage": usage if status == "completed" else None,
    }


def _output_items(answer: Answer) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    if answer.reasoning:
        summary = [{"type": "summary_text", "text": answer.reasoning}]
        items.append({"type": "reasoning", "id": "rs_1", "summary": summary})
    if answer.text:
        content = [{"type": "output_text", "text": answer.text, "annotations": []}]
        items.append({"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": content})
    items += [
        {
            "type": "function_call",
            "id": f"fc_{number}",
            "call_id": call.id,
            "name": call.name,
            "arguments": call.text,
            "status": "completed",
        }
        for number, call in enumerate(answer.calls)
    ]
    return items


def _response_events(model: str, answer: Answer) -> Iterator[dict[str, Any]]:
    yield {"type": "response.created", "response": _response(model, answer, "in_progress")}
    for index, item in enumerate(_output_items(answer)):
        place = {"item_id": item["id"], "output_index": index}
        if item["type"] == "message":
            part: dict[str, Any] = {"type": "output_text", "text": "", "annotations": []}
            added = {**item, "content": [], "status": "in_progress"}
            yield {"type": "response.output_item.added", "output_index": index, "item": added}
            yield {"type": "response.content_part.added", **place, "content_index": 0, "part": part}
            for piece in answer.pieces:
                yield {
                    "type": "response.output_text.delta",
                    **place,
                    "content_index": 0,
                    "delta": piece,
                    "logprobs": [],
                }
            done = {"content_index": 0, "text": answer.text, "logprobs": []}
            yield {"type": "response.output_text.done", **place, **done}
            yield {"type": "response.content_part.done", **place, "content_index": 0, "part": item["content"][0]}
        elif item["type"] == "function_call":
            added = {**item, "arguments": "", "status": "in_progress"}
            yield {"type": "response.output_item.added", "output_index": index, "item": added}
            for half in halves(item["arguments"]):
                yield {"type": "response.function_call_arguments.delta", **place, "delta": half}
            whole = {"arguments": item["arguments"], "name": item["name"]}
            yield {"type": "response.function_call_arguments.done", **place, **whole}
        else:
            yield {"type": "response.output_item.added", "output_index": index, "item": item}
        yield {"type": "response.output_item.done", "output_index": index, "item": item}
    yield {"type": "response.completed", "response": _response(model, answer, "completed")}
