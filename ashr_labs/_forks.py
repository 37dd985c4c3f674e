"""Safety of threads and lazy imports across `os.fork`."""

from __future__ import annotations

# Registers fork hooks that come in pairs, as does `logging`, which it imports. If it were first imported while a fork
# waits for a guard below, only the second hook of the pair would run, which releases a lock that is not held.
import concurrent.futures.thread  # noqa: F401  # pyright: ignore[reportUnusedImport]
import os
from threading import Lock, RLock, get_ident
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

__all__ = ["CAN_FORK", "IMPORTS", "PROCESS", "ForkGuard"]

CAN_FORK: Final = hasattr(os, "register_at_fork")
"""Whether this operating system can fork."""


class _Lock(Protocol):
    def acquire(self, blocking: bool = ..., timeout: float = ...) -> bool: ...
    def release(self) -> None: ...
    def __enter__(self) -> bool: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /
    ) -> None: ...


class ForkGuard:
    """A lock that delays forks of other threads while it is held.

    A forked child has only the thread that forked. Whatever another thread was doing stays unfinished in the child: a
    module that was being imported can never be imported, and a lock of OpenSSL is never released.

    Args:
        make_lock: Returns the lock; it is called again in a forked child.
        max_wait: Seconds that a fork waits for the lock before it goes ahead without it.
    """

    def __init__(self, make_lock: Callable[[], _Lock] = Lock, *, max_wait: float = 0.5) -> None:
        self._make_lock = make_lock
        self._max_wait = max_wait
        self._holder: int | None = None
        self.lock = make_lock()

    def before(self) -> None:
        """Wait for the lock, and hold it while the process is forked."""
        if self.lock.acquire(timeout=self._max_wait):
            self._holder = get_ident()

    def after_in_parent(self) -> None:
        """Release the lock."""
        if self._holder == get_ident():
            self._holder = None
            self.lock.release()

    def after_in_child(self) -> None:
        """Replace the lock, which a thread of the parent may hold."""
        self.lock = self._make_lock()
        self._holder = None

    def register(self) -> None:
        """Guard all forks of this process from now on."""
        if CAN_FORK:
            os.register_at_fork(
                before=self.before, after_in_parent=self.after_in_parent, after_in_child=self.after_in_child
            )


class _Process:
    forks: int = 0
    """How many forks lie between this process and the first one; differs between parent and child."""

    def count_fork(self) -> None:
        self.forks += 1


PROCESS: Final = _Process()
IMPORTS: Final = ForkGuard(RLock, max_wait=10)
"""Held during lazy imports, whose locks a child that is forked meanwhile could never acquire."""

IMPORTS.register()
if CAN_FORK:
    os.register_at_fork(after_in_child=PROCESS.count_fork)
