"""The one database: lent to read or to write, made or upgraded when it is opened."""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import URL, update
from sqlalchemy.exc import SQLAlchemyError

from ...errors import ConfigurationError
from .columns import cause_of
from .database_url import label_of
from .postgresql import PostgreSQL
from .schema import jobs
from .sqlite import Sqlite
from .upgrade import bring_up_to_date

if TYPE_CHECKING:
    from collections.abc import Generator
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection

    from .database_url import Target

__all__ = ["Database"]


class Connections(Protocol):
    """What is different from one kind of database to another."""

    is_shared: bool
    """Whether other processes work on the same rows."""
    advice: str
    """What to do in a child of the process that opened it."""

    def read(self) -> AbstractContextManager[Connection]:
        """Lend a connection that sees one moment and changes nothing."""
        ...

    def write(self) -> AbstractContextManager[Connection]:
        """Lend a connection that commits at the end, and rolls back on an exception."""
        ...

    def write_lightly(self) -> AbstractContextManager[Connection]:
        """Lend the same for what may be lost when the machine loses power."""
        ...

    def guard(self, connection: Connection) -> None:
        """Let no other process do what is guarded until the end of the connection's transaction."""

    def settle(self) -> None:
        """Finish opening, once the tables are there."""

    def close(self) -> None:
        """Close every connection."""


class Database:
    """A database in a SQLite file that this process alone uses, in PostgreSQL, or in memory without a target."""

    def __init__(self, target: Target = None) -> None:
        """Open and, where needed, make or upgrade it.

        Raises:
            ConfigurationError: It cannot be used; the message names it and says why.
        """
        self.target = target
        self.label = label_of(target)
        self._process = os.getpid()
        try:
            self._connections = _connections(target)
        except OSError as error:
            raise self.unusable(error) from error
        try:
            self._prepare()
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
        """Lend a connection that sees one moment of the database and changes nothing."""
        self._check_process()
        return self._connections.read()

    def write(self) -> AbstractContextManager[Connection]:
        """Lend a writing connection; leaving commits, an exception rolls back."""
        self._check_process()
        return self._connections.write()

    def write_lightly(self) -> AbstractContextManager[Connection]:
        """Lend a writing connection for what can be done again, should the machine lose power: the disk is not awaited.

        A process that is killed loses nothing of it.
        """
        self._check_process()
        return self._connections.write_lightly()

    @contextmanager
    def write_alone(self) -> Generator[Connection]:
        """Lend a writing connection while every other process that asks for this waits: for what is made once."""
        with self.write() as connection:
            self._connections.guard(connection)
            yield connection

    def close(self) -> None:
        """Close every connection; a file is free for other processes then."""
        self._connections.close()

    def unusable(self, error: Exception) -> ConfigurationError:
        """Return the error that says why this database cannot be opened, in one line."""
        reason = str(error.strerror if isinstance(error, OSError) else cause_of(error))
        return ConfigurationError(f"cannot use {self.label} as the platform's database: {' '.join(reason.split())}")

    def _prepare(self) -> None:
        with self.write_alone() as connection:
            bring_up_to_date(connection)
            if not self.is_shared:
                # Nobody else has the file: what a former process was working on is to be done again, at once.
                connection.execute(update(jobs).where(jobs.c.leased_until.is_not(None)).values(leased_until=None))
        self._connections.settle()

    def _check_process(self) -> None:
        # Connections and locks do not survive a fork; using them in the child can destroy a file.
        if self.is_forked:
            raise ConfigurationError(
                f"the platform's database {self.label} was opened before this process was forked; "
                f"{self._connections.advice}"
            )


def _connections(target: Target) -> Connections:
    return PostgreSQL(target) if isinstance(target, URL) else Sqlite(target)
