"""Which server has the process of a session, and what happens to the sessions of a server that has ended.

A server that shares its database notes every few seconds that it is there. One that was not seen for the length of a
lease has ended, or is cut off: another one pauses its sessions and ends their turns in progress. What it stores later
itself is refused, because the sessions are no longer its own.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final

from ..._time import isoformat
from ..failures import RefusedError
from ..store.hosting_rows import (
    EVENTS,
    append_to_session,
    sessions_of_servers,
    update_session,
)
from ..store.hosting_tables import hosted_sessions
from ..store.server_rows import delete_server, has_server, lock_lost_server, lost_servers, record_server

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from sqlalchemy import ColumnElement, Connection

    from ..store.engine import Database
    from .ending import Endings

__all__ = ["HEARTBEAT_SECONDS", "LEASE_SECONDS", "Servers"]

LEASE_SECONDS: Final = 10.0
"""After how long without a sign of a server its sessions are paused by another one."""
HEARTBEAT_SECONDS: Final = LEASE_SECONDS / 4
_MISDIRECTED = 421
_STOPPED = "the platform was stopped during the turn; resume the session and send the message again"


class Servers:
    """This server among those of its database.

    Args:
        database: Has the sessions.
        endings: Stores the ends of turns.
        wake: Wakes the workers of kinds of jobs.
        now: The clock, in seconds since the epoch.
    """

    def __init__(
        self, database: Database, endings: Endings, wake: Callable[[set[str]], None], now: Callable[[], float]
    ) -> None:
        self.id = str(uuid.uuid4())
        """The id of this server, until it is closed."""
        self._database = database
        self._endings = endings
        self._wake = wake
        self._now = now

    def record(self) -> None:
        """Note that this server is there, if others could be."""
        if self._database.is_shared:
            with self._database.write_async_commit() as connection:
                record_server(connection, self.id, self._now())

    def owns(self, row: Mapping[str, Any]) -> bool:
        """Return True if the process of a session is one of this server."""
        return bool(row["server_id"] == self.id)

    def take_over(self, row: Mapping[str, Any]) -> bool:
        """Pause the sessions of the server that a session is with, and return True if that server has ended.

        Raises:
            RefusedError: The server is there (421).
        """
        server_id = row["server_id"]
        if server_id is None or server_id == self.id:
            return False
        if self._pause_sessions_of(server_id):
            return True
        raise RefusedError(
            _MISDIRECTED,
            f"the session {row['id']} runs on another server of this platform, {server_id}; send the request there",
        )

    def pause_lost(self) -> None:
        """Pause the sessions of servers that were not seen for a while."""
        if not self._database.is_shared:
            return
        with self._database.read() as connection:
            lost = lost_servers(connection, self._now() - LEASE_SECONDS)
        for server_id in lost:
            self._pause_sessions_of(server_id)

    def pause_all(self, connection: Connection) -> set[str]:
        """Pause all sessions, of a database that no other server uses; return the kinds of jobs to wake."""
        return self._pause(connection, hosted_sessions.c.id.is_not(None))

    def own_sessions(self) -> set[str]:
        """Return the ids of the sessions that are with this server."""
        with self._database.read() as connection:
            query = hosted_sessions.select().with_only_columns(hosted_sessions.c.id)
            return set(connection.scalars(query.where(hosted_sessions.c.server_id == self.id)))

    def leave(self) -> None:
        """Pause the sessions of this server, whose processes have been ended, and forget it."""
        with self._database.write() as connection:
            self._pause(connection, hosted_sessions.c.server_id == self.id)
            delete_server(connection, self.id)

    def _pause_sessions_of(self, server_id: str) -> bool:
        with self._database.write() as connection:
            since = self._now() - LEASE_SECONDS
            if not lock_lost_server(connection, server_id, since) and self._is_there(connection, server_id):
                return False
            kinds = self._pause(connection, hosted_sessions.c.server_id == server_id)
            delete_server(connection, server_id)
        self._wake(kinds)
        return True

    def _is_there(self, connection: Connection, server_id: str) -> bool:
        return self._database.is_shared and has_server(connection, server_id)

    def _pause(self, connection: Connection, wanted: ColumnElement[bool]) -> set[str]:
        kinds: set[str] = set()
        moment = self._now()
        for row in sessions_of_servers(connection, wanted):
            if row["is_in_turn"]:
                kinds |= self._endings.cut_off(connection, row, _STOPPED, status="interrupted")
            values: dict[str, Any] = {"server_id": None, "last_active_at": isoformat(moment)}
            if row["status"] in {"active", "starting"}:
                values["status"] = "paused"
                paused = {"action": "paused", "reason": "the platform was stopped"}
                append_to_session(connection, row, EVENTS, [("lifecycle", paused)], moment)
            update_session(connection, row["id"], **values)
        return kinds
