"""How the program ends although an agent has left threads behind that Python would wait for."""

from __future__ import annotations

import atexit
import os
import sys
import threading
import time
from contextlib import suppress

__all__ = ["leave_threads_behind"]

_SECONDS_TO_END = 3.0


def leave_threads_behind(code: int) -> None:
    """Let the process end with this exit code, soon, whatever threads are still at work."""
    if _others():
        threading.Thread(target=_end, args=(code,), name="ashr-end", daemon=True).start()


def _end(code: int) -> None:
    until = time.monotonic() + _SECONDS_TO_END
    while left := _others():
        if time.monotonic() >= until:
            with suppress(OSError, ValueError, AttributeError):  # it may be closed, or None
                sys.stderr.write(f"left {len(left)} threads of the agent behind: {', '.join(left)}\n")
                sys.stderr.flush()
            # Python runs these when the last thread has ended, which it will not; traces are sent there.
            atexit._run_exitfuncs()  # pyright: ignore[reportPrivateUsage]
            os._exit(code)
        time.sleep(0.05)


def _others() -> list[str]:
    """Return the names of the threads that Python waits for."""
    main = threading.main_thread()
    return [thread.name for thread in threading.enumerate() if not thread.daemon and thread is not main]
