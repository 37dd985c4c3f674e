"""Traces as Langfuse's public ingestion API takes them: pure functions."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from ..._json import as_list, as_object, parsed_json, preview
from ..._retry import is_transient_status
from ..jobs.worker import RejectedError, RetryLaterError
from .ids import observation_times, trace_key
from .otlp import as_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..._http import HTTPResponse

__all__ = ["LANGFUSE_PATH", "check_langfuse", "langfuse_requests"]

LANGFUSE_PATH = "/api/public/ingestion"

_LARGEST_REQUEST = 3_000_000
"""Bytes; Langfuse takes 3.5 MB."""
_LEVELS = frozenset({"DEBUG", "DEFAULT", "WARNING", "ERROR"})
_KINDS = {"generation": "generation-create", "event": "event-create"}


def langfuse_requests(tenant_id: int, trace: Mapping[str, Any]) -> list[bytes]:
    """Return the bodies of the requests that store a trace; sent again, they change nothing."""
    trace_id = trace_key(tenant_id, trace["id"])
    events = [_trace_event(trace_id, trace)]
    events += [_observation_event(trace_id, trace, observation) for observation in trace["observations"]]
    return list(_batches(events))


def check_langfuse(reply: HTTPResponse) -> None:
    """Make sure that everything was taken.

    Raises:
        RetryLater: Something may be taken later.
        Refused: Something never will.
    """
    answer = as_object(parsed_json(reply.text)) or {}
    errors = [as_object(error) or {} for error in as_list(answer.get("errors")) or ()]
    if "successes" not in answer:
        raise RetryLaterError(f"no answer of Langfuse but {preview(reply.text)}")
    if not errors:
        return
    reason = f"{len(errors)} events were not taken, the first with {preview(dict(errors[0]))}"
    if any(_is_transient(error.get("status")) for error in errors):
        raise RetryLaterError(reason)
    raise RejectedError(reason)


def _is_transient(status: object) -> bool:
    return isinstance(status, int) and is_transient_status(status)


def _trace_event(trace_id: str, trace: Mapping[str, Any]) -> dict[str, Any]:
    known = {
        "id": trace_id,
        "timestamp": trace["created_at"],
        "name": trace.get("name"),
        "userId": trace.get("user_id"),
        "sessionId": trace.get("session_id"),
        "tags": trace.get("tags"),
        "metadata": {**(as_object(trace.get("metadata")) or {}), "ashr_trace_id": trace["id"]},
        "input": trace.get("input"),
        "output": trace.get("output"),
    }
    return _event("trace-create", trace["created_at"], known)


def _observation_event(trace_id: str, trace: Mapping[str, Any], observation: Mapping[str, Any]) -> dict[str, Any]:
    started, ended = observation_times(observation, trace["created_at"])
    parent, level = observation.get("parent_observation_id"), observation.get("level")
    known = {
        "id": f"{trace_id}-{observation.get('id')}",
        "traceId": trace_id,
        "parentObservationId": f"{trace_id}-{parent}" if parent else None,
        "name": observation.get("name"),
        "startTime": started,
        "endTime": ended,
        "level": level if level in _LEVELS else None,
        "statusMessage": observation.get("status_message"),
        "input": observation.get("input"),
        "output": observation.get("output"),
        "metadata": observation.get("metadata"),
        **_generation(observation),
    }
    return _event(_KINDS.get(str(observation.get("type")), "span-create"), started, known)


def _generation(observation: Mapping[str, Any]) -> dict[str, Any]:
    if observation.get("type") != "generation":
        return {}
    usage = as_object(observation.get("usage")) or {}
    tokens = {"input": usage.get("input_tokens"), "output": usage.get("output_tokens")}
    cost = usage.get("cost") if usage.get("cost") is not None else observation.get("cost")
    return {
        "model": observation.get("model"),
        "usageDetails": {name: count for name, count in tokens.items() if count is not None} or None,
        "costDetails": None if cost is None else {"total": cost},
    }


def _event(kind: str, timestamp: str, known: Mapping[str, Any]) -> dict[str, Any]:
    body = {name: value for name, value in known.items() if value is not None}
    # Langfuse takes an event once by its id: the same content is the same event, a changed one is another.
    digest = hashlib.sha256(json.dumps([kind, body], sort_keys=True).encode()).hexdigest()[:32]
    return {"id": digest, "type": kind, "timestamp": timestamp, "body": body}


def _batches(events: Iterable[dict[str, Any]]) -> Iterable[bytes]:
    batch: list[bytes] = []
    size = 0
    for event in events:
        text = as_json(event)
        if len(text) > _LARGEST_REQUEST:
            text = as_json(_without_payload(event, len(text)))
        if batch and size + len(text) > _LARGEST_REQUEST:
            yield _joined(batch)
            batch, size = [], 0
        batch.append(text)
        size += len(text) + 1
    if batch:
        yield _joined(batch)


def _without_payload(event: dict[str, Any], size: int) -> dict[str, Any]:
    marker = f"[left out when this was passed on: the event has {size} bytes]"
    large = ("input", "output", "metadata")
    return {**event, "body": {name: marker if name in large else value for name, value in event["body"].items()}}


def _joined(batch: Iterable[bytes]) -> bytes:
    return b'{"batch":[' + b",".join(batch) + b"]}"
