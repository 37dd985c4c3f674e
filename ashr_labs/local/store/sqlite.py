"""SQLite connections: many readers, one writer, each commit on disk before it is acknowledged."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import QueuePool, StaticPool

from .database_file import DatabaseFile, FileReplacedError

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from sqlalchemy import Connection

__all__ = ["FileReplacedError", "SQLite"]

_BUSY_TIMEOUT_SECONDS = 0.5
"""For locks of other programs; threads of this process wait for each other without a limit."""


class SQLite:
    """A file that only this process uses, or memory without a path."""

    is_shared = False
    fork_advice = "open it in one process and use it from the others through `ashr-labs serve`"

    def __init__(self, path: Path | None) -> None:
        self._write_lock = threading.RLock()
        self._file = None if path is None else DatabaseFile(path)
        self._writer = _engine(path, writes=True)
        self._reader = self._writer if path is None else _engine(path, writes=False)

    @contextmanager
    def read(self) -> Generator[Connection]:
        """Yield a read-only connection."""
        if self._reader is self._writer:
            with self.write() as connection:
                yield connection
        else:
            self._check_file()
            with self._reader.begin() as connection:
                yield connection

    @contextmanager
    def write(self) -> Generator[Connection]:
        """Yield the only writing connection."""
        self._check_file()
        with self._write_lock, self._writer.begin() as connection:
            yield connection

    @contextmanager
    def write_async_commit(self) -> Generator[Connection]:
        """Yield the only writing connection; the next synchronous commit also flushes this one to disk."""
        with self._write_lock:
            self._set_synchronous("NORMAL")
            try:
                with self.write() as connection:
                    yield connection
            finally:
                self._set_synchronous("FULL")

    def _check_file(self) -> None:
        if self._file:
            self._file.check()

    def _set_synchronous(self, level: str) -> None:
        connection = self._writer.raw_connection()
        connection.cursor().execute(f"PRAGMA synchronous = {level}")
        connection.close()

    def acquire_exclusive(self, connection: Connection) -> None:
        """Do nothing; there is only one writer."""

    def finish_opening(self) -> None:
        """Switch to write-ahead logging. Not earlier: it changes the file, which might be another program's."""
        connection = self._writer.raw_connection()
        connection.cursor().execute("PRAGMA journal_mode = WAL")
        connection.close()

    def close(self) -> None:
        """Close all connections and release the file lock."""
        with self._write_lock:  # closing a connection that another thread uses would crash the process
            self._reader.dispose()
            self._writer.dispose()
        if self._file:
            self._file.release()


def _engine(path: Path | None, *, writes: bool) -> Engine:
    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            path or ":memory:", timeout=_BUSY_TIMEOUT_SECONDS, isolation_level=None, check_same_thread=False
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
