"""Reads of traces: one with its observations, or filtered pages of a list, newest first."""

from __future__ import annotations

from calendar import monthrange
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, and_, func, or_, select, type_coerce

from ..._time import isoformat
from .columns import RawJSONText, require_storable
from .pages import fetch_page
from .schema import observations, traces
from .trace_rows import key_text, parse_timestamp, search_text, tag_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection

__all__ = ["read_trace", "trace_filters", "trace_page"]

_DEFAULT_LIMIT = 50
_SEPARATOR = "/"
_RECORDS: Select[str, str, dict[str, Any]] = select(traces.c.id, traces.c.created_at, traces.c.content)
"""Traces without their observations."""
_RAW_CONTENT = type_coerce(traces.c.content, RawJSONText).label("content")
_RAW_RECORDS: Any = select(traces.c.id, traces.c.created_at, _RAW_CONTENT)


def trace_filters(params: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """Return the conditions for the filter parameters of `list_observability_traces`."""
    found = [traces.c[name] == key_text(params[name]) for name in ("user_id", "session_id", "name") if name in params]
    found += [_contains(traces.c.tags, tag_line(tag)) for tag in params.get("tags", ())]
    if "search" in params:
        found.append(_contains(traces.c.search_text, search_text(params["search"])))
    if "since" in params:
        found.append(traces.c.created_at >= _normalized_time(params["since"]))
    if "until" in params:
        found.append(traces.c.created_at < _normalized_time(params["until"]))
    if "has_errors" in params:
        found.append(traces.c.has_error if params["has_errors"] else ~traces.c.has_error)
    return found


def trace_page(
    connection: Connection, params: Mapping[str, Any], *conditions: ColumnElement[bool]
) -> tuple[Sequence[Mapping[Any, Any]], int, str | None]:
    """Return the rows of a page, the number of rows on all pages, and the cursor of the next page, if any."""
    total: int = connection.scalar(select(func.count()).select_from(traces).where(*conditions)) or 0
    limit: int = params.get("limit", _DEFAULT_LIMIT)
    newest = _RAW_RECORDS.where(*conditions).order_by(traces.c.created_at.desc(), traces.c.id.desc())
    if "cursor" in params:
        newest = newest.where(_after(params["cursor"]))
    elif (before := (params.get("page", 1) - 1) * limit) < total:
        newest = newest.offset(before)
    else:
        return [], total, None
    rows, has_more = fetch_page(connection, newest, limit, _same)
    return rows, total, _cursor(rows[-1]) if has_more else None


def _same(row: Mapping[Any, Any]) -> Mapping[Any, Any]:
    return row


def read_trace(connection: Connection, tenant_id: int, trace_id: str) -> dict[str, Any] | None:
    """Return a trace with its observations, as sent, or None if it does not exist."""
    row = (
        connection.execute(_RECORDS.where(traces.c.tenant_id == tenant_id, traces.c.id == trace_id)).mappings().first()
    )
    if row is None:
        return None
    sent = (
        select(observations.c.content)
        .where(observations.c.tenant_id == tenant_id, observations.c.trace_id == trace_id)
        .order_by(observations.c.position)
    )
    return {
        "id": trace_id,
        **row["content"],
        "created_at": row["created_at"],
        "observations": connection.scalars(sent).all(),
    }


def _cursor(last: Mapping[Any, Any]) -> str:
    return f"{last['created_at']}{_SEPARATOR}{last['id']}"


def _after(cursor: str) -> ColumnElement[bool]:
    """Return the condition for traces after a cursor; the trace it names may have been deleted."""
    # Checked before the query is sent: SQLAlchemy leaves a server-side cursor open if a value of it is refused.
    created_at, _, trace_id = require_storable(cursor).partition(_SEPARATOR)
    # The first condition is redundant; it lets the database use the index.
    return and_(
        traces.c.created_at <= created_at,
        or_(traces.c.created_at < created_at, and_(traces.c.created_at == created_at, traces.c.id < trace_id)),
    )


def _contains(column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    # The only substring test without wildcards that is case-sensitive on every database.
    return func.replace(column, text, "") != column


def _normalized_time(text: str) -> str:
    moment = parse_timestamp(text)
    if moment is None:
        # The pattern in the contract accepts the 31st of any month.
        _, last = monthrange(int(text[:4]), int(text[5:7]))
        moment = parse_timestamp(f"{text[:8]}{last}{text[10:]}") or 0.0
    return isoformat(moment)
