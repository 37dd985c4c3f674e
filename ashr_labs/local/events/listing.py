"""Pages of the spans of a tenant's traces as events, newest traces first."""

from __future__ import annotations

import json
from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import and_, or_, select

from ..._time import parse_iso
from ...errors import ValidationError
from ..cursors import page_of
from ..store.scenario_lists import sandboxes_of_experiment
from ..store.schema import observations, traces
from ..store.trace_rows import key_text
from .mapping import event_of

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection

    from ..cursors import Cursors

__all__ = ["SpanPlace", "event_page", "events_of_session", "is_of_session", "spans_after"]

_FIELDS: Final = ("agent", "event_type", "parent_span_id", "root_span_id", "span_id", "tool")
"""Filters that an event matches by its field of the same name."""
_DEFAULT_LIMIT: Final = 100
_MAX_SCANNED: Final = 5000
"""Spans that one page looks at: with filters that match little it ends early, with a cursor."""
_MAX_BYTES: Final = 16_000_000
_BATCH: Final = 20
"""Traces that are read at once."""
_READ_AHEAD: Final = 100
_END: Final = 2**31 - 2
"""A position after all spans of a trace; one more is still a number of 32 bits, as the column has them."""


class SpanPlace(NamedTuple):
    """A span: the creation time and id of its trace, its position there, and its own id.

    Spans that arrive later move the others of their trace to higher positions, so it is looked for from there on.
    """

    created_at: str
    trace_id: str
    position: int
    span_id: str


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
    wanted, fields = _conditions(connection, tenant_id, params)
    after = SpanPlace._make(cursors.place(params["cursor"])) if "cursor" in params else None
    since = _since(params)
    found: list[dict[str, Any]] = []
    last: SpanPlace | None = None
    size = 0
    with closing(spans_after(connection, wanted, after)) as spans:
        for scanned, (place, content) in enumerate(spans, 1):
            if scanned > _MAX_SCANNED or len(found) == params.get("limit", _DEFAULT_LIMIT) or size > _MAX_BYTES:
                return page_of(found, last and cursors.cursor(last))
            last = place
            event = event_of(content, place.trace_id)
            if all(event.get(name) == value for name, value in fields.items()) and _is_since(event, since):
                found.append(event)
                size += len(json.dumps(event))
    return page_of(found, None)


def events_of_session(connection: Connection, tenant_id: int, session_id: str, limit: int) -> list[dict[str, Any]]:
    """Return the events of all traces of a session in the order of their time, at most `limit`."""
    with closing(spans_after(connection, [is_of_session(tenant_id, session_id)])) as spans:
        found = [event_of(content, place.trace_id) for place, content in islice(spans, limit)]
    return sorted(found, key=lambda event: str(event["ts"]))


def is_of_session(tenant_id: int, session_id: str) -> ColumnElement[bool]:
    """Return the condition for the traces of a session."""
    return and_(traces.c.tenant_id == tenant_id, traces.c.session_id == key_text(session_id))


def spans_after(
    connection: Connection, wanted: Sequence[ColumnElement[bool]], after: SpanPlace | None = None
) -> Generator[tuple[SpanPlace, Any]]:
    """Yield the observations of traces, newest traces first, from the one after a place.

    Traces are read in batches, and their observations one after the other; close the generator if it is left early.
    """
    newest = select(traces.c.tenant_id, traces.c.created_at, traces.c.id).where(*wanted)
    newest = newest.order_by(traces.c.created_at.desc(), traces.c.id.desc()).limit(_BATCH)
    while True:
        batch = connection.execute(newest if after is None else newest.where(_from(after))).all()
        for tenant_id, created_at, trace_id in batch:
            is_begun = after is not None and (created_at, trace_id) == after[:2]
            for position, content in _spans_of(connection, tenant_id, trace_id, after if is_begun else None):
                yield SpanPlace(created_at, trace_id, position, content["id"]), content
        if len(batch) < _BATCH:
            return
        after = SpanPlace(batch[-1].created_at, batch[-1].id, _END, "")


def _spans_of(
    connection: Connection, tenant_id: int, trace_id: str, after: SpanPlace | None
) -> Iterator[tuple[int, Any]]:
    if after is None:
        yield from _rows_of(connection, tenant_id, trace_id, 0)
        return
    rows = _rows_of(connection, tenant_id, trace_id, after.position)
    if any(content["id"] == after.span_id for _, content in rows):
        yield from rows
    else:  # the trace was replaced
        yield from _rows_of(connection, tenant_id, trace_id, after.position + 1)


def _rows_of(connection: Connection, tenant_id: int, trace_id: str, start: int) -> Iterator[tuple[int, Any]]:
    row = observations.c
    own = select(row.position, row.content).where(row.tenant_id == tenant_id, row.trace_id == trace_id)
    wanted = own.where(row.position >= start).order_by(row.position)
    with connection.execute(wanted.execution_options(stream_results=True, max_row_buffer=_READ_AHEAD)) as found:
        yield from ((position, content) for position, content in found)


def _conditions(
    connection: Connection, tenant_id: int, params: Mapping[str, Any]
) -> tuple[list[ColumnElement[bool]], dict[str, Any]]:
    """Return the conditions for traces, and the fields that an event must have."""
    wanted = [traces.c.tenant_id == tenant_id]
    fields = {name: params[name] for name in _FIELDS if name in params}
    if "sandbox_id" in params:
        wanted.append(traces.c.session_id == key_text(params["sandbox_id"]))
    if "trace_id" in params:
        wanted.append(traces.c.id == params["trace_id"])
    if "experiment_id" in params:
        sandboxes = sandboxes_of_experiment(tenant_id, params["experiment_id"])
        if connection.execute(sandboxes.limit(1)).first() is None:  # one of another platform
            fields["experiment_id"] = params["experiment_id"]
        else:
            wanted.append(traces.c.session_id.in_(sandboxes))
    return wanted, fields


def _from(place: SpanPlace) -> ColumnElement[bool]:
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
