"""The time that waiting methods go by; tests put their own in its place."""

from __future__ import annotations

import random
import time

__all__ = ["LONGEST", "AsyncClock", "SyncClock", "is_duration"]

LONGEST = 1_000_000
"""Seconds, some eleven days: the system's own clocks overflow at times not much longer."""


def is_duration(value: object) -> bool:
    """Tell whether a value is a number of seconds that one can wait."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= LONGEST


class _Clock:
    def now(self) -> float:
        """Return seconds since some fixed moment."""
        return time.monotonic()

    def spread(self) -> float:
        """Return a random share from 0 to 1, so that many clients do not ask at the same moment."""
        return random.random()  # noqa: S311 - it spreads load, it keeps no secret


class SyncClock(_Clock):
    """Real time, waiting by blocking the thread."""

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class AsyncClock(_Clock):
    """Real time, waiting without blocking the event loop."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        # A function-level import: whoever awaits has it loaded, the synchronous client does without its 25 ms.
        import asyncio  # noqa: PLC0415

        await asyncio.sleep(seconds)
