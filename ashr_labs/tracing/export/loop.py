"""The worker's event loop: takes traces from the queue, writes them to disk if needed, and sends many at a time."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from queue import SimpleQueue
from selectors import DefaultSelector
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from ..._forks import CAN_FORK
from ..._threads import start_daemon
from .destination import POLL_INTERVAL
from .worker import STEPS

if TYPE_CHECKING:
    from collections.abc import Callable
    from selectors import SelectorKey

    from ..._forks import ForkGuard
    from .destination import Destination, SendQueue
    from .item import QueuedTrace
    from .worker import Worker

__all__ = ["new_event_loop", "run_loop"]

T = TypeVar("T")


def run_loop(worker: Worker) -> None:
    """Run until the worker is stopped or has nothing left to do."""
    blocking = _BlockingThread()
    try:
        with asyncio.Runner(loop_factory=partial(new_event_loop, STEPS) if CAN_FORK else None) as runner:
            runner.run(_Delivery(worker, blocking).run())
    finally:
        blocking.stop()


def new_event_loop(guard: ForkGuard) -> asyncio.AbstractEventLoop:
    """Return an event loop for a thread that holds the lock of `guard`, which is released while the loop waits."""
    return asyncio.SelectorEventLoop(_Selector(guard))


class _Selector(DefaultSelector):
    def __init__(self, guard: ForkGuard) -> None:
        super().__init__()
        self._lock = guard.lock

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        self._lock.release()
        try:
            return super().select(timeout)
        finally:
            self._lock.acquire()


class _Delivery:
    def __init__(self, worker: Worker, blocking: _BlockingThread) -> None:
        self._worker = worker
        self._run_blocking = blocking.run
        self._tasks: set[asyncio.Task[None]] = set()
        self._woken = asyncio.Event()

    async def run(self) -> None:
        worker = self._worker
        worker.woken, worker.loop = self._woken, asyncio.get_running_loop()
        for destination in worker.destinations():
            destination.requeue_in_flight()
        while worker.deadline is None:
            step = worker.step(monotonic())
            for destination, queue, item in step.sends:
                task = asyncio.ensure_future(self._send_all(destination, queue, item))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            for destination in step.released:
                destination.close()
                await destination.transport.close()
            if step.is_over:
                break
            await self._sleep(step.wait)
        await self._finish()

    async def _sleep(self, seconds: float) -> None:
        worker = self._worker
        worker.is_asleep = seconds > POLL_INTERVAL
        if not (worker.is_asleep and worker.queue):  # else a trace ended before its thread could see `is_asleep`
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._woken.wait()
        self._woken.clear()
        worker.is_asleep = False

    async def _send_all(self, destination: Destination, queue: SendQueue, first: QueuedTrace) -> None:
        item: QueuedTrace | None = first
        try:
            while item is not None:
                try:
                    answer = await destination.transport.send(item.read(), item.identifier, self._run_blocking)
                except Exception as error:
                    destination.refused(item, error, monotonic())
                else:
                    destination.delivered(item, answer)
                item = destination.take(queue, monotonic()) if self._worker.deadline is None else None
        finally:
            queue.senders -= 1
            self._woken.set()

    async def _finish(self) -> None:
        """Write everything to disk, wait for requests in flight, and leave the rest to the next process."""
        self._worker.drain_queue(monotonic())
        for destination in self._worker.destinations():
            destination.save(monotonic(), everything=True)
        # A request that is answered after its trace was left to the next process would be sent twice.
        if self._tasks and self._worker.deadline is not None:
            await asyncio.wait(self._tasks, timeout=max(0.0, self._worker.deadline - monotonic()))
        for destination in self._worker.destinations():
            destination.close()
        for task in self._tasks:
            task.cancel()


class _BlockingThread:
    """A second thread, for blocking transports; unlike an executor's it does not delay the exit of the process."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._is_started = False

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()

    async def run(self, function: Callable[[], T]) -> T:
        if not self._is_started:
            self._is_started = start_daemon(self._run, "ashr-labs-traces-blocking") is not None
            if not self._is_started:  # the interpreter shuts down
                return function()
        loop = asyncio.get_running_loop()
        result: asyncio.Future[T] = loop.create_future()

        def job() -> None:
            try:
                finish = partial(_set_result, result, function())
            except Exception as error:
                finish = partial(_set_exception, result, error)
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(finish)

        self._jobs.put(job)
        return await result

    def stop(self) -> None:
        self._jobs.put(None)


def _set_result(future: asyncio.Future[T], result: T) -> None:
    if not future.done():
        future.set_result(result)


def _set_exception(future: asyncio.Future[T], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
