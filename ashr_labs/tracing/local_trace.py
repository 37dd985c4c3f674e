"""Traces that stay in this process, for tests: their spans are read, and delivered only if someone asks for it."""

from __future__ import annotations

from contextlib import suppress
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, cast

from .._serialize import json_object, masked
from .export.item import ExportResult, QueuedTrace
from .payload import SpanRecord, estimate_values
from .propagation import make_trace_id
from .spans import Parent, Scope, active_scope
from .state import TraceState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ashr_labs_types import Observation, TracePayload

    from .context import TracingHandle

__all__ = ["MAX_BYTES", "MAX_SPANS", "LocalTrace", "deliver_trace"]

MAX_SPANS: Final = 1000
"""How many observations of a trace are read; further ones are counted."""
MAX_BYTES: Final = 1_000_000
"""How many bytes the observations that are read have, roughly."""
_START: Final = attrgetter("_started")
_CONTENT: Final = ("input", "output", "metadata")


class LocalTrace(Parent):
    """A trace whose spans are kept in memory; sampling and settings do not apply to it.

    Traces that are started in its scope belong to it as well: their spans are read here, too. Within another trace that
    is recorded, its spans are recorded there as well, under its id.
    """

    __slots__ = ("_outer", "_read", "made", "scope")

    def __init__(self) -> None:
        self._id = None
        self._scope = None
        self.made: list[TraceState] = []
        """The state, once it is needed; the first one counts: threads of the agent may make several at once."""
        self._outer = active_scope()
        self._read = 0
        self.scope = Scope(self, None)
        """Code that runs in this scope records here."""

    @property
    def _state(self) -> TraceState:  # type: ignore[override]  # pyright: ignore[reportIncompatibleVariableOverride]
        """The state, made when something is recorded: most scenarios of most agents record nothing."""
        if not self.made:
            self.made.append(self._state_made())
        return self.made[0]

    @property
    def is_shared(self) -> bool:
        """Whether the spans are recorded in another trace as well."""
        return self._outer is not None and self._outer.span.is_recorded

    @property
    def has_news(self) -> bool:
        """Whether spans were started since the last call of `news()`."""
        return bool(self.made) and self._count() > self._read

    def news(self) -> list[Observation]:
        """Return the spans that were started since the last call, as the API has them, up to the limits."""
        spans = self._spans()[self._read :]
        self._read += len(spans)
        return self._written(spans)

    def end(self, **_given: Any) -> tuple[list[Observation], int]:
        """Record nothing more; return all observations up to the limits, and how many are left out."""
        self._state.is_open = False
        found = self._written(self._spans())
        return found, self._count() - len(found)

    def _state_made(self) -> TraceState:
        outer = self._outer.span if self.is_shared and self._outer is not None else None
        if outer is None:
            state = TraceState(make_trace_id(None), sampled=True, is_open=True)
        else:
            shared = outer._state
            state = TraceState(
                shared.trace_id, sampled=shared.sampled, is_open=True, capture_content=shared.capture_content
            )
            state.ids, state.clock_offset = shared.ids, shared.clock_offset
            state.spans = _SharedSpans(shared.spans)
            self._id = outer._id
        state.observed = [state.spans]
        return state

    def _count(self) -> int:
        return sum(map(len, self._state.observed or ()))

    def _spans(self) -> list[SpanRecord]:
        traces = self._state.observed or []
        if len(traces) == 1:
            return traces[0]
        return sorted((span for spans in traces for span in spans), key=_START)

    def _written(self, spans: list[SpanRecord]) -> list[Observation]:
        found: list[Observation] = []
        left = MAX_BYTES
        for span in spans[:MAX_SPANS]:
            left -= 300 + estimate_values(span.content())
            if left < 0:
                break
            found.append(span.payload(self._state.clock_offset, _unchanged))
        return found


class _SharedSpans(list[SpanRecord]):
    """Spans that are also those of another trace."""

    def __init__(self, other: list[SpanRecord]) -> None:
        super().__init__()
        self._other = other

    def append(self, span: SpanRecord, /) -> None:
        """Append a span to both."""
        super().append(span)
        self._other.append(span)


def deliver_trace(tracing: TracingHandle, trace: TracePayload) -> ExportResult:
    """Queue a complete trace for delivery, masked by the settings; never raises.

    Args:
        tracing: The `client.tracing` that delivers it.
        trace: The trace, with an `id`.
    """
    result = ExportResult()
    with suppress(Exception):
        sink = tracing._sink  # pyright: ignore[reportPrivateUsage]
        settings = sink.settings
        if settings.enabled:
            result.begin(settings.flush_timeout, sink.wake)
            size = 300 + sum(_size(one) for one in trace.get("observations", ()))
            sink.enqueue(QueuedTrace(trace.get("id", ""), result, lambda: _masked(trace, settings.mask), size))
    return result


def _unchanged(value: Any) -> Any:
    return value


def _size(observation: Mapping[str, Any]) -> int:
    return 300 + estimate_values([observation.get(field) for field in _CONTENT])


def _masked(trace: TracePayload, mask: Callable[[Any], Any] | None) -> TracePayload:
    if mask is None:
        return trace
    observations = [cast("Observation", _masked_fields(one, mask)) for one in trace.get("observations", ())]
    return cast("TracePayload", {**_masked_fields(trace, mask), "observations": observations})


def _masked_fields(fields: Mapping[str, Any], mask: Callable[[Any], Any]) -> dict[str, Any]:
    changed = {key: masked(fields[key], mask) for key in (*_CONTENT, "status_message") if fields.get(key) is not None}
    if "metadata" in changed:
        changed["metadata"] = json_object(changed["metadata"])
    return {**fields, **changed}
