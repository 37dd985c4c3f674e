"""The thread that delivers all traces of a process."""

from __future__ import annotations

import logging
from contextlib import suppress
from functools import partial
from importlib import import_module
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol

from ..._forks import IMPORTS, ForkGuard
from ..._threads import start_daemon
from .destination import POLL_INTERVAL

if TYPE_CHECKING:
    import asyncio
    from collections import deque
    from collections.abc import Callable, Collection

    from .destination import Destination, SendQueue
    from .item import QueuedTrace

__all__ = ["STEPS", "Flush", "SpanSource", "Step", "Worker"]

_log = logging.getLogger("ashr_labs.tracing")
_START_DELAY = 0.02
"""Seconds in which the thread that makes the first trace goes on undisturbed by the worker's imports."""
_LOAD_INTERVAL = 0.02
"""Seconds between two looks at the queue while modules are imported."""
_WARNING_INTERVAL = 60.0
_BUSY_SECONDS = 1.0
"""Seconds after the last trace in which the loop polls, so that `end()` need not wake it."""
_PRELOADED = (
    "asyncio",
    "httpcore",
    "anyio._backends._asyncio",
    "httpcore._backends.anyio",
    "encodings.idna",
    "encodings.utf_8_sig",
    "concurrent.futures.thread",
)
"""Modules that the event loop and the first request need."""

STEPS = ForkGuard()
"""Held by the worker except while it waits for the network."""
STEPS.register()


class Flush:
    """A pending `flush()`: done when every trace that was queued before it is delivered or failed."""

    def __init__(self, destinations: Collection[Destination], *, is_last: bool) -> None:
        self.destinations = destinations
        self.is_last = is_last
        self.done = Event()
        self._items: list[QueuedTrace] = []

    def begin(self, now: float) -> None:
        """Collect the traces to wait for."""
        for destination in self.destinations:
            # At exit the traces of dead processes do not count: they are on disk in any case.
            items = destination.begin_flush(now)
            self._items += [item for item in items if not (self.is_last and item.is_recovered)]

    def check(self) -> bool:
        """Return True if all traces are done or the caller has given up."""
        while self._items and self._items[-1].is_done:
            self._items.pop()
        if not self._items or (self.is_last and all(one.is_stalled() or not one.queued for one in self.destinations)):
            self.done.set()
        return self.done.is_set()


class SpanSource(Protocol):
    """Collects spans elsewhere and enqueues the traces that they make; never raises."""

    def poll(self, now: float) -> None:
        """Enqueue the traces that are due; called by the worker at least once a second."""
        ...

    def flush(self, *, is_last: bool = False) -> None:
        """Enqueue the traces that are complete; at the end of the process, all of them."""
        ...

    def reset_after_fork(self) -> None:
        """Drop everything in a forked process: the parent delivers it."""
        ...


class Step(NamedTuple):
    """The result of a step of the worker: the work that is left to the event loop."""

    sends: list[tuple[Destination, SendQueue, QueuedTrace]]
    """Traces to send now."""
    released: list[Destination]
    """Destinations without clients, whose connections are to be closed."""
    is_over: bool
    """Whether there is nothing left to do."""
    wait: float
    """Seconds until the next step, unless the worker is woken."""


