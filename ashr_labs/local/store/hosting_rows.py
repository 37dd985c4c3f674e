"""Sessions as rows, and what happens in them as numbered events."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, insert, literal, select, update

from ...errors import NotFoundError
from .bundle_rows import bundle_content
from .event_log import append_events
from .event_tables import events
from .hosting_tables import hosted_agents, hosted_sessions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection

    from .signals import Topic

__all__ = [
    "EVENTS",
    "FRAMES",
    "LOGS",
    "MESSAGES",
    "add_session",
    "append_to_session",
    "copy_messages",
    "paused_sessions",
    "read_agent",
    "read_session",
    "record_id",
    "session_topic",
    "sessions_of_servers",
    "update_session",
]

FRAMES: Final = "session-frame"
"""The events that readers of a turn get."""
MESSAGES: Final = "session-message"
EVENTS: Final = "session-event"
LOGS: Final = "session-log"

_IS = hosted_sessions.c.id == bindparam("session")
_OF_TENANT = _IS & (hosted_sessions.c.tenant_id == bindparam("tenant"))
_READ = select(hosted_sessions).where(_OF_TENANT)
_LIVE = (
    hosted_sessions.c.status.in_(["active", "starting"])
    | hosted_sessions.c.is_in_turn
    | hosted_sessions.c.server_id.is_not(None)
)


def session_topic(kind: str, session_id: str) -> Topic:
    """Return where something of a session is added."""
    return (kind, session_id)


def record_id(session_id: str, kind: str, number: int) -> str:
    """Return the id of a message or event of a session, from its number."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{session_id}/{kind}/{number}"))


def add_session(connection: Connection, row: Mapping[str, Any]) -> None:
    """Add a session."""
    connection.execute(insert(hosted_sessions), dict(row))


def read_session(connection: Connection, tenant_id: int, session_id: str, *, locks: bool = False) -> dict[str, Any]:
    """Return a session.

    Args:
        connection: A connection.
        tenant_id: The tenant that it must belong to.
        session_id: Its id.
        locks: Whether it must not change until the end of the transaction.

    Raises:
        NotFoundError: The tenant has none of this id.
    """
    query = _READ.with_for_update() if locks else _READ
    row = connection.execute(query, {"session": session_id, "tenant": tenant_id}).mappings().first()
    if row is None:
        raise NotFoundError(f"there is no session {session_id!r}")
    return dict(row)


def read_agent(connection: Connection, tenant_id: int, name: str) -> dict[str, Any]:
    """Return a deployed agent with its bundle.

    Raises:
        NotFoundError: The tenant has none of this name.
    """
    owned = (hosted_agents.c.tenant_id == tenant_id) & (hosted_agents.c.name == name)
    row = connection.execute(select(hosted_agents).where(owned)).mappings().first()
    if row is None:
        raise NotFoundError(f"there is no deployed agent {name!r}")
    return {**row, "bundle": bundle_content(connection, row["tenant_id"], row["digest"])}


def update_session(connection: Connection, session_id: str, **values: Any) -> None:
    """Change a session."""
    connection.execute(update(hosted_sessions).where(_IS).values(values), {"session": session_id})


def append_to_session(
    connection: Connection,
    row: Mapping[str, Any],
    kind: str,
    added: Sequence[tuple[str, Mapping[str, Any]]],
    moment: float,
) -> None:
    """Append to one of the logs of a session, whose row the transaction holds."""
    if added:
        append_events(connection, (kind, row["id"]), row["tenant_id"], added, moment)


def copy_messages(connection: Connection, source: str, target: str, until: int | None = None) -> None:
    """Copy the messages of a session with their numbers: all, or those up to a number."""
    kept = [events.c.kind, events.c.sequence, events.c.tenant_id, events.c.created_at, events.c.type, events.c.data]
    copied = select(literal(target), *kept).where(events.c.kind == MESSAGES, events.c.subject == source)
    if until is not None:
        copied = copied.where(events.c.sequence <= until)
    connection.execute(insert(events).from_select(["subject", *(column.name for column in kept)], copied))


def sessions_of_servers(connection: Connection, wanted: ColumnElement[bool]) -> list[dict[str, Any]]:
    """Return the sessions that are active, or in a turn, under a condition on their server, and lock them."""
    query = select(hosted_sessions).where(_LIVE, wanted).order_by(hosted_sessions.c.id).with_for_update()
    return [dict(row) for row in connection.execute(query).mappings()]


def paused_sessions(connection: Connection, server_id: str) -> list[str]:
    """Return the ids of the paused sessions that have a process of a server, the one that was used first before."""
    query = select(hosted_sessions.c.id).where(
        hosted_sessions.c.server_id == server_id, hosted_sessions.c.status == "paused"
    )
    return list(connection.scalars(query.order_by(hosted_sessions.c.last_active_at)))
