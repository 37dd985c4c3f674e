"""A span processor that adds spans to our active trace, as if our own functions had recorded them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace import SpanProcessor as BaseProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import get_current_span

from .._serialize import MAX_CHARACTERS
from .._unset import UNSET
from ..spans.content import kind_of, output_of
from ..spans.mapping import observations_of, told_events
from ..tracing.instrument import call_parent
from ..tracing.spans import FOREIGN_SCOPES, ForeignScope, Parent
from ._observed import Record
from ._reading import read_span, span_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import ReadableSpan, Span

    from ashr_labs_types import Observation

    from ..tracing.payload import SpanRecord
    from ..tracing.trace import Trace

__all__ = ["JoiningProcessor", "joining_provider"]

_MAX_OPEN: Final = 10_000
"""How many spans that have not ended are remembered."""
_MAX_ATTRIBUTES: Final = 4_000
"""Attributes of a span; some instrumentations write one for each leaf of a message."""


def joining_provider() -> tuple[TracerProvider, Callable[[], None]]:
    """Return a provider whose spans join our traces, and how to end that; the global provider is not involved."""
    limits = SpanLimits(max_span_attributes=_MAX_ATTRIBUTES, max_span_attribute_length=MAX_CHARACTERS)
    provider = TracerProvider(sampler=ALWAYS_ON, shutdown_on_exit=False, span_limits=limits)
    processor = JoiningProcessor()
    provider.add_span_processor(processor)
    FOREIGN_SCOPES.append(processor.find)

    def leave() -> None:
        FOREIGN_SCOPES.remove(processor.find)
        processor.shutdown()

    return provider, leave


class JoiningProcessor(BaseProcessor):
    """Adds each span to the trace of its parent, of ours or of OpenTelemetry; starts one for a span outside of any.

    Never raises and never blocks.
    """

    def __init__(self) -> None:
        self._open: dict[int, _Joined] = {}
        self._is_on = True

    def shutdown(self) -> None:
        """Add no further spans: some instrumentors go on after they are switched off."""
        self._is_on = False

    def find(self) -> ForeignScope | None:
        """Return the scope of OpenTelemetry's current span, if it joined a trace."""
        return self._open.get(get_current_span().get_span_context().span_id)

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Add a span."""
        if self._is_on:
            with suppress(Exception):
                self._start(span)

    def on_end(self, span: ReadableSpan) -> None:
        """Add the events of a span, and end the trace that it started."""
        with suppress(Exception):
            joined = self._open.pop(span_id(span), None)
            if joined is not None:
                joined.end(span)

    def _start(self, span: Span) -> None:
        outer = None if span.parent is None else self._open.get(span.parent.span_id)
        # A span of ours may have been activated within the current one of OpenTelemetry.
        is_elsewhere = outer is not None and outer is not self.find()
        found = (outer.span, None) if outer is not None and is_elsewhere else call_parent(span.name)
        if found is None:
            return
        if len(self._open) >= _MAX_OPEN:
            self._open.pop(next(iter(self._open)), None)
        self._open[span_id(span)] = _Joined(span, *found)


class _Inside(Parent):
    """Stands for a span where others are added below it."""

    __slots__ = ("_covers", "_name", "outer_id")

    def __init__(self, above: Parent, span: ReadableSpan) -> None:
        super().__init__(above._state, span_id(span))
        self.outer_id = None if above._id is None else f"{above._id:016x}"
        """The id of the span around it, ours or OpenTelemetry's; None directly below a trace."""
        kind = kind_of(span.attributes or {})
        self._covers = kind == "generation"
        self._name = f"{kind}:"
        """Read where the name of a span of ours is; `tool:` begins those of tools."""

    def covers_call(self) -> bool:
        """Return True for the first call of a model in the span of one; later ones are those of a stream's consumer."""
        covers, self._covers = self._covers, False
        return covers

    @property
    def captures(self) -> bool:
        """Whether content is recorded."""
        return self._state.capture_content

    def record(self, record: SpanRecord) -> None:
        """Add a record to the trace."""
        if self._state.is_open:
            self._state.spans.append(record)


class _Joined(ForeignScope):
    """A span that has not ended, and the trace that it started."""

    __slots__ = ("_inside", "_trace")

    def __init__(self, span: ReadableSpan, above: Parent, trace: Trace | None) -> None:
        self._inside = _Inside(above, span)
        super().__init__(self._inside)
        self._trace = trace
        self._inside.record(_JoinedRecord(span, 0, self._inside))

    def end(self, span: ReadableSpan) -> None:
        """Add the events of the span, and end the trace."""
        self.is_open = False
        ended = read_span(span)
        for number in range(1, 1 + len(told_events(ended))):
            self._inside.record(_JoinedRecord(span, number, self._inside))
        if self._trace is not None:
            output = output_of(ended.attributes, ended.events) if self._inside.captures else None
            self._trace.end(output=UNSET if output is None else output)


class _JoinedRecord(Record):
    """A span or one of its events, below the span of ours or of OpenTelemetry that it was started in."""

    __slots__ = ("_captures", "_number", "_outer_id")

    def __init__(self, span: ReadableSpan, number: int, inside: _Inside) -> None:
        super().__init__(span)
        self._number = number
        self._outer_id = inside.outer_id
        self._captures = inside.captures

    def payload(self, clock_offset: int, hide: Callable[[Any], Any]) -> Observation:
        """Return the span or event as the API takes it."""
        written = observations_of(read_span(self._span), hide)[self._number]
        if self._number == 0:
            written["parent_observation_id"] = self._outer_id
        if not self._captures:
            written["input"] = None
            written.pop("output", None)
        return written
