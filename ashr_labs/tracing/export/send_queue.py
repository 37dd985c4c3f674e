"""Traces that wait in a line."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .item import Parcel

__all__ = ["Line"]


class Line:
    """Traces that wait, in order, and how many of them may be under way at a time."""

    def __init__(self, window: int) -> None:
        self.window = window
        self.senders = 0
        self._heap: list[Parcel] = []

    def __len__(self) -> int:
        return len(self._heap)

    def __iter__(self) -> Iterator[Parcel]:
        return iter(self._heap)

    def put(self, parcel: Parcel) -> None:
        """Let a trace wait in its place."""
        heappush(self._heap, parcel)

    def take(self) -> Parcel:
        """Return the first."""
        return heappop(self._heap)

    def forget_settled(self) -> None:
        """Let those no longer wait that are settled."""
        self._heap = sorted(parcel for parcel in self._heap if not parcel.is_settled)
