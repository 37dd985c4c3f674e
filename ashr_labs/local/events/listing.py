"""Pages of the spans of a tenant's traces as events, newest traces first."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import and_, or_, select

from ..._time import parse_iso
from ...errors import ValidationError
from ..cursors import page_of
from ..store.schema import observations, traces
from ..store.trace_rows import key_text
from .mapping import event_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import ColumnElement, Connection

    from ..cursors import Cursors

__all__ = ["event_page", "events_of_session"]

_FIELDS: Final = ("agent", "event_type", "experiment_id", "parent_span_id", "root_span_id", "span_id", "tool")
"""Filters that an event matches by its field of the same name."""
_DEFAULT_LIMIT: Final = 100
_MAX_SCANNED: Final = 5000
"""Spans that one page looks at: with filters that match little it ends early, with a cursor."""
_MAX_BYTES: Final = 16_000_000
_BATCH: Final = 20
"""Traces that are read at once."""


class _Place(NamedTuple):
    """A span: the creation time and id of its trace, and its position there."""

    created_at: str
    trace_id: str
    position: int


def event_page(connection: Connection, tenant_id: int, cursors: Cursors, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return one page of events that match the filters.

    Args:
        connection: A reading connection.
        tenant_id: The owner.
        cursors: Those of the list.
        params: Filters, `limit` and `cursor`.

    Raises:
        BadRequestError: The cursor is none that a page of the list had.
        ValidationError: `since` is not a time.
    """
    wanted = [traces.c.tenant_id == tenant_id]
    if "sandbox_id" in params:
        wanted.append(traces.c.session_id == key_text(params["sandbox_id"]))
    if "trace_id" in params:
        wanted.append(traces.c.id == params["trace_id"])
    after = _Place._make(cursors.place(params["cursor"])) if "cursor" in params else None
    since = _since(params)
    found: list[dict[str, Any]] = []
    last: _Place | None = None
    size = 0
    for scanned, (place, content) in enumerate(_spans(connection, wanted, after), 1):
        if scanned > _MAX_SCANNED or len(found) == params.get("limit", _DEFAULT_LIMIT) or size > _MAX_BYTES:
            return page_of(found, last and cursors.cursor(last))
        last = place
        event = event_of(content, place.trace_id)
        if all(event.get(name) == params[name] for name in _FIELDS if name in params) and _is_since(event, since):
            found.append(event)
            size += len(json.dumps(event))
    return page_of(found, None)


def events_of_session(connection: Connection, tenant_id: int, session_id: str, limit: int) -> list[dict[str, Any]]:
    """Return the events of all traces of a session in the order of their time, at most `limit`."""
    wanted = [traces.c.tenant_id == tenant_id, traces.c.session_id == key_text(session_id)]
    found: list[dict[str, Any]] = []
    for place, content in _spans(connection, wanted, None):
        found.append(event_of(content, place.trace_id))
        if len(found) == limit:
            break
    return sorted(found, key=lambda event: str(event["ts"]))


def _spans(
    connection: Connection, wanted: list[ColumnElement[bool]], after: _Place | None
) -> Iterator[tuple[_Place, Any]]:
    """Yield the observations of traces, newest traces first, from the one after a place; reads traces in batches."""
    newest = select(traces.c.tenant_id, traces.c.created_at, traces.c.id).where(*wanted)
    newest = newest.order_by(traces.c.created_at.desc(), traces.c.id.desc()).limit(_BATCH)
    while True:
        batch = connection.execute(newest if after is None else newest.where(_from(after))).all()
        for tenant_id, created_at, trace_id in batch:
            row = observations.c
            own = select(row.position, row.content).where(row.tenant_id == tenant_id, row.trace_id == trace_id)
            if after is not None and (created_at, trace_id) == after[:2]:
                own = own.where(row.position > after.position)
            for position, content in connection.execute(own.order_by(row.position)):
                yield _Place(created_at, trace_id, position), content
        if len(batch) < _BATCH:
            return
        after = _Place(batch[-1].created_at, batch[-1].id, 2**31 - 1)


def _from(place: _Place) -> ColumnElement[bool]:
    """Return the condition for the trace of a place and all older ones."""
    # The first condition is redundant; it lets the database use the index.
    is_older = or_(
        traces.c.created_at < place.created_at,
        and_(traces.c.created_at == place.created_at, traces.c.id <= place.trace_id),
    )
    return and_(traces.c.created_at <= place.created_at, is_older)


def _since(params: Mapping[str, Any]) -> float | None:
    if "since" not in params:
        return None
    moment = parse_iso(params["since"])
    if moment is None:
        message = f"since: must be a time in ISO 8601 such as 2026-05-17T12:00:00Z, got {params['since'][:100]!a}"
        raise ValidationError(message, response={"path": "since"})
    return moment.timestamp()


def _is_since(event: Mapping[str, Any], since: float | None) -> bool:
    moment = parse_iso(event.get("ts"))
    return since is None or (moment is not None and moment.timestamp() >= since)
