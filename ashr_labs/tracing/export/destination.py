"""Export state of one destination (base URL and API key): queues, back-off, spool and counters.

Everything belongs to the worker's thread, except what `enqueue` changes, which the exporter's lock protects.
"""

from __future__ import annotations

import logging
import random
from collections import deque
from heapq import heappop, heappush
from itertools import count
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ..._format import counted
from ..._retry import Backoff, is_transient_status
from ..._serialize import describe_error
from ...errors import APIConnectionError, AshrLabsError, ConfigurationError, ResponseFormatError
from .item import QueuedTrace
from .snapshots import FIRST_INTERVAL, Snapshot, Snapshots

if TYPE_CHECKING:
    from collections.abc import Hashable
    from contextlib import AbstractContextManager
    from weakref import ReferenceType

    from ..settings import Settings
    from .item import Unfinished
    from .spool import Spool
    from .transport import TraceTransport

__all__ = ["POLL_INTERVAL", "Destination", "Scheduler", "SendQueue", "Step"]

_log = logging.getLogger("ashr_labs.tracing")
POLL_INTERVAL = 0.01
"""Seconds between two steps while there is something to do soon."""
_SPOOL_AFTER = 0.05
"""Seconds after which a queued trace is written to disk."""
_BACKOFF = Backoff(0.2, 30.0, jitter=0.5)
_SCAN_INTERVAL = 30.0
_CHECK_INTERVAL = 1.0
_WARNING_INTERVAL = 60.0
_MAX_IN_FLIGHT = 48
_UNAUTHORIZED = {401, 403}
_TOO_LARGE = 413
_ABANDONED = {"status": "error", "message": "The trace is kept on disk; the next process delivers it."}
_DROPPED = {"status": "error", "message": "The trace was dropped because the queue is full."}
_SUPERSEDED = {"status": "ok", "message": "The trace has ended; it is delivered as a whole."}


class Scheduler(Protocol):
    """The part of the exporter that destinations use."""

    @property
    def lock(self) -> AbstractContextManager[Any]:
        """Protects what `enqueue` changes."""
        ...

    def schedule(self, destination: Destination, item: QueuedTrace) -> None:
        """Pass a trace to the worker; called with the lock held."""
        ...

    def wake(self) -> None:
        """Let the worker act at once."""
        ...


class SendQueue:
    """Traces that are sent in order of their sequence numbers, by a limited number of concurrent requests."""

    __slots__ = ("heap", "max_in_flight", "senders")

    def __init__(self, max_in_flight: int) -> None:
        self.max_in_flight = max_in_flight
        self.senders = 0
        """Tasks that send from this queue."""
        self.heap: list[QueuedTrace] = []


class Step(NamedTuple):
    """The result of a step of a destination."""

    sends: list[tuple[SendQueue, QueuedTrace]]
    """Traces to send now, and the queues that they are from."""
    wait: float
    """Seconds until there is something to do, unless a trace ends."""
    is_idle: bool
    """Whether no client uses the destination, and nothing is left to deliver now."""


