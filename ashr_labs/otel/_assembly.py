"""Gather the spans of unfinished traces until each trace is finished, long quiet, or one too many."""

from __future__ import annotations

from collections import OrderedDict
from threading import RLock
from typing import TYPE_CHECKING

from ._mapping import span_id, trace_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opentelemetry.sdk.trace import ReadableSpan

__all__ = ["Assembly", "Part"]

_LINGER = 1.0
"""Seconds that late children of a root have, where nobody tells which spans are open."""

Part = list["ReadableSpan"]


class _Group:
    __slots__ = ("due", "open", "spans")

    def __init__(self) -> None:
        self.spans: Part = []
        self.open: set[int] = set()
        self.due = 0.0


class Assembly:
    """What has ended of traces that have not; times are given, so that nothing here waits.

    Args:
        sees_starts: Whether it is told of each span that starts; a trace is finished then when none is open. Else it is
            when its root has ended.
        max_spans: Spans that are kept at most; beyond, the trace that is quiet for longest is given out as it is.
        idle_timeout: Seconds after which a quiet trace is given out as it is.
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
        """How many spans are kept."""
        return self._spans

    def started(self, span: ReadableSpan, now: float) -> None:
        """Note that a span is open."""
        with self._lock:
            self._touch(trace_id(span), now).open.add(span_id(span))

    def ended(self, span: ReadableSpan, now: float) -> list[Part]:
        """Keep a span that has ended, and return what is to be delivered now."""
        identifier = trace_id(span)
        with self._lock:
            group = self._rooted.get(identifier) or self._touch(identifier, now)
            group.spans.append(span)
            group.open.discard(span_id(span))
            self._spans += 1
            if self._sees_starts and not group.open:
                return [self._take(self._unfinished, identifier)]
            if not self._sees_starts and _is_root(span) and identifier not in self._rooted:
                group.due = now + _LINGER
                self._rooted[identifier] = self._unfinished.pop(identifier)
            return self._too_many(now)

    def due(self, now: float) -> list[Part]:
        """Return what nothing more is expected of."""
        with self._lock:
            both = [(groups, list(_fallen_due(groups, now))) for groups in (self._rooted, self._unfinished)]
            return _without_empty([self._relieve(groups, one, now) for groups, due in both for one in due])

    def finished(self) -> list[Part]:
        """Return the traces of which the root has ended."""
        with self._lock:
            return [self._take(self._rooted, identifier) for identifier in list(self._rooted)]

    def everything(self) -> list[Part]:
        """Return all there is."""
        with self._lock:
            rest = [self._take(self._unfinished, identifier) for identifier in list(self._unfinished)]
            return _without_empty([*self.finished(), *rest])

    def begin_anew(self) -> None:
        """Forget everything, in a process that was forked: the parent has it."""
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

    def _relieve(self, groups: OrderedDict[int, _Group], identifier: int, now: float) -> Part:
        """Take the spans of a trace that may go on; one of which nothing has ended for so long is forgotten."""
        still_open = groups[identifier].open
        part = self._take(groups, identifier)
        if part and still_open:
            self._touch(identifier, now).open = still_open
        return part

    def _too_many(self, now: float) -> list[Part]:
        parts: list[Part] = []
        while self._spans > self._max_spans:
            groups = self._rooted or self._unfinished
            parts.append(self._relieve(groups, next(iter(groups)), now))
        return _without_empty(parts)


def _fallen_due(groups: OrderedDict[int, _Group], now: float) -> Iterator[int]:
    """Name the traces that are due; the others come after them."""
    for identifier, group in groups.items():
        if group.due > now:
            return
        yield identifier


def _is_root(span: ReadableSpan) -> bool:
    return span.parent is None or span.parent.is_remote


def _without_empty(parts: list[Part]) -> list[Part]:
    return [part for part in parts if part]
