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
from .event_log import APPENDED
from .postgresql import PostgreSQL
from .signals import Signals
from .sqlite import FileReplacedError, SQLite
from .upgrade import upgrade_schema

if TYPE_CHECKING:
    from collections.abc import Generator
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection

    from .database_url import Target
    from .signals import Topic

__all__ = ["Database", "is_lock_timeout", "is_outage", "outage_reason"]

_LIMIT_EXCEEDED = "54"
_SQLITE_OUTAGES = {
    sqlite3.SQLITE_BUSY: "another program has locked the file; try again",
    sqlite3.SQLITE_LOCKED: "another program has locked the file; try again",
    sqlite3.SQLITE_FULL: "the disk is full; free some space and try again",
    sqlite3.SQLITE_IOERR: "the file cannot be read or written; check the disk and its quota",
    sqlite3.SQLITE_READONLY: "the file is read-only; check its permissions",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened; check the disk and its permissions",
}
"""Reasons by primary result code."""
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
        self.signals = Signals()
        """Wakes the readers of events that transactions of this process have appended."""
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

    @contextmanager
    def write(self, *, waits_for_disk: bool = True) -> Generator[Connection]:
        """Yield a writing connection that commits at the end of the block, and rolls back on an exception.

        Args:
            waits_for_disk: Whether the commit survives a power failure; a killed process loses nothing either way.
        """
        self._check_process()
        appended: set[Topic] = set()
        opened = self._connections.write if waits_for_disk else self._connections.write_async_commit
        with opened() as connection:
            connection.info[APPENDED] = appended  # a connection of a pool keeps its `info`
            yield connection
        if appended:
            self.signals.notify(appended)

    def write_async_commit(self) -> AbstractContextManager[Connection]:
        """Yield a writing connection whose commit does not wait for the disk; for changes without events.

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
        self.signals.close()
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
    """Return True if the database cannot be used now, whatever the call: it is down, busy, locked, full or gone."""
    if isinstance(error, PoolTimeoutError | FileReplacedError):
        return True
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    original: Any = error.orig
    if hasattr(original, "sqlstate"):
        return not str(original.sqlstate).startswith(_LIMIT_EXCEEDED)
    return _sqlite_code(original) in _SQLITE_OUTAGES


def outage_reason(error: Exception) -> str:
    """Return the reason of an outage, for messages."""
    if isinstance(error, FileReplacedError):
        return str(error)
    reason = _SQLITE_OUTAGES.get(_sqlite_code(getattr(error, "orig", None)))
    return reason or "it is down, starting, or too busy; try again"


def _sqlite_code(error: object) -> int:
    """Return the primary result code of an error of SQLite; 0 for others."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def is_lock_timeout(error: DBAPIError) -> bool:
    """Return True if another transaction held a row or key for longer than the lock timeout."""
    return getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE


def _connections(target: Target) -> Connections:
    return PostgreSQL(target) if isinstance(target, URL) else SQLite(target)
