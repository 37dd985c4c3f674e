"""Queues of traces that are sent by a limited number of concurrent requests."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from .item import QueuedTrace

__all__ = ["RecoveredQueue", "SendQueue"]


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

    def has_next(self) -> bool:
        """Return True if a trace can be sent now."""
        return bool(self._heap)

    def push(self, item: QueuedTrace) -> None:
        """Add a trace in order of its sequence number."""
        heappush(self._heap, item)

    def pop(self) -> QueuedTrace:
        """Remove and return the first trace."""
        return heappop(self._heap)

    def discard_done(self) -> None:
        """Remove the traces that are done."""
        self._heap = sorted(item for item in self._heap if not item.is_done)


class RecoveredQueue(SendQueue):
    """A queue that sends the traces of each spool segment one after the other, and those of several at a time."""

    def __init__(self, max_in_flight: int) -> None:
        super().__init__(max_in_flight)
        self._segments: dict[Hashable, list[QueuedTrace]] = {}
        self._busy: set[Hashable] = set()

    def __len__(self) -> int:
        return sum(map(len, self._segments.values()))

    def __iter__(self) -> Iterator[QueuedTrace]:
        return (item for items in self._segments.values() for item in items)

    def has_next(self) -> bool:
        """Return True if a segment has traces, and none of them is in flight."""
        return not self._segments.keys() <= self._busy

    def push(self, item: QueuedTrace) -> None:
        """Add a trace to those of its segment; it is no longer in flight."""
        self._busy.discard(item.segment)
        heappush(self._segments.setdefault(item.segment, []), item)

    def pop(self) -> QueuedTrace:
        """Remove and return the first trace of a segment, which is in flight then."""
        segment = next(segment for segment in self._segments if segment not in self._busy)
        items = self._segments[segment]
        item = heappop(items)
        self._busy.add(segment)
        if not items:
            del self._segments[segment]
        return item

    def done(self, item: QueuedTrace) -> None:
        """Note that a trace is no longer in flight."""
        self._busy.discard(item.segment)

    def discard_done(self) -> None:
        """Remove the traces that are done."""
        rest = {segment: [one for one in items if not one.is_done] for segment, items in self._segments.items()}
        self._segments = {segment: items for segment, items in rest.items() if items}
        self._busy.clear()
