"""OpenTelemetry spans, made by the real SDK."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.trace import Span, Tracer

CHAT = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "some-model"}


class Finished(SpanProcessor):
    """Keeps the spans that have ended, in order of their ends."""

    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []

    def on_end(self, span: ReadableSpan) -> None:
        self.spans.append(span)


def provider_of(*processors: SpanProcessor) -> TracerProvider:
    """Return a provider that is not global and logs nothing at shutdown."""
    provider = TracerProvider(resource=Resource({"service.name": "shop"}), shutdown_on_exit=False)
    for processor in processors:
        provider.add_span_processor(processor)
    return provider


def finished_spans(work: Callable[[Tracer], object]) -> list[ReadableSpan]:
    """Return the spans that some work makes."""
    kept = Finished()
    work(provider_of(kept).get_tracer("test"))
    return kept.spans


def one_span(attributes: dict[str, Any], *events: tuple[str, dict[str, Any]], name: str = "step") -> ReadableSpan:
    """Return a span with attributes and events."""

    def work(tracer: Tracer) -> None:
        with tracer.start_as_current_span(name, attributes=attributes) as span:
            for event, details in events:
                span.add_event(event, details)

    return finished_spans(work)[0]


def identifiers(span: Span) -> tuple[str, str]:
    """Return the ids of a span's trace and of the span, as Ashr writes them."""
    context = span.get_span_context()
    return f"{context.trace_id:032x}", f"{context.span_id:016x}"
