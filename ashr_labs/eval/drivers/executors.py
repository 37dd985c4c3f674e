"""Play samples in an executor: in threads, processes, or on a cluster."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from contextvars import copy_context
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, TypeAlias

from ..._interrupts import ends_run
from ...run_builder.records import TestRecord
from ..agent_errors import AgentError
from ..sampling import RunQueue, Sample
from .aio import AsyncThreadInvoker, AwaitInvoker, run_async_steps, run_in_loop
from .threads import ControlException, HungThreads, InlineInvoker, ThreadInvoker, run_steps

if TYPE_CHECKING:
    from ..player import RunContext, Steps
    from .threads import Finish

__all__ = ["play_sample", "run_executor"]

_MAX_PENDING = 1_000
"""How many samples are submitted before the first result arrives."""

_POLL_SECONDS = 0.1
"""How often the run checks whether it has ended."""

_hung = HungThreads()
"""The hung threads of this process: a worker of an executor plays for many runs."""

Played: TypeAlias = tuple[TestRecord, AgentError | None]
_Done: TypeAlias = "tuple[Sample, Future[Played | ControlException]]"


def run_executor(executor: Executor, queue: RunQueue, context: RunContext, finish: Finish) -> None:
    """Play all samples; the executor decides how many concurrently."""
    done: SimpleQueue[_Done] = SimpleQueue()
    playing: set[Future[Played | ControlException]] = set()
    most = (context.environments and context.environments.limit) or _MAX_PENDING
    try:
        while True:
            sample = queue.next() if len(playing) < most else None
            if queue.is_closed:
                _cancel_pending(playing)
            if isinstance(sample, Sample):
                playing.add(_submit(executor, context, sample, done))
            elif playing:
                _collect(done, playing, finish, queue, sample)
            elif sample is None:
                return
            else:
                time.sleep(min(sample, _POLL_SECONDS))
    finally:
        _cancel_pending(playing)


def play_sample(context: RunContext, sample: Sample) -> Played | ControlException:
    """Play one sample in this thread; return what a callback raises."""
    try:
        test, steps = context.start(sample)
        return test, _run_sample(context, steps)
    except asyncio.CancelledError as error:  # an agent cancelled the task that played it
        return _failed(sample, AgentError.of(error))
    except BaseException as error:
        if ends_run(error):
            raise
        return ControlException(error)


def _run_sample(context: RunContext, steps: Steps) -> AgentError | None:
    environments = context.environments
    if context.agents.is_async or (environments is not None and environments.needs_loop):
        return run_in_loop(lambda: _run_in_loop(context, steps))
    has_limit = context.timeout is not None or context.scenario_timeout is not None
    invoker = ThreadInvoker(_hung) if has_limit else InlineInvoker()
    try:
        return run_steps(steps, invoker, RunQueue((), time.monotonic))
    finally:
        invoker.close()
        if environments is not None:
            environments.close_copy()


async def _run_in_loop(context: RunContext, steps: Steps) -> AgentError | None:
    invoker = AwaitInvoker() if context.agents.is_async else AsyncThreadInvoker(_hung)
    try:
        return await run_async_steps(steps, invoker)
    finally:
        invoker.close()
        if context.environments is not None:
            await context.environments.aclose()
            context.environments.close_copy()


def _submit(
    executor: Executor, context: RunContext, sample: Sample, done: SimpleQueue[_Done]
) -> Future[Played | ControlException]:
    try:
        if isinstance(executor, ThreadPoolExecutor):  # context variables cannot be sent to other executors
            future = executor.submit(copy_context().run, play_sample, context, sample)
        else:
            future = executor.submit(play_sample, context, sample)
    except BrokenExecutor as error:  # its workers have died; the rest fails like what was in progress
        future = Future[Played | ControlException]()
        future.set_exception(error)
    future.add_done_callback(lambda ended: done.put((sample, ended)))
    return future


def _cancel_pending(playing: set[Future[Played | ControlException]]) -> None:
    """Withdraw what the executor has not started."""
    playing -= {future for future in playing if future.cancel()}


def _collect(
    done: SimpleQueue[_Done],
    playing: set[Future[Played | ControlException]],
    finish: Finish,
    queue: RunQueue,
    seconds: float | None,
) -> None:
    try:
        sample, future = done.get(timeout=min(seconds or _POLL_SECONDS, _POLL_SECONDS))
    except Empty:
        return
    if future not in playing:  # it was withdrawn
        return
    playing.discard(future)
    if queue.is_closed and _is_interrupted(future):
        return
    finish(sample, *_result(sample, future))


def _is_interrupted(future: Future[Played | ControlException]) -> bool:
    """Return True if the Ctrl-C that ends the run reached the worker too: a terminal sends it to all processes."""
    return isinstance(future.exception(), KeyboardInterrupt | BrokenExecutor)


def _result(sample: Sample, future: Future[Played | ControlException]) -> Played:
    try:
        played = future.result()
    except BaseException as error:  # an agent that cannot be pickled, a worker that died
        if ends_run(error):
            raise
        return _failed(sample, AgentError.of(error))
    if isinstance(played, ControlException):
        raise played.error
    return played


def _failed(sample: Sample, error: AgentError) -> Played:
    test = TestRecord(sample.scenario_id).start()
    test.set_attempts(sample.repeat, sample.errors)
    test.title, test.tags = sample.title, sample.tags
    return test.fail(error.error(f"runs.{sample.scenario_id}")), error
