"""Observability: traces of agents and their analytics."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ..._time import isoformat
from ...errors import NotFoundError
from ..store.raw_json import decode
from ..store.run_traces import runs_of_trace
from ..store.schema import trace_scores, traces
from ..store.score_rows import rule_summaries, scores_of
from ..store.trace_costs import cost_fields, model_costs, model_usage, prompt_usage
from ..store.trace_pages import read_trace, trace_filters, trace_page
from ..store.trace_queries import overview, tool_performance
from ..store.trace_rows import TraceRows, split_trace
from ..store.trace_writes import store_trace
from .registry import Context, operation
from .trace_jobs import check_own_traces, enqueue_trace_jobs

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
    "trace_rows",
]

_DAYS = 7
_SECONDS_PER_DAY = 86_400


def trace_rows(params: IngestObservabilityTraceRequest) -> tuple[str, TraceRows]:
    """Return the id of the trace, a new one if it has none, and its rows."""
    trace = params["trace"]
    return trace.get("id") or secrets.token_hex(16), split_trace(trace)


@operation("ingest_observability_trace", writes=True, prepare=trace_rows)
def ingest_observability_trace(context: Context, params: tuple[str, TraceRows]) -> dict[str, Any]:
    """Store a trace; a trace with the same id is replaced."""
    trace_id, rows = params
    check_own_traces(context, [trace_id])
    store_trace(context.connection, context.principal.tenant_id, trace_id, rows, context.timestamp)
    enqueue_trace_jobs(context, [trace_id], is_whole=True)
    return {"trace_id": trace_id}


@operation("list_observability_traces")
def list_observability_traces(context: Context, params: ListObservabilityTracesRequest) -> dict[str, Any]:
    """Return one page of traces, newest first, without observations."""
    return _page(context, params, *trace_filters(params))


@operation("get_observability_trace")
def get_observability_trace(context: Context, params: GetObservabilityTraceRequest) -> dict[str, Any]:
    """Return one trace with its observations, as sent, its scores, and the tests of runs that it belongs to."""
    trace = read_trace(context.connection, context.principal.tenant_id, params["trace_id"])
    if trace is None:
        raise NotFoundError(f"there is no trace {params['trace_id']!r}")
    tenant_id = context.principal.tenant_id
    scores = scores_of(context.connection, tenant_id, [trace["id"]]).get(trace["id"], [])
    runs = runs_of_trace(context.connection, tenant_id, trace["id"])
    return {"trace": trace, "runs": runs, "scores": scores}


@operation("get_observability_analytics")
def get_observability_analytics(context: Context, params: GetObservabilityAnalyticsRequest) -> dict[str, Any]:
    """Return totals of the last days: of all traces, by tool, by model, by prompt and by scoring rule."""
    period = (context.connection, context.principal.tenant_id, _since(context, params))
    end = datetime.fromtimestamp(context.moment, UTC)
    begin = end - timedelta(days=params.get("days", _DAYS))
    wanted = (context.connection, context.principal.tenant_id, begin, end, context.settings.prices)
    costs = model_costs(*wanted)
    return {
        "overview": {**overview(*period), **cost_fields(costs)},
        "tool_performance": tool_performance(*period),
        "model_usage": model_usage(costs),
        "prompt_usage": prompt_usage(model_costs(*wanted, by_prompt=True)),
        "score_rules": rule_summaries(
            context.connection,
            trace_scores.c.tenant_id == context.principal.tenant_id,
            trace_scores.c.created_at >= _since(context, params),
        ),
    }


@operation("get_observability_errors")
def get_observability_errors(context: Context, params: GetObservabilityErrorsRequest) -> dict[str, Any]:
    """Return one page of traces of the last days with an error."""
    return _by_page_number(context, params, traces.c.has_error, traces.c.created_at >= _since(context, params))


@operation("get_observability_tool_errors")
def get_observability_tool_errors(context: Context, params: GetObservabilityToolErrorsRequest) -> dict[str, Any]:
    """Return one page of traces of the last days with a failed tool call."""
    return _by_page_number(context, params, traces.c.has_tool_error, traces.c.created_at >= _since(context, params))


def _since(context: Context, params: Mapping[str, Any]) -> str:
    return isoformat(context.moment - params.get("days", _DAYS) * _SECONDS_PER_DAY)


def _by_page_number(context: Context, params: Mapping[str, Any], *conditions: ColumnElement[bool]) -> dict[str, Any]:
    response = _page(context, params, *conditions)
    return {name: response[name] for name in ("traces", "total")}


def _page(context: Context, params: Mapping[str, Any], *conditions: ColumnElement[bool]) -> dict[str, Any]:
    wanted = (traces.c.tenant_id == context.principal.tenant_id, *conditions)
    rows, total, next_cursor = trace_page(context.connection, params, *wanted)
    scores = scores_of(context.connection, context.principal.tenant_id, [row["id"] for row in rows])
    return {
        "traces": [_record(row, scores.get(row["id"], [])) for row in rows],
        "total": total,
        "next_cursor": next_cursor,
    }


def _record(row: Mapping[Any, Any], scores: list[dict[str, Any]]) -> dict[str, Any]:
    content: dict[str, Any] = decode(row["content"].text)
    shown: dict[str, Any] = {"scores": scores} if scores else {}
    return {"id": row["id"], **content, "created_at": row["created_at"], **shown}
