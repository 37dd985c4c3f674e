"""The process that a sandbox on a service belongs to, as a label names it: so those of dead processes are found."""

from __future__ import annotations

import os
import socket
from pathlib import Path

__all__ = ["is_left_over", "machine", "owner"]


def machine() -> str:
    """Return the name of this machine."""
    return socket.gethostname()


def owner() -> str:
    """Return this process: machine, process id, and when it was started."""
    return f"{machine()}/{os.getpid()}/{_start_time(os.getpid())}"


def is_left_over(label: str) -> bool:
    """Return True if the process of a label was one of this machine and has ended."""
    host, _, rest = label.partition("/")
    pid, _, started = rest.partition("/")
    return host == machine() and pid.isdecimal() and _start_time(int(pid)) != started


def _start_time(pid: int) -> str:
    """Return when a process was started, in ticks since the boot; empty if there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[19]
    except OSError:
        return ""
