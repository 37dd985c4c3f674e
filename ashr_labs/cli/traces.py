"""`ashr-labs traces`: show traces."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, TypeVar

import click

from .._threads import map_threads
from ..errors import AshrLabsError
from ._client import stored_client, where_options
from ._commands import Group
from ._exit import ExitCode
from ._options import Number, limit_option
from ._records import show_record, show_rows
from ._tail import Pause, tail
from ._trace_text import observation_lines, trace_line, trace_totals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from ..client._sync import AshrLabsClient
    from ._output import Output

__all__ = ["command", "show_trace"]

_Command = TypeVar("_Command", bound="Callable[..., Any]")

_COLUMNS = ("id", "name", "created_at", "status", "latency", "tokens", "cost", "user_id", "session_id", "tags")
_FILTERS = (
    click.option("--user-id", metavar="ID", help="Only traces of this end user."),
    click.option("--session-id", metavar="ID", help="Only traces of this conversation."),
    click.option("--name", metavar="NAME", help="Only traces with this name."),
    click.option("--tag", "tags", multiple=True, metavar="TAG", help="Only traces with this tag; repeatable."),
    click.option("--search", metavar="TEXT", help="Only traces with this text in their descriptive fields."),
    click.option("--since", metavar="TIME", help="Only traces received at this ISO 8601 time or later."),
    click.option("--until", metavar="TIME", help="Only traces received before this ISO 8601 time."),
    click.option("--errors/--no-errors", "has_errors", default=None, help="Only traces with, or without, an error."),
)
_ANALYTICS = {
    "tool_performance": ("tool_name", "total_calls", "error_rate", "avg_latency_ms"),
    "model_usage": ("model", "total_calls", "total_tokens", "avg_latency_ms", "total_cost"),
    "score_rules": ("name", "scored", "mean", "pass_rate", "cost_usd"),
}
_PAGE_SIZE = 100
_MAX_REQUESTS = 8
"""Concurrent requests for the observations of the listed traces."""

command = Group("traces", "Show traces.")


def _filter_options(decorated: _Command) -> _Command:
    """Add the filters of traces, named as the parameters of the client."""
    for option in reversed(_FILTERS):
        decorated = option(decorated)
    return decorated


@command.command("list")
@_filter_options
@limit_option
@click.option("--page", type=click.IntRange(1), default=1, show_default=True, help="Page of the list.")
@where_options
@click.pass_obj
def list_traces(out: Output, /, limit: int, page: int, database: Path | None, remote: bool, **filters: Any) -> None:
    """List the newest traces."""
    with stored_client(database, remote=remote) as client:
        found = client.list_observability_traces(limit=limit, page=page, **_given(filters))["traces"]
        rows: list[dict[str, Any]] = [{**row} for row in found]
        if not out.as_json:  # the list has no observations
            rows = map_threads(lambda row: _with_totals(client, row), rows, max_threads=_MAX_REQUESTS)
    show_rows(out, "traces", rows, _COLUMNS)


@command.command("get")
@click.argument("trace_id")
@where_options
@click.pass_obj
def get_trace(out: Output, /, trace_id: str, database: Path | None, remote: bool) -> None:
    """Show a trace with its totals and scores, the tests of runs that it belongs to, and its observations.

    Inputs (<) and outputs (>) of observations are truncated. With --json everything is complete.
    """
    with stored_client(database, remote=remote) as client:
        found = client.get_observability_trace(trace_id)
    show_trace(out, found)


def show_trace(out: Output, found: Mapping[str, Any]) -> None:
    """Write a trace with its runs and scores, as the platform answers it."""
    trace, runs, scores = found["trace"], found.get("runs", []), found.get("scores", [])
    if out.as_json:
        out.write_json({**trace, "runs": runs, "scores": scores})
    else:
        show_record(out, {**trace, **trace_totals(trace), **_runs_text(runs), **_scores_text(scores)})
        out.write("".join(f"  {line}\n" for line in observation_lines(trace)))


@command.command("tail")
@_filter_options
@click.option(
    "--last", type=click.IntRange(0, _PAGE_SIZE), default=10, show_default=True, help="Existing traces shown."
)
@click.option(
    "--interval",
    type=Number(0.05, 3600),
    default=2,
    show_default=True,
    metavar="SECONDS",
    help="Time between requests; up to five times as long while no traces arrive.",
)
@where_options
@click.pass_obj
def tail_traces(
    out: Output, /, last: int, interval: float, database: Path | None, remote: bool, **filters: Any
) -> None:
    """Write a line for each new trace until Ctrl-C; with --json each line is an object.

    If the connection is lost, the command waits for the platform and then continues without a gap.
    """
    chosen = _given(filters)
    with stored_client(database, remote=remote) as client:
        steps = tail(
            lambda page: client.list_observability_traces(limit=_PAGE_SIZE, page=page, **chosen)["traces"],
            page_size=_PAGE_SIZE,
            interval=interval,
            last=last,
        )
        _show_steps(out, steps)


@command.command("analytics")
@click.option("--days", type=click.IntRange(1, 365), default=7, show_default=True, help="Length of the period.")
@where_options
@click.pass_obj
def show_analytics(out: Output, /, days: int, database: Path | None, remote: bool) -> None:
    """Show traces, errors, latency, tokens and cost of the last days: in total, by tool, model and scoring rule."""
    with stored_client(database, remote=remote) as client:
        found: Mapping[str, Any] = client.get_observability_analytics(days)
    if out.as_json:
        out.write_json(found)
        return
    show_record(out, found["overview"])
    for name, columns in _ANALYTICS.items():
        if rows := found.get(name):
            out.write("\n")
            show_rows(out, name, rows, columns)


def _scores_text(scores: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    named = [f"{one['name']} {one['score']:g}" for one in scores]
    return {"scores": ", ".join(named)} if named else {}


def _runs_text(runs: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    tests = [f"{one['run_id']} {one['test_id']}{_repeat(one)}" for one in runs]
    return {"runs": ", ".join(tests)} if tests else {}


def _repeat(test: Mapping[str, Any]) -> str:
    return f"[{test['repeat']}]" if "repeat" in test else ""


def _with_totals(client: AshrLabsClient, row: dict[str, Any]) -> dict[str, Any]:
    try:
        return {**row, **trace_totals(client.get_observability_trace(row["id"])["trace"])}
    except AshrLabsError:  # deleted since it was listed
        return row


def _given(filters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in filters.items() if value not in (None, ())}


def _show_steps(out: Output, steps: Iterable[Mapping[str, Any] | Pause]) -> None:
    try:
        for step in steps:
            _show_step(out, step)
            if out.is_closed:
                return
    except KeyboardInterrupt:  # the usual end: not an error among the lines
        raise click.exceptions.Exit(ExitCode.INTERRUPTED) from None


def _show_step(out: Output, step: Mapping[str, Any] | Pause) -> None:
    """Write a trace, or sleep for a pause."""
    if not isinstance(step, Pause):
        out.write(f"{json.dumps(step) if out.as_json else trace_line(step)}\n")
        return
    if step.message:
        out.info(step.message)
    time.sleep(step.seconds)
