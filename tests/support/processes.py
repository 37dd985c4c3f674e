"""Child processes of the tests: they handle signals as in a terminal, and none outlives its test."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

_KEPT = ("multiprocessing.resource_tracker", "multiprocessing.forkserver", "support/forked_program.py")
"""Processes that live as long as the test process."""


def restore_sigint() -> None:
    """Handle SIGINT again if it is ignored, as in `nohup make test &`: child processes inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def child_processes() -> set[int]:
    """Return the ids of this process's children, on systems with `/proc`."""
    found: set[int] = set()
    for path in Path(f"/proc/{os.getpid()}/task").glob("*/children"):
        with suppress(OSError):
            found |= {int(pid) for pid in path.read_text().split()}
    return found


def end_processes(pids: set[int]) -> None:
    """Kill the children that still run, and collect their exit statuses."""
    for pid in pids:
        with suppress(OSError):
            command = Path(f"/proc/{pid}/cmdline").read_text()
            if not any(kept in command for kept in _KEPT):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
