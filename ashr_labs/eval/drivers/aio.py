"""asyncio tasks that play scenarios; whatever an agent does to its task or event loop, the run goes on."""

from __future__ import annotations

import asyncio
import inspect
import logging
import threading
from contextlib import suppress
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from ..._format import counted
from ..._interrupts import ends_run
from ...tracing.spans import ACTIVE
from ..agent_errors import AgentError
from ..player import TIMED_OUT, Call
from ..sampling import Sample
from .threads import AgentThread, ControlException

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine

    from ..player import RunContext, Sleep, Steps
    from ..sampling import RunQueue
    from .threads import Finish, HungThreads

__all__ = [
    "AsyncInvoker",
    "AsyncPrefetcher",
    "AsyncThreadInvoker",
    "AwaitInvoker",
    "async_worker",
    "run_async_steps",
    "run_in_loop",
    "run_tasks",
]

_log = logging.getLogger("ashr_labs.eval")

_POLL_SECONDS = 0.1
_CANCEL_SECONDS = 1.0
"""How long tasks may take to end after the run has cancelled them."""
_left: list[object] = []
"""Loops with tasks that cannot be cancelled; kept, since they cannot be closed and would warn when collected."""

T = TypeVar("T")


class AsyncInvoker(Protocol):
    """Makes the calls of scenarios."""

    async def __call__(self, call: Call) -> object:
        """Return the result; for a call of the agent perhaps an `AgentError` or `TIMED_OUT`."""
        ...

    def close(self) -> None:
        """Release resources."""
        ...


class AwaitInvoker:
    """Calls an asynchronous agent in the current task."""

    async def __call__(self, call: Call) -> object:
        """Return the awaited result."""
        if call.read is None:
            return await _awaited(call)
        try:
            if call.timeout is None:
                return call.read(await _awaited(call))
            return await _within(call, call.timeout)
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            if ends_run(error):
                raise
            return AgentError.of(error)

    def close(self) -> None:
        """Do nothing."""


class AsyncThreadInvoker:
    """Calls an agent that is not asynchronous in a thread, so that it does not block the event loop."""

    def __init__(self, hung: HungThreads) -> None:
        self._hung = hung
        self._thread: AgentThread | None = None
        self._await = AwaitInvoker()

    async def __call__(self, call: Call) -> object:
        """Return the result, or `TIMED_OUT`."""
        if call.read is None:
            return await self._await(call)
        if error := self._hung.limit_error():
            return error
        self._thread = self._thread or AgentThread()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[object] = loop.create_future()
        # What the agent returns is awaited here if it has to be, so it is read here.
        self._thread.submit(call._replace(read=_as_is), lambda outcome: _deliver(loop, future, outcome))
        done, _ = await asyncio.wait({future}, timeout=call.timeout)
        if not done:
            self._hung.add(self._thread)
            self._thread = None
            return TIMED_OUT
        outcome = future.result()
        if isinstance(outcome, ControlException):
            raise outcome.error
        if isinstance(outcome, AgentError):
            return outcome
        return await self._await(call._replace(function=lambda: outcome, arguments=()))

    def close(self) -> None:
        """End the thread."""
        if self._thread is not None:
            self._thread.close()


class AsyncPrefetcher:
    """Reads samples from an asynchronous iterator in one task, one sample ahead of the workers."""

    def __init__(self, queue: RunQueue, samples: AsyncIterator[Sample], needs_run: Callable[[Sample], bool]) -> None:
        self._queue = queue
        self._samples = samples
        self._needs_run = needs_run
        self._ready = asyncio.Queue[Sample](1)
        self._reader: asyncio.Task[None] | None = None

    async def next(self) -> Sample | float | None:
        """Return the next step as `RunQueue.next()`; raise what the iterator raises."""
        self._reader = self._reader or asyncio.create_task(self._read())
        while True:
            step = self._queue.next()
            if isinstance(step, Sample) or self._queue.is_closed:
                return step
            if self._reader.done() and self._ready.empty():
                if self._reader.cancelled():
                    raise RuntimeError("the task that reads the scenarios was cancelled")
                self._reader.result()
                return step
            await self._await_sample(_POLL_SECONDS if step is None else min(step, _POLL_SECONDS))

    async def close(self) -> None:
        """Stop reading."""
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.wait({self._reader})

    async def _read(self) -> None:
        async for sample in self._samples:
            if self._needs_run(sample):
                await self._ready.put(sample)

    async def _await_sample(self, seconds: float) -> None:
        """Move the next sample to the queue if it arrives in time."""
        try:
            async with asyncio.timeout(seconds):
                self._queue.extend([await self._ready.get()])
        except TimeoutError:
            return


async def run_async_steps(
    steps: Steps, invoke: Callable[[Call], Awaitable[object]], is_over: Callable[[], bool] = lambda: False
) -> AgentError | None:
    """Run the steps of a scenario until they end; return the error that ended them.

    A cancellation ends them as well, without another `await`: unless the run is over, it came from the agent, which
    cancelled its own task. A cancel scope of anyio whose task group broke cancels its task again and again.
    """
    answer: object = None
    try:
        while True:
            try:
                step = steps.send(answer)
            except StopIteration as end:
                failure: AgentError | None = end.value
                return failure
            answer = await _answered(step, invoke, is_over)
    finally:
        steps.close()  # a scenario in an environment destroys it


