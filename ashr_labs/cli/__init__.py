"""The command line: `ashr-labs`, or `python -m ashr_labs`."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> int:
    """Do what the command line says; return the exit code."""
    try:
        from ._program import run  # noqa: PLC0415 (needs the extra)
    except ModuleNotFoundError as error:
        if error.name != "click":
            raise
        sys.stderr.write('error: the command line needs its extra: pip install "ashr-labs[cli]"\n')
        return 2
    return run(sys.argv[1:])
