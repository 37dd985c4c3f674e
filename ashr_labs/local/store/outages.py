"""Errors of a database that say nothing about the call: later it may succeed."""

from __future__ import annotations

from typing import Any

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

__all__ = ["is_outage", "is_waiting_in_vain"]

_LIMIT_EXCEEDED = "54"
_LOCK_NOT_AVAILABLE = "55P03"


def is_outage(error: Exception) -> bool:
    """Tell whether PostgreSQL could not be reached, was shut down meanwhile, or is too busy.

    SQLite has no such errors: its file is there, or something is wrong with it.
    """
    if isinstance(error, PoolTimeoutError):
        return True
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    original: Any = error.orig
    return hasattr(original, "sqlstate") and not str(original.sqlstate).startswith(_LIMIT_EXCEEDED)


def is_waiting_in_vain(error: DBAPIError) -> bool:
    """Tell whether somebody else had a row, or a key, for longer than we wait."""
    return getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE
