"""Gemini's generateContent, streamGenerateContent and embeddings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from support.providers.script import Answer


def error(answer: Answer) -> dict[str, Any]:
    """Return the body of an error."""
    status = "RESOURCE_EXHAUSTED" if answer.status == 429 else "INVALID_ARGUMENT"
    return {"error": {"code": answer.status, "message": answer.message, "status": status}}


def response(path: str, body: dict[str, Any], answer: Answer) -> dict[str, Any]:
    """Return the body of a whole answer."""
    if "mbedContent" in path:
        count = len(body.get("requests", [None]))
        vectors = [{"values": [0.5] * 3} for _ in range(count)]
        return {"embeddings": vectors} if "requests" in body else {"embedding": vectors[0]}
    texts = (answer.text, *answer.more)
    candidates = [_candidate(number, _parts(answer, text, number), "STOP") for number, text in enumerate(texts)]
    return {**_head(path), "candidates": candidates, **_usage(answer)}


def events(path: str, body: dict[str, Any], answer: Answer) -> Iterator[str]:
    """Yield the events of a stream; each has the counts so far."""
    parts: list[dict[str, Any]] = [{"text": piece} for piece in answer.pieces]
    if answer.reasoning:
        parts.insert(0, {"text": answer.reasoning, "thought": True})
    parts += [{"functionCall": {"name": one.name, "args": one.arguments}} for one in answer.calls]
    for number, part in enumerate(parts, 1):
        candidate = _candidate(0, [part], "STOP" if number == len(parts) else None)
        usage = _usage(answer) if number == len(parts) else {}
        yield f"data: {json.dumps({**_head(path), 'candidates': [candidate], **usage})}\r\n\r\n"


def _head(path: str) -> dict[str, Any]:
    model = path.rpartition("/")[2].partition(":")[0]
    return {"modelVersion": f"{model}-001", "responseId": "resp-1"}


def _candidate(index: int, parts: list[dict[str, Any]], reason: str | None) -> dict[str, Any]:
    candidate = {"index": index, "content": {"role": "model", "parts": parts}}
    return candidate if reason is None else {**candidate, "finishReason": reason}


def _parts(answer: Answer, text: str, number: int) -> list[dict[str, Any]]:
    thought = [{"text": answer.reasoning, "thought": True}] if answer.reasoning else []
    calls = [{"functionCall": {"name": one.name, "args": one.arguments}} for one in answer.calls]
    return [*thought, *([{"text": text}] if text else []), *(calls if number == 0 else [])]


def _usage(answer: Answer) -> dict[str, Any]:
    """Return the counts; those of thoughts are not among those of the candidates."""
    counts = answer.counts
    if counts is None:
        return {}
    return {
        "usageMetadata": {
            "promptTokenCount": counts.input,
            "candidatesTokenCount": counts.output - counts.reasoning,
            "thoughtsTokenCount": counts.reasoning,
            "cachedContentTokenCount": counts.cached,
            "totalTokenCount": counts.input + counts.output,
        }
    }
