"""Observability: traces of agents at work, and what they add up to."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select

from ..._time import isoformat
from ...errors import NotFoundError
from ..forwarding import outbox
from ..store.schema import observations, traces
from ..store.trace_pages import RECORDS, filters_of, page_of
from ..store.trace_queries import model_totals, overview, tool_performance
from ..store.trace_rows import rows_of
from ..store.writing import upsert
from .registry import Context, operation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement

    from ashr_labs_types import (
        GetObservabilityAnalyticsRequest,
        GetObservabilityErrorsRequest,
        GetObservabilityToolErrorsRequest,
        GetObservabilityTraceRequest,
        IngestObservabilityTraceRequest,
        ListObservabilityTracesRequest,
    )

__all__ = [
    "get_observability_analytics",
    "get_observability_errors",
    "get_observability_tool_errors",
    "get_observability_trace",
    "ingest_observability_trace",
    "list_observability_traces",
]

_DAYS = 7
_SECONDS_PER_DAY = 86_400


@operation("ingest_observability_trace", writes=True)
def ingest_observability_trace(context: Context, params: IngestObservabilityTraceRequest) -> dict[str, Any]:
    """Store a trace; one that comes again under its id replaces what was known of it."""
    trace = params["trace"]
    trace_id = trace.get("id") or secrets.token_hex(16)
    key = {"tenant_id": context.caller.tenant_id, "id": trace_id}
    rows = rows_of(trace)
    stored = upsert(context.connection, traces, {**key, **rows.trace, "created_at": context.timestamp})
    stored = stored.on_conflict_do_update(index_elements=[traces.c.tenant_id, traces.c.id], set_=rows.trace)
    created_at = context.connection.scalar(stored.returning(traces.c.created_at))
    context.connection.execute(delete(observations).where(*_belongs_to(key)))
    if rows.observations:
        shared = {"tenant_id": key["tenant_id"], "trace_id": key["id"], "created_at": created_at}
        numbered = [{**shared, **row, "position": place} for place, row in enumerate(rows.observations)]
        context.connection.execute(insert(observations), numbered)
    if context.settings.destination is not None:
        outbox.add(context.connection, context.caller.tenant_id, trace_id, context.timestamp)
        context.forwards = True
    return {"trace_id": trace_id}


@operation("list_observability_traces")
def list_observability_traces(context: Context, params: ListObservabilityTracesRequest) -> dict[str, Any]:
    """Answer one page of traces, newest first, without their observations."""
    return _page(context, params, *filters_of(params))


@operation("get_observability_trace")
def get_observability_trace(context: Context, params: GetObservabilityTraceRequest) -> dict[str, Any]:
    """Answer one trace with its observations, as they were sent."""
    key = {"tenant_id": context.caller.tenant_id, "id": params["trace_id"]}
    row = context.connection.execute(RECORDS.where(*_has(key))).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"there is no trace {params['trace_id']!r}")
    sent = select(observations.c.content).where(*_belongs_to(key)).order_by(observations.c.position)
    return {"trace": {**_record(row), "observations": context.connection.scalars(sent).all()}}


@operation("get_observability_analytics")
def get_observability_analytics(context: Context, params: GetObservabilityAnalyticsRequest) -> dict[str, Any]:
    """Answer totals of the last days: of all traces, by tool and by model."""
    period = (context.connection, context.caller.tenant_id, _since(context, params))
    prices, models = context.settings.prices, model_totals(*period)
    return {
        "overview": {**overview(*period), **prices.overview(models)},
        "tool_performance": tool_performance(*period),
        "model_usage": prices.model_usage(models),
    }


@operation("get_observability_errors")
def get_observability_errors(context: Context, params: GetObservabilityErrorsRequest) -> dict[str, Any]:
    """Answer one page of the last days' traces in which something failed."""
    return _numbered(context, params, traces.c.has_error, traces.c.created_at >= _since(context, params))


@operation("get_observability_tool_errors")
def get_observability_tool_errors(context: Context, params: GetObservabilityToolErrorsRequest) -> dict[str, Any]:
    """Answer one page of the last days' traces in which a tool failed."""
    return _numbered(context, params, traces.c.has_tool_error, traces.c.created_at >= _since(context, params))


def _since(context: Context, params: Mapping[str, Any]) -> str:
    return isoformat(context.moment - params.get("days", _DAYS) * _SECONDS_PER_DAY)


def _numbered(context: Context, params: Mapping[str, Any], *conditions: ColumnElement[bool]) -> dict[str, Any]:
    answer = _page(context, params, *conditions)
    return {name: answer[name] for name in ("traces", "total")}


def _page(context: Context, params: Mapping[str, Any], *conditions: ColumnElement[bool]) -> dict[str, Any]:
    wanted = (traces.c.tenant_id == context.caller.tenant_id, *conditions)
    rows, total, next_cursor = page_of(context.connection, params, *wanted)
    return {"traces": [_record(row) for row in rows], "total": total, "next_cursor": next_cursor}


def _record(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {"id": row["id"], **row["content"], "created_at": row["created_at"]}


def _has(key: Mapping[str, Any]) -> tuple[ColumnElement[bool], ...]:
    return traces.c.tenant_id == key["tenant_id"], traces.c.id == key["id"]


def _belongs_to(key: Mapping[str, Any]) -> tuple[ColumnElement[bool], ...]:
    return observations.c.tenant_id == key["tenant_id"], observations.c.trace_id == key["id"]
