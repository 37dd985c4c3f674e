"""Play samples wherever an executor runs what it is given: in threads, processes, or on a cluster."""

from __future__ import annotations

import time
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ThreadPoolExecutor
from contextvars import copy_context
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, TypeAlias

from ...run_builder import TestBuilder
from ..agent_errors import Fault
from ..sampling import Agenda, Sample
from .aio import LoopCaller, adrive, run_in_loop
from .helpers import Abandoned, Raised
from .threads import HelperCaller, PlainCaller, drive

if TYPE_CHECKING:
    from ..session import Stage
    from .threads import Finish

__all__ = ["in_executor", "play_sample"]

_MOST_AT_A_TIME = 1_000
"""How many samples are handed to the executor before the first result is there."""

_LONGEST_WAIT = 0.1
"""Seconds after which it is looked whether the run shall end."""

_abandoned = Abandoned()
"""What was left behind in this process, whichever run it belonged to: a worker of an executor plays for many."""

Played: TypeAlias = tuple[TestBuilder, Fault | None]
_Done: TypeAlias = "tuple[Sample, Future[Played | Raised]]"


def in_executor(executor: Executor, agenda: Agenda, stage: Stage, finish: Finish) -> None:
    """Play all samples, the executor deciding how many at a time."""
    done: SimpleQueue[_Done] = SimpleQueue()
    playing: set[Future[Played | Raised]] = set()
    try:
        while True:
            sample = agenda.take() if len(playing) < _MOST_AT_A_TIME else None
            if agenda.is_closed:
                _withdraw(playing)
            if isinstance(sample, Sample):
                playing.add(_submit(executor, stage, sample, done))
            elif playing:
                _collect(done, playing, finish, agenda, sample)
            elif sample is None:
                return
            else:
                time.sleep(min(sample, _LONGEST_WAIT))
    finally:
        _withdraw(playing)


def play_sample(stage: Stage, sample: Sample) -> Played | Raised:
    """Play one sample, here and now; what a callback raises is returned."""
    test, steps = stage.open(sample)
    try:
        if stage.agents.is_async:
            return test, run_in_loop(lambda: adrive(steps, LoopCaller()))
        has_limit = stage.timeout is not None or stage.scenario_timeout is not None
        caller = HelperCaller(_abandoned) if has_limit else PlainCaller()
        try:
            return test, drive(steps, caller, Agenda((), time.monotonic))
        finally:
            caller.close()
    except Exception as error:
        return Raised(error)


def _submit(executor: Executor, stage: Stage, sample: Sample, done: SimpleQueue[_Done]) -> Future[Played | Raised]:
    try:
        if isinstance(executor, ThreadPoolExecutor):  # others could not take the caller's context with them
            future = executor.submit(copy_context().run, play_sample, stage, sample)
        else:
            future = executor.submit(play_sample, stage, sample)
    except BrokenExecutor as error:  # what plays has died; what is left fails as what was under way
        future = Future[Played | Raised]()
        future.set_exception(error)
    future.add_done_callback(lambda ended: done.put((sample, ended)))
    return future


def _withdraw(playing: set[Future[Played | Raised]]) -> None:
    """Take back what the executor has not begun."""
    playing -= {future for future in playing if future.cancel()}


def _collect(
    done: SimpleQueue[_Done],
    playing: set[Future[Played | Raised]],
    finish: Finish,
    agenda: Agenda,
    seconds: float | None,
) -> None:
    try:
        sample, future = done.get(timeout=min(seconds or _LONGEST_WAIT, _LONGEST_WAIT))
    except Empty:
        return
    if future not in playing:  # it was withdrawn
        return
    playing.discard(future)
    if agenda.is_closed and _is_interrupted(future):
        return
    finish(sample, *_outcome(sample, future))


def _is_interrupted(future: Future[Played | Raised]) -> bool:
    """Tell whether what played was ended by the Ctrl-C that ends the run: a terminal sends it to all processes."""
    return isinstance(future.exception(), KeyboardInterrupt | BrokenExecutor)


def _outcome(sample: Sample, future: Future[Played | Raised]) -> Played:
    try:
        played = future.result()
    except (Exception, CancelledError) as error:  # what could not travel, or a worker that died
        fault = Fault.of(error)
        test = TestBuilder(sample.scenario_id).start()
        test.set_attempts(sample.repeat, sample.errors, sample.tags)
        return test.fail(fault.error(f"runs.{sample.scenario_id}")), fault
    if isinstance(played, Raised):
        raise played.error
    return played
