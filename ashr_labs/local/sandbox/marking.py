"""Signals to a command and its descendants, where an engine can only start programs.

The command has a variable of its own, which whatever it starts inherits; a process that removes it is not found.
"""

from __future__ import annotations

import secrets

__all__ = ["RUN_MARKED", "SIGNAL_MARKED", "new_marker"]

_VARIABLE = "_ASHR_COMMAND"
SIGNAL_MARKED = """
for folder in /proc/[0-9]*; do
  if tr '\\0' '\\n' < "$folder/environ" 2>/dev/null | grep -qx "$1"; then kill -"$2" "${folder#/proc/}" 2>/dev/null; fi
done
:
"""
"""A script of `sh` that sends to all processes with the marker `$1` the signal `$2`."""
RUN_MARKED = 'export "$1"; shift; exec 3>&2 2>/dev/null; (exec "$@") 2>&3 3>&-; exit $?'
"""A script of `sh` that runs a program with the marker `$1`, and ends as it does: with 128 + N after a signal N.

The shell itself is not marked, so it survives the signal; what it would say about that is dropped.
"""


def new_marker() -> str:
    """Return a variable with its value, unlike all others."""
    return f"{_VARIABLE}={secrets.token_hex(16)}"
