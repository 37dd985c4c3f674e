"""PostgreSQL connections, for any number of processes that share a database."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, text

from ...errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Generator

    from sqlalchemy import URL, Connection

__all__ = ["PostgreSQL"]

_MAX_CONNECTIONS = 16
"""Per process; servers allow 100 in all by default."""
_TIMEOUT_SECONDS = 10
"""For connecting, for a free connection of the pool, and for locks."""
_SETTINGS = {
    "application_name": "ashr-labs",
    # Whatever the server's default; databases in other encodings are refused below.
    "client_encoding": "utf8",
    "connect_timeout": str(_TIMEOUT_SECONDS),
    # A process that is cut off from the server must not hold its locks for long.
    "options": f"-c lock_timeout={_TIMEOUT_SECONDS}s -c idle_in_transaction_session_timeout=60s",
}
_ADVISORY_LOCK = 0x61736872
"""`ashr` in ASCII."""


class PostgreSQL:
    """Connections to a database; parameters of the URL, such as `?sslmode=require`, take precedence over ours."""

    is_shared = True
    fork_advice = "open it in each process separately"

    def __init__(self, url: URL) -> None:
        self._writer = create_engine(
            url,
            connect_args={name: value for name, value in _SETTINGS.items() if name not in url.query},
            hide_parameters=True,
            isolation_level="READ COMMITTED",
            max_overflow=0,
            pool_pre_ping=True,
            pool_size=_MAX_CONNECTIONS,
            pool_timeout=_TIMEOUT_SECONDS,
            use_native_hstore=False,
        )
        self._reader = self._writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @contextmanager
    def read(self) -> Generator[Connection]:
        """Yield a read-only connection."""
        with self._reader.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Generator[Connection]:
        """Yield a writing connection."""
        with self._writer.begin() as connection:
            yield connection

    @contextmanager
    def write_async_commit(self) -> Generator[Connection]:
        """Yield a writing connection whose commit does not wait for the disk."""
        with self.write() as connection:
            connection.execute(text("SET LOCAL synchronous_commit = off"))
            yield connection

    def acquire_exclusive(self, connection: Connection) -> None:
        """Take the advisory lock until the end of the transaction, however long that takes."""
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _ADVISORY_LOCK})
        encoding = connection.scalar(text("SHOW server_encoding"))
        if encoding != "UTF8":
            raise ConfigurationError(
                f"the encoding must be UTF8, got {encoding}; create the database with "
                "CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0"
            )

    def finish_opening(self) -> None:
        """Do nothing; only SQLite has something to do once the tables exist."""

    def close(self) -> None:
        """Close all connections."""
        self._writer.dispose()
