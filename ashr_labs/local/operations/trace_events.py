"""Trace events: they become spans of traces, and are read as spans of all traces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...errors import NotFoundError
from ..events.listing import event_page, events_of_session
from ..events.mapping import event_of
from ..events.storing import Batch, batch_of, join_parts
from ..otlp.storing import MAX_OBSERVATIONS, store_parts
from ..store.trace_pages import read_trace
from .registry import Context, LongContext, long_operation, operation
from .trace_jobs import check_own_traces, enqueue_trace_jobs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "get_sandbox_trace",
    "get_trace",
    "ingest_sandbox_trace",
    "ingest_traces",
    "list_spans",
    "list_traces",
]

_MAX_EVENTS = 10_000
"""Of one response without pages."""


@operation("ingest_traces", writes=True)
def ingest_traces(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Store events; each joins the trace of its root span."""
    return _ingest(context, batch_of(params["events"], context.principal.sandbox_id, context.timestamp))


@operation("ingest_sandbox_trace", writes=True)
def ingest_sandbox_trace(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Store events of a sandbox."""
    return _ingest(context, batch_of(params["events"], params["sandbox_id"], context.timestamp))


@long_operation("get_sandbox_trace")
def get_sandbox_trace(context: LongContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the events of a sandbox in the order of their time, and their totals.

    Events may also be those of a sandbox of another platform.
    """
    tenant_id, sandbox_id = context.principal.tenant_id, params["sandbox_id"]
    with context.database.read() as connection:
        events = events_of_session(connection, tenant_id, sandbox_id, _MAX_EVENTS + 1)
    if not events:
        context.sandboxes.record(tenant_id, sandbox_id)
    kept = events[:_MAX_EVENTS]
    return {"events": kept, "metrics": _metrics(kept), "is_truncated": len(events) > len(kept)}


@operation("list_traces")
def list_traces(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return one page of the spans of traces, newest traces first."""
    return event_page(context.connection, context.principal.tenant_id, context.cursors("list_traces"), params)


@operation("list_spans")
def list_spans(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return one page of the spans of traces, newest traces first."""
    return event_page(context.connection, context.principal.tenant_id, context.cursors("list_spans"), params)


@operation("get_trace")
def get_trace(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the spans of a trace."""
    trace_id = params["trace_id"]
    trace = read_trace(context.connection, context.principal.tenant_id, trace_id)
    if trace is None:
        raise NotFoundError(f"there is no trace {trace_id!r}")
    return {"spans": [event_of(one, trace_id) for one in trace["observations"]]}


def _ingest(context: Context, batch: Batch) -> dict[str, Any]:
    tenant_id, timestamp = context.principal.tenant_id, context.timestamp
    check_own_traces(context, batch.parts)
    full = store_parts(context.connection, tenant_id, batch.parts, timestamp, join_parts)
    enqueue_trace_jobs(context, batch.parts.keys() - full, is_whole=False)
    answer: dict[str, Any] = {"ingested": sum(count for one, count in batch.counts.items() if one not in full)}
    if full:
        reason = f"the trace {full[0]} has more than {MAX_OBSERVATIONS:,} spans; begin another one"
        answer |= {"refused": sum(batch.counts[one] for one in full), "message": reason}
    return answer


def _metrics(events: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    costs = [cost for event in events if (cost := event.get("cost"))]
    calls = [event for event in events if event.get("event_type") in ("tool_call", "tool_use")]
    return {
        "events": len(events),
        "tool_calls": len(calls),
        "tool_errors": sum(event.get("status") == "error" for event in calls),
        "llm_calls": sum(event.get("event_type") == "llm_call" for event in events),
        "errors": sum(event.get("status") == "error" for event in events),
        "input_tokens": sum(cost.get("input_tokens") or 0 for cost in costs),
        "output_tokens": sum(cost.get("output_tokens") or 0 for cost in costs),
        "total_cost_usd": sum(cost.get("estimated_usd") or 0.0 for cost in costs),
    }
