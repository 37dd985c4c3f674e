"""Storing of OpenTelemetry spans: new traces, and parts of traces that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ..store.trace_rows import TraceRows, split_trace
from ..store.trace_writes import claim_traces, read_held, replace_observations, store_trace
from .merging import merged, parts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sqlalchemy import Connection

    from ashr_labs_types import TracePayload

    from ...spans.span import Span
    from ..store.trace_writes import HeldTrace

__all__ = ["MAX_OBSERVATIONS", "Part", "of_session", "prepared", "store_parts"]

MAX_OBSERVATIONS: Final = 20_000
"""Spans and events of one trace: each part that arrives is added by reading and writing the whole trace."""


class Part(NamedTuple):
    """The spans of a trace in one request."""

    trace: TracePayload
    rows: TraceRows

    @property
    def spans(self) -> int:
        """How many spans there are, without their events."""
        return sum(one["type"] != "event" for one in self.trace.get("observations", ()))


def prepared(spans: Iterable[Span]) -> dict[str, Part]:
    """Return the parts of traces, by id, as they are stored if nothing is there; done outside of the transaction."""
    return {trace_id: Part(trace, split_trace(trace)) for trace_id, trace in parts_of(spans).items()}


def of_session(parts: Mapping[str, Part], session_id: str) -> dict[str, Part]:
    """Return parts of traces that belong to a session, whatever they say themselves."""
    traces: dict[str, TracePayload] = {
        trace_id: {**part.trace, "session_id": session_id} for trace_id, part in parts.items()
    }
    return {trace_id: Part(trace, split_trace(trace)) for trace_id, trace in traces.items()}


def store_parts(
    connection: Connection,
    tenant_id: int,
    parts: Mapping[str, Part],
    timestamp: str,
    merge: Callable[[TracePayload, TracePayload], TracePayload] = merged,
) -> list[str]:
    """Store parts of traces; return the ids of those that are left out because their trace is full.

    Args:
        connection: A writing connection.
        tenant_id: The owner.
        parts: The parts by the ids of their traces.
        timestamp: The time of the request.
        merge: Returns a trace with a part, from the stored trace and the part.
    """
    if not parts:
        return []
    claim_traces(connection, tenant_id, {trace_id: part.rows for trace_id, part in parts.items()}, timestamp)
    refused: list[str] = []
    new: list[tuple[str, str, TraceRows]] = []
    for trace_id, held in read_held(connection, tenant_id, parts).items():
        part = parts[trace_id]
        if held.created_at == timestamp and not held.observations:
            new.append((trace_id, timestamp, part.rows))
            continue
        trace = merge(_payload(held), part.trace)
        if len(trace.get("observations", ())) > MAX_OBSERVATIONS:
            refused.append(trace_id)
        else:
            store_trace(connection, tenant_id, trace_id, split_trace(trace), timestamp)
    replace_observations(connection, tenant_id, new)
    return refused


def _payload(held: HeldTrace) -> TracePayload:
    payload: Any = {**held.content, "observations": held.observations}
    trace: TracePayload = payload
    return trace
