"""A SQLite database: many readers, one writer, every commit on disk before it is acknowledged."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import QueuePool, StaticPool

from ..._files import FileLock
from ...errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from sqlalchemy import Connection

__all__ = ["Sqlite"]

_BUSY_SECONDS = 10.0


class Sqlite:
    """A file that this process alone uses, or memory without a path."""

    is_shared = False
    advice = "open it in one process and reach it from the others through `ashr-labs serve`"

    def __init__(self, path: Path | None) -> None:
        self._write_lock = threading.RLock()
        self._file_lock = None if path is None else _claim(path)
        self._writer = _engine(path, writes=True)
        self._reader = self._writer if path is None else _engine(path, writes=False)

    @contextmanager
    def read(self) -> Generator[Connection]:
        """Lend a connection that changes nothing."""
        if self._reader is self._writer:
            with self.write() as connection:
                yield connection
        else:
            with self._reader.begin() as connection:
                yield connection

    @contextmanager
    def write(self) -> Generator[Connection]:
        """Lend the one writing connection."""
        with self._write_lock, self._writer.begin() as connection:
            yield connection

    @contextmanager
    def write_lightly(self) -> Generator[Connection]:
        """Lend the one writing connection; the next transaction that is awaited brings this one to the disk."""
        with self._write_lock:
            self._set_synchronous("NORMAL")
            try:
                with self.write() as connection:
                    yield connection
            finally:
                self._set_synchronous("FULL")

    def _set_synchronous(self, level: str) -> None:
        connection = self._writer.raw_connection()
        connection.cursor().execute(f"PRAGMA synchronous = {level}")
        connection.close()

    def guard(self, connection: Connection) -> None:
        """Do nothing: there is one writer."""

    def settle(self) -> None:
        """Begin to journal; only now, as it changes the file, which until here might have been somebody else's."""
        connection = self._writer.raw_connection()
        connection.cursor().execute("PRAGMA journal_mode = WAL")
        connection.close()

    def close(self) -> None:
        """Close every connection and let other processes have the file."""
        self._reader.dispose()
        self._writer.dispose()
        if self._file_lock:
            self._file_lock.release()


def _claim(path: Path) -> FileLock:
    try:
        lock = FileLock(path.with_name(path.name + ".lock"))
    except BlockingIOError as error:
        raise ConfigurationError(
            f"{path} is in use by another process; close it there, or start `ashr-labs serve --database {path}` "
            "and let both connect to it by its URL"
        ) from error
    try:
        # Made here, so that it and the journals that SQLite puts beside it are readable by the owner only. Under the
        # lock: closing a file takes away the locks that SQLite, in the same process, has on it.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError:
        lock.release()
        raise
    return lock


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
