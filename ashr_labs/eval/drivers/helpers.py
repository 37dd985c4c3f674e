"""Threads that call agents, and can be left behind when an agent does not come back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypeAlias

from ..agent_errors import Fault, is_cancellation

if TYPE_CHECKING:
    from ..session import Ask

__all__ = ["MOST_ABANDONED", "Abandoned", "Helper", "Raised", "guarded"]

MOST_ABANDONED = 64
"""How many threads may be left behind in a run, until further scenarios fail at once."""


@dataclass(frozen=True, slots=True)
class Raised:
    """What was raised and is no fault of the agent: an interrupt."""

    error: BaseException


Deliver: TypeAlias = Callable[[object], object]
"""Takes what a call returned, a `Fault`, or `Raised`."""


def guarded(ask: Ask) -> object:
    """Make a call; what the agent raises becomes a fault."""
    try:
        return ask.call(*ask.arguments)
    except BaseException as error:
        if not ask.is_agent or not (isinstance(error, Exception | SystemExit) or is_cancellation(error)):
            raise
        return Fault.of(error)


class Helper:
    """A thread that makes one call after the other, in a copy of its maker's context."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[tuple[Ask, Deliver] | None] = SimpleQueue()
        self._thread = threading.Thread(
            target=copy_context().run, args=(self._work,), name="ashr-eval-helper", daemon=True
        )
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether its thread has not ended yet."""
        return self._thread.is_alive()

    def submit(self, ask: Ask, deliver: Deliver) -> None:
        """Have a call made, and what comes of it delivered, in the helper's thread."""
        self._jobs.put((ask, deliver))

    def close(self) -> None:
        """End the thread when its current call is done, if ever."""
        self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            ask, deliver = job
            try:
                outcome = guarded(ask)
            except BaseException as error:
                outcome = Raised(error)
            deliver(outcome)


class Abandoned:
    """The helpers that were left behind in a run; daemons, so that the process exits all the same."""

    def __init__(self) -> None:
        self._helpers: list[Helper] = []
        self._lock = threading.Lock()

    def add(self, helper: Helper) -> None:
        """Leave a helper behind."""
        helper.close()
        with self._lock:
            self._helpers = [*filter(_is_alive, self._helpers), helper]

    @property
    def number(self) -> int:
        """How many of them still have not come back."""
        return sum(map(_is_alive, self._helpers))

    def refusal(self) -> Fault | None:
        """Return why no more calls are made; None as long as they are."""
        if len(self._helpers) < MOST_ABANDONED or self.number < MOST_ABANDONED:
            return None
        return Fault(
            "TooManyAbandoned",
            f"{self.number} earlier calls of the agent never came back, and each holds a thread; no more are started",
            kind="timeout",
        )


def _is_alive(helper: Helper) -> bool:
    return helper.is_alive
