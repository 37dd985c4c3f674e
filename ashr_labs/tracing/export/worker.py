"""The one thread that delivers traces, with an event loop so that many can be under way at a time."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from functools import partial
from queue import SimpleQueue
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeVar

from .fork import CAN_FORK, FORKS

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable, Collection

    from .destination import Outlet
    from .item import Parcel
    from .send_queue import Line

__all__ = ["Flush", "Source", "Worker"]

T = TypeVar("T")
_log = logging.getLogger("ashr_labs.tracing")
_TICK = 0.01
_BETWEEN_WARNINGS = 60.0
_ALERT = 1.0
"""Seconds after the last trace for which the worker looks by itself, so that `end()` need not wake it."""


class Flush:
    """A wish to know when all that has ended so far is settled."""

    def __init__(self, outlets: Collection[Outlet], *, is_last: bool) -> None:
        self.outlets = outlets
        self.is_last = is_last
        self.done = Event()
        self.parcels: list[Parcel] = []

    def begin(self, now: float) -> None:
        """Take note of all that is not settled."""
        for outlet in self.outlets:
            outlet.hurry()
            outlet.look(now)
            self.parcels += outlet.unsettled()

    def check(self) -> bool:
        """Tell whether there is nothing more to wait for, or nobody who does."""
        while self.parcels and self.parcels[-1].is_settled:
            self.parcels.pop()
        if not self.parcels or (
            self.is_last and all(outlet.is_stuck() or not outlet.queued for outlet in self.outlets)
        ):
            self.done.set()
        return self.done.is_set()


class Source(Protocol):
    """Gathers elsewhere what becomes traces, and hands them over when it is time; raises nothing."""

    def look(self, now: float) -> None:
        """Hand over what is due; called by the worker, at least once a second."""
        ...

    def hurry(self, *, is_last: bool = False) -> None:
        """Hand over what is finished; at the end of the process, all there is."""
        ...

    def begin_anew(self) -> None:
        """Leave everything to the parent, in a process that was forked."""
        ...


class Worker:
    """Takes what was handed over, keeps it on disk if need be, and sends it."""

    quiet_until: ClassVar[float] = 0.0
    """When a failure may be said again."""

    def __init__(
        self,
        handed_over: deque[tuple[Outlet, Parcel] | Flush],
        outlets: Callable[[], list[Outlet]],
        sources: Callable[[], list[Source]],
        retire: Callable[[], tuple[list[Outlet], bool]],
        *,
        after: Thread | None = None,
    ) -> None:
        self._handed_over = handed_over
        self._outlets = outlets
        self._sources = sources
        self._retire = retire
        self._predecessor = after
        """The worker that was told to stop before, and may still be at it."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._woken = asyncio.Event()
        self._flushes: list[Flush] = []
        self._lane: _Lane | None = None
        self._is_stopping = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._last_trace = monotonic()
        self.is_asleep = False
        self.thread = Thread(target=self._run, name="ashr-labs-traces", daemon=True)

    def wake(self) -> None:
        """Let the worker look at once; from any thread."""
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(self._woken.set)

    def stop(self, timeout: float) -> None:
        """End the thread; what is not delivered is kept on disk."""
        self._is_stopping = True
        self.wake()
        self.thread.join(timeout)

    def _run(self) -> None:
        try:
            if self._predecessor is not None:
                self._predecessor.join()
                self._predecessor = None
            with FORKS.at_work, asyncio.Runner(loop_factory=FORKS.event_loop if CAN_FORK else None) as runner:
                runner.run(self._main())
        except BaseException:
            if monotonic() >= Worker.quiet_until:
                Worker.quiet_until = monotonic() + _BETWEEN_WARNINGS
                _log.warning("The delivery of traces failed and is started again with the next trace.", exc_info=True)
        finally:
            # Who still waits, waits for the next worker.
            self._handed_over.extendleft(flush for flush in self._flushes if not flush.done.is_set())
            if self._lane is not None:
                self._lane.stop()

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        for outlet in self._outlets():
            outlet.recover()
        while not (self._is_stopping or await self._is_over()):
            now = monotonic()
            for source in self._sources():
                source.look(now)
            self._take(now)
            for outlet in self._outlets():
                outlet.look(now)
                outlet.save(now)
                self._start_senders(outlet)
            self._flushes = [flush for flush in self._flushes if not flush.check()]
            await self._rest(now)
        self._finish()

    async def _is_over(self) -> bool:
        idle, is_over = self._retire()
        for outlet in idle:
            outlet.close()
            await outlet.road.close()
        return is_over

    def _take(self, now: float) -> None:
        while self._handed_over:
            entry = self._handed_over.popleft()
            if isinstance(entry, Flush):
                entry.begin(now)
                self._flushes.append(entry)
            else:
                self._last_trace = now
                outlet, parcel = entry
                outlet.accept(parcel)

    async def _rest(self, now: float) -> None:
        waits = [wait for outlet in self._outlets() if (wait := outlet.seconds_to_next(now)) is not None]
        if self._flushes or now - self._last_trace < _ALERT:
            waits.append(_TICK)
        if self._sources():
            waits.append(_ALERT)  # so that a source need not wake the worker for each thing that it gathers
        self.is_asleep = min(waits, default=_ALERT) > _TICK
        if not (self.is_asleep and self._handed_over):  # else a trace ended before it could be seen that we sleep
            with suppress(TimeoutError):
                async with asyncio.timeout(min(waits, default=None)):
                    await self._woken.wait()
        self._woken.clear()
        self.is_asleep = False

    def _start_senders(self, outlet: Outlet) -> None:
        for line in (outlet.inherited, outlet.own):
            while line.senders < line.window and (parcel := outlet.take(line, monotonic())) is not None:
                line.senders += 1
                task = asyncio.ensure_future(self._send_all(outlet, line, parcel))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _send_all(self, outlet: Outlet, line: Line, first: Parcel) -> None:
        parcel: Parcel | None = first
        try:
            while parcel is not None:
                await self._send(outlet, parcel)
                parcel = outlet.take(line, monotonic())
        finally:
            line.senders -= 1

    async def _send(self, outlet: Outlet, parcel: Parcel) -> None:
        try:
            answer = await outlet.road.send(parcel.read(), parcel.identifier, self._aside)
        except Exception as error:
            outlet.refused(parcel, error, monotonic())
        else:
            outlet.delivered(parcel, answer)

    async def _aside(self, function: Callable[[], T]) -> T:
        if self._lane is None:
            self._lane = _Lane()
        return await self._lane.call(function)

    def _finish(self) -> None:
        for outlet in self._outlets():
            outlet.save(monotonic(), all_of_them=True)
            outlet.close()
        for task in self._tasks:
            task.cancel()


class _Lane:
    """A second thread, for ways that block; unlike an executor's it holds nobody up at exit."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        Thread(target=self._run, name="ashr-labs-traces-blocking", daemon=True).start()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()

    async def call(self, function: Callable[[], T]) -> T:
        loop = asyncio.get_running_loop()
        result: asyncio.Future[T] = loop.create_future()

        def job() -> None:
            try:
                settle = partial(_settle, result, function())
            except Exception as error:
                settle = partial(_fail, result, error)
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(settle)

        self._jobs.put(job)
        return await result

    def stop(self) -> None:
        self._jobs.put(None)


def _settle(future: asyncio.Future[T], result: T) -> None:
    if not future.done():
        future.set_result(result)


def _fail(future: asyncio.Future[T], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
