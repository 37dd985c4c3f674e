"""Lists of traces, newest first: which ones, and one page of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, and_, func, or_, select

from ...errors import ValidationError
from ..clock import as_text
from .schema import traces
from .trace_rows import key_text, moment_of, searched, tag_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, RowMapping

__all__ = ["RECORDS", "filters_of", "page_of"]

_LIMIT = 50
_BETWEEN = "/"
_LAST_MOMENT = 250_000_000_000
"""In the year 9892; beyond come years that no text of fixed width holds."""

RECORDS: Select[str, str, dict[str, Any]] = select(traces.c.id, traces.c.created_at, traces.c.content)
"""Traces without their observations."""


def filters_of(params: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """Return what the parameters of `list_observability_traces` ask for, but for the page.

    Raises:
        ValidationError: A time is none.
    """
    found = [traces.c[name] == key_text(params[name]) for name in ("user_id", "session_id", "name") if name in params]
    found += [_holds(traces.c.tags, tag_line(tag)) for tag in params.get("tags", ())]
    if "search" in params:
        found.append(_holds(traces.c.search_text, searched(params["search"])))
    if "since" in params:
        found.append(traces.c.created_at >= _time(params, "since"))
    if "until" in params:
        found.append(traces.c.created_at < _time(params, "until"))
    if "has_errors" in params:
        found.append(traces.c.has_error if params["has_errors"] else ~traces.c.has_error)
    return found


def page_of(
    connection: Connection, params: Mapping[str, Any], *conditions: ColumnElement[bool]
) -> tuple[Sequence[RowMapping], int, str | None]:
    """Return the rows of a page, how many rows there are on all pages, and the next page's cursor, if there is one.

    Raises:
        ValidationError: The cursor is none.
    """
    total: int = connection.scalar(select(func.count()).select_from(traces).where(*conditions)) or 0
    limit: int = params.get("limit", _LIMIT)
    newest = RECORDS.where(*conditions).order_by(traces.c.created_at.desc(), traces.c.id.desc()).limit(limit + 1)
    if "cursor" in params:
        newest = newest.where(_after(params["cursor"]))
    elif (before := (params.get("page", 1) - 1) * limit) < total:
        newest = newest.offset(before)
    else:
        return [], total, None
    rows = connection.execute(newest).mappings().all()
    return rows[:limit], total, _cursor(rows[limit - 1]) if len(rows) > limit else None


def _cursor(last: RowMapping) -> str:
    return f"{last['created_at']}{_BETWEEN}{last['id']}"


def _after(cursor: str) -> ColumnElement[bool]:
    """Return what holds for the traces behind that which a cursor names, whether or not it is still there."""
    created_at, _, trace_id = cursor.partition(_BETWEEN)
    if not trace_id or moment_of(created_at) is None:
        raise ValidationError(
            f"list_observability_traces: cursor: {cursor[:80]!a} is not the `next_cursor` of a page",
            response={"path": "cursor"},
        )
    # The first condition says nothing new; it is what an index can be entered with.
    return and_(
        traces.c.created_at <= created_at,
        or_(traces.c.created_at < created_at, and_(traces.c.created_at == created_at, traces.c.id < trace_id)),
    )


def _holds(column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    # The only test for a part of a text that has no wildcards and minds case on every database.
    return func.replace(column, text, "") != column


def _time(params: Mapping[str, Any], name: str) -> str:
    moment = moment_of(params[name])
    if moment is None or not 0 <= moment < _LAST_MOMENT:
        raise ValidationError(
            f"list_observability_traces: {name}: {params[name][:80]!a} is not an ISO 8601 time from 1970 on, "
            "such as 2026-05-17T12:00:00Z",
            response={"path": name},
        )
    return as_text(moment)
