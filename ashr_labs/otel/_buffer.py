"""The span buffer behind the processor and the exporter: from ended spans to delivered traces."""

from __future__ import annotations

from collections import OrderedDict
from contextlib import suppress
from functools import partial
from threading import main_thread
from time import monotonic, time_ns
from typing import TYPE_CHECKING

from opentelemetry.context import (
    _SUPPRESS_INSTRUMENTATION_KEY,  # pyright: ignore[reportPrivateUsage] - there is no public name in the API
    attach,
    get_value,
    set_value,
)

from .._forks import IMPORTS
from ..spans import conventions as names
from ..spans.mapping import is_of_an_agent
from ..tracing.export.exporter import EXPORTER
from ..tracing.export.item import QueuedTrace
from ..tracing.propagation import is_sampled
from ._assembler import TraceAssembler
from ._reading import identifier_of, trace_id, trace_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from opentelemetry.sdk.trace import ReadableSpan

    from ..client._async import AsyncAshrLabsClient
    from ..client._sync import AshrLabsClient
    from ..tracing.context import TraceSink
    from ._assembler import Part

__all__ = ["SpanBuffer"]

_REMEMBERED = 1_000


class SpanBuffer:
    """Assembles traces from spans and enqueues them for delivery; never raises, never blocks."""

    def __init__(
        self,
        client: AshrLabsClient | AsyncAshrLabsClient | None,
        *,
        keep: Callable[[Sequence[ReadableSpan]], bool] | None,
        max_spans: int,
        idle_timeout: float,
        sees_starts: bool,
    ) -> None:
        if client is None:
            with IMPORTS.lock:
                from ..client._sync import AshrLabsClient  # noqa: PLC0415 - most users pass a client

            client = AshrLabsClient.from_env()
        self._client = client
        """Kept alive: a client that is garbage-collected releases the connections of its traces."""
        self._tracing = client.tracing
        self._sink: TraceSink = client.tracing._sink  # pyright: ignore[reportPrivateUsage]
        self._keep = keep or _has_an_agent
        self._delivered: OrderedDict[int, None] = OrderedDict()
        """Traces of which a part was delivered; the rest is delivered in any case."""
        self._assembler = TraceAssembler(sees_starts=sees_starts, max_spans=max_spans, idle_timeout=idle_timeout)
        self._since = 0
        """The start of a forked process; earlier spans are the parent's."""
        self._is_shut_down = False
        self._is_registered = False
        self._register()

    @property
    def spans(self) -> int:
        """The number of spans of unfinished traces."""
        return self._assembler.spans

    @property
    def is_shut_down(self) -> bool:
        """Whether `shutdown` was called."""
        return self._is_shut_down

    def started(self, span: ReadableSpan) -> None:
        """Note the start of a span."""
        with suppress(Exception):
            if self._is_exported(span):
                self._assembler.started(span, monotonic())

    def ended(self, span: ReadableSpan) -> None:
        """Add an ended span."""
        with suppress(Exception):
            if self._is_exported(span):
                self._register()
                self._enqueue(self._assembler.ended(span, monotonic()))

    def poll(self, now: float) -> None:
        """Enqueue the traces that are due; called periodically by the exporter's worker."""
        with suppress(Exception):
            # The worker's own requests must not be traced.
            if not get_value(_SUPPRESS_INSTRUMENTATION_KEY):
                attach(set_value(_SUPPRESS_INSTRUMENTATION_KEY, True))
            self._enqueue(self._assembler.due(now))

    def flush(self, *, is_last: bool = False) -> None:
        """Enqueue the complete traces; at the end of the process, all traces."""
        with suppress(Exception):
            self._enqueue(self._assembler.drain() if is_last else self._assembler.complete())

    def reset_after_fork(self) -> None:
        """Drop everything in a forked process: the parent delivers it."""
        self._since = time_ns()
        self._is_registered = False
        self._assembler.reset_after_fork()

    def force_flush(self, seconds: float) -> bool:
        """Wait until all complete traces are delivered; return True if they are."""
        return self._tracing.flush(seconds)["queued"] == 0

    def shutdown(self) -> None:
        """Deliver everything within a time limit; spans that end later are ignored."""
        if not self._is_shut_down:
            self._is_shut_down = True
            self.flush(is_last=True)
            EXPORTER.remove_source(self)
            if main_thread().is_alive():  # else the exit of the process waits for the delivery
                self.force_flush(self._tracing.settings.exit_timeout)

    def _register(self) -> None:
        if not self._is_registered:  # also in a forked process
            self._is_registered = True
            EXPORTER.add_source(self)

    def _is_exported(self, span: ReadableSpan) -> bool:
        context = span.get_span_context()
        return (
            not self._is_shut_down
            and context is not None
            and context.trace_flags.sampled
            and names.MIRRORED not in (span.attributes or ())
            and (span.start_time or 0) >= self._since
            and self._tracing.settings.enabled
        )

    def _enqueue(self, parts: list[Part]) -> None:
        for part in parts:
            with suppress(Exception):
                identifier = trace_id(part[0])
                if not is_sampled(f"{identifier:032x}", self._tracing.settings.sample_rate):
                    continue
                if identifier in self._delivered or self._keep(part):
                    self._sink.enqueue(self._item(part))
                    self._remember(identifier)

    def _remember(self, identifier: int) -> None:
        self._delivered[identifier] = None
        if len(self._delivered) > _REMEMBERED:
            self._delivered.popitem(last=False)

    def _item(self, part: Part) -> QueuedTrace:
        write = partial(trace_of, part, self._tracing.settings.mask)
        return QueuedTrace(identifier_of(part), None, write, sum(_rough_size(span) for span in part))


def _has_an_agent(spans: Sequence[ReadableSpan]) -> bool:
    return any(is_of_an_agent(span.attributes or ()) for span in spans)


def _rough_size(span: ReadableSpan) -> int:
    held = [span.attributes or {}, *(event.attributes or {} for event in span.events)]
    values = [value for attributes in held for value in attributes.values()]
    return 500 + sum(50 + (len(value) if isinstance(value, str) else 0) for value in values)
