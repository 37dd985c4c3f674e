"""Take the steps of sessions as tasks of an event loop."""

from __future__ import annotations

import asyncio
import inspect
import logging
import threading
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from ..agent_errors import Fault
from ..sampling import Sample
from ..session import TIMED_OUT, Pause, Stage
from .helpers import Abandoned, Helper, Raised

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from ..feed import Feed
    from ..sampling import Agenda
    from ..session import Ask, Steps
    from .threads import Finish

__all__ = ["AsyncCaller", "AsyncHelperCaller", "LoopCaller", "adrive", "as_tasks", "awork", "run_in_loop"]

_log = logging.getLogger("ashr_labs.eval")

_LONGEST_SLEEP = 0.1
_LONGEST_FAREWELL = 1.0
"""Seconds that tasks have to end in when a run is over."""
_left: list[object] = []
"""Loops with tasks that do not end; kept, since they cannot be closed, and would complain if they were collected."""

T = TypeVar("T")


class AsyncCaller(Protocol):
    """Makes the calls of a session."""

    async def __call__(self, ask: Ask) -> object:
        """Return what the call returns; for the agent's, a `Fault` or `TIMED_OUT` may stand for it."""
        ...

    def close(self) -> None:
        """Free what it holds."""
        ...


class LoopCaller:
    """Makes the calls of an asynchronous agent."""

    async def __call__(self, ask: Ask) -> object:
        """Return what the call returns, awaited."""
        try:
            answer = ask.call(*ask.arguments)
            if not inspect.isawaitable(answer):
                return answer
            return await (answer if ask.timeout is None else _within(answer, ask.timeout))
        except (Exception, SystemExit) as error:
            if not ask.is_agent:
                raise
            return Fault.of(error)
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if not ask.is_agent or (task is not None and task.cancelling()):
                raise
            return Fault.of(error)  # the agent's own

    def close(self) -> None:
        """Hold nothing."""


class AsyncHelperCaller:
    """Makes the calls of an ordinary agent in a thread, so that it does not stop the loop."""

    def __init__(self, abandoned: Abandoned) -> None:
        self._abandoned = abandoned
        self._helper: Helper | None = None
        self._awaiting = LoopCaller()

    async def __call__(self, ask: Ask) -> object:
        """Return what the call returns, or that it took too long."""
        if not ask.is_agent:
            return await self._awaiting(ask)
        if refusal := self._abandoned.refusal():
            return refusal
        self._helper = self._helper or Helper()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[object] = loop.create_future()
        self._helper.submit(ask, lambda outcome: _deliver(loop, future, outcome))
        done, _ = await asyncio.wait({future}, timeout=ask.timeout)
        if not done:
            self._abandoned.add(self._helper)
            self._helper = None
            return TIMED_OUT
        outcome = future.result()
        if isinstance(outcome, Raised):
            raise outcome.error
        if inspect.isawaitable(outcome):
            return await self._awaiting(ask._replace(call=lambda: outcome, arguments=()))
        return outcome

    def close(self) -> None:
        """End the thread."""
        if self._helper is not None:
            self._helper.close()


async def adrive(steps: Steps, call: Callable[[Ask], Awaitable[object]]) -> Fault | None:
    """Take steps until they end; return the agent's fault that ended them."""
    answer: object = None
    while True:
        try:
            step = steps.send(answer)
        except StopIteration as end:
            return cast("Fault | None", end.value)
        answer = await (asyncio.sleep(step.seconds) if isinstance(step, Pause) else call(step))


async def awork(agenda: Agenda, stage: Stage, caller: AsyncCaller, finish: Finish, feed: Feed | None = None) -> None:
    """Play one sample after the other, until there are no more."""
    try:
        while (sample := agenda.take() if feed is None else await feed.take()) is not None:
            if not isinstance(sample, Sample):
                await asyncio.sleep(min(sample, _LONGEST_SLEEP))
                continue
            test, steps = stage.open(sample)
            fault = await adrive(steps, caller)
            finish(sample, test, fault)
            await asyncio.sleep(0)  # an agent that never waits shall not keep the loop from everybody else
    finally:
        caller.close()


async def as_tasks(agenda: Agenda, worker: Callable[[], Coroutine[Any, Any, None]], workers: int) -> None:
    """Do the same work in several tasks; what one raises ends the others and is raised here."""
    tasks = [asyncio.create_task(worker()) for _ in range(workers)]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        agenda.close()
        for task in tasks:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException) and not isinstance(outcome, asyncio.CancelledError):
            raise outcome


def run_in_loop(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine to its end, in a thread of its own where this one has a running loop already."""
    if not _is_in_loop():
        return _run(main)
    outcomes: list[T | Raised] = []

    def run() -> None:
        try:
            outcomes.append(_run(main))
        except BaseException as error:
            outcomes.append(Raised(error))

    thread = threading.Thread(target=copy_context().run, args=(run,), name="ashr-eval-loop", daemon=True)
    thread.start()
    thread.join()
    [outcome] = outcomes
    if isinstance(outcome, Raised):
        raise outcome.error
    return outcome


def _run(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Do what `asyncio.run()` does, but do not wait for ever for tasks that do not let themselves be cancelled."""
    runner = asyncio.Runner()
    try:
        return runner.run(main())
    finally:
        stubborn = runner.run(_cancel_the_rest())
        if stubborn:
            _log.warning("%d tasks of the agent did not let themselves be cancelled; they are left", len(stubborn))
            _left.append((runner, stubborn))
        else:
            runner.close()


async def _cancel_the_rest() -> set[asyncio.Task[Any]]:
    """Cancel all other tasks; return those that go on all the same."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    return (await asyncio.wait(others, timeout=_LONGEST_FAREWELL))[1] if others else set()


def _is_in_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


async def _within(awaitable: Awaitable[object], timeout: float) -> object:
    task = asyncio.create_task(_without_exit(awaitable))
    try:
        done, _ = await asyncio.wait({task}, timeout=timeout)
    except asyncio.CancelledError:
        task.cancel()
        raise
    if done:
        return task.result()
    # It is not waited for: an agent that does not let itself be cancelled must not hold up the others.
    task.cancel()
    task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
    return TIMED_OUT


async def _without_exit(awaitable: Awaitable[object]) -> object:
    """Await; a SystemExit becomes a fault here already, since one that leaves a task ends the whole event loop."""
    try:
        return await awaitable
    except SystemExit as error:
        return Fault.of(error)


def _deliver(loop: asyncio.AbstractEventLoop, future: asyncio.Future[object], outcome: object) -> None:
    def settle() -> None:
        if not future.done():
            future.set_result(outcome)

    try:
        loop.call_soon_threadsafe(settle)
    except RuntimeError:  # the run is over, and its loop closed
        return
