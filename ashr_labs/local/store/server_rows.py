"""The servers that share a database, and have processes of sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select

from ..._time import isoformat
from .columns import upsert
from .hosting_tables import hosted_servers as servers

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["delete_server", "has_server", "lock_lost_server", "lost_servers", "record_server"]

_LOST = select(servers.c.id).where(servers.c.seen_at < bindparam("since"))
_LOCK = (
    select(servers.c.id)
    .where(servers.c.id == bindparam("server"), servers.c.seen_at < bindparam("since"))
    .with_for_update()
)
_DELETE = delete(servers).where(servers.c.id == bindparam("server"))


def record_server(connection: Connection, server_id: str, moment: float) -> None:
    """Note that a server is there."""
    seen_at = isoformat(moment)
    new = upsert(connection.dialect.name, servers)
    statement = new.on_conflict_do_update(index_elements=[servers.c.id], set_={"seen_at": new.excluded.seen_at})
    connection.execute(statement, {"id": server_id, "created_at": seen_at, "seen_at": seen_at})


def lost_servers(connection: Connection, since: float) -> list[str]:
    """Return the servers that were not seen since a moment."""
    return list(connection.scalars(_LOST, {"since": isoformat(since)}))


def lock_lost_server(connection: Connection, server_id: str, since: float) -> bool:
    """Return True if a server was not seen since a moment; it cannot come back before the end of the transaction."""
    return connection.scalar(_LOCK, {"server": server_id, "since": isoformat(since)}) is not None


def has_server(connection: Connection, server_id: str) -> bool:
    """Return True if a server is known."""
    return connection.scalar(select(servers.c.id).where(servers.c.id == server_id)) is not None


def delete_server(connection: Connection, server_id: str) -> None:
    """Forget a server."""
    connection.execute(_DELETE, {"server": server_id})
