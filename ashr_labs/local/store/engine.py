"""The database: read and write connections, created or upgraded on opening."""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from ...errors import ConfigurationError
from .columns import unwrap
from .database_url import display_name
from .postgresql import PostgreSQL
from .sqlite import SQLite
from .upgrade import upgrade_schema

if TYPE_CHECKING:
    from collections.abc import Generator
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection

    from .database_url import Target

__all__ = ["Database", "is_lock_timeout", "is_outage"]

_LIMIT_EXCEEDED = "54"
_LOCK_NOT_AVAILABLE = "55P03"


class Connections(Protocol):
    """Connections to one kind of database."""

    is_shared: bool
    """Whether other processes work on the same rows."""
    fork_advice: str
    """Completes the error raised in a forked child."""

    def read(self) -> AbstractContextManager[Connection]:
        """Yield a read-only connection with a consistent snapshot."""
        ...

    def write(self) -> AbstractContextManager[Connection]:
        """Yield a connection that commits at the end, and rolls back on an exception."""
        ...

    def write_async_commit(self) -> AbstractContextManager[Connection]:
        """Yield the same for changes that may be lost on a power failure."""
        ...

    def acquire_exclusive(self, connection: Connection) -> None:
        """Exclude other processes until the end of the connection's transaction."""

    def finish_opening(self) -> None:
        """Finish opening, once the tables exist."""

    def close(self) -> None:
        """Close all connections."""


class Database:
    """A SQLite file that only this process uses, a PostgreSQL database, or memory without a target."""

    def __init__(self, target: Target = None) -> None:
        """Open the database; create or upgrade its tables if needed.

        Raises:
            ConfigurationError: It cannot be used; the message has its name and the reason.
        """
        self.target = target
        self.label = display_name(target)
        self._process = os.getpid()
        try:
            self._connections = _connections(target)
        except OSError as error:
            raise self.unusable(error) from error
        try:
            with self.exclusive() as connection:
                upgrade_schema(connection)
            self._connections.finish_opening()
        except (ConfigurationError, SQLAlchemyError, sqlite3.DatabaseError) as error:
            self.close()
            raise self.unusable(error) from error

    @property
    def is_shared(self) -> bool:
        """Whether other processes may work on the same rows at the same time."""
        return self._connections.is_shared

    @property
    def is_forked(self) -> bool:
        """Whether this is a copy in a child of the process that opened it."""
        return os.getpid() != self._process

    def read(self) -> AbstractContextManager[Connection]:
        """Yield a read-only connection with a consistent snapshot."""
        self._check_process()
        return self._connections.read()

    def write(self) -> AbstractContextManager[Connection]:
        """Yield a writing connection that commits at the end of the block, and rolls back on an exception."""
        self._check_process()
        return self._connections.write()

    def write_async_commit(self) -> AbstractContextManager[Connection]:
        """Yield a writing connection whose commit does not wait for the disk.

        For changes that can be repeated after a power failure; a killed process loses nothing.
        """
        self._check_process()
        return self._connections.write_async_commit()

    @contextmanager
    def exclusive(self) -> Generator[Connection]:
        """Yield a writing connection while all other processes that ask for one here wait: for set-up."""
        with self.write() as connection:
            self._connections.acquire_exclusive(connection)
            yield connection

    def close(self) -> None:
        """Close all connections; other processes can then open the file."""
        self._connections.close()

    def unusable(self, error: Exception) -> ConfigurationError:
        """Return the error for a database that cannot be opened, on one line."""
        reason = str(error.strerror if isinstance(error, OSError) else unwrap(error))
        return ConfigurationError(f"cannot use {self.label} as the platform's database: {' '.join(reason.split())}")

    def _check_process(self) -> None:
        # Connections and locks do not survive a fork; using them in the child can corrupt a file.
        if os.getpid() != self._process:
            raise ConfigurationError(
                f"the platform's database {self.label} was opened before this process was forked; "
                f"{self._connections.fork_advice}"
            )


def is_outage(error: Exception) -> bool:
    """Return True if PostgreSQL cannot be reached, was shut down meanwhile, or is too busy.

    SQLite does not have such errors: its file is there, or something is wrong with it.
    """
    if isinstance(error, PoolTimeoutError):
        return True
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    original: Any = error.orig
    return hasattr(original, "sqlstate") and not str(original.sqlstate).startswith(_LIMIT_EXCEEDED)


def is_lock_timeout(error: DBAPIError) -> bool:
    """Return True if another transaction held a row or key for longer than the lock timeout."""
    return getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE


def _connections(target: Target) -> Connections:
    return PostgreSQL(target) if isinstance(target, URL) else SQLite(target)
