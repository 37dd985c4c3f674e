"""Opening databases: one open database and one worker for each file, however often this process opens it."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from ..errors import ConfigurationError
from .forwarding import Forwarder
from .jobs import KINDS
from .platform import Platform
from .settings import Settings
from .store.columns import cause_of
from .store.engine import Database
from .store.schema import jobs
from .worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["open_on"]

_guard = threading.RLock()
_open: dict[Path, _Station] = {}


class _Station:
    """An open database and its worker, for as long as somebody uses them."""

    def __init__(self, path: Path | None, settings: Settings, now: Callable[[], float]) -> None:
        self.users = 0
        self.database = Database(path)
        self.worker = Worker(self.database, KINDS, now=now)
        with self.database.read() as connection:
            has_work = connection.execute(select(jobs.c.id).limit(1)).first() is not None
        if has_work:
            self.worker.wake()
        destination = settings.destination
        self.forwarder = None if destination is None else Forwarder(self.database, destination, now=now)

    def leave(self) -> None:
        if self.database.is_forked:
            return
        with _guard:
            self.users -= 1
            if self.users:
                return
            if self.database.path is not None:
                del _open[self.database.path]
            if self.forwarder:
                self.forwarder.stop(lambda: self.worker.stop(self.database.close))
            else:
                self.worker.stop(self.database.close)


def open_on(path: Path | None, *, settings: Settings | None = None, now: Callable[[], float] = time.time) -> Platform:
    """Open the platform on a file, or in memory."""
    settings = settings or Settings.of(os.environ)
    with _guard:
        station = _station(path.resolve() if path else None, settings, now)
        station.users += 1
        try:
            return Platform(
                station.database,
                station.worker,
                release=station.leave,
                settings=settings,
                forwarder=station.forwarder,
                now=now,
            )
        except BaseException as error:
            station.leave()
            if not isinstance(error, DatabaseError):
                raise
            raise ConfigurationError(f"cannot use {path} as the platform's database: {cause_of(error)}") from error


def _station(path: Path | None, settings: Settings, now: Callable[[], float]) -> _Station:
    if path is None:
        return _Station(None, settings, now)
    if path not in _open:
        _open[path] = _Station(path, settings, now)
    return _open[path]
