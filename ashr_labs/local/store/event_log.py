"""Append events to the log of a subject, and read them.

The caller holds a lock of the subject's row when it appends, so that two transactions cannot give the same number.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam, delete, func, insert, select, tuple_, type_coerce

from ..._time import isoformat
from .columns import CheckedText
from .event_tables import events

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from .signals import Topic

__all__ = [
    "APPENDED",
    "Event",
    "StoredEvent",
    "append_events",
    "delete_events",
    "last_event",
    "last_sequence",
    "list_events",
    "prune_events",
    "read_events",
    "stored_events",
    "touch",
]

APPENDED = "ashr_labs.appended"
"""The key of a connection's `info` with the topics to which its transaction has appended."""

_MAX_EVENTS = 50
_MAX_CHARACTERS = 256 * 1024
"""Of the events that are read at once, though one event always is."""
_PRUNED_AT_ONCE = 500

_OF_TOPIC = (events.c.kind == bindparam("of_kind")) & (events.c.subject == bindparam("of_subject"))
_LAST = select(func.max(events.c.sequence)).where(_OF_TOPIC)
_SIZES = (
    select(events.c.sequence, func.length(events.c.data))
    .where(_OF_TOPIC, events.c.sequence > bindparam("after"))
    .order_by(events.c.sequence)
    .limit(_MAX_EVENTS)
)
_READ = (
    select(events.c.sequence, events.c.type, type_coerce(events.c.data, CheckedText))
    .where(_OF_TOPIC, events.c.sequence > bindparam("after"), events.c.sequence <= bindparam("until"))
    .order_by(events.c.sequence)
)
_STORED = select(
    events.c.kind,
    events.c.sequence,
    events.c.type,
    type_coerce(events.c.data, CheckedText),
    events.c.created_at,
).where(_OF_TOPIC)
_LIST = _STORED.where(events.c.sequence > bindparam("after")).order_by(events.c.sequence).limit(bindparam("most"))
_LAST_OF_TYPE = _STORED.where(events.c.type == bindparam("of_type")).order_by(events.c.sequence.desc()).limit(1)
_NUMBERS = (
    select(events.c.sequence)
    .where(_OF_TOPIC, events.c.sequence > bindparam("after"), events.c.type.in_(bindparam("types", expanding=True)))
    .order_by(events.c.sequence)
)
_KEY = (events.c.kind, events.c.subject, events.c.sequence)
_OLD = (
    select(*_KEY)
    .where(
        events.c.kind == bindparam("of_kind"),
        events.c.created_at < bindparam("before"),
        events.c.type != bindparam("kept"),
    )
    .limit(_PRUNED_AT_ONCE)
    .with_for_update(skip_locked=True)
)
_PRUNE = delete(events).where(tuple_(*_KEY).in_(_OLD))
_DELETE = delete(events).where(_OF_TOPIC)


class Event(NamedTuple):
    """An event as it is stored."""

    sequence: int
    type: str
    data: str
    """A JSON object."""


class StoredEvent(NamedTuple):
    """An event with the time at which it was added."""

    kind: str
    sequence: int
    type: str
    data: str
    """JSON."""
    created_at: str

    @property
    def value(self) -> Any:
        """The data, decoded."""
        return json.loads(self.data)


def append_events(
    connection: Connection, topic: Topic, tenant_id: int, added: Sequence[tuple[str, Mapping[str, Any]]], moment: float
) -> int:
    """Append events to a log and return the number of the last one; readers are woken after the commit.

    Args:
        connection: A writing connection.
        topic: Whose log it is.
        tenant_id: The tenant that the subject belongs to.
        added: The type and the data of each event.
        moment: The time, in seconds since the epoch.
    """
    touch(connection, topic)
    last = last_sequence(connection, topic)
    row = {"kind": topic[0], "subject": topic[1], "tenant_id": tenant_id, "created_at": isoformat(moment)}
    rows = [
        {**row, "sequence": number, "type": event, "data": data} for number, (event, data) in enumerate(added, last + 1)
    ]
    if rows:
        connection.execute(insert(events), rows)
    return last + len(rows)


def last_sequence(connection: Connection, topic: Topic) -> int:
    """Return the number of the last event of a log; 0 if it is empty."""
    return connection.scalar(_LAST, _of(topic)) or 0


def read_events(connection: Connection, topic: Topic, after: int) -> list[Event]:
    """Return the next events of a log after a number, as many as may be in memory at once; none at its end."""
    until = total = 0
    for sequence, size in connection.execute(_SIZES, {**_of(topic), "after": after}):
        total += size
        if until and total > _MAX_CHARACTERS:
            break
        until = sequence
    if not until:
        return []
    return [Event(*row) for row in connection.execute(_READ, {**_of(topic), "after": after, "until": until})]


def list_events(
    connection: Connection, topic: Topic, after: int, limit: int, event: str | None = None
) -> list[StoredEvent]:
    """Return the events of a log after a number, those of one type or all."""
    query = _LIST if event is None else _LIST.where(events.c.type == event)
    rows = connection.execute(query, {**_of(topic), "after": after, "most": limit})
    return [StoredEvent(*row) for row in rows]


def stored_events(connection: Connection, topic: Topic, after: int, types: Collection[str]) -> Iterator[StoredEvent]:
    """Yield all events of some types after a number; one is in memory at a time."""
    numbers = connection.scalars(_NUMBERS, {**_of(topic), "after": after, "types": list(types)}).all()
    for number in numbers:
        yield from list_events(connection, topic, number - 1, 1)


def last_event(connection: Connection, topic: Topic, event: str) -> StoredEvent | None:
    """Return the last event of a type."""
    row = connection.execute(_LAST_OF_TYPE, {**_of(topic), "of_type": event}).first()
    return None if row is None else StoredEvent(*row)


def prune_events(connection: Connection, kind: str, before: float, *, kept: str = "") -> None:
    """Delete some of the events of a kind that are older than a moment.

    Args:
        connection: A writing connection.
        kind: The kind.
        before: The moment, in seconds since the epoch.
        kept: A type of events that are not deleted.
    """
    connection.execute(_PRUNE, {"of_kind": kind, "before": isoformat(before), "kept": kept})


def delete_events(connection: Connection, topic: Topic) -> None:
    """Delete the log of a subject."""
    touch(connection, topic)
    connection.execute(_DELETE, _of(topic))


def touch(connection: Connection, topic: Topic) -> None:
    """Wake the readers of a topic after the commit, because its subject has changed."""
    connection.info.setdefault(APPENDED, set()).add(topic)


def _of(topic: Topic) -> dict[str, str]:
    return {"of_kind": topic[0], "of_subject": topic[1]}
