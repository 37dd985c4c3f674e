"""End a turn before the agent has: the agent is asked to, and its process is killed if it does not."""

from __future__ import annotations

import threading
import time
from functools import partial
from typing import TYPE_CHECKING

from ..._threads import start_daemon
from ..store.hosting_rows import FRAMES, session_topic
from .lines import interrupt_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from ..store.engine import Database
    from .live import LiveSession

__all__ = ["Interrupter"]

_KILL_SECONDS = 10.0
_LONG_SECONDS = 1.0
"""How soon a wait is given up."""
_LOOK_SECONDS = 0.05
"""How long after the last event of a turn its end may become known."""


class Interrupter:
    """Ends turns.

    Args:
        database: Tells when events are added.
        locked: Holds the lock of a session, by its id.
        grace: Seconds that an agent has to end a turn by itself.
    """

    def __init__(self, database: Database, locked: Callable[[str], AbstractContextManager[None]], grace: float) -> None:
        self._database = database
        self._locked = locked
        self._grace = grace

    def interrupt(self, live: LiveSession, number: int, reason: str) -> None:
        """End a turn, if it is still in progress, and return when it has ended."""
        with self._locked(live.id):
            if live.turn != number:
                return
            live.interruption = reason
            start_daemon(partial(live.write, interrupt_line(number)), "ashr-labs-query")
        if self._ends(live, number, self._grace):
            return
        with self._locked(live.id):
            if live.turn == number:
                live.process.kill()
        self._ends(live, number, _KILL_SECONDS)

    def await_turn(self, live: LiveSession, number: int, given_up: threading.Event) -> None:
        """Wait until a turn is over, its process was ended, or the wait is given up."""
        while not given_up.is_set() and not self._ends(live, number, _LONG_SECONDS):
            pass

    def _ends(self, live: LiveSession, number: int, seconds: float) -> bool:
        """Wait until a turn has ended, and return True if it has."""
        woken, deadline = threading.Event(), time.monotonic() + seconds
        with self._database.signals.subscribed(session_topic(FRAMES, live.id), woken.set):
            while live.turn == number and not live.is_ended:
                woken.clear()
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                woken.wait(min(left, _LOOK_SECONDS))
        return True
