"""A PostgreSQL database, which any number of processes share."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, text

from ...errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Generator

    from sqlalchemy import URL, Connection

__all__ = ["PostgreSQL"]

_CONNECTIONS = 16
"""Most connections of one process; servers allow 100 in all unless told otherwise."""
_PATIENCE_SECONDS = 10
"""How long to wait for the server, for a free connection, and for a row that somebody else is changing."""
_SETTINGS = {
    "application_name": "ashr-labs",
    # Whatever the server's own: what cannot be said in it is refused below.
    "client_encoding": "utf8",
    "connect_timeout": str(_PATIENCE_SECONDS),
    # A process that is cut off from the server must not keep others waiting for what it has locked.
    "options": f"-c lock_timeout={_PATIENCE_SECONDS}s -c idle_in_transaction_session_timeout=60s",
}
_ALONE = 0x61736872
"""The number of the lock: `ashr` in ASCII."""


class PostgreSQL:
    """Connections to a database by its URL; what the URL itself sets, such as `?sslmode=require`, is passed on."""

    is_shared = True
    advice = "open it in each process for itself"

    def __init__(self, url: URL) -> None:
        self._writer = create_engine(
            url,
            connect_args={name: value for name, value in _SETTINGS.items() if name not in url.query},
            hide_parameters=True,
            isolation_level="READ COMMITTED",
            max_overflow=0,
            pool_pre_ping=True,
            pool_size=_CONNECTIONS,
            pool_timeout=_PATIENCE_SECONDS,
            use_native_hstore=False,
        )
        self._reader = self._writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @contextmanager
    def read(self) -> Generator[Connection]:
        """Lend a connection that changes nothing."""
        with self._reader.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Generator[Connection]:
        """Lend a writing connection, one of many."""
        with self._writer.begin() as connection:
            yield connection

    @contextmanager
    def write_lightly(self) -> Generator[Connection]:
        """Lend a writing connection whose commit does not wait for the disk."""
        with self.write() as connection:
            connection.execute(text("SET LOCAL synchronous_commit = off"))
            yield connection

    def guard(self, connection: Connection) -> None:
        """Make every other process that comes here wait for the end of the transaction, however long it takes."""
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _ALONE})
        encoding = connection.scalar(text("SHOW server_encoding"))
        if encoding != "UTF8":
            raise ConfigurationError(
                f"its encoding is {encoding}; make one by CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0"
            )

    def settle(self) -> None:
        """Do nothing: the database was ready before we came."""

    def close(self) -> None:
        """Close every connection."""
        self._writer.dispose()
