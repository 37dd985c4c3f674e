"""Ctrl-C during a run: the first ends it in good order, the second at once."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from types import FrameType

__all__ = ["interruptible"]

_NOTE = b"\ninterrupted: scenarios under way are finishing; press Ctrl-C again to end at once\n"


@contextmanager
def interruptible(stop: Callable[[], object]) -> Generator[None]:
    """Call a function at the first interrupt, and leave the next one to Python.

    Only where interrupts are left to Python: a handler of the user's own stays, and other threads get none.
    """
    is_ours = (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )
    if not is_ours:
        yield
        return

    def handle(_signal: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        stop()
        with suppress(OSError):
            os.write(2, _NOTE)  # not sys.stderr, which may be in the midst of writing

    signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
