"""Opening databases: one open database and one worker for each of them, however often this process opens it."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from .forwarding import Forwarder
from .jobs.handlers import KINDS
from .jobs.queue import has_work
from .jobs.worker import Worker
from .platform import Platform
from .settings import Settings
from .store.database_url import target_of
from .store.engine import Database

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .store.database_url import Target

__all__ = ["open_on"]

_guard = threading.RLock()
_open: dict[Target, _Station] = {}


class _Station:
    """An open database and its worker, for as long as somebody uses them."""

    def __init__(self, target: Target, settings: Settings, now: Callable[[], float]) -> None:
        self.users = 0
        self.database = Database(target)
        self.worker = Worker(self.database, KINDS, now=now)
        if self.database.is_shared or self._has_work(now()):
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
            _open.pop(self.database.target, None)
            if self.forwarder:
                self.forwarder.stop(lambda: self.worker.stop(self.database.close))
            else:
                self.worker.stop(self.database.close)

    def _has_work(self, moment: float) -> bool:
        with self.database.read() as connection:
            return has_work(connection, moment)


def open_on(
    given: str | Path | None, *, settings: Settings | None = None, now: Callable[[], float] = time.time
) -> Platform:
    """Open the platform on a SQLite file, on PostgreSQL, or in memory."""
    settings = settings or Settings.of(os.environ)
    target = target_of(given)
    with _guard:
        station = _station(target, settings, now)
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
            if not isinstance(error, SQLAlchemyError):
                raise
            raise station.database.unusable(error) from error


def _station(target: Target, settings: Settings, now: Callable[[], float]) -> _Station:
    if target is None:
        return _Station(None, settings, now)
    if target not in _open:
        _open[target] = _Station(target, settings, now)
    return _open[target]
