"""What the commands for traces share: their filters, and how a trace is shown."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from .._json import as_list, as_object
from ._output import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = ["COLUMNS", "filter_options", "given_filters", "observation_lines", "trace_line"]

_Command = TypeVar("_Command", bound="Callable[..., Any]")

COLUMNS = ("id", "name", "created_at", "user_id", "session_id")
_FILTERS = (
    click.option("--user-id", metavar="ID", help="Only traces of this end user."),
    click.option("--session-id", metavar="ID", help="Only traces of this conversation."),
    click.option("--name", metavar="NAME", help="Only traces of this name."),
    click.option("--tag", "tags", multiple=True, metavar="TAG", help="Only traces with this tag; may be given again."),
    click.option("--search", metavar="TEXT", help="Only traces that hold this text in what describes them."),
    click.option("--since", metavar="TIME", help="Only traces that arrived at this ISO 8601 time or later."),
    click.option("--until", metavar="TIME", help="Only traces that arrived before this ISO 8601 time."),
    click.option(
        "--errors/--no-errors", "has_errors", default=None, help="Only traces where something failed, or not."
    ),
)
_DEEPEST = 50


def given_filters(filters: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the filters that were given."""
    return {name: value for name, value in filters.items() if value not in (None, ())}


def filter_options(command: _Command) -> _Command:
    """Add the options that say which traces are meant, named as the client's parameters are."""
    for option in reversed(_FILTERS):
        command = option(command)
    return command


def trace_line(trace: Mapping[str, Any]) -> str:
    """Return a trace as one line."""
    return "  ".join(one_line(str(trace.get(key) or "-")) for key in ("created_at", *COLUMNS[:2], *COLUMNS[3:]))


def observation_lines(trace: Mapping[str, Any]) -> list[str]:
    """Return a line for each observation of a trace, below the one that it belongs to."""
    found = [fields for one in as_list(trace.get("observations")) or () if (fields := as_object(one)) is not None]
    known = {one.get("id") for one in found}
    below: dict[object, list[Mapping[str, Any]]] = {}
    for one in sorted(found, key=lambda one: str(one.get("start_time") or "")):
        parent = one.get("parent_observation_id")
        below.setdefault(parent if parent in known else None, []).append(one)
    return list(_lines(below, None, 0))


def _lines(below: Mapping[object, Sequence[Mapping[str, Any]]], parent: object, depth: int) -> Iterator[str]:
    for one in below.get(parent, ()):
        took = _milliseconds(one)
        words = [one.get("type"), one.get("name"), f"{took:.0f} ms" if took is not None else None]
        if one.get("level") not in {None, "DEFAULT"}:
            words += [one["level"], one.get("status_message")]
        yield "  " * depth + "  ".join(one_line(str(word)) for word in words if word)
        if depth < _DEEPEST:  # an observation that is its own ancestor must not keep us
            yield from _lines(below, one.get("id"), depth + 1)


def _milliseconds(observation: Mapping[str, Any]) -> float | None:
    try:
        begin, end = (datetime.fromisoformat(str(observation.get(key))) for key in ("start_time", "end_time"))
        return (end - begin).total_seconds() * 1000
    except (ValueError, TypeError):
        return None
