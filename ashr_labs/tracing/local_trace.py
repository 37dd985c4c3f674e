"""Traces that stay in this process, for tests: their spans are read, and delivered only if someone asks for it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, cast

from .export.item import ExportResult, QueuedTrace
from .payload import estimate_values, masked
from .propagation import make_trace_id
from .serialize import json_object
from .spans import Parent, Scope, TraceState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ashr_labs_types import Observation, TracePayload

    from .context import HasTracing
    from .payload import SpanRecord

__all__ = ["MAX_BYTES", "MAX_SPANS", "LocalTrace", "deliver_trace"]

MAX_SPANS: Final = 1000
"""How many observations of a trace are read; further ones are counted."""
MAX_BYTES: Final = 1_000_000
"""How many bytes the observations that are read have, roughly."""
_CONTENT: Final = ("input", "output", "metadata")


class LocalTrace(Parent):
    """A trace whose spans are kept in memory; sampling and settings do not apply to it."""

    __slots__ = ("scope",)

    def __init__(self) -> None:
        super().__init__(TraceState(make_trace_id(None), sampled=True, is_open=True), None)
        self.scope = Scope(self, None)
        """Code that runs in this scope records here."""

    @property
    def spans(self) -> Sequence[SpanRecord]:
        """All spans so far, in order of start."""
        return self._state.spans

    def end(self, **_given: Any) -> None:
        """Record nothing more."""
        self._state.is_open = False

    def observations(self, start: int = 0) -> list[Observation]:
        """Return the spans from a position on as the API has them, up to `MAX_SPANS` and `MAX_BYTES`."""
        found: list[Observation] = []
        left = MAX_BYTES
        for span in self._state.spans[start : start + MAX_SPANS]:
            left -= 300 + estimate_values(span.content())
            if left < 0:
                break
            found.append(span.payload(self._state.clock_offset, _unchanged))
        return found


def deliver_trace(client: HasTracing, trace: TracePayload) -> ExportResult:
    """Queue a complete trace for delivery, masked by the client's settings; never raises.

    Args:
        client: Its tracing delivers the trace.
        trace: The trace, with an `id`.
    """
    result = ExportResult()
    with suppress(Exception):
        sink = client.tracing._sink  # pyright: ignore[reportPrivateUsage]
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
