"""Checks of databases: whether a query returns a value, a row, or rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._json import as_list, as_object
from .._same_value import same_value
from .results import Decision, shown, shown_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..sandboxes import QueryResult
    from .world import World

__all__ = ["check_sql"]

_MOST_ROWS = 5


def check_sql(check: Mapping[str, Any], world: World) -> Decision:
    """Decide `sql`: the query returns what `equals` says.

    A list is all rows: mappings by the names of columns, lists by their order, other values for the first column. A
    mapping is the first row, of which the other columns are not compared. Any other value, null included, is that of
    the first column of the first row.
    """
    found = world.query(check["service"], check["query"])
    service, wanted = check["service"], check["equals"]
    expected = shown_value(wanted, world)
    if _holds(wanted, found):
        return Decision(True, f"{service}: the query returns {expected}")
    query = shown(check["query"], world)
    return Decision(False, f"{service}: {query} must return {expected}, got {_got(wanted, found, world)}")


def _holds(wanted: object, found: QueryResult) -> bool:
    rows = as_list(wanted)
    if rows is not None:
        return len(rows) == len(found.rows) and all(
            _is_row(row, found.columns, values) for row, values in zip(rows, found.rows, strict=True)
        )
    return bool(found.rows) and _is_row(wanted, found.columns, found.rows[0])


def _is_row(wanted: object, columns: Sequence[str], values: Sequence[object]) -> bool:
    fields = as_object(wanted)
    if fields is not None:
        row = dict(zip(columns, values, strict=True))
        return all(name in row and same_value(value, row[name]) for name, value in fields.items())
    listed = as_list(wanted)
    if listed is not None:
        return len(listed) == len(values) and all(map(same_value, listed, values))
    return bool(values) and same_value(wanted, values[0])


def _got(wanted: object, found: QueryResult, world: World) -> str:
    """Return the actual rows in the shape of the expected value."""
    if not found.rows:
        return "no row"
    if as_list(wanted) is None and as_object(wanted) is None:
        return shown_value(found.rows[0][0] if found.rows[0] else None, world)
    rows = [dict(zip(found.columns, row, strict=True)) for row in found.rows[:_MOST_ROWS]]
    more = len(found.rows) - len(rows)
    return ", ".join(shown_value(row, world) for row in rows) + (f" and {more:,} more rows" if more else "")
