"""How fast an agent may be asked, and when again after it failed."""

from __future__ import annotations

import threading
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["RateLimiter", "backoff"]

_LONGEST_PAUSE = 60.0


class RateLimiter:
    """Spreads requests evenly, so that there are never more than so many in a minute."""

    def __init__(self, per_minute: float, clock: Callable[[], float] = monotonic) -> None:
        self._gap = 60 / per_minute
        self._clock = clock
        self._next = clock()
        self._lock = threading.Lock()

    def reserve(self) -> float:
        """Take the next place, and return the seconds until it comes."""
        with self._lock:
            now = self._clock()
            place = max(now, self._next)
            self._next = place + self._gap
            return place - now


def backoff(attempt: int, asked_for: float | None) -> float:
    """Return the seconds to wait after an attempt, from 0: twice as long each time, up to a minute.

    Args:
        attempt: Which attempt failed.
        asked_for: What the other side asks for, in seconds; it counts, up to a minute.
    """
    seconds = 0.5 * 2 ** min(attempt, 10) if asked_for is None else max(0.0, asked_for)
    return min(seconds, _LONGEST_PAUSE)
