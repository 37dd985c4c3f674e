"""Locks by name, which exist while a thread holds or awaits them."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["Locks"]


class Locks:
    """Reentrant locks; thread-safe."""

    def __init__(self) -> None:
        self._changing = threading.Lock()
        self._locks: dict[str, tuple[threading.RLock, int]] = {}
        """Each lock, and how many threads hold or await it."""

    @contextmanager
    def held(self, name: str) -> Generator[None]:
        """Hold the lock of a name during the block."""
        with self._changing:
            lock, users = self._locks.get(name) or (threading.RLock(), 0)
            self._locks[name] = lock, users + 1
        try:
            with lock:
                yield
        finally:
            with self._changing:
                lock, users = self._locks[name]
                if users == 1:
                    del self._locks[name]
                else:
                    self._locks[name] = lock, users - 1
