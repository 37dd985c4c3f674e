"""Lists of traces, newest first: which ones, and one page of them."""

from __future__ import annotations

from calendar import monthrange
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, and_, func, or_, select

from ..._time import isoformat
from .schema import traces
from .trace_rows import key_text, moment_of, searched, tag_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, RowMapping

__all__ = ["RECORDS", "filters_of", "page_of"]

_LIMIT = 50
_BETWEEN = "/"
RECORDS: Select[str, str, dict[str, Any]] = select(traces.c.id, traces.c.created_at, traces.c.content)
"""Traces without their observations."""


def filters_of(params: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """Return what the parameters of `list_observability_traces` ask for, but for the page."""
    found = [traces.c[name] == key_text(params[name]) for name in ("user_id", "session_id", "name") if name in params]
    found += [_holds(traces.c.tags, tag_line(tag)) for tag in params.get("tags", ())]
    if "search" in params:
        found.append(_holds(traces.c.search_text, searched(params["search"])))
    if "since" in params:
        found.append(traces.c.created_at >= _time(params["since"]))
    if "until" in params:
        found.append(traces.c.created_at < _time(params["until"]))
    if "has_errors" in params:
        found.append(traces.c.has_error if params["has_errors"] else ~traces.c.has_error)
    return found


def page_of(
    connection: Connection, params: Mapping[str, Any], *conditions: ColumnElement[bool]
) -> tuple[Sequence[RowMapping], int, str | None]:
    """Return the rows of a page, how many rows there are on all pages, and the next page's cursor, if there is one."""
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
    # The first condition says nothing new; it is what an index can be entered with.
    return and_(
        traces.c.created_at <= created_at,
        or_(traces.c.created_at < created_at, and_(traces.c.created_at == created_at, traces.c.id < trace_id)),
    )


def _holds(column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    # The only test for a part of a text that has no wildcards and minds case on every database.
    return func.replace(column, text, "") != column


def _time(text: str) -> str:
    moment = moment_of(text)
    if moment is None:
        # The contract's pattern cannot count days: it lets the 31st of any month through.
        _, last = monthrange(int(text[:4]), int(text[5:7]))
        moment = moment_of(f"{text[:8]}{last}{text[10:]}") or 0.0
    return isoformat(moment)
