"""Sessions as rows, and what happens in them as numbered events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, insert, literal, select, update

from ..._time import isoformat
from ...errors import NotFoundError
from .event_log import append_events
from .event_tables import events
from .hosting_tables import hosted_sessions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from .signals import Topic

__all__ = [
    "EVENTS",
    "FRAMES",
    "LOGS",
    "MESSAGES",
    "add_session",
    "append_to_session",
    "copy_messages",
    "pause_interrupted",
    "read_session",
    "read_workspace",
    "session_topic",
    "update_session",
]

FRAMES: Final = "session-frame"
"""The events that readers of a turn get."""
MESSAGES: Final = "session-message"
EVENTS: Final = "session-event"
LOGS: Final = "session-log"

_SHOWN = [column for column in hosted_sessions.c if column.name != "workspace"]
_IS = hosted_sessions.c.id == bindparam("session")
_OF_TENANT = _IS & (hosted_sessions.c.tenant_id == bindparam("tenant"))
_READ = select(*_SHOWN).where(_OF_TENANT)
_LIVE = select(*_SHOWN).where(hosted_sessions.c.status.in_(["active", "starting"]) | hosted_sessions.c.is_in_turn)


def session_topic(kind: str, session_id: str) -> Topic:
    """Return where something of a session is added."""
    return (kind, session_id)


def add_session(connection: Connection, row: Mapping[str, Any]) -> None:
    """Add a session."""
    connection.execute(insert(hosted_sessions), dict(row))


def read_session(connection: Connection, tenant_id: int, session_id: str, *, locks: bool = False) -> dict[str, Any]:
    """Return a session without its workspace.

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


def read_workspace(connection: Connection, session_id: str) -> bytes | None:
    """Return the saved workspace of a session."""
    content: bytes | None = connection.scalar(select(hosted_sessions.c.workspace).where(_IS), {"session": session_id})
    return content


def update_session(connection: Connection, session_id: str, **values: Any) -> None:
    """Change a session."""
    connection.execute(update(hosted_sessions).where(_IS).values(values), {"session": session_id})


def append_to_session(
    connection: Connection,
    row: Mapping[str, Any],
    kind: str,
    added: Sequence[tuple[str, Mapping[str, Any]]],
    moment: float,
) -> int:
    """Append to one of the logs of a session, whose row the transaction holds; return the last number."""
    return append_events(connection, (kind, row["id"]), row["tenant_id"], added, moment)


def copy_messages(connection: Connection, source: str, target: str) -> None:
    """Copy the messages of a session with their numbers."""
    kept = [events.c.kind, events.c.sequence, events.c.tenant_id, events.c.created_at, events.c.type, events.c.data]
    copied = select(literal(target), *kept).where(events.c.kind == MESSAGES, events.c.subject == source)
    connection.execute(insert(events).from_select(["subject", *(column.name for column in kept)], copied))


def pause_interrupted(connection: Connection, moment: float) -> None:
    """Pause the sessions of a process that has ended; their turns in progress end with an error."""
    for row in [dict(found) for found in connection.execute(_LIVE).mappings()]:
        if row["is_in_turn"]:
            reason = {"error": "the platform was stopped during the turn; resume the session and send it again"}
            done = ("done", {"sessionId": row["id"]})
            append_to_session(connection, row, FRAMES, [("error", reason), done], moment)
            append_to_session(connection, row, EVENTS, [("error", reason)], moment)
        status = "paused" if row["status"] in {"active", "starting"} else row["status"]
        paused = [("lifecycle", {"action": "paused", "reason": "the platform was stopped"})]
        append_to_session(connection, row, EVENTS, paused, moment)
        update_session(connection, row["id"], status=status, is_in_turn=False, last_active_at=isoformat(moment))