class Destination:
    """Traces of all clients with the same base URL and key."""

    def __init__(
        self, key: Hashable, transport: TraceTransport, settings: Settings, spool: Spool | None, scheduler: Scheduler
    ) -> None:
        self.key = key
        self.transport = transport
        self.settings = settings
        self.spool = spool
        self.users = 0
        """Clients that are not closed."""
        self.open_traces: dict[str, ReferenceType[Unfinished]] = {}
        """Traces that have not ended, by their ids."""
        self._scheduler = scheduler
        self._reset()

    def _reset(self) -> None:
        max_in_flight = 1 if self.transport.is_blocking else _MAX_IN_FLIGHT
        self.live = SendQueue(max_in_flight)
        self.recovered = SendQueue(max_in_flight)
        """Traces of dead processes, oldest first."""
        self.in_flight: set[QueuedTrace] = set()
        self._unsaved: deque[QueuedTrace] = deque()
        self._snapshots = None if self.spool is None else Snapshots(self.spool)
        self._unfinished: dict[str, QueuedTrace] = {}
        """Queued traces that had not ended, by their ids."""
        self._ended = self._ended_bytes = self._dropped = 0
        self._sequence = count()
        self._recovered = self._released = self._released_bytes = 0
        self._sent = self._failed = self._resent = self._abandoned_to_disk = 0
        self._failures = 0
        self._resume_at = self._next_scan = self._next_check = self._next_warning = 0.0
        self._warned_of_key = self._more_to_recover = False

    @property
    def queued(self) -> int:
        """Traces that have ended and are neither delivered nor failed."""
        return self._ended + self._recovered - self._sent - self._failed - self._abandoned_to_disk

    @property
    def in_memory(self) -> int:
        """Traces in memory only, which would be lost with the process."""
        return self._ended - self._released

    def counts(self) -> dict[str, int]:
        """Return the number of traces by their state."""
        return {
            "sent": self._sent,
            "queued": self.queued + self._abandoned_to_disk,
            "dropped": self._dropped,
            "failed": self._failed,
        }

    def stats(self) -> dict[str, int]:
        """Return the counts, and how many traces are on disk and came from other processes."""
        spooled = self._abandoned_to_disk + sum(item.record is not None for item in self.pending())
        return {**self.counts(), "spooled": spooled, "resent": self._resent}

    # Called by the threads of the application.

    def enqueue(self, item: QueuedTrace) -> None:
        """Queue an ended trace for delivery, or drop it if the queue is full; never blocks."""
        scheduler = self._scheduler
        with scheduler.lock:
            self.open_traces.pop(item.identifier, None)
            items, size = self._ended - self._released, self._ended_bytes - self._released_bytes
            if items >= self.settings.max_queue_items or size >= self.settings.max_queue_bytes:
                self._dropped += 1
                item.resolve(_DROPPED)
                self.warn("%s dropped because the queue is full", counted(self._dropped, "trace"))
                return
            self._ended += 1
            self._ended_bytes += item.size
            item.sequence = self._ended
            scheduler.schedule(self, item)

    def enqueue_unfinished(self) -> None:
        """Queue the traces that have not ended, as far as they are recorded."""
        for trace_id, reference in self.open_traces.copy().items():
            self.open_traces.pop(trace_id, None)
            trace = reference()
            item = None if trace is None else trace.unfinished()
            if item is not None:
                self.enqueue(item)

    def wake(self) -> None:
        """Let the worker act at once."""
        self._scheduler.wake()

    # Called by the worker's thread.

    def accept(self, item: QueuedTrace) -> None:
        """Serialize a trace and add it to its queue."""
        try:
            item.serialize()
        except Exception as error:
            self._resolve(item, failure=describe_error(error))
            return
        size = len(item.content or b"")
        self._released_bytes += item.size - size
        item.size = size
        self._supersede(item, self.spool)
        heappush(self.live.heap, item)
        self._unsaved.append(item)

    def step(self, now: float) -> Step:
        """Do what is due now; a sender is expected for each trace that is returned."""
        self._poll(now)
        self.save(now)
        sends: list[tuple[SendQueue, QueuedTrace]] = []
        for queue in (self.recovered, self.live):
            while queue.senders < queue.max_in_flight and (item := self.take(queue, now)) is not None:
                queue.senders += 1
                sends.append((queue, item))
        return Step(sends, self._seconds_to_next(now), self.is_idle)

    def take(self, queue: SendQueue, now: float) -> QueuedTrace | None:
        """Return the next trace to send, which is in flight then, or None during back-off."""
        # After a failure one request at a time probes the platform, until one succeeds.
        if not queue.heap or now < self._resume_at or (self._failures and self.in_flight):
            return None
        item = heappop(queue.heap)
        self.in_flight.add(item)
        return item

    def save(self, now: float, *, everything: bool = False) -> None:
        """Write traces to disk that have been queued for a while; all of them until the first one is delivered."""
        # The first request imports modules and loads certificates, which can outlast a short process.
        everything = everything or not self._sent
        while self._unsaved and (everything or self._unsaved[0].ended < now - _SPOOL_AFTER):
            self._spool(self._unsaved.popleft())

    def _poll(self, now: float) -> None:
        """Recover traces of dead processes, write long traces to disk, and replace deleted files; each periodically."""
        if self.spool is None or self._snapshots is None:
            return
        if now >= self._next_check:
            self._next_check = now + _CHECK_INTERVAL
            self._replace_deleted()
            self._snapshots.save(self.open_traces, now)
        is_due = now >= self._next_scan or (self._more_to_recover and not self.recovered.heap)
        if is_due and not self._failures:
            self._next_scan = now + _SCAN_INTERVAL
            self._recover(self.spool)

    def begin_flush(self, now: float) -> list[QueuedTrace]:
        """Cancel the back-off, scan the spool, and return the traces to wait for."""
        self._resume_at = self._next_scan = 0.0
        self._poll(now)
        return self.pending()

    def pending(self) -> list[QueuedTrace]:
        """Return the traces that are queued or in flight."""
        return [*self.live.heap, *self.recovered.heap, *self.in_flight]

    def requeue_in_flight(self) -> None:
        """Queue the traces again that were in flight when a worker died."""
        for item in self.in_flight:
            self._requeue(item)
        self.in_flight = set()
        self.live.senders = self.recovered.senders = 0

    def reset_after_fork(self) -> None:
        """Drop everything in a forked process: the parent delivers it."""
        if self.spool is not None:
            self.spool.detach()
        self.open_traces.clear()
        self._reset()

    def close(self) -> None:
        """Leave the traces on disk to the next process, or to this one if it traces again."""
        if self.spool is None:
            return
        self._replace_deleted()
        left = [item for item in self.pending() if item.record is not None]
        self._abandoned_to_disk += len(left)
        for item in left:
            item.resolve(_ABANDONED)
        for queue in (self.live, self.recovered):
            _discard_done(queue)
        self.in_flight = {item for item in self.in_flight if not item.is_done}
        self._unsaved.clear()
        if self._snapshots is not None:
            self._snapshots.by_trace.clear()
        self.spool.close()
        self._next_scan = 0.0

    @property
    def is_idle(self) -> bool:
        """Whether no client uses it, and nothing is left to deliver now."""
        if self.users > 0 or any(reference() is not None for reference in self.open_traces.copy().values()):
            return False
        return not self.queued or self.is_stalled()

    def is_stalled(self) -> bool:
        """Return True if waiting is useless: the platform fails, and all traces are on disk."""
        return self._failures > 0 and not self.in_flight and all(item.record is not None for item in self.pending())

    def _seconds_to_next(self, now: float) -> float:
        if self._unsaved:
            return POLL_INTERVAL
        if self.in_flight:  # their senders wake the loop
            return _CHECK_INTERVAL
        if self.live.heap or self.recovered.heap:
            return max(POLL_INTERVAL, self._resume_at - now)
        return FIRST_INTERVAL

    def delivered(self, item: QueuedTrace, answer: dict[str, Any]) -> None:
        """Mark a trace as delivered."""
        self._failures = 0
        self._resume_at = 0.0
        self.in_flight.discard(item)
        self._sent += 1
        self._resent += item.is_recovered
        self._resolve(item, answer=answer)

    def refused(self, item: QueuedTrace, error: Exception, now: float) -> None:
        """Retry a trace that was not accepted, truncate it, or give it up."""
        self.in_flight.discard(item)
        status = error.status_code if isinstance(error, AshrLabsError) else None
        if status in _UNAUTHORIZED:
            self._warn_of_key(error)
        if status == _TOO_LARGE and item.truncate():
            self._requeue(item)
        elif _is_retryable(error, status):
            self._back_off(error, now, at_least=_BACKOFF.cap if status in _UNAUTHORIZED else 0.0)
            self._requeue(item)
            self._spool(item)
        else:
            self._resolve(item, failure=describe_error(error))

    def warn(self, message: str, *details: object) -> None:
        """Log a warning, at most once a minute."""
        now = monotonic()
        if now >= self._next_warning:
            self._next_warning = now + _WARNING_INTERVAL
            _log.warning(message, *details)

    def _spool(self, item: QueuedTrace) -> None:
        if self.spool is None or item.record is not None or item.is_done:
            return
        item.record = self.spool.write(item.identifier, item.content or b"")
        if item.record is not None:
            item.content = None
            self._release(item)

    def _release(self, item: QueuedTrace) -> None:
        if item.holds_memory:
            item.holds_memory = False
            self._released += 1
            self._released_bytes += item.size

    def _requeue(self, item: QueuedTrace) -> None:
        heappush((self.recovered if item.is_recovered else self.live).heap, item)

    def _recover(self, spool: Spool) -> None:
        records = spool.recover()
        self._more_to_recover = bool(records)
        whole = {record.identifier for record in records}
        for record in records:
            trace_id, _, snapshot = record.identifier.partition(".")
            if snapshot and trace_id in whole:  # its process died between two writes
                spool.done(record)
                continue
            if self._abandoned_to_disk:  # left by this process, and counted before
                self._abandoned_to_disk -= 1
            else:
                self._recovered += 1
            heappush(self.recovered.heap, QueuedTrace.recovered(record, next(self._sequence)))

    def _supersede(self, item: QueuedTrace, spool: Spool | None) -> None:
        """Replace the snapshot on disk and the earlier unfinished version of a trace."""
        trace_id = item.identifier.partition(".")[0]
        snapshot = None if self._snapshots is None else self._snapshots.by_trace.pop(trace_id, None)
        if snapshot is not None and snapshot.record is not None and spool is not None:
            self._spool(item)
            spool.done(snapshot.record)
        unfinished = self._unfinished.pop(trace_id, None)
        if item.unfinished:
            self._unfinished[trace_id] = item
        elif unfinished is not None and not unfinished.is_done and unfinished not in self.in_flight:
            self._sent += 1
            self._resolve(unfinished, answer=_SUPERSEDED)
            _discard_done(self.live)

    def _replace_deleted(self) -> None:
        """Write traces again whose spool files another program has deleted."""
        spool = self.spool
        deleted = [] if spool is None else spool.deleted()
        if spool is None or self._snapshots is None or not deleted:
            return
        holders: list[QueuedTrace | Snapshot] = [*self.pending(), *self._snapshots.held()]
        written = 0
        for holder in holders:
            if holder.record is not None and holder.record.segment in deleted:
                moved = spool.rewrite(holder.record)
                holder.record = moved or holder.record
                written += moved is not None
        self.warn("Spool files were deleted by another program; %s written again", counted(written, "trace"))

    def _back_off(self, error: Exception, now: float, at_least: float) -> None:
        if now >= self._resume_at:  # the first failure since the last pause; the others were in flight with it
            delay = _BACKOFF.delay(self._failures, random=random.random())  # noqa: S311 - jitter
            self._failures += 1
            self._resume_at = now + max(at_least, delay)
        asked = error.retry_after if isinstance(error, AshrLabsError) else None
        if asked is not None:
            self._resume_at = max(self._resume_at, now + _BACKOFF.delay(0, retry_after=asked))

    def _resolve(self, item: QueuedTrace, *, answer: dict[str, Any] | None = None, failure: str = "") -> None:
        self._release(item)
        if item.record is not None and self.spool is not None:
            self.spool.done(item.record)
            item.record = None
        if answer is None:
            self._failed += 1
            self.warn("Trace %s was not delivered: %s", item.identifier, failure)
        item.resolve(answer or {"status": "error", "message": failure})

    def _warn_of_key(self, error: Exception) -> None:
        if not self._warned_of_key:
            self._warned_of_key = True
            _log.warning("Traces are refused: %s. Check the API key (ASHR_LABS_API_KEY).", error)


def _discard_done(queue: SendQueue) -> None:
    queue.heap = sorted(item for item in queue.heap if not item.is_done)


def _is_retryable(error: Exception, status: int | None) -> bool:
    if isinstance(error, ConfigurationError):
        return False
    if isinstance(error, APIConnectionError | ResponseFormatError):
        return True
    # A redirect comes from a proxy or a login page in between, not from the platform.
    return status is not None and (300 <= status < 400 or is_transient_status(status) or status in _UNAUTHORIZED)
