"""Where a call is answered: at once in the event loop, or in a thread.

Python lets one thread run at a time, for up to 5 ms while others want to. With a thread for each caller, a read of
0.3 ms waits for several of them; so what is quick is done at once, and writers, of which SQLite lets only one at a
time go on anyway, are few. Measured with 16 callers: three times as many reads, and shorter waits of writers.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from anyio import CapacityLimiter, to_thread

from ..operations.registry import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..operations.registry import Operation

__all__ = ["Lanes"]

T = TypeVar("T")
_WRITERS = 6
_SHORT = 512
"""Bytes; bodies up to this length are looked into before it is decided. What is longer writes, as a rule."""


class Lanes:
    """Answers calls one way or another; `is_shared` says that the database is elsewhere and has many writers."""

    def __init__(self, *, is_shared: bool) -> None:
        self._is_shared = is_shared

    async def answer(self, body: bytes, act: Callable[[], T]) -> T:
        """Do what answers a call, in its lane."""
        if self._is_shared:  # whoever waits for another machine must not hold the others up
            return await to_thread.run_sync(act)
        called = _operation(body)
        if called is None or called.writes:
            return await to_thread.run_sync(act, limiter=self._writers)
        return act() if called.is_quick else await to_thread.run_sync(act)

    @cached_property
    def _writers(self) -> CapacityLimiter:
        return CapacityLimiter(_WRITERS)


def _operation(body: bytes) -> Operation | None:
    """Return what a short body calls; whether the call is a good one is found out later."""
    if len(body) > _SHORT:
        return None
    try:
        call = json.loads(body)
        return OPERATIONS.get(call["function"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
