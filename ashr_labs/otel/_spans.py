"""A span processor and a span exporter for OpenTelemetry providers."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from opentelemetry.sdk.trace import SpanProcessor as BaseProcessor
from opentelemetry.sdk.trace.export import SpanExporter as BaseExporter
from opentelemetry.sdk.trace.export import SpanExportResult

from ..errors import MissingAPIKeyError
from ._buffer import SpanBuffer
from ._observed import ObservedSpans

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import ReadableSpan, Span

    from ..client._async import AsyncAshrLabsClient
    from ..client._sync import AshrLabsClient

__all__ = ["SpanExporter", "SpanProcessor"]

_log = logging.getLogger("ashr_labs.otel")


class SpanProcessor(BaseProcessor):
    """Delivers the agent traces of a provider, each as soon as all its spans have ended.

    Never raises and never blocks: traces are delivered in the background, and kept on disk while the platform is
    unavailable. Spans that an agent records while `EvalRunner` plays a scenario belong to the test instead.

    Args:
        client: Delivers the traces; defaults to `AshrLabsClient.from_env()`. Without an API key in the environment,
            only the spans of tests are recorded.
        keep: Called with the spans of a complete trace; returns True to deliver it. By default, traces are delivered
            in which a span has attributes of the GenAI conventions or of OpenInference.
        max_spans: Maximum number of spans of unfinished traces in memory; if exceeded, the trace that is idle for
            longest is delivered as it is.
        idle_timeout: Seconds after which an idle unfinished trace is delivered as it is.

    Example:
        >>> from opentelemetry.sdk.trace import TracerProvider
        >>> provider = TracerProvider()
        >>> provider.add_span_processor(SpanProcessor(client))  # doctest: +SKIP
    """

    def __init__(
        self,
        client: AshrLabsClient | AsyncAshrLabsClient | None = None,
        *,
        keep: Callable[[Sequence[ReadableSpan]], bool] | None = None,
        max_spans: int = 10_000,
        idle_timeout: float = 300.0,
    ) -> None:
        self._observed = ObservedSpans()
        self._buffer: SpanBuffer | None = None
        try:
            self._buffer = SpanBuffer(
                client, keep=keep, max_spans=max_spans, idle_timeout=idle_timeout, sees_starts=True
            )
        except MissingAPIKeyError as error:
            _log.warning("OpenTelemetry spans are recorded in tests only: %s", error.message)

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Note the start of a span."""
        with suppress(Exception):
            if not self._observed.started(span) and self._buffer is not None:
                self._buffer.started(span)

    def on_end(self, span: ReadableSpan) -> None:
        """Add an ended span."""
        with suppress(Exception):
            if not self._observed.ended(span) and self._buffer is not None:
                self._buffer.ended(span)

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Wait until all complete traces are delivered; return True if they are."""
        return self._buffer is None or self._buffer.force_flush(timeout_millis / 1000)

    def shutdown(self) -> None:
        """Deliver everything, unfinished traces too; spans that end later are ignored."""
        if self._buffer is not None:
            self._buffer.shutdown()


class SpanExporter(BaseExporter):
    """Delivers the traces of a processor such as `BatchSpanProcessor`.

    An exporter receives ended spans only: a trace is delivered one second after its root has ended, or by
    `client.tracing.flush()`. `SpanProcessor` also sees spans start, and knows when a trace is complete.

    Args:
        client: Delivers the traces; defaults to `AshrLabsClient.from_env()`.
        keep: Called with the spans of a complete trace; returns True to deliver it. By default, traces are delivered
            in which a span has attributes of the GenAI conventions or of OpenInference.
        max_spans: Maximum number of spans of unfinished traces in memory; if exceeded, the trace that is idle for
            longest is delivered as it is.
        idle_timeout: Seconds after which a trace without a root is delivered as it is.

    Example:
        >>> from opentelemetry.sdk.trace.export import BatchSpanProcessor
        >>> provider.add_span_processor(BatchSpanProcessor(SpanExporter(client)))  # doctest: +SKIP
    """

    def __init__(
        self,
        client: AshrLabsClient | AsyncAshrLabsClient | None = None,
        *,
        keep: Callable[[Sequence[ReadableSpan]], bool] | None = None,
        max_spans: int = 10_000,
        idle_timeout: float = 300.0,
    ) -> None:
        self._buffer = SpanBuffer(client, keep=keep, max_spans=max_spans, idle_timeout=idle_timeout, sees_starts=False)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Add ended spans; see `client.tracing.stats()` for their delivery."""
        if self._buffer.is_shut_down:
            return SpanExportResult.FAILURE
        for span in spans:
            self._buffer.ended(span)
        return SpanExportResult.SUCCESS

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Wait until all traces whose root has ended are delivered; return True if they are."""
        return self._buffer.force_flush(timeout_millis / 1000)

    def shutdown(self) -> None:
        """Deliver everything, unfinished traces too; later spans are ignored."""
        self._buffer.shutdown()
