"""OpenTelemetry spans of observed runs: they belong to the test of the scenario that is played."""

from __future__ import annotations

from time import perf_counter_ns
from typing import TYPE_CHECKING, Any

from .._json import as_object
from .._serialize import to_json
from ..spans.mapping import observations_of
from ..tracing.payload import SpanRecord
from ..tracing.trace import observed_traces
from ._reading import read_span, span_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry.sdk.trace import ReadableSpan

    from ashr_labs_types import Observation

__all__ = ["ObservedSpans", "Record"]

_MAX_OPEN = 10_000
"""How many spans that have not ended are remembered."""


class Record(SpanRecord):
    """A span, converted when the trace of the scenario is read."""

    __slots__ = ("_span", "_started")

    def __init__(self, span: ReadableSpan) -> None:
        self._span = span
        self._started = perf_counter_ns()

    def payload(self, clock_offset: int, hide: Callable[[Any], Any]) -> Observation:
        """Return the span as the API takes it."""
        return observations_of(read_span(self._span), hide)[0]

    def content(self) -> tuple[Any, Any, Any]:
        """Return the recorded values."""
        return as_object(to_json(dict(self._span.attributes or {}))), None, None


class ObservedSpans:
    """The spans that were started while a scenario was played, and have not ended."""

    def __init__(self) -> None:
        self._open: dict[int, None] = {}

    def started(self, span: ReadableSpan) -> bool:
        """Record a span in the trace of the scenario that is played here; return False if there is none."""
        traces = observed_traces()
        if traces is None:
            return False
        traces[0].append(Record(span))
        if len(self._open) >= _MAX_OPEN:
            self._open.pop(next(iter(self._open)), None)
        self._open[span_id(span)] = None
        return True

    def ended(self, span: ReadableSpan) -> bool:
        """Return True if a span that ends was recorded at its start."""
        return self._open.pop(span_id(span), self) is None
