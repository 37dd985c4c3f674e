"""The times in a result."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from functools import lru_cache

__all__ = ["timestamp", "utc_now"]


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def timestamp(moment: datetime) -> str:
    """Return the moment as the platform writes it: UTC, whole seconds, ending in Z."""
    return _written(math.floor(moment.timestamp()))


@lru_cache(maxsize=1024)
def _written(second: int) -> str:
    # Thousands of tests start and end within the same few seconds.
    return datetime.fromtimestamp(second, UTC).isoformat().replace("+00:00", "Z")
