"""Runs that are stored while they are played: start, append, cancel, finish."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select, update

from ..._time import isoformat, isoformat_seconds
from ...errors import ConflictError, NotFoundError
from ..jobs.handlers import GRADE
from ..jobs.lost_runs import END_LOST_RUN
from ..jobs.queue import enqueue, withdraw
from ..store.columns import add_row
from ..store.raw_json import RawJSON
from ..store.run_events import append_run_events, progress_event, reopen_run_events, test_events, test_summary
from ..store.run_tests import LOST, RUNNING, count_tests, delete_tests, new_tests, store_tests, test_row
from ..store.run_traces import delete_links, links_of, store_links
from ..store.schema import datasets, runs
from .registry import Context, operation
from .rows import check_exists, check_user, get_row
from .runs import UNGRADED, run_record, ungraded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Row

    from ashr_labs_types import AppendRunTestsRequest, CancelRunRequest, StartRunRequest

__all__ = ["append_run_tests", "cancel_run", "finish_run", "start_run", "test_rows"]

_PLAYED = (
    select(runs.c.playing, runs.c.cancel_requested, runs.c.tests_total)
    .where(runs.c.id == bindparam("run"), runs.c.tenant_id == bindparam("tenant"))
    .with_for_update()
)
_UPDATE = update(runs).where(runs.c.id == bindparam("run"))


@operation("start_run", writes=True)
def start_run(context: Context, params: StartRunRequest) -> dict[str, Any]:
    """Store a run without tests, which ends when nothing is appended for the time of the lease."""
    check_exists(context, datasets, params["dataset_id"], noun="dataset")
    started_at = isoformat_seconds(datetime.fromtimestamp(context.moment, UTC))
    started: dict[str, Any] = {"tests": [], "status": RUNNING, "started_at": started_at, "completed_at": None}
    row = {
        "tenant_id": context.principal.tenant_id,
        "dataset_id": params["dataset_id"],
        "runner_id": check_user(context, params.get("runner_id", context.principal.user_id)),
        "created_at": context.timestamp,
        "result": RawJSON.dump({**started, "aggregate_metrics": {"total_tests": 0, **UNGRADED}}),
        "grading_status": "pending",
        "playing": RUNNING,
        "tests_total": params.get("tests_total"),
        "cancel_requested": False,
    }
    run_id = add_row(context.connection, runs, row)
    _report(context, run_id, [progress_event(0, params.get("tests_total"), cancel_requested=False)])
    _renew_lease(context, run_id)
    context.enqueued.add(END_LOST_RUN)  # the worker has to know when the lease ends
    return {"run": run_record(context, {**row, "id": run_id, "grading_error": None})}


def test_rows(params: AppendRunTestsRequest) -> dict[str, Any]:
    """Return the parameters with tests as rows, what events say of them, and `links` to their traces."""
    tests = params["tests"]
    summaries = [test_summary(test) for test in tests]
    return {**params, "tests": [test_row(test) for test in tests], "summaries": summaries, "links": links_of(tests)}


@operation("append_run_tests", writes=True, prepare=test_rows)
def append_run_tests(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Store tests of a run that is being played, and renew its lease."""
    # The job first, then the run: as the worker does, or they could wait for each other.
    _renew_lease(context, params["run_id"])
    run_id: int = params["run_id"]
    played = _check_played(context, run_id, RUNNING)
    added = new_tests(context.connection, run_id, params["tests"]) if params["tests"] else []
    store_tests(context.connection, run_id, params["tests"])
    store_links(context.connection, context.principal.tenant_id, run_id, params["links"])
    if added:
        tests = [params["summaries"][position] for position in added]
        _report(context, run_id, test_events(tests, count_tests(context.connection, run_id), played.tests_total))
    return {"cancel_requested": bool(played.cancel_requested)}


@operation("finish_run", writes=True, prepare=ungraded)
def finish_run(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Replace the tests of a run by its whole result, and enqueue its grading."""
    run_id: int = params["run_id"]
    context.enqueue(GRADE, run_id)
    withdraw(context.connection, END_LOST_RUN, context.principal.tenant_id, str(run_id))
    _check_played(context, run_id, RUNNING, LOST)
    finished = {
        "result": params["result"],
        "grading_status": "pending",
        "grading_error": None,
        "playing": None,
        "tests_total": None,
        "cancel_requested": None,
    }
    context.connection.execute(_UPDATE.values(finished), {"run": run_id})
    delete_tests(context.connection, run_id)
    reopen_run_events(context.connection, run_id)
    delete_links(context.connection, run_id)
    store_links(context.connection, context.principal.tenant_id, run_id, params["links"])
    return {"run": run_record(context, get_row(context, runs, run_id, noun="run"))}


@operation("cancel_run", writes=True)
def cancel_run(context: Context, params: CancelRunRequest) -> dict[str, Any]:
    """Ask the player of a run to stop."""
    run_id = params["run_id"]
    played = _check_played(context, run_id, RUNNING)
    context.connection.execute(_UPDATE.values(cancel_requested=True), {"run": run_id})
    if not played.cancel_requested:
        done = count_tests(context.connection, run_id)
        _report(context, run_id, [progress_event(done, played.tests_total, cancel_requested=True)])
    return {"message": f"the player of run {run_id} is asked to stop"}


def _report(context: Context, run_id: int, events: list[tuple[str, dict[str, Any]]]) -> None:
    append_run_events(context.connection, run_id, context.principal.tenant_id, events, context.moment)


def _check_played(context: Context, run_id: int, *states: str) -> Row[Any, Any, Any]:
    """Check the state of a run and return it; it cannot change before the commit.

    Raises:
        NotFoundError: It does not exist, or belongs to another tenant.
        ConflictError: It has ended.
    """
    key = {"run": run_id, "tenant": context.principal.tenant_id}
    row = context.connection.execute(_PLAYED, key).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no run {run_id}")
    if row.playing not in states:
        raise ConflictError(f"run {run_id} has ended")
    return row


def _renew_lease(context: Context, run_id: int) -> None:
    lease_end = isoformat(context.moment + context.settings.run_lease)
    enqueue(context.connection, END_LOST_RUN, context.principal.tenant_id, str(run_id), lease_end)
