"""Connections to the one database: many readers, one writer, every commit on disk before it is acknowledged."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Engine, create_engine, event, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import QueuePool, StaticPool

from ...errors import ConfigurationError
from .columns import cause_of
from .lock import FileLock
from .schema import jobs
from .upgrade import bring_up_to_date

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from sqlalchemy import Connection

__all__ = ["Database"]

_BUSY_SECONDS = 10.0


class Database:
    """A SQLite database in a file that this process alone uses, or in memory without a path."""

    def __init__(self, path: Path | None = None) -> None:
        """Open and, where needed, make or upgrade it.

        Raises:
            ConfigurationError: The file cannot be used; the message names it and says why.
        """
        self.path = path
        self._write_lock = threading.RLock()
        self._process = os.getpid()
        self._file_lock = None if path is None else _claim(path)
        self._writer = _engine(path, writes=True)
        self._reader = self._writer if path is None else _engine(path, writes=False)
        try:
            self._prepare()
            self._journal()
        except (ConfigurationError, DatabaseError, sqlite3.DatabaseError) as error:
            self.close()
            raise _unusable(path, error) from error

    @contextmanager
    def read(self) -> Generator[Connection]:
        """Lend a connection that sees one moment of the database and changes nothing."""
        if self._reader is self._writer:
            with self.write() as connection:
                yield connection
        else:
            self._check_process()
            with self._reader.begin() as connection:
                yield connection

    @contextmanager
    def write(self) -> Generator[Connection]:
        """Lend the one writing connection; leaving commits, an exception rolls back."""
        self._check_process()
        with self._write_lock, self._writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close every connection and let other processes have the file."""
        self._reader.dispose()
        self._writer.dispose()
        if self._file_lock:
            self._file_lock.release()

    def _prepare(self) -> None:
        with self.write() as connection:
            bring_up_to_date(connection)
            # Nobody else has the file: what a former process was working on is to be done again.
            connection.execute(update(jobs).where(jobs.c.claimed).values(claimed=False))

    def _journal(self) -> None:
        # Only now: it changes the file, which until here might have been somebody else's.
        connection = self._writer.raw_connection()
        connection.cursor().execute("PRAGMA journal_mode = WAL")
        connection.close()

    @property
    def is_forked(self) -> bool:
        """Whether this is a copy in a child of the process that opened it."""
        return os.getpid() != self._process

    def _check_process(self) -> None:
        # Connections and locks do not survive a fork; using them in the child can destroy the file.
        if self.is_forked:
            raise ConfigurationError(
                f"the platform's database {self.path or '(in memory)'} was opened before this process was forked; "
                "open it in one process and reach it from the others through `ashr-labs serve`"
            )


def _claim(path: Path) -> FileLock:
    try:
        lock = FileLock(path.with_name(path.name + ".lock"))
    except BlockingIOError as error:
        raise ConfigurationError(
            f"{path} is in use by another process; close it there, or start `ashr-labs serve --database {path}` "
            "and let both connect to it by its URL"
        ) from error
    except OSError as error:
        raise _unusable(path, error) from error
    try:
        # Made here, so that it and the journals that SQLite puts beside it are readable by the owner only. Under the
        # lock: closing a file takes away the locks that SQLite, in the same process, has on it.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        lock.release()
        raise _unusable(path, error) from error
    return lock


def _unusable(path: Path | None, error: Exception) -> ConfigurationError:
    reason = error.strerror if isinstance(error, OSError) else cause_of(error)
    return ConfigurationError(f"cannot use {path} as the platform's database: {reason}")


def _engine(path: Path | None, *, writes: bool) -> Engine:
    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            path or ":memory:", timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = FULL" if writes else "PRAGMA query_only = ON")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    if writes:
        engine = create_engine("sqlite://", creator=connect, poolclass=StaticPool, hide_parameters=True)
    else:
        engine = create_engine(
            "sqlite://", creator=connect, poolclass=QueuePool, pool_size=8, max_overflow=-1, hide_parameters=True
        )
    statement = "BEGIN IMMEDIATE" if writes else "BEGIN"

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)

    event.listen(engine, "begin", begin)
    return engine
