"""Take the steps of sessions in threads: the caller's own, or several."""

from __future__ import annotations

import threading
import time
from collections import deque
from contextvars import copy_context
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Protocol, TypeAlias, cast

from ..sampling import Sample
from ..session import TIMED_OUT, Ask, Stage
from .helpers import Abandoned, Helper, Raised, guarded

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...run_builder import TestBuilder
    from ..agent_errors import Fault
    from ..sampling import Agenda
    from ..session import Steps

__all__ = ["Caller", "Finish", "HelperCaller", "PlainCaller", "drive", "in_threads", "work"]

_LONGEST_SLEEP = 0.1
"""Seconds after which a sleeper looks whether it is still wanted."""

Finish: TypeAlias = "Callable[[Sample, TestBuilder, Fault | None], object]"
"""Takes a sample, what was recorded when it was played, and the agent's fault that ended it."""


class Caller(Protocol):
    """Makes the calls of a session."""

    def __call__(self, ask: Ask) -> object:
        """Return what the call returns; for the agent's, a `Fault` or `TIMED_OUT` may stand for it."""
        ...

    def close(self) -> None:
        """Free what it holds."""
        ...


class PlainCaller:
    """Makes calls in this thread, without a limit of time."""

    def __call__(self, ask: Ask) -> object:
        """Return what the call returns."""
        return guarded(ask)

    def close(self) -> None:
        """Hold nothing."""


class HelperCaller:
    """Makes the agent's calls in a thread that can be left behind."""

    def __init__(self, abandoned: Abandoned) -> None:
        self._abandoned = abandoned
        self._helper: Helper | None = None

    def __call__(self, ask: Ask) -> object:
        """Return what the call returns, or that it took too long."""
        if not ask.is_agent:
            return guarded(ask)
        if refusal := self._abandoned.refusal():
            return refusal
        self._helper = self._helper or Helper()
        outcomes: SimpleQueue[object] = SimpleQueue()
        self._helper.submit(ask, outcomes.put)
        try:
            outcome = outcomes.get(timeout=ask.timeout)
        except Empty:
            self._abandoned.add(self._helper)
            self._helper = None
            return TIMED_OUT
        if isinstance(outcome, Raised):
            raise outcome.error
        return outcome

    def close(self) -> None:
        """End the thread."""
        if self._helper is not None:
            self._helper.close()


def drive(steps: Steps, call: Callable[[Ask], object], agenda: Agenda) -> Fault | None:
    """Take steps until they end, or the agenda is aborted; return the agent's fault that ended them."""
    answer: object = None
    while not agenda.is_aborted:
        try:
            step = steps.send(answer)
        except StopIteration as end:
            return cast("Fault | None", end.value)
        answer = None
        if isinstance(step, Ask):
            answer = call(step)
        else:
            _sleep(step.seconds, lambda: agenda.is_aborted)
    return None


def work(agenda: Agenda, stage: Stage, caller: Caller, finish: Finish) -> None:
    """Play one sample after the other, until there are no more."""
    try:
        while (sample := agenda.take()) is not None:
            if not isinstance(sample, Sample):
                _sleep(min(sample, _LONGEST_SLEEP), lambda: agenda.is_closed)
                continue
            test, steps = stage.open(sample)
            fault = drive(steps, caller, agenda)
            if not agenda.is_aborted:
                finish(sample, test, fault)
    except BaseException:
        agenda.abort()
        raise
    finally:
        caller.close()


def in_threads(agenda: Agenda, worker: Callable[[], object], workers: int) -> None:
    """Do the same work in several threads, each in a copy of this one's context.

    What a worker raises is raised here, when the others have stopped. An interrupt of this thread is raised at once;
    replies under way are abandoned to their threads, which do not keep the process from exiting.
    """
    raised = deque[BaseException]()

    def guarded_worker() -> None:
        try:
            worker()
        except BaseException as error:
            raised.append(error)

    threads = [
        threading.Thread(target=copy_context().run, args=(guarded_worker,), name=f"ashr-eval-{number}", daemon=True)
        for number in range(workers)
    ]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    except BaseException:
        agenda.abort()
        raise
    if raised:
        raise raised[0]


def _sleep(seconds: float, is_over: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0 and not is_over():
        time.sleep(min(left, _LONGEST_SLEEP))
