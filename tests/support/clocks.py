"""Clocks that advance only when something waits on them, so that no test waits."""

from __future__ import annotations

from typing import SupportsIndex

from ashr_labs.client._retry import AsyncClock, SyncClock

__all__ = ["AsyncManualClock", "SyncManualClock"]


class _Manual:
    def __init__(self) -> None:
        self.time = 0.0
        self.waits: list[float] = []

    def now(self) -> float:
        return self.time

    def jitter(self) -> float:
        return 0.5

    def _wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.time += seconds


class AsyncManualClock(_Manual, AsyncClock):
    """A clock for asynchronous clients."""

    async def sleep(self, seconds: float) -> None:
        self._wait(seconds)


class SyncManualClock(_Manual, SyncClock):
    """A clock for synchronous clients."""

    def sleep(self, seconds: float | SupportsIndex) -> None:
        self._wait(float(seconds))
