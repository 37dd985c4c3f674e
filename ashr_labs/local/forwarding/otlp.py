"""Conversion of traces to OTLP/HTTP with JSON bodies and OpenTelemetry's GenAI attributes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ..._gen_ai import generation_attributes, provider_of
from ..._json import as_list, as_object, parsed_json, preview
from ..jobs.worker import RejectedError, RetryLaterError
from ..store.trace_rows import parse_timestamp
from .ids import observation_times, span_key, trace_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ..._http import HTTPResponse

__all__ = ["check_otlp", "otlp_requests"]

_TOOL = "tool:"
_INTERNAL, _CLIENT = 1, 3
_ERROR = 2
_ROOT = "the trace itself"
_PAYLOAD = frozenset(
    {
        "ashr.input",
        "ashr.output",
        "ashr.metadata",
        "gen_ai.input.messages",
        "gen_ai.output.messages",
        "gen_ai.tool.call.arguments",
        "gen_ai.tool.call.result",
    }
)


def otlp_requests(
    tenant_id: int,
    trace: Mapping[str, Any],
    *,
    replace_payload: Callable[[Mapping[str, Any] | None], Mapping[str, Any]] | None = None,
    max_bytes: int | None = None,
) -> list[bytes]:
    """Return the request bodies for a trace: a root span, and a span below it for each observation.

    Args:
        tenant_id: The tenant that owns the trace.
        trace: The trace, as it was sent.
        replace_payload: Returns the attributes that replace those with payloads, for the span of an observation, or
            for the root span (None).
        max_bytes: The maximum size of a request; larger traces are split, and larger spans lose their attributes.
    """
    key = trace_key(tenant_id, trace["id"])
    spans = [_span(key, trace, observation) for observation in trace["observations"]]
    spans.insert(0, _root(key, tenant_id, trace, spans))
    if replace_payload:
        for span, observation in zip(spans, (None, *trace["observations"]), strict=True):
            kept = [attribute for attribute in span["attributes"] if attribute["key"] not in _PAYLOAD]
            span["attributes"] = kept + _attributes(replace_payload(observation))
    resource = _as_json({"attributes": _attributes({"service.name": "ashr-labs", "ashr.tenant_id": tenant_id})})
    head = b'{"resourceSpans":[{"resource":%b,"scopeSpans":[{"scope":{"name":"ashr_labs"},"spans":[' % resource
    return [head + b",".join(batch) + b"]}]}]}" for batch in _batches(spans, max_bytes)]


def _batches(spans: Iterable[dict[str, Any]], max_bytes: int | None) -> Iterable[list[bytes]]:
    batch: list[bytes] = []
    size = 0
    for span in spans:
        text = _as_json(span)
        if max_bytes is not None and len(text) > max_bytes:
            marker = f"not forwarded: the span has {len(text):,} bytes"
            text = _as_json({**span, "attributes": _attributes({"ashr.truncated": marker})})
        if batch and max_bytes is not None and size + len(text) > max_bytes:
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text) + 1
    yield batch


def _as_json(value: object) -> bytes:
    """Encode JSON as UTF-8, without lone surrogates, for which some servers refuse a whole request."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def check_otlp(reply: HTTPResponse) -> None:
    """Check that every span was accepted.

    Raises:
        RetryLaterError: The response is not from an OTLP endpoint.
        RejectedError: Some spans were rejected; the protocol forbids sending them again.
    """
    answer = as_object(parsed_json(reply.text.strip() or "{}"))
    if answer is None:
        raise RetryLaterError(f"expected an OTLP response, got {preview(reply.text)}")
    partial = as_object(answer.get("partialSuccess")) or {}
    if str(partial.get("rejectedSpans", 0)) != "0":
        raise RejectedError(f"some spans were rejected: {preview(dict(partial))}")


def _root(key: str, tenant_id: int, trace: Mapping[str, Any], spans: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    came = _nanoseconds(trace["created_at"])
    generations = (one for one in trace["observations"] if one.get("type") == "generation")
    known = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.provider.name": provider_of(next(generations, None)),
        "gen_ai.agent.name": str(trace.get("name")),
        "gen_ai.conversation.id": trace.get("session_id"),
        "user.id": trace.get("user_id"),
        "ashr.trace_id": trace["id"],
        "ashr.tags": trace.get("tags"),
        "ashr.metadata": trace.get("metadata"),
        "ashr.output": trace.get("output"),
        "ashr.tenant_id": tenant_id,
    }
    return {
        "traceId": key,
        "spanId": span_key(key, _ROOT),
        "name": str(trace.get("name")),
        "kind": _INTERNAL,
        "startTimeUnixNano": min((span["startTimeUnixNano"] for span in spans), key=int, default=came),
        "endTimeUnixNano": max((span["endTimeUnixNano"] for span in spans), key=int, default=came),
        "attributes": _attributes(known),
    }


def _span(key: str, trace: Mapping[str, Any], observation: Mapping[str, Any]) -> dict[str, Any]:
    started, ended = observation_times(observation, trace["created_at"])
    is_call = observation.get("type") == "generation"
    span: dict[str, Any] = {
        "traceId": key,
        "spanId": span_key(key, observation.get("id")),
        "parentSpanId": span_key(key, observation.get("parent_observation_id") or _ROOT),
        "name": str(observation.get("name")),
        "kind": _CLIENT if is_call else _INTERNAL,
        "startTimeUnixNano": _nanoseconds(started),
        "endTimeUnixNano": _nanoseconds(max(ended or started, started)),
        "attributes": _attributes({**_common(observation), **(_generation if is_call else _step)(observation)}),
    }
    if observation.get("level") == "ERROR":
        span["status"] = {"code": _ERROR, "message": str(observation.get("status_message") or "")}
    return span


def _common(observation: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "ashr.observation.type": observation.get("type"),
        "ashr.level": observation.get("level"),
        "ashr.metadata": observation.get("metadata"),
        "ashr.status_message": observation.get("status_message"),
        "ashr.unended": None if observation.get("end_time") or observation.get("type") == "event" else True,
    }


def _generation(observation: Mapping[str, Any]) -> dict[str, Any]:
    usage = as_object(observation.get("usage")) or {}
    cost = usage.get("cost") if usage.get("cost") is not None else observation.get("cost")
    return {**generation_attributes(observation), "ashr.cost": cost}


def _step(observation: Mapping[str, Any]) -> dict[str, Any]:
    name = str(observation.get("name"))
    if not name.startswith(_TOOL):
        return {"ashr.input": observation.get("input"), "ashr.output": observation.get("output")}
    return {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": name.removeprefix(_TOOL),
        "gen_ai.tool.call.arguments": observation.get("input"),
        "gen_ai.tool.call.result": observation.get("output"),
    }


def _attributes(known: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": _value(value)} for key, value in known.items() if value is not None]


def _value(value: object) -> dict[str, Any]:
    """Return an attribute value; values without an OTLP type become JSON text."""
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int) and -(2**63) <= value < 2**63:
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, str):
        return {"stringValue": value}
    if (items := as_list(value)) is not None and all(isinstance(item, str) for item in items):
        return {"arrayValue": {"values": [{"stringValue": item} for item in items]}}
    return {"stringValue": json.dumps(value)}


def _nanoseconds(moment: str) -> str:
    return str(max(0, round((parse_timestamp(moment) or 0.0) * 1e6)) * 1000)
