"""The two ways into Ashr for the spans of an OpenTelemetry provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry.sdk.trace import SpanProcessor as BaseProcessor
from opentelemetry.sdk.trace.export import SpanExporter as BaseExporter
from opentelemetry.sdk.trace.export import SpanExportResult

from ._gathering import Gathering

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import ReadableSpan, Span

    from ..client._async import AsyncAshrLabsClient
    from ..client._sync import AshrLabsClient

__all__ = ["SpanExporter", "SpanProcessor"]


class SpanProcessor(BaseProcessor):
    """Delivers the traces of a provider that are of agents, each as soon as all its spans have ended.

    Nothing here raises into the code that is traced, or keeps it waiting: traces are delivered in the background, and
    kept on disk while the platform cannot take them.

    Args:
        client: Whose platform they go to; unless given, one of the environment.
        keep: Gets the spans of a trace that is finished, and says whether it is delivered; unless given, those are of
            which at least one span has attributes of GenAI conventions or of OpenInference.
        max_spans: Spans of unfinished traces that wait in memory at most; beyond, the trace that is quiet for longest
            is delivered as it is.
        idle_timeout: Seconds after which an unfinished trace that is quiet is delivered as it is.

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
        self._gathering = Gathering(client, keep=keep, max_spans=max_spans, idle_timeout=idle_timeout, sees_starts=True)

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Note that a span is open."""
        self._gathering.started(span)

    def on_end(self, span: ReadableSpan) -> None:
        """Take a span that has ended."""
        self._gathering.ended(span)

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Wait until all finished traces are delivered, and tell whether they are; those with open spans wait on."""
        return self._gathering.flush(timeout_millis / 1000)

    def shutdown(self) -> None:
        """Deliver what there is, unfinished traces too; spans that end later are not taken."""
        self._gathering.shutdown()


class SpanExporter(BaseExporter):
    """Delivers the traces that a processor such as `BatchSpanProcessor` exports.

    It sees spans when they have ended only: a trace is delivered a second after its root has ended, or when
    `client.tracing.flush()` asks for it. `SpanProcessor`, which also sees spans start, needs no guess.

    Args:
        client: Whose platform they go to; unless given, one of the environment.
        keep: Gets the spans of a trace that is finished, and says whether it is delivered; unless given, those are of
            which at least one span has attributes of GenAI conventions or of OpenInference.
        max_spans: Spans of unfinished traces that wait in memory at most; beyond, the trace that is quiet for longest
            is delivered as it is.
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
        self._gathering = Gathering(
            client, keep=keep, max_spans=max_spans, idle_timeout=idle_timeout, sees_starts=False
        )

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Take spans that have ended; what becomes of them, `client.tracing.stats()` tells."""
        if self._gathering.is_over:
            return SpanExportResult.FAILURE
        for span in spans:
            self._gathering.ended(span)
        return SpanExportResult.SUCCESS

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Wait until all traces of which the root has ended are delivered, and tell whether they are."""
        return self._gathering.flush(timeout_millis / 1000)

    def shutdown(self) -> None:
        """Deliver what there is, unfinished traces too; spans that come later are not taken."""
        self._gathering.shutdown()
