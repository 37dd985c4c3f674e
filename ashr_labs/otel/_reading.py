"""Reading of the OpenTelemetry SDK's spans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..spans import mapping
from ..spans.span import Event, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from opentelemetry.sdk.trace import ReadableSpan

    from ashr_labs_types import TracePayload

__all__ = ["identifier_of", "read_span", "span_id", "trace_id", "trace_of"]


def trace_id(span: ReadableSpan) -> int:
    """Return the trace id of a span as an integer, or 0."""
    context = span.get_span_context()
    return 0 if context is None else context.trace_id


def span_id(span: ReadableSpan) -> int:
    """Return the id of a span as an integer, or 0."""
    context = span.get_span_context()
    return 0 if context is None else context.span_id


def identifier_of(spans: Sequence[ReadableSpan]) -> str:
    """Return the id of the trace that the spans become; cheap for whole traces, as the application waits for it."""
    if any(span.parent is None for span in spans):
        return f"{trace_id(spans[0]):032x}"
    return mapping.identifier_of([read_span(span) for span in spans])


def trace_of(spans: Sequence[ReadableSpan], mask: Callable[[Any], Any] | None = None) -> TracePayload:
    """Convert ended spans of one OpenTelemetry trace.

    Args:
        spans: At least one span, in any order.
        mask: Applied to inputs, outputs, metadata and messages.
    """
    return mapping.trace_of([read_span(span) for span in spans], mask)


def read_span(span: ReadableSpan) -> Span:
    """Return the parts of a span that are mapped."""
    scope = span.instrumentation_scope
    return Span(
        trace_id=f"{trace_id(span):032x}",
        span_id=f"{span_id(span):016x}",
        parent_id=None if span.parent is None else f"{span.parent.span_id:016x}",
        name=span.name,
        kind=span.kind.name,
        start_time=span.start_time or 0,
        end_time=span.end_time,
        attributes=span.attributes or {},
        events=[Event(event.name, event.timestamp or 0, event.attributes or {}) for event in span.events],
        links=[f"{link.context.trace_id:032x}-{link.context.span_id:016x}" for link in span.links],
        status=span.status.status_code.name,
        status_message=span.status.description,
        scope=scope.name if scope is not None else "",
        resource=span.resource.attributes,
    )
