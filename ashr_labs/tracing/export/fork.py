"""Lets a process be forked only while the thread that delivers traces is at rest."""

from __future__ import annotations

import asyncio
import os
from selectors import DefaultSelector
from threading import Lock, get_ident
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from selectors import SelectorKey

__all__ = ["CAN_FORK", "FORKS", "Forks"]

_LONGEST_WAIT = 0.5


class Forks:
    """Makes forks of other threads wait, half a second at most, until a thread only waits for the network.

    A child has no other thread than the one that forked. What another one was just doing stays undone in it: a module
    that was being loaded can never be loaded, and locks of OpenSSL stay held, for which even the child's exit waits.
    """

    def __init__(self) -> None:
        self.at_work = Lock()
        """Held by the thread that delivers, except while it waits."""
        self._holder: int | None = None

    def before(self) -> None:
        """Wait, and keep the thread from going on."""
        if self.at_work.acquire(timeout=_LONGEST_WAIT):
            self._holder = get_ident()

    def after_in_parent(self) -> None:
        """Let the thread go on."""
        if self._holder == get_ident():
            self._holder = None
            self.at_work.release()

    def after_in_child(self) -> None:
        """Forget the thread, which is the parent's."""
        self.at_work = Lock()
        self._holder = None

    def event_loop(self) -> asyncio.AbstractEventLoop:
        """Return an event loop for a thread that holds `at_work`."""
        return asyncio.SelectorEventLoop(_Selector(self.at_work))


class _Selector(DefaultSelector):
    def __init__(self, at_work: Lock) -> None:
        super().__init__()
        self._at_work = at_work

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        self._at_work.release()
        try:
            return super().select(timeout)
        finally:
            self._at_work.acquire()


CAN_FORK: Final = hasattr(os, "register_at_fork")
"""Whether this operating system has forks at all."""
FORKS = Forks()
if CAN_FORK:
    os.register_at_fork(before=FORKS.before, after_in_parent=FORKS.after_in_parent, after_in_child=FORKS.after_in_child)
