"""Export of all traces of a process: destinations, the queue, the worker, and the exit of the process."""

from __future__ import annotations

import atexit
import logging
import os
import sys
from collections import deque
from contextlib import suppress
from threading import TIMEOUT_MAX, RLock
from time import monotonic
from typing import TYPE_CHECKING

from ..._format import counted
from .worker import Flush, Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable
    from threading import Thread

    from .destination import Destination
    from .item import QueuedTrace
    from .worker import SpanSource

__all__ = ["EXPORTER", "Exporter"]

_log = logging.getLogger("ashr_labs.tracing")
_STOP_SECONDS = 0.45


class Exporter:
    """Passes the traces of all clients to one worker; only `flush` and `close` block."""

    def __init__(self) -> None:
        self._destinations: dict[Hashable, Destination] = {}
        self._sources: list[SpanSource] = []
        self._reset()
        self._is_registered = False

    def _reset(self) -> None:
        # Reentrant: a signal handler may end a trace while its thread is ending another.
        self.lock = RLock()
        self._queue: deque[tuple[Destination, QueuedTrace] | Flush] = deque()
        self._worker: Worker | None = None
        self._last_thread: Thread | None = None
        self._has_exited = False

    def register(self, key: Hashable, make: Callable[[Exporter], Destination]) -> Destination:
        """Return the destination with this key, and count one more client of it."""
        with self.lock:
            destination = self._destinations.get(key)
            if destination is None:
                destination = self._destinations[key] = make(self)
            destination.users += 1
            if destination.settings.enabled:
                with suppress(RuntimeError):  # no thread can be started now; the end of the trace tries again
                    self._ensure_worker()
            return destination

    def release(self, destination: Destination) -> None:
        """Note that a client of a destination is closed."""
        with self.lock:
            destination.users -= 1
        self.wake()

    def schedule(self, destination: Destination, item: QueuedTrace) -> None:
        """Pass a trace to the worker; called by `Destination.enqueue` with the lock held."""
        if self._destinations.get(destination.key) is not destination:
            self._destinations[destination.key] = destination
        if self._has_exited:
            _spool_now(destination, item)
            return
        self._queue.append((destination, item))
        try:
            worker = self._ensure_worker()
        except RuntimeError:  # no thread can be started now; the next trace tries again
            return
        if worker.is_asleep:
            worker.wake()

    def add_source(self, source: SpanSource) -> None:
        """Poll a source of spans from now on."""
        with self.lock, suppress(RuntimeError):  # as in register()
            self._sources.append(source)
            self._ensure_worker()
        self.wake()

    def remove_source(self, source: SpanSource) -> None:
        """Stop polling a source of spans."""
        with self.lock:
            self._sources = [one for one in self._sources if one is not source]

    def wake(self) -> None:
        """Let the worker act at once, since a caller is waiting."""
        if self._worker is not None:
            self._worker.wake()

    def flush(self, destinations: Collection[Destination], timeout: float, *, is_last: bool = False) -> bool:
        """Wait until all traces that have ended are delivered or failed; return True if they are.

        Args:
            destinations: Whose traces to wait for.
            timeout: Maximum seconds to wait.
            is_last: Whether the process ends: return early if waiting is useless, since the rest is on disk.
        """
        for source in list(self._sources):
            source.flush(is_last=is_last)
        with self.lock:
            for destination in destinations:
                self._destinations.setdefault(destination.key, destination)
            flush = self._ensure_worker().begin_flush(destinations, is_last=is_last)
        is_done = flush.done.wait(min(timeout, TIMEOUT_MAX))
        flush.done.set()  # the caller has given up
        return is_done

    def close(self, timeout: float | None = None, *, grace: float = _STOP_SECONDS) -> None:
        """Deliver queued and unfinished traces, write the rest to disk, and end the worker.

        A later trace starts another worker.

        Args:
            timeout: Seconds to wait for the delivery; defaults to the settings' `exit_timeout`.
            grace: Further seconds to write the rest to disk; 0 takes them out of the timeout.
        """
        for source in list(self._sources):
            source.flush(is_last=True)
        for destination in list(self._destinations.values()):
            destination.enqueue_unfinished()
        worker = self._worker
        if worker is None:
            return
        waiting = [one for one in self._destinations.values() if one.settings.exit_timeout]
        bound = max((one.settings.exit_timeout for one in waiting), default=0.0) if timeout is None else timeout
        end = monotonic() + bound
        try:
            if waiting and bound:
                self.flush(waiting, bound if grace else max(bound - _STOP_SECONDS, bound / 2), is_last=True)
            worker.stop(max(grace, end - monotonic(), 0.0), deadline=end if grace else end - _STOP_SECONDS)
        except KeyboardInterrupt:
            return
        with self.lock:
            self._worker = None
            self._destinations = {key: one for key, one in self._destinations.items() if one.users > 0}
        if not worker.thread.is_alive():
            _report_losses(waiting)

    def reset_after_fork(self) -> None:
        """Drop everything in a forked process: the parent delivers it."""
        self._reset()
        for destination in self._destinations.values():
            destination.reset_after_fork()
        sources, self._sources = self._sources, []
        for source in sources:
            source.reset_after_fork()

    def _ensure_worker(self) -> Worker:
        worker = self._worker
        if worker is None or not worker.is_running:
            destinations, sources = (lambda: list(self._destinations.values())), (lambda: self._sources)
            worker = Worker(self._queue, destinations, sources, self._collect_idle, _load_loop, after=self._last_thread)
            worker.thread.start()
            self._worker, self._last_thread = worker, worker.thread
            self._stop_at_exit()
        return worker

    def _collect_idle(self) -> tuple[list[Destination], bool]:
        """Remove and return the destinations without clients; also return True if the worker has nothing to do."""
        with self.lock:
            idle = [destination for destination in self._destinations.values() if destination.is_idle]
            for destination in idle:
                del self._destinations[destination.key]
            is_over = not self._destinations and not self._queue
            if is_over:
                self._worker = None
            return idle, is_over

    def _stop_at_exit(self) -> None:
        if not self._is_registered:
            self._is_registered = True
            atexit.register(self._atexit)
        process = sys.modules.get("multiprocessing.process")
        if process is not None and process.parent_process() is not None:
            # Such processes do not run atexit handlers.
            from multiprocessing.util import Finalize  # noqa: PLC0415 - loaded already, and only in such processes

            Finalize(None, self._atexit, exitpriority=100)

    def _atexit(self) -> None:
        """Deliver everything at the end of the process; later traces go to disk at once, as no thread can start."""
        try:
            self.close()
        finally:
            with self.lock:
                self._has_exited = True
                rest, self._queue = self._queue, deque()
                # From threads that ended traces meanwhile.
                for destination, item in (entry for entry in rest if not isinstance(entry, Flush)):
                    _spool_now(destination, item)


def _load_loop() -> Callable[[Worker], None]:
    from .loop import run_loop  # noqa: PLC0415 - asyncio is slow to import

    return run_loop


def _spool_now(destination: Destination, item: QueuedTrace) -> None:
    destination.accept(item)
    destination.save(monotonic(), everything=True)
    destination.close()


def _report_losses(destinations: Collection[Destination]) -> None:
    lost = sum(destination.in_memory for destination in destinations)
    if lost:
        _log.warning("%s could not be delivered or written to disk, and are lost.", counted(lost, "trace"))


EXPORTER = Exporter()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=EXPORTER.reset_after_fork)
