"""Dispatch of calls to the event loop or to worker threads.

Python runs one thread at a time and switches every 5 ms. With a thread per request, a read of 0.3 ms waits for several
other threads; so quick reads run in the event loop, and writes, which SQLite serializes anyway, get few threads.
Measured with 16 clients: three times as many reads per second, and lower latency of writes.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from anyio import CapacityLimiter, to_thread

from ..operations.registry import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..exchange import PlatformRequest
    from ..operations.registry import Operation

__all__ = ["Dispatcher"]

T = TypeVar("T")
_WRITER_THREADS = 6
_LONG_THREADS = 64
"""Threads that mostly wait, for commands in sandboxes."""
_MAX_PEEKED = 512
"""Bytes; shorter bodies are parsed to find the operation. Longer ones are nearly always writes."""


class Dispatcher:
    """Runs calls in the event loop or in a thread; always in a thread if the database is remote (`is_shared`)."""

    def __init__(self, *, is_shared: bool) -> None:
        self._is_shared = is_shared

    async def run(self, request: PlatformRequest, operation: Operation | None, act: Callable[[], T]) -> T:
        """Run the function that answers a request.

        Args:
            request: The request.
            operation: Its operation; None for a call, whose body names it.
            act: Answers it.
        """
        if operation is not None and operation.act_long is not None:
            return await to_thread.run_sync(act, limiter=self._long)
        if self._is_shared:  # waiting for another machine must not block the event loop
            return await to_thread.run_sync(act)
        operation = operation or _peek_operation(request.body)
        if operation is None or operation.writes:
            return await to_thread.run_sync(act, limiter=self._writers)
        return act() if operation.is_quick else await to_thread.run_sync(act)

    @cached_property
    def _writers(self) -> CapacityLimiter:
        return CapacityLimiter(_WRITER_THREADS)

    @cached_property
    def _long(self) -> CapacityLimiter:
        return CapacityLimiter(_LONG_THREADS)


def _peek_operation(body: bytes | bytearray) -> Operation | None:
    """Return the operation that a short body names, without validating the call."""
    if len(body) > _MAX_PEEKED:
        return None
    try:
        call = json.loads(body)
        return OPERATIONS.get(call["function"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
