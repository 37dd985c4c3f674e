"""OTLP requests, as exporters send them."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import Any

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList
from opentelemetry.proto.trace.v1.trace_pb2 import Span

START = 1_900_000_000_000_000_000
"""Nanoseconds since 1970: in 2030."""
_FIELDS: dict[type, Any] = {
    bool: "bool_value",
    int: "int_value",
    float: "double_value",
    bytes: "bytes_value",
    str: "string_value",
}
NOW = 1_900_000_100.0
"""Seconds since 1970, when the spans arrive."""


def any_value(value: Any) -> AnyValue:
    """Return a value as OTLP has it."""
    if isinstance(value, list):
        return AnyValue(array_value=ArrayValue(values=[any_value(item) for item in value]))
    if isinstance(value, dict):
        return AnyValue(kvlist_value=KeyValueList(values=pairs(value)))
    return AnyValue() if value is None else AnyValue(**{_FIELDS[type(value)]: value})


def pairs(attributes: dict[str, Any]) -> list[KeyValue]:
    """Return attributes as OTLP has them."""
    return [KeyValue(key=name, value=any_value(value)) for name, value in attributes.items()]


def otlp_span(
    number: int,
    attributes: dict[str, Any] | None = None,
    *,
    trace: int = 7,
    parent: int = 0,
    name: str = "step",
    start: int = START,
) -> Span:
    """Return a span whose ids are these numbers, and that takes one second."""
    return Span(
        trace_id=trace.to_bytes(16),
        span_id=number.to_bytes(8),
        parent_span_id=parent.to_bytes(8) if parent else b"",
        name=name,
        kind=Span.SPAN_KIND_INTERNAL,
        start_time_unix_nano=start,
        end_time_unix_nano=start + 1_000_000_000,
        attributes=pairs(attributes or {}),
    )


def otlp_request(*spans: Span, service: str = "shop", scope: str = "test") -> ExportTraceServiceRequest:
    """Return a request with spans of one service."""
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    group.resource.attributes.extend(pairs({"service.name": service}))
    scoped = group.scope_spans.add()
    scoped.scope.name = scope
    scoped.spans.extend(spans)
    return request


def as_otlp_json(request: ExportTraceServiceRequest) -> bytes:
    """Return a request in OTLP's JSON: ids in hexadecimal digits, enumerations as numbers."""
    document = MessageToDict(request, use_integers_for_enums=True)
    for resource in document.get("resourceSpans", []):
        for scope in resource.get("scopeSpans", []):
            for span in scope.get("spans", []):
                for identified in (span, *span.get("links", [])):
                    for field in ("traceId", "spanId", "parentSpanId"):
                        if field in identified:
                            identified[field] = b64decode(identified[field]).hex()
    return json.dumps(document).encode()
