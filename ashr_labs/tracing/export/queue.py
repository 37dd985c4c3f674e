"""A queue of traces that are sent by a limited number of concurrent requests."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .item import QueuedTrace

__all__ = ["SendQueue"]


class SendQueue:
    """A priority queue of traces with a limit of concurrent requests."""

    def __init__(self, max_in_flight: int) -> None:
        self.max_in_flight = max_in_flight
        self.senders = 0
        """Tasks that send from this queue."""
        self._heap: list[QueuedTrace] = []

    def __len__(self) -> int:
        return len(self._heap)

    def __iter__(self) -> Iterator[QueuedTrace]:
        return iter(self._heap)

    def push(self, item: QueuedTrace) -> None:
        """Add a trace in order of its sequence number."""
        heappush(self._heap, item)

    def pop(self) -> QueuedTrace:
        """Remove and return the first trace."""
        return heappop(self._heap)

    def discard_done(self) -> None:
        """Remove the traces that are done."""
        self._heap = sorted(item for item in self._heap if not item.is_done)
