"""Threads that play scenarios, threads that call agents with a time limit, and Ctrl-C during a run."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import contextmanager, suppress
from contextvars import copy_context
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Protocol, TypeAlias

from ..._format import counted
from ..._interrupts import ends_run
from ...tracing.spans import ACTIVE
from ..agent_errors import AgentError
from ..player import TIMED_OUT, Call
from ..sampling import Sample

if TYPE_CHECKING:
    from collections.abc import Generator
    from types import FrameType

    from ...run_builder.records import TestRecord
    from ..player import RunContext, Steps
    from ..sampling import RunQueue

__all__ = [
    "AgentThread",
    "ControlException",
    "Finish",
    "HungThreads",
    "InlineInvoker",
    "Invoker",
    "ThreadInvoker",
    "call_agent",
    "interruptible",
    "run_steps",
    "run_threads",
    "worker",
]

_log = logging.getLogger("ashr_labs.eval")

MAX_HUNG = 64
"""How many threads a run may leave behind before further scenarios fail at once."""

_POLL_SECONDS = 0.1
"""How often a sleeping worker checks whether the run has ended."""

_INTERRUPT_NOTE = b"\ninterrupted: finishing the scenarios in progress; press Ctrl-C again to stop at once\n"

Finish: TypeAlias = "Callable[[Sample, TestRecord, AgentError | None], object]"
"""Takes a sample, its test, and the error of the agent that ended it."""

Deliver: TypeAlias = Callable[[object], object]
"""Takes the result of a call, an `AgentError`, or a `ControlException`."""


@dataclass(frozen=True, slots=True)
class ControlException:
    """An exception that ends the run: an interrupt, or an exception of a callback."""

    error: BaseException


def call_agent(call: Call) -> object:
    """Make a call; return what the agent raises as an `AgentError`."""
    if call.read is None:
        return call.function(*call.arguments)
    token = ACTIVE.set(call.scope)
    try:
        return call.read(call.function(*call.arguments))
    except BaseException as error:
        if ends_run(error):
            raise
        return AgentError.of(error)
    finally:
        ACTIVE.reset(token)


class Invoker(Protocol):
    """Makes the calls of scenarios."""

    def __call__(self, call: Call) -> object:
        """Return the result; for a call of the agent perhaps an `AgentError` or `TIMED_OUT`."""
        ...

    def close(self) -> None:
        """Release resources."""
        ...


class InlineInvoker:
    """Makes calls in the current thread, without a time limit."""

    __call__ = staticmethod(call_agent)

    def close(self) -> None:
        """Do nothing."""


class AgentThread:
    """A thread that makes one call at a time, in a copy of its creator's context."""

    def __init__(self) -> None:
        self._calls: SimpleQueue[tuple[Call, Deliver] | None] = SimpleQueue()
        self._thread = threading.Thread(
            target=copy_context().run, args=(self._work,), name="ashr-eval-agent", daemon=True
        )
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """True until the thread has ended."""
        return self._thread.is_alive()

    def submit(self, call: Call, deliver: Deliver) -> None:
        """Make a call in the thread, and deliver its result there."""
        self._calls.put((call, deliver))

    def close(self) -> None:
        """End the thread after its current call."""
        self._calls.put(None)

    def _work(self) -> None:
        while (job := self._calls.get()) is not None:
            call, deliver = job
            try:
                outcome = call_agent(call)
            except BaseException as error:
                outcome = ControlException(error)
            deliver(outcome)


class HungThreads:
    """The agent threads of a run whose calls timed out; they are daemons and do not keep the process alive."""

    def __init__(self) -> None:
        self._threads: list[AgentThread] = []
        self._lock = threading.Lock()

    def add(self, thread: AgentThread) -> None:
        """Leave a thread behind."""
        thread.close()
        with self._lock:
            self._threads = [*(one for one in self._threads if one.is_alive), thread]

    @property
    def count(self) -> int:
        """How many of them are still alive."""
        return sum(thread.is_alive for thread in self._threads)

    def warn(self) -> None:
        """Log how many of them are still alive."""
        if count := self.count:
            _log.warning("%s of the agent did not return; their threads end with the process", counted(count, "call"))

    def limit_error(self) -> AgentError | None:
        """Return an error if there are too many to start more."""
        if len(self._threads) < MAX_HUNG or self.count < MAX_HUNG:
            return None
        return AgentError(
            "TooManyAbandoned",
            f"{self.count} earlier calls of the agent have not returned, each in a thread; no more are started",
            kind="timeout",
        )


