"""Runs: the recorded results of an agent on a dataset, and their grading."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from ..._json import as_list, as_object, is_number
from ..jobs.handlers import GRADE
from ..store.columns import add_row
from ..store.event_log import delete_events
from ..store.raw_json import RawJSON, decode
from ..store.run_events import run_topic
from ..store.run_tests import RUNNING, count_tests, read_tests
from ..store.run_traces import links_of, store_links
from ..store.schema import datasets, runs
from .registry import Context, operation
from .rows import check_exists, check_user, get_row, page, raw_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ashr_labs_types import CreateRunRequest, DeleteRunRequest, FinishRunRequest, GetRunRequest, ListRunsRequest

__all__ = ["UNGRADED", "create_run", "delete_run", "get_run", "list_runs", "run_record", "ungraded"]

_ALL_RUNS = select(*raw_columns(runs))
_SUMMARY = ("status", "started_at", "completed_at", "duration_ms", "aggregate_metrics", "metadata", "grader")
"""The fields of a result that a summary keeps."""
_LARGE = 100_000
"""Characters of a result whose summary is kept."""
_MAX_SUMMARIES = 500
_summaries: OrderedDict[bytes, RawJSON] = OrderedDict()
"""By the digest of the result."""
_lock = Lock()
_SUMMED = ("input_tokens", "output_tokens", "cost_usd", "estimated_cost_usd")
UNGRADED = dict.fromkeys(
    (
        "tests_passed",
        "tests_failed",
        "average_similarity_score",
        "total_tool_call_divergence",
        "total_response_divergence",
    )
)
"""Metrics that only grading computes, without values."""


def ungraded(params: CreateRunRequest | FinishRunRequest) -> dict[str, Any]:
    """Return the parameters with `links` to traces, and the result as `RawJSON` without metrics of grading.

    Clients count completed tests in these metrics; pollers would mistake the numbers for grades.
    """
    result = params["result"]
    links = links_of(result.get("tests"))
    if isinstance(result.get("tests"), list):
        metrics: Any = result.get("aggregate_metrics")
        result = {**result, "aggregate_metrics": {**metrics, **UNGRADED} if metrics.__class__ is dict else UNGRADED}
    return {**params, "result": RawJSON.dump(result), "links": links}


@operation("create_run", writes=True, prepare=ungraded)
def create_run(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Store a run and enqueue its grading."""
    check_exists(context, datasets, params["dataset_id"], noun="dataset")
    row = {
        "tenant_id": context.principal.tenant_id,
        "dataset_id": params["dataset_id"],
        "runner_id": check_user(context, params.get("runner_id", context.principal.user_id)),
        "created_at": context.timestamp,
        "result": params["result"],
        "grading_status": "pending",
    }
    run_id = add_row(context.connection, runs, row)
    store_links(context.connection, context.principal.tenant_id, run_id, params["links"])
    context.enqueue(GRADE, run_id)
    return {"run": _record({**row, "id": run_id, "grading_error": None}, params["result"])}


@operation("get_run", is_quick=True)
def get_run(context: Context, params: GetRunRequest) -> dict[str, Any]:
    """Return one run."""
    row = get_row(context, runs, params["run_id"], noun="run")
    return {"run": run_record(context, row) if row["playing"] == RUNNING else _record(row, row["result"])}


@operation("list_runs")
def list_runs(context: Context, params: ListRunsRequest) -> dict[str, Any]:
    """Return one page of runs, newest first."""
    of_dataset = [runs.c.dataset_id == params["dataset_id"]] if "dataset_id" in params else []
    convert = _summary if params.get("summary") else run_record
    found, next_cursor = page(context, _ALL_RUNS, runs, params, *of_dataset, convert=partial(convert, context))
    return {"runs": found, "next_cursor": next_cursor}


@operation("delete_run", writes=True)
def delete_run(context: Context, params: DeleteRunRequest) -> dict[str, Any]:
    """Delete a run."""
    check_exists(context, runs, params["run_id"], noun="run")
    context.connection.execute(delete(runs).where(runs.c.id == params["run_id"]))
    delete_events(context.connection, run_topic(params["run_id"]))
    return {"message": f"run {params['run_id']} is deleted"}


def run_record(context: Context, row: Mapping[Any, Any]) -> dict[str, Any]:
    """Convert a row; a run that is being played gets the tests that it has so far."""
    if row.get("playing") != RUNNING:
        return _record(row, row["result"])
    tests = read_tests(context.connection, row["id"])
    return {**_record(row, _with_tests(row, len(tests), tests=tests)), "progress": _progress(row, len(tests))}


def _summary(context: Context, row: Mapping[Any, Any]) -> dict[str, Any]:
    """Convert a row, with the result without its tests."""
    if row["playing"] != RUNNING:
        return _record(row, _without_tests(row["result"]))
    count = count_tests(context.connection, row["id"])
    return {**_record(row, _without_tests(_with_tests(row, count))), "progress": _progress(row, count)}


def _with_tests(row: Mapping[Any, Any], count: int, **fields: Any) -> RawJSON:
    result = decode(row["result"].text)
    metrics = {**result["aggregate_metrics"], "total_tests": count}
    return RawJSON.dump({**result, **fields, "aggregate_metrics": metrics})


def _without_tests(raw: RawJSON) -> RawJSON:
    """Return a result without its tests; what takes long to decode is decoded once."""
    if len(raw.text) < _LARGE:
        return _summarized(raw)
    digest = hashlib.sha256(raw.text.encode()).digest()
    with _lock:
        found = _summaries.get(digest)
    if found is None:
        found = _summarized(raw)
        with _lock:
            _summaries[digest] = found
            while len(_summaries) > _MAX_SUMMARIES:
                _summaries.popitem(last=False)
    return found


def _summarized(raw: RawJSON) -> RawJSON:
    result = decode(raw.text)
    usage = _total_usage(result.get("tests"))
    return RawJSON.dump({**{name: result[name] for name in _SUMMARY if name in result}, **usage})


def _total_usage(tests: object) -> dict[str, dict[str, float]]:
    """Return the sum of each number in the usage of the tests, as `usage`; nothing if no test has any."""
    totals: dict[str, float] = {}
    for test in as_list(tests) or ():
        usage = as_object((as_object(test) or {}).get("usage")) or {}
        for name in _SUMMED:
            if is_number(value := usage.get(name)):
                totals[name] = totals.get(name, 0) + value
    return {"usage": totals} if totals else {}


def _progress(row: Mapping[Any, Any], done: int) -> dict[str, Any]:
    return {"tests_done": done, "tests_total": row["tests_total"], "cancel_requested": row["cancel_requested"]}


def _record(row: Mapping[Any, Any], result: RawJSON) -> dict[str, Any]:
    return {
        "id": row["id"],
        "created_at": row["created_at"],
        "dataset": row["dataset_id"],
        "tenant": row["tenant_id"],
        "runner": row["runner_id"],
        "result": result,
        "grading_status": row["grading_status"],
        "grading_error": row["grading_error"],
    }
