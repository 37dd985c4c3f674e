"""`ashr-labs traces`: show traces."""

from __future__ import annotations

import json
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from .._format import one_line
from .._json import as_list, as_object
from ._client import stored_client, where_options
from ._commands import Group
from ._exit import ExitCode
from ._options import Number, limit_option
from ._records import show_record, show_rows
from ._tail import Pause, tail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from ._output import Output

__all__ = ["command", "observation_lines"]

_Command = TypeVar("_Command", bound="Callable[..., Any]")

_COLUMNS = ("id", "name", "created_at", "user_id", "session_id")
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
_PAGE_SIZE = 100
_MAX_DEPTH = 50

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
        rows = client.list_observability_traces(limit=limit, page=page, **_given(filters))["traces"]
    show_rows(out, "traces", rows, _COLUMNS)


@command.command("get")
@click.argument("trace_id")
@where_options
@click.pass_obj
def get_trace(out: Output, /, trace_id: str, database: Path | None, remote: bool) -> None:
    """Show a trace and its observations; with --json also their inputs and outputs."""
    with stored_client(database, remote=remote) as client:
        trace = client.get_observability_trace(trace_id)["trace"]
    show_record(out, trace)
    if not out.as_json:
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
        try:
            for step in steps:
                if isinstance(step, Pause):
                    _pause(out, step)
                else:
                    out.write(f"{json.dumps(step) if out.as_json else _trace_line(step)}\n")
                if out.is_closed:
                    return
        except KeyboardInterrupt:  # the usual end: not an error among the lines
            raise click.exceptions.Exit(ExitCode.INTERRUPTED) from None


def observation_lines(trace: Mapping[str, Any]) -> list[str]:
    """Return a line for each observation of a trace, indented below its parent."""
    found = [fields for one in as_list(trace.get("observations")) or () if (fields := as_object(one)) is not None]
    known = {one.get("id") for one in found}
    children: dict[object, list[Mapping[str, Any]]] = {}
    for one in sorted(found, key=lambda one: str(one.get("start_time") or "")):
        parent = one.get("parent_observation_id")
        children.setdefault(parent if parent in known else None, []).append(one)
    return list(_tree_lines(children, None, 0))


def _given(filters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in filters.items() if value not in (None, ())}


def _pause(out: Output, step: Pause) -> None:
    if step.message:
        out.info(step.message)
    time.sleep(step.seconds)


def _trace_line(trace: Mapping[str, Any]) -> str:
    return "  ".join(one_line(str(trace.get(key) or "-")) for key in ("created_at", *_COLUMNS[:2], *_COLUMNS[3:]))


def _tree_lines(children: Mapping[object, Sequence[Mapping[str, Any]]], parent: object, depth: int) -> Iterator[str]:
    for one in children.get(parent, ()):
        duration = _milliseconds(one)
        words = [one.get("type"), one.get("name"), f"{duration:.0f} ms" if duration is not None else None]
        if one.get("level") not in {None, "DEFAULT"}:
            words += [one["level"], one.get("status_message")]
        yield "  " * depth + "  ".join(one_line(str(word)) for word in words if word)
        if depth < _MAX_DEPTH:  # an observation may be its own ancestor
            yield from _tree_lines(children, one.get("id"), depth + 1)


def _milliseconds(observation: Mapping[str, Any]) -> float | None:
    try:
        begin, end = (datetime.fromisoformat(str(observation.get(key))) for key in ("start_time", "end_time"))
        return (end - begin).total_seconds() * 1000
    except (ValueError, TypeError):
        return None