class ThreadInvoker:
    """Makes the agent's calls in a thread of its own, which is left behind when a call times out."""

    def __init__(self, hung: HungThreads) -> None:
        self._hung = hung
        self._thread: AgentThread | None = None

    def __call__(self, call: Call) -> object:
        """Return the result, or `TIMED_OUT`."""
        if call.read is None:
            return call_agent(call)
        if error := self._hung.limit_error():
            return error
        self._thread = self._thread or AgentThread()
        outcomes: SimpleQueue[object] = SimpleQueue()
        self._thread.submit(call, outcomes.put)
        try:
            outcome = outcomes.get(timeout=call.timeout)
        except Empty:
            self._hung.add(self._thread)
            self._thread = None
            return TIMED_OUT
        if isinstance(outcome, ControlException):
            raise outcome.error
        return outcome

    def close(self) -> None:
        """End the thread."""
        if self._thread is not None:
            self._thread.close()


def run_steps(steps: Steps, invoke: Callable[[Call], object], queue: RunQueue) -> AgentError | None:
    """Run the steps of a scenario until they end or the run is aborted; return the error that ended them."""
    answer: object = None
    try:
        while not queue.is_aborted:
            try:
                step = steps.send(answer)
            except StopIteration as end:
                failure: AgentError | None = end.value
                return failure
            answer = None
            if isinstance(step, Call):
                answer = invoke(step)
            else:
                _sleep(step.seconds, lambda: queue.is_aborted)
        return None
    finally:
        steps.close()  # a scenario in an environment destroys it


def worker(queue: RunQueue, context: RunContext, make_invoker: Callable[[], Invoker], finish: Finish) -> None:
    """Play samples until the queue is empty."""
    invoker = make_invoker()
    try:
        while (sample := queue.next()) is not None:
            if not isinstance(sample, Sample):
                _sleep(min(sample, _POLL_SECONDS), lambda: queue.is_closed)
                continue
            test, steps = context.start(sample)
            error = run_steps(steps, invoker, queue)
            if not queue.is_aborted:
                finish(sample, test, error)
    except BaseException:
        queue.abort()
        raise
    finally:
        invoker.close()


def run_threads(queue: RunQueue, work: Callable[[], object], count: int) -> None:
    """Call a function in several threads, each in a copy of this thread's context; in this thread if `count` is 1.

    Raises what one of them raises, after all have ended. An interrupt of this thread is raised at once; calls in
    progress are left to their threads, which are daemons.
    """
    if count == 1:
        work()
        return
    raised = deque[BaseException]()

    def guarded() -> None:
        try:
            work()
        except BaseException as error:
            raised.append(error)

    threads = [
        threading.Thread(target=copy_context().run, args=(guarded,), name=f"ashr-eval-{number}", daemon=True)
        for number in range(count)
    ]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            # With a limit: a signal that arrives just before the lock is waited for does not end the wait.
            while thread.is_alive():
                thread.join(_POLL_SECONDS)
    except BaseException:
        queue.abort()
        raise
    if raised:
        raise raised[0]


@contextmanager
def interruptible(stop: Callable[[], object]) -> Generator[None]:
    """Call a function at the first Ctrl-C; the second one raises KeyboardInterrupt.

    Only in the main thread, and only if the program has no SIGINT handler of its own.
    """
    has_default_handler = (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )
    if not has_default_handler:
        yield
        return

    def handle(_signal: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        stop()
        with suppress(OSError):
            os.write(2, _INTERRUPT_NOTE)  # not sys.stderr, whose lock the interrupted code may hold

    signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _sleep(seconds: float, is_over: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0 and not is_over():
        time.sleep(min(left, _POLL_SECONDS))