class Worker:
    """Owns the thread; the event loop in it is imported and run by the thread itself.

    Args:
        queue: Ended traces and flushes, in order.
        destinations: Returns all destinations.
        sources: Returns all sources of spans.
        collect_idle: Removes unused destinations; returns them, and whether there is nothing left to do.
        load_loop: Imports and returns the function that runs the event loop until the worker ends.
        after: The thread of the previous worker, which may not have ended yet.
    """

    quiet_until: ClassVar[float] = 0.0
    """When a failure of the worker may be logged again."""

    def __init__(
        self,
        queue: deque[tuple[Destination, QueuedTrace] | Flush],
        destinations: Callable[[], list[Destination]],
        sources: Callable[[], list[SpanSource]],
        collect_idle: Callable[[], tuple[list[Destination], bool]],
        load_loop: Callable[[], Callable[[Worker], None]],
        *,
        after: Thread | None = None,
    ) -> None:
        self.queue = queue
        self.destinations = destinations
        self.sources = sources
        self.collect_idle = collect_idle
        self.flushes: list[Flush] = []
        self.deadline: float | None = None
        """Until when requests in flight may be answered; set by `stop`."""
        self.last_trace = monotonic()
        """When a trace was last taken from the queue."""
        self.is_running = True
        """Whether the thread takes traces; it is False from its end or failure on."""
        self.is_asleep = False
        """Whether the event loop waits for longer than its poll interval, so that it must be woken."""
        self.loop: asyncio.AbstractEventLoop | None = None
        self.woken: asyncio.Event | None = None
        self._load_loop = load_loop
        self._predecessor = after
        self._begin = Event()
        self.thread = Thread(target=self._run, name="ashr-labs-traces", daemon=True)

    def wake(self) -> None:
        """Let the worker act at once; may be called by any thread."""
        self._begin.set()
        loop, woken = self.loop, self.woken
        if loop is not None and woken is not None:
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(woken.set)

    def stop(self, timeout: float, *, deadline: float) -> None:
        """End the thread; traces that are not delivered are written to disk.

        Args:
            timeout: Maximum seconds to wait for the end of the thread.
            deadline: Until when requests in flight may be answered, in seconds of the monotonic clock.
        """
        self.deadline = deadline
        self.wake()
        self.thread.join(timeout)

    def begin_flush(self, destinations: Collection[Destination], *, is_last: bool) -> Flush:
        """Return a flush of these destinations that begins now; called with the exporter's lock held."""
        flush = Flush(destinations, is_last=is_last)
        self.queue.append(flush)
        self.wake()
        return flush

    def step(self, now: float) -> Step:
        """Do everything that is due now, except what needs the event loop."""
        sources = self.sources()
        for source in sources:
            source.poll(now)
        self.drain_queue(now)
        steps = [(destination, destination.step(now)) for destination in self.destinations()]
        self.flushes = [flush for flush in self.flushes if not flush.check()]
        waits = [_BUSY_SECONDS] if sources else []  # so that a source need not wake the loop for each span
        if self.flushes or now - self.last_trace < _BUSY_SECONDS:
            waits.append(POLL_INTERVAL)
        waits += [step.wait for _, step in steps]
        is_any_idle = not steps or any(step.is_idle for _, step in steps)
        released, is_over = self.collect_idle() if is_any_idle else ([], False)
        sends = [(destination, queue, item) for destination, step in steps for queue, item in step.sends]
        return Step(sends, released, is_over, min(waits, default=_BUSY_SECONDS))

    def drain_queue(self, now: float) -> None:
        """Take everything from the queue: serialize traces, and start pending flushes."""
        while self.queue:
            entry = self.queue.popleft()
            if isinstance(entry, Flush):
                entry.begin(now)
                self.flushes.append(entry)
            else:
                self.last_trace = now
                destination, item = entry
                destination.accept(item)

    def _run(self) -> None:
        try:
            self._begin.wait(_START_DELAY)
            if self._predecessor is not None:
                self._predecessor.join()
                self._predecessor = None
            self._load()
            with IMPORTS.lock:
                run_loop = self._load_loop()
            with STEPS.lock:
                run_loop(self)
        except BaseException:
            if monotonic() >= Worker.quiet_until:
                Worker.quiet_until = monotonic() + _WARNING_INTERVAL
                _log.warning("The trace exporter failed; it is started again with the next trace.", exc_info=True)
        finally:
            self.is_running = False
            # The next worker completes the pending flushes.
            self.queue.extendleft(flush for flush in self.flushes if not flush.done.is_set())

    def _load(self) -> None:
        """Import modules in another thread; traces that end meanwhile are written to disk."""
        loads: list[Callable[[], object]] = [partial(import_module, name) for name in _PRELOADED]
        loads += [destination.transport.load for destination in self.destinations()]
        loader = start_daemon(partial(_load_all, loads), "ashr-labs-traces-imports")
        if loader is None:  # the interpreter shuts down
            _load_all(loads)
        while loader is not None and loader.is_alive():
            with STEPS.lock:
                now = monotonic()
                self.drain_queue(now)
                for destination in self.destinations():
                    destination.save(now)
            loader.join(_LOAD_INTERVAL)


def _load_all(loads: list[Callable[[], object]]) -> None:
    for load in loads:
        with IMPORTS.lock, suppress(Exception):  # not installed, or the interpreter shuts down
            load()
