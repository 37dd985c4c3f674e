"""Clocks that only waiting moves, so that no test waits."""

from __future__ import annotations

from ashr_labs.client._clock import AsyncClock, SyncClock

__all__ = ["AsyncManualClock", "SyncManualClock"]


class AsyncManualClock(AsyncClock):
    """A clock for asynchronous clients."""

    def __init__(self) -> None:
        self.time = 0.0
        self.waits: list[float] = []

    def now(self) -> float:
        return self.time

    def spread(self) -> float:
        return 0.5

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.time += seconds


class SyncManualClock(SyncClock):
    """A clock for synchronous clients."""

    def __init__(self) -> None:
        self.time = 0.0
        self.waits: list[float] = []

    def now(self) -> float:
        return self.time

    def spread(self) -> float:
        return 0.5

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.time += seconds
