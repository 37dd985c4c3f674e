"""`ashr-labs runs`: manage runs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from .._json import as_object
from ..errors import APITimeoutError, AshrLabsError, StreamInterruptedError
from ._client import stored_client, where_options
from ._commands import Group
from ._options import Number, limit_option
from ._records import show_record, show_rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ..client._sync import AshrLabsClient
    from ._output import Output

__all__ = ["command"]

_COLUMNS = ("id", "dataset", "created_at", "status", "grading_status", "tests_passed", "total_tests")

_NO_STREAM = (404, 405, 501)
"""Statuses of platforms without streams of events, and of runs that do not exist."""

command = Group("runs", "Manage runs.")


@command.command("list")
@click.option("--dataset-id", type=click.IntRange(1), help="Only runs of this dataset.")
@limit_option
@where_options
@click.pass_obj
def list_runs(out: Output, /, dataset_id: int | None, limit: int, database: Path | None, remote: bool) -> None:
    """List the newest runs."""
    with stored_client(database, remote=remote) as client:
        rows = [
            {**run, "status": _status(run), **_metrics(run)}
            for run in client.list_runs(dataset_id, limit=limit)["runs"]
        ]
    show_rows(out, "runs", [{key: value for key, value in row.items() if key != "result"} for row in rows], _COLUMNS)


@command.command("get")
@click.argument("run_id", type=click.IntRange(1))
@click.option("--scenario", metavar="ID", help="Show the transcript of this scenario.")
@click.option("-v", "--verbose", is_flag=True, help="Show the transcripts of all scenarios.")
@where_options
@click.pass_obj
def get_run(
    out: Output, /, run_id: int, scenario: str | None, verbose: bool, database: Path | None, remote: bool
) -> None:
    """Show a run and the transcripts of its failures; with --json its whole result."""
    # Imported here: the other commands of this group do not need it.
    from ..results import read_run  # noqa: PLC0415
    from ..results.reports.text import summary_text  # noqa: PLC0415
    from ._eval_report import failures_text  # noqa: PLC0415

    with stored_client(database, remote=remote) as client:
        run = client.get_run(run_id)
    is_graded = run.get("grading_status") in {None, "completed", "graded"}
    if scenario is not None:
        found = read_run(run).scenario(scenario)
        if out.as_json:
            out.write_json({"run_id": run_id, "tests": [sample.record for sample in found.samples]})
        else:
            out.write(failures_text(found.samples, verbose=True))
        return
    show_record(out, run if out.as_json else {**run, "status": _status(run), **_metrics(run)})
    if is_graded and not out.as_json:
        samples = read_run(run)
        out.write(f"{failures_text(samples.samples, verbose=verbose)}{summary_text(samples)}\n")


@command.command("watch")
@click.argument("run_id", type=click.IntRange(1))
@click.option("--timeout", type=Number(0), default=300, show_default=True, metavar="SECONDS", help="Maximum wait.")
@where_options
@click.pass_obj
def watch_run(out: Output, /, run_id: int, timeout: float, database: Path | None, remote: bool) -> None:
    """Wait until a run is graded and show its metrics; finished tests and status changes go to stderr.

    Finished tests are shown of runs of the embedded platform that are being played.
    """
    last = ""
    until = time.monotonic() + timeout

    def show_status(_: float, run: Mapping[str, Any]) -> None:
        nonlocal last
        status = str(run.get("grading_status"))
        if status != last:
            last = status
            out.info(status)

    with stored_client(database, remote=remote) as client:
        _show_tests(out, client, run_id, timeout)
        run = client.poll_run(run_id, timeout=max(until - time.monotonic(), 0), on_poll=show_status)
    show_record(out, _metrics(run))


@command.command("cancel")
@click.argument("run_id", type=click.IntRange(1))
@where_options
@click.pass_obj
def cancel_run(out: Output, /, run_id: int, database: Path | None, remote: bool) -> None:
    """Stop a run that is being played: scenarios in progress are finished."""
    with stored_client(database, remote=remote) as client:
        client.cancel_run(run_id)
    out.info(f"asked the player of run {run_id} to stop")
    if out.as_json:
        out.write_json({"cancelled": run_id})


@command.command("delete")
@click.argument("run_id", type=click.IntRange(1))
@where_options
@click.pass_obj
def delete_run(out: Output, /, run_id: int, database: Path | None, remote: bool) -> None:
    """Delete a run permanently."""
    with stored_client(database, remote=remote) as client:
        client.delete_run(run_id)
    out.info(f"deleted run {run_id}")
    if out.as_json:
        out.write_json({"deleted": run_id})


def _show_tests(out: Output, client: AshrLabsClient, run_id: int, timeout: float) -> None:
    """Show the tests of a run as they finish; end with the run, after the timeout, or if the platform cannot tell."""
    until = time.monotonic() + timeout
    try:
        for event in client.watch_run(run_id, event_timeout=timeout) if timeout else ():
            if event.type == "test_finished":
                out.info(_test_line(event.data))
            if time.monotonic() > until:
                return
    except (APITimeoutError, StreamInterruptedError):
        return
    except AshrLabsError as error:
        if error.status_code not in _NO_STREAM:
            raise


def _test_line(test: Mapping[str, Any]) -> str:
    total = test["tests_total"]
    repeat = f" (repeat {test['repeat']})" if "repeat" in test else ""
    return f"{test['tests_done']}/{'?' if total is None else total} {test['test_id']}{repeat}: {test['status']}"


def _status(run: Mapping[str, Any]) -> str | None:
    """Return the status of the result, with the progress of a run that is being played."""
    status = (as_object(run.get("result")) or {}).get("status")
    progress = as_object(run.get("progress"))
    if progress is None:
        return status
    total = progress["tests_total"]
    done = f"{progress['tests_done']}/{'?' if total is None else total}"
    return f"{'cancelling' if progress['cancel_requested'] else status} {done}"


def _metrics(run: Mapping[str, Any]) -> Mapping[str, Any]:
    return as_object((as_object(run.get("result")) or {}).get("aggregate_metrics")) or {}
