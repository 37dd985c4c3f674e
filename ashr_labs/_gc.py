"""Pauses of the cyclic garbage collector while many objects are created and kept."""

from __future__ import annotations

import gc
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["paused_gc"]

_lock = threading.Lock()
_pauses = 0
_was_enabled = False


@contextmanager
def paused_gc() -> Generator[None]:
    """Pause the garbage collector during the block.

    Decoding large JSON creates only objects that stay: collections then find nothing, and take most of the time.
    Blocks can be nested and overlap in several threads; the collector resumes after the last one, if it was enabled.
    """
    global _pauses, _was_enabled  # noqa: PLW0603 - the collector is one for the process
    with _lock:
        if _pauses == 0:
            _was_enabled = gc.isenabled()
            gc.disable()
        _pauses += 1
    try:
        yield
    finally:
        with _lock:
            _pauses -= 1
            if _pauses == 0 and _was_enabled:
                gc.enable()
