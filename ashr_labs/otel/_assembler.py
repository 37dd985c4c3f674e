"""Buffer spans until their trace ends, times out, or the buffer is full."""

from __future__ import annotations

from collections import OrderedDict
from threading import RLock
from typing import TYPE_CHECKING

from ._reading import span_id, trace_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opentelemetry.sdk.trace import ReadableSpan

__all__ = ["Part", "TraceAssembler"]

_LATE_CHILDREN = 1.0
"""Seconds to wait for children after the end of the root, if starts of spans are not reported."""

Part = list["ReadableSpan"]


class _Group:
    __slots__ = ("due", "open", "spans")

    def __init__(self) -> None:
        self.spans: Part = []
        self.open: set[int] = set()
        self.due = 0.0


class TraceAssembler:
    """Groups ended spans by trace. Pure: the time is passed in.

    Args:
        sees_starts: Whether starts of spans are reported. If so, a trace is complete when no span is open, else when
            its root has ended.
        max_spans: Maximum number of buffered spans; the trace that is idle for longest is evicted first.
        idle_timeout: Seconds after which an idle trace is evicted.
    """

    def __init__(self, *, sees_starts: bool, max_spans: int, idle_timeout: float) -> None:
        self._sees_starts = sees_starts
        self._max_spans = max_spans
        self._idle_timeout = idle_timeout
        self._lock = RLock()
        self._unfinished: OrderedDict[int, _Group] = OrderedDict()
        self._rooted: OrderedDict[int, _Group] = OrderedDict()
        self._spans = 0

    @property
    def spans(self) -> int:
        """The number of buffered spans."""
        return self._spans

    def started(self, span: ReadableSpan, now: float) -> None:
        """Note the start of a span."""
        with self._lock:
            self._touch(trace_id(span), now).open.add(span_id(span))

    def ended(self, span: ReadableSpan, now: float) -> list[Part]:
        """Add an ended span, and return the parts to deliver now."""
        identifier = trace_id(span)
        with self._lock:
            group = self._rooted.get(identifier) or self._touch(identifier, now)
            group.spans.append(span)
            group.open.discard(span_id(span))
            self._spans += 1
            if self._sees_starts and not group.open:
                return [self._take(self._unfinished, identifier)]
            if not self._sees_starts and _is_root(span) and identifier not in self._rooted:
                group.due = now + _LATE_CHILDREN
                self._rooted[identifier] = self._unfinished.pop(identifier)
            return self._overflow(now)

    def due(self, now: float) -> list[Part]:
        """Return the parts whose time is up."""
        with self._lock:
            both = [(groups, list(_expired(groups, now))) for groups in (self._rooted, self._unfinished)]
            return _without_empty([self._evict(groups, one, now) for groups, due in both for one in due])

    def complete(self) -> list[Part]:
        """Return the traces whose root has ended."""
        with self._lock:
            return [self._take(self._rooted, identifier) for identifier in list(self._rooted)]

    def drain(self) -> list[Part]:
        """Return everything."""
        with self._lock:
            rest = [self._take(self._unfinished, identifier) for identifier in list(self._unfinished)]
            return _without_empty([*self.complete(), *rest])

    def reset_after_fork(self) -> None:
        """Drop everything in a forked process: the parent delivers it."""
        self._lock = RLock()
        self._unfinished.clear()
        self._rooted.clear()
        self._spans = 0

    def _touch(self, identifier: int, now: float) -> _Group:
        group = self._unfinished.get(identifier)
        if group is None:
            group = self._unfinished[identifier] = _Group()
        else:
            self._unfinished.move_to_end(identifier)
        group.due = now + self._idle_timeout
        return group

    def _take(self, groups: OrderedDict[int, _Group], identifier: int) -> Part:
        group = groups.pop(identifier)
        self._spans -= len(group.spans)
        return group.spans

    def _evict(self, groups: OrderedDict[int, _Group], identifier: int, now: float) -> Part:
        """Remove and return the ended spans of a trace that may continue."""
        still_open = groups[identifier].open
        part = self._take(groups, identifier)
        if part and still_open:
            self._touch(identifier, now).open = still_open
        return part

    def _overflow(self, now: float) -> list[Part]:
        parts: list[Part] = []
        while self._spans > self._max_spans:
            groups = self._rooted or self._unfinished
            parts.append(self._evict(groups, next(iter(groups)), now))
        return _without_empty(parts)


def _expired(groups: OrderedDict[int, _Group], now: float) -> Iterator[int]:
    """Yield the ids of traces that are due; groups are ordered by their due time."""
    for identifier, group in groups.items():
        if group.due > now:
            return
        yield identifier


def _is_root(span: ReadableSpan) -> bool:
    return span.parent is None or span.parent.is_remote


def _without_empty(parts: list[Part]) -> list[Part]:
    return [part for part in parts if part]
