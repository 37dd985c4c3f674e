"""UTC timestamps: ISO 8601 text from datetimes, seconds and nanoseconds, and back."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from functools import lru_cache

__all__ = ["isoformat", "isoformat_ns", "isoformat_seconds", "parse_iso", "utc_now"]


def utc_now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)


def isoformat(timestamp: float) -> str:
    """Format seconds since the epoch with microseconds and `Z`: fixed width, so text order is time order."""
    return datetime.fromtimestamp(timestamp, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def isoformat_ns(nanoseconds: int) -> str:
    """Format nanoseconds since the epoch with microseconds and `Z`, rounded down."""
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest // 1000:06d}Z"


def isoformat_seconds(moment: datetime) -> str:
    """Format a datetime in whole seconds, rounded down, with `Z`."""
    return _whole_second(math.floor(moment.timestamp()))


@lru_cache(maxsize=1024)
def _whole_second(second: int) -> str:
    # Thousands of tests start and end within the same few seconds.
    return datetime.fromtimestamp(second, UTC).isoformat().replace("+00:00", "Z")


def parse_iso(text: object) -> datetime | None:
    """Return the aware datetime that an ISO 8601 text names, read as UTC if it has no offset; None if it is not one."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
