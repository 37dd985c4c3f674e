"""The command line: `ashr-labs`, or `python -m ashr_labs`."""

from __future__ import annotations

import sys
from importlib.util import find_spec

__all__ = ["main"]


def main() -> int:
    """Run the command of `sys.argv` and return the exit code."""
    if not all(map(find_spec, ("click", "rich"))):
        sys.stderr.write('error: the command line needs its extra: pip install "ashr-labs[cli]>=0.4"\n')
        return 2
    from ._exit import exit_despite_threads  # noqa: PLC0415 (needs the extra)
    from ._main import run  # noqa: PLC0415 (needs the extra)

    code = run(sys.argv[1:])
    exit_despite_threads(code)
    return code
