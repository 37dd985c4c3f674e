"""Saved workspaces of sessions: archives, numbered in the order in which they were saved."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, delete, insert, select

from ..._time import isoformat
from .hosting_tables import hosted_workspaces as saved

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["MAX_SAVED", "copy_workspace", "read_workspace", "save_workspace"]

MAX_SAVED: Final = 256 << 20
"""Bytes of all archives that are kept of a session; the oldest are deleted first, and the newest never."""

_OF_SESSION = saved.c.session_id == bindparam("session")
_LAST = select(saved.c.number, saved.c.digest).where(_OF_SESSION).order_by(saved.c.number.desc()).limit(1)
_CONTENT = select(saved.c.content).where(_OF_SESSION)
_NEWEST = _CONTENT.order_by(saved.c.number.desc()).limit(1)
_NUMBERED = _CONTENT.where(saved.c.number == bindparam("of_number"))
_SIZES = select(saved.c.number, saved.c.size).where(_OF_SESSION).order_by(saved.c.number.desc())
_DELETE = delete(saved).where(_OF_SESSION, saved.c.number <= bindparam("until"))


def save_workspace(connection: Connection, session_id: str, content: bytes, moment: float) -> int:
    """Save an archive and return its number; one that equals the newest is not stored again.

    The transaction holds the row of the session.
    """
    digest = hashlib.sha256(content).hexdigest()
    last = connection.execute(_LAST, {"session": session_id}).first()
    if last is not None and last.digest == digest:
        newest: int = last.number
        return newest
    number = 1 if last is None else last.number + 1
    row = {"session_id": session_id, "number": number, "created_at": isoformat(moment), "digest": digest}
    connection.execute(insert(saved), {**row, "size": len(content), "content": content})
    _prune(connection, session_id)
    return number


def read_workspace(connection: Connection, session_id: str, number: int | None = None) -> bytes | None:
    """Return the newest archive of a session, or that of a number; None if it was never saved, or is not kept."""
    query, values = (_NEWEST, {}) if number is None else (_NUMBERED, {"of_number": number})
    content: bytes | None = connection.scalar(query, {"session": session_id, **values})
    return content


def copy_workspace(connection: Connection, source: str, target: str, number: int | None, moment: float) -> int | None:
    """Copy an archive to another session and return its number there; None if there is none."""
    content = read_workspace(connection, source, number)
    return None if content is None else save_workspace(connection, target, content, moment)


def _prune(connection: Connection, session_id: str) -> None:
    total = 0
    for place, (number, size) in enumerate(connection.execute(_SIZES, {"session": session_id}).all()):
        total += size
        if place and total > MAX_SAVED:
            connection.execute(_DELETE, {"session": session_id, "until": number})
            return
