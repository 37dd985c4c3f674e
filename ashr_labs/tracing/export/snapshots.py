"""Snapshots on disk of traces that have not ended, so that a killed process loses little of them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from weakref import ReferenceType

    from .item import QueuedTrace, Unfinished
    from .spool import Spool, SpoolRecord

__all__ = ["FIRST_INTERVAL", "Snapshot", "Snapshots"]

FIRST_INTERVAL = 5.0
"""Seconds after which an open trace is first written to disk; the interval doubles each time, up to a minute."""
_MAX_INTERVAL = 60.0


class Snapshot:
    """The spool record of an open trace, and when it is due to be written again."""

    __slots__ = ("due", "interval", "record")

    def __init__(self, now: float) -> None:
        self.interval = FIRST_INTERVAL
        self.due = now + self.interval
        self.record: SpoolRecord | None = None


class Snapshots:
    """The snapshots of one destination's open traces; used by the worker's thread only."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self.by_trace: dict[str, Snapshot] = {}
        """Those of open traces, by the ids of the traces; one that is removed stays on disk."""

    def save(self, open_traces: dict[str, ReferenceType[Unfinished]], now: float) -> None:
        """Write the traces to disk whose snapshots are due."""
        for trace_id, reference in open_traces.copy().items():
            trace = reference()
            if trace is None:  # garbage-collected without an end; its snapshot stays on disk
                open_traces.pop(trace_id, None)
                self.by_trace.pop(trace_id, None)
                continue
            snapshot = self.by_trace.setdefault(trace_id, Snapshot(now))
            if now >= snapshot.due:
                snapshot.interval = min(2 * snapshot.interval, _MAX_INTERVAL)
                snapshot.due = now + snapshot.interval
                with suppress(Exception):  # as for a trace that ends: its mask is application code
                    self._write(snapshot, trace.unfinished())

    def held(self) -> list[Snapshot]:
        """Return the snapshots that are on disk."""
        return [snapshot for snapshot in self.by_trace.values() if snapshot.record is not None]

    def _write(self, snapshot: Snapshot, item: QueuedTrace | None) -> None:
        if item is None:
            return
        item.serialize()
        record = self._spool.write(item.identifier, item.content or b"")
        if record is not None:
            previous, snapshot.record = snapshot.record, record
            if previous is not None:
                self._spool.done(previous)
