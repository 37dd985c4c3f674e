"""Search for a regular expression in text of an agent, with a limit of time."""

from __future__ import annotations

import re
import subprocess
import sys

from .world import WorldError

__all__ = ["found_in"]

_SECONDS = 10.0
_BACKTRACKING = re.compile(r"[*+?{|]")
"""A pattern without these makes one attempt at each position."""
_NOT_FOUND = 1
_PROGRAM = """\
import re, sys
size = int(sys.stdin.buffer.readline())
pattern = sys.stdin.buffer.read(size).decode("utf-8", "surrogatepass")
text = sys.stdin.buffer.read().decode("utf-8", "surrogatepass")
sys.exit(0 if re.search(pattern, text, re.MULTILINE) else 1)
"""


def found_in(pattern: str, text: str) -> bool:
    """Return True if a regular expression of Python is found in text; `^` and `$` match at each line.

    The library cannot be interrupted while it searches, so patterns that may take long are left to a process.

    Raises:
        WorldError: The search takes too long, or the pattern is not a regular expression.
    """
    if not _BACKTRACKING.search(pattern):
        try:
            return re.search(pattern, text, re.MULTILINE) is not None
        except re.error as error:
            raise WorldError(f"{pattern[:200]!r} is not a regular expression: {error}") from error
    encoded = pattern.encode("utf-8", "surrogatepass")
    # The standard library only: nothing of the environment or of the user's folders is imported.
    command = [sys.executable, "-I", "-S", "-c", _PROGRAM]
    data = b"%d\n%s%s" % (len(encoded), encoded, text.encode("utf-8", "surrogatepass"))
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise WorldError(
            f"the search for {pattern[:200]!r} took longer than {_SECONDS:g} s; write a simpler pattern"
        ) from error
    if done.returncode not in (0, _NOT_FOUND) or done.stderr:
        raise WorldError(f"{pattern[:200]!r} cannot be searched for: {done.stderr.decode()[-200:].strip()}")
    return done.returncode == 0
