"""Storing of trace events: each joins the trace of its root span."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, NamedTuple

from ..otlp.merging import merged
from ..otlp.storing import Part
from ..store.trace_rows import split_trace
from .mapping import joined, observation_of, trace_id_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ashr_labs_types import Observation, TracePayload

__all__ = ["Batch", "batch_of", "join_parts"]


class Batch(NamedTuple):
    """The events of one request."""

    parts: dict[str, Part]
    """Traces by id, as they are stored if nothing is there."""
    counts: dict[str, int]
    """The number of events of each trace."""


def batch_of(events: Iterable[Mapping[str, Any]], sandbox_id: str | None, received: str) -> Batch:
    """Return the traces of events; the sandbox is the session of its traces.

    Args:
        events: The events; those without a `span_id` get one.
        sandbox_id: The sandbox that they come from.
        received: The time of the request.
    """
    traces: dict[str, dict[str, Observation]] = {}
    counts: dict[str, int] = {}
    for event in events:
        named = event if event.get("span_id") else {**event, "span_id": f"span_{secrets.token_hex(6)}"}
        trace_id, observation = trace_id_of(named), observation_of(named, received)
        spans = traces.setdefault(trace_id, {})
        held = spans.get(observation["id"])
        spans[observation["id"]] = observation if held is None else joined(held, observation)
        counts[trace_id] = counts.get(trace_id, 0) + 1
    payloads = {trace_id: _payload(trace_id, spans, sandbox_id) for trace_id, spans in traces.items()}
    return Batch({trace_id: Part(trace, split_trace(trace)) for trace_id, trace in payloads.items()}, counts)


def join_parts(held: TracePayload, part: TracePayload) -> TracePayload:
    """Return a trace with the events of a part joined to its spans."""
    present = {one["id"]: one for one in held.get("observations", ())}
    added = [joined(present[one["id"]], one) if one["id"] in present else one for one in part.get("observations", ())]
    trace = merged(held, {**part, "observations": added})
    return {**trace, "name": _name(trace.get("observations", ()), trace["name"])}


def _payload(trace_id: str, spans: Mapping[str, Observation], sandbox_id: str | None) -> TracePayload:
    found = sorted(spans.values(), key=lambda one: one.get("start_time") or "")
    return {
        "id": trace_id,
        "name": _name(found, found[0]["name"]),
        "session_id": sandbox_id,
        "observations": found,
    }


def _name(observations: Iterable[Observation], default: str) -> str:
    """Return the name of the root span, without the mark of tools."""
    roots = (one["name"] for one in observations if not one.get("parent_observation_id"))
    return next(roots, default).removeprefix("tool:")
