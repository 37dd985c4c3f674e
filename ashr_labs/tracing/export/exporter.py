"""The delivery of all traces of a process: what is handed over, the one worker, and the end of the process."""

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

from .worker import Flush, Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable
    from threading import Thread

    from .destination import Outlet
    from .item import Parcel
    from .worker import Source

__all__ = ["EXPORTER", "Exporter"]

_log = logging.getLogger("ashr_labs.tracing")
_TIME_TO_STOP = 0.45
_DROPPED = {"status": "error", "message": "The trace was dropped: more wait than the limits allow."}


class Exporter:
    """Hands traces to one worker, whatever the number of clients; nothing here waits, except where it says so."""

    def __init__(self) -> None:
        self._outlets: dict[Hashable, Outlet] = {}
        self._sources: list[Source] = []
        self._start_afresh()
        self._is_registered = False

    def _start_afresh(self) -> None:
        # Reentrant: a signal handler may end a trace while the same thread is ending one.
        self._lock = RLock()
        self._handed_over: deque[tuple[Outlet, Parcel] | Flush] = deque()
        self._worker: Worker | None = None
        self._last_thread: Thread | None = None
        self._is_over = False

    def outlet(self, key: Hashable, make: Callable[[], Outlet]) -> Outlet:
        """Return the outlet that all clients of the same platform and key share, for one more of them."""
        with self._lock:
            outlet = self._outlets.get(key)
            if outlet is None:
                outlet = self._outlets[key] = make()
            outlet.users += 1
            if outlet.settings.enabled:
                with suppress(RuntimeError):  # no thread can be started now; the end of the trace tries again
                    self._ensure_worker()
            return outlet

    def hand_over(self, outlet: Outlet, parcel: Parcel) -> None:
        """Let a trace be delivered."""
        with self._lock:
            outlet = self._outlets.setdefault(outlet.key, outlet)
            if not outlet.hand_over(parcel):
                parcel.settle(_DROPPED)
                return
            if self._is_over:
                _keep_at_once(outlet, parcel)
                return
            self._handed_over.append((outlet, parcel))
            try:
                worker = self._ensure_worker()
            except RuntimeError:  # no thread can be started now; the next trace tries again
                return
        if worker.is_asleep:
            worker.wake()

    def attend(self, source: Source) -> None:
        """Ask a source from now on, again and again, for what is due."""
        with self._lock, suppress(RuntimeError):  # as in outlet()
            self._sources.append(source)
            self._ensure_worker()
        self.hurry()

    def dismiss(self, source: Source) -> None:
        """Ask a source no more."""
        with self._lock:
            self._sources = [one for one in self._sources if one is not source]

    def hurry(self) -> None:
        """Let the worker look at once: somebody waits."""
        if self._worker is not None:
            self._worker.wake()

    def flush(self, outlets: Collection[Outlet], timeout: float, *, is_last: bool = False) -> bool:
        """Wait until all that has ended so far is settled, and tell whether it is."""
        for source in list(self._sources):
            source.hurry(is_last=is_last)
        flush = Flush(outlets, is_last=is_last)
        with self._lock:
            for outlet in outlets:
                self._outlets.setdefault(outlet.key, outlet)
            self._handed_over.append(flush)
            worker = self._ensure_worker()
        worker.wake()
        is_settled = flush.done.wait(min(timeout, TIMEOUT_MAX))
        flush.done.set()  # nobody waits any more
        return is_settled

    def release(self, outlet: Outlet) -> None:
        """Note that a client of an outlet is closed."""
        with self._lock:
            outlet.users -= 1
        self.hurry()

    def stop(self, timeout: float | None = None, *, grace: float = _TIME_TO_STOP) -> None:
        """Deliver what there is, keep the rest on disk, and end the worker; a later trace starts another.

        Args:
            timeout: Seconds to wait for the delivery; unless given, what the settings say.
            grace: Seconds to wait for the rest to be on disk, beyond the timeout; without any, it comes out of it.
        """
        for source in list(self._sources):
            source.hurry(is_last=True)
        worker = self._worker
        if worker is None:
            return
        outlets = [outlet for outlet in self._outlets.values() if outlet.settings.exit_timeout]
        bound = max((outlet.settings.exit_timeout for outlet in outlets), default=0.0) if timeout is None else timeout
        end = monotonic() + bound
        try:
            if outlets and bound:
                self.flush(outlets, bound if grace else max(bound - _TIME_TO_STOP, bound / 2), is_last=True)
            worker.stop(max(grace, end - monotonic(), 0.0))
        except KeyboardInterrupt:
            return
        with self._lock:
            self._worker = None
            self._outlets = {key: outlet for key, outlet in self._outlets.items() if outlet.users > 0}
        if not worker.thread.is_alive():
            _report_losses(outlets)

    def after_fork(self) -> None:
        """Begin anew in a process that was forked: what waits is the parent's."""
        self._start_afresh()
        for outlet in self._outlets.values():
            outlet.begin_anew()
        sources, self._sources = self._sources, []
        for source in sources:
            source.begin_anew()

    def _ensure_worker(self) -> Worker:
        worker = self._worker
        if worker is None or not worker.thread.is_alive():
            outlets, sources = (lambda: list(self._outlets.values())), (lambda: self._sources)
            worker = Worker(self._handed_over, outlets, sources, self._retire, after=self._last_thread)
            worker.thread.start()
            self._worker, self._last_thread = worker, worker.thread
            self._stop_at_exit()
        return worker

    def _retire(self) -> tuple[list[Outlet], bool]:
        """Forget the outlets that nobody uses; return them, and whether the worker has nothing left to do."""
        with self._lock:
            idle = [outlet for outlet in self._outlets.values() if outlet.is_idle]
            for outlet in idle:
                del self._outlets[outlet.key]
            is_over = not self._outlets and not self._handed_over
            if is_over:
                self._worker = None
            return idle, is_over

    def _stop_at_exit(self) -> None:
        if not self._is_registered:
            self._is_registered = True
            atexit.register(self._end)
        process = sys.modules.get("multiprocessing.process")
        if process is not None and process.parent_process() is not None:
            # Such processes end without what is registered with atexit.
            from multiprocessing.util import Finalize  # noqa: PLC0415 - loaded already, and only in such processes

            Finalize(None, self._end, exitpriority=100)

    def _end(self) -> None:
        """Stop at the end of the process; what is traced after that goes to disk at once, for no thread starts now."""
        try:
            self.stop()
        finally:
            self._is_over = True


def _keep_at_once(outlet: Outlet, parcel: Parcel) -> None:
    outlet.accept(parcel)
    outlet.save(monotonic(), all_of_them=True)
    outlet.close()


def _report_losses(outlets: Collection[Outlet]) -> None:
    lost = sum(outlet.queued_in_memory for outlet in outlets)
    if lost:
        _log.warning("%d traces could not be delivered or kept, and are lost.", lost)


EXPORTER = Exporter()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=EXPORTER.after_fork)
