"""The command line: `ashr-labs`, or `python -m ashr_labs`."""

from __future__ import annotations

import sys
from importlib.util import find_spec

__all__ = ["main"]


def main() -> int:
    """Do what the command line says; return the exit code."""
    if not all(map(find_spec, ("click", "rich"))):
        sys.stderr.write('error: the command line needs its extra: pip install "ashr-labs[cli]"\n')
        return 2
    from ._leaving import leave_threads_behind  # noqa: PLC0415 (as the next one)
    from ._program import run  # noqa: PLC0415 (needs the extra)

    code = run(sys.argv[1:])
    leave_threads_behind(code)
    return code