async def _answered(
    step: Call | Sleep, invoke: Callable[[Call], Awaitable[object]], is_over: Callable[[], bool]
) -> object:
    try:
        return await (invoke(step) if isinstance(step, Call) else asyncio.sleep(step.seconds))
    except asyncio.CancelledError as error:
        if is_over():
            raise
        return AgentError.of(error)


async def async_worker(
    queue: RunQueue,
    context: RunContext,
    invoker: AsyncInvoker,
    finish: Finish,
    prefetcher: AsyncPrefetcher | None = None,
) -> None:
    """Play samples until the queue is empty, or an agent has cancelled this task."""
    task = asyncio.current_task()
    try:
        while (sample := queue.next() if prefetcher is None else await prefetcher.next()) is not None:
            if not isinstance(sample, Sample):
                await asyncio.sleep(min(sample, _POLL_SECONDS))
                continue
            test, steps = context.start(sample)
            error = await run_async_steps(steps, invoker, lambda: queue.is_aborted)
            finish(sample, test, error)
            if task is not None and task.cancelling():
                raise asyncio.CancelledError
            await asyncio.sleep(0)  # an agent that never waits must not block the other tasks
    finally:
        invoker.close()


async def run_tasks(queue: RunQueue, work: Callable[[], Coroutine[Any, Any, None]], count: int) -> None:
    """Run a coroutine function in several tasks; raise what one of them raises, after ending the others.

    A task that an agent has cancelled is replaced.
    """
    tasks: list[asyncio.Task[None]] = [asyncio.create_task(work()) for _ in range(count)]
    try:
        while tasks:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            tasks = [task for task in tasks if task not in done]
            for task in (task for task in done if not task.cancelled()):
                task.result()
            if not queue.is_closed:
                tasks += [asyncio.create_task(work()) for task in done if task.cancelled()]
    finally:
        queue.abort()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def run_in_loop(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine to its end, in a thread of its own if this one already has a running loop."""
    if not _is_in_loop():
        return _run(main)
    outcomes: list[T | ControlException] = []

    def run() -> None:
        try:
            outcomes.append(_run(main))
        except BaseException as error:
            outcomes.append(ControlException(error))

    thread = threading.Thread(target=copy_context().run, args=(run,), name="ashr-eval-loop", daemon=True)
    thread.start()
    thread.join()
    [outcome] = outcomes
    if isinstance(outcome, ControlException):
        raise outcome.error
    return outcome


def _run(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run like `asyncio.run()`, even if an agent stops the loop; do not wait for tasks that cannot be cancelled."""
    runner = asyncio.Runner()
    try:
        loop = runner.get_loop()
        return _run_to_end(loop, loop.create_task(main()))
    finally:
        stubborn = runner.run(_cancel_all())
        if stubborn:
            _log.warning("%s of the agent could not be cancelled", counted(len(stubborn), "task"))
            _left.append((runner, stubborn))
        else:
            runner.close()


def _run_to_end(loop: asyncio.AbstractEventLoop, task: asyncio.Task[T]) -> T:
    while True:
        try:
            return loop.run_until_complete(task)
        except RuntimeError:
            if task.done():
                raise
            _log.warning("the agent stopped the event loop of the run; the run goes on")


async def _cancel_all() -> set[asyncio.Task[Any]]:
    """Cancel all other tasks; return those that have not ended in time."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    return (await asyncio.wait(others, timeout=_CANCEL_SECONDS))[1] if others else set()


def _is_in_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


async def _awaited(call: Call) -> object:
    if call.scope is None:
        return await _answer(call)
    token = ACTIVE.set(call.scope)
    try:
        return await _answer(call)
    finally:
        with suppress(ValueError):  # a coroutine that is closed elsewhere: its context is gone
            ACTIVE.reset(token)


async def _answer(call: Call) -> object:
    answer = call.function(*call.arguments)
    return await answer if inspect.isawaitable(answer) else answer


async def _within(call: Call, timeout: float) -> object:
    """Call the agent in a task of its own, and cancel that at the timeout."""
    task = asyncio.create_task(_outcome(call))
    try:
        done, _ = await asyncio.wait({task}, timeout=timeout)
    except asyncio.CancelledError:
        task.cancel()
        raise
    if not done:
        # Not awaited: an agent that suppresses the cancellation must not hold up the others.
        task.cancel()
        task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
        return TIMED_OUT
    outcome = task.result()
    if isinstance(outcome, ControlException):
        raise outcome.error
    return outcome


async def _outcome(call: Call) -> object:
    """Return the result or exception of a call; some exceptions that leave a task would end the event loop."""
    try:
        return cast("Callable[[object], object]", call.read)(await _awaited(call))
    except GeneratorExit:  # the coroutine is being closed
        raise
    except BaseException as error:
        return ControlException(error) if ends_run(error) else AgentError.of(error)


def _as_is(answer: object) -> object:
    return answer


def _deliver(loop: asyncio.AbstractEventLoop, future: asyncio.Future[object], outcome: object) -> None:
    def resolve() -> None:
        if not future.done():
            future.set_result(outcome)

    try:
        loop.call_soon_threadsafe(resolve)
    except RuntimeError:  # the run is over, and its loop closed
        return
