"""Retry timing shared by all parts: exponential back-off, transient HTTP statuses, rate limits."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["TRANSIENT_STATUSES", "Backoff", "RateLimiter", "is_transient_status", "retry_after"]

TRANSIENT_STATUSES = frozenset({408, 425, 429})
"""Request Timeout, Too Early, Too Many Requests (RFC 9110, 8470): temporary, although below 500."""

_SERVER_ERRORS = 500
_NOT_IMPLEMENTED = 501
_MAX_EXPONENT = 32


def is_transient_status(status: int) -> bool:
    """Return True if a request that was answered with this HTTP status may succeed later."""
    return status in TRANSIENT_STATUSES or (status >= _SERVER_ERRORS and status != _NOT_IMPLEMENTED)


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return the seconds to wait that a response asks for, or None.

    Reads `retry-after-ms`, and `Retry-After` as seconds or as an HTTP date (RFC 9110, section 10.2.3).
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    seconds = _number(value)
    if seconds is not None or value is None:
        return seconds
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - (now or datetime.now(UTC))).total_seconds())


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential back-off: the delay doubles with each attempt, up to a cap.

    Pure: callers pass the random number in. `jitter` is the largest share of a delay that it takes away:
    0 is none, 1 is "full jitter" (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
    """

    first: float
    """Seconds before the first retry."""
    cap: float
    """Seconds; no delay is longer, one that the other side asks for included."""
    jitter: float = 0.0
    """0..1."""

    def delay(self, attempt: int, *, retry_after: float | None = None, random: float = 0.0) -> float:
        """Return the seconds to wait after a failed attempt.

        Args:
            attempt: Which attempt failed, from 0.
            retry_after: Seconds that the other side asks for; they replace the computed delay.
            random: A random number, 0..1.
        """
        if retry_after is not None:
            return min(max(0.0, retry_after), self.cap)
        delay = min(self.cap, self.first * 2.0 ** min(attempt, _MAX_EXPONENT))
        return delay * (1 - self.jitter * random)


class RateLimiter:
    """Spaces requests evenly, so that no minute holds more than `per_minute` of them."""

    def __init__(self, per_minute: float, clock: Callable[[], float] = monotonic) -> None:
        self._interval = 60 / per_minute
        self._clock = clock
        self._next = clock()
        self._lock = threading.Lock()

    def reserve(self) -> float:
        """Reserve the next slot and return the seconds until it begins."""
        with self._lock:
            now = self._clock()
            slot = max(now, self._next)
            self._next = slot + self._interval
            return slot - now


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None
