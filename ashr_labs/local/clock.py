"""Moments as the platform writes them."""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = ["as_text"]


def as_text(moment: float) -> str:
    """Write seconds since 1970 as UTC with microseconds and `Z`: always of one width, so text order is time order."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
