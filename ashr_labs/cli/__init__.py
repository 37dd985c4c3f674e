"""The command line: `ashr-labs`, or `python -m ashr_labs`."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["main"]


def main() -> int:
    """Run the command of `sys.argv` and return the exit code."""
    if not all(map(find_spec, ("click", "rich"))):
        sys.stderr.write('error: the command line needs its extra: pip install "ashr-labs[cli]>=0.4"\n')
        return 2
    # Without its own command line, for which httpx imports Rich and Pygments: that takes as long as the rest of it.
    sys.modules.setdefault("httpx._main", cast("ModuleType", None))
    from ._exit import exit_despite_threads  # noqa: PLC0415 (needs the extra)
    from ._main import run  # noqa: PLC0415 (needs the extra)

    code = run(sys.argv[1:])
    exit_despite_threads(code)
    return code
