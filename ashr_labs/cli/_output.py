"""What a command writes: its result to stdout, everything else to stderr."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Output", "one_line"]

_LONGEST_NOTE = 600


class Output:
    """Where a command writes to; a reader that has gone away does not disturb it."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        """Whether stdout gets one JSON object and nothing else."""
        self._stdout: TextIO | None = sys.stdout  # None where the process was started without one
        if reconfigure := getattr(self._stdout, "reconfigure", None):
            reconfigure(errors="backslashreplace")

    @property
    def is_closed(self) -> bool:
        """Whether nobody reads stdout any more."""
        return self._stdout is None

    @property
    def terminal(self) -> TextIO | None:
        """What stdout goes to, where that is a terminal that should get more than plain text."""
        if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
            return None
        return self._stdout if self._stdout and self._stdout.isatty() else None

    def keep_stdout(self) -> None:
        """Send to stderr what anybody else prints from now on: an agent, or a process that it starts."""
        if self._stdout is None:
            return
        own = os.dup(self._stdout.fileno())
        _redirect(self._stdout, sys.stderr)
        self._stdout = os.fdopen(own, "w", encoding=self._stdout.encoding, errors="backslashreplace")
        sys.stdout = sys.stderr

    def write(self, text: str) -> None:
        """Write to stdout, unless nobody reads it any more."""
        if self._stdout is None:
            return
        try:
            self._stdout.write(text)
            self._stdout.flush()
        except OSError as error:
            self.close()
            if not isinstance(error, BrokenPipeError):
                raise

    def document(self, content: Mapping[str, Any]) -> None:
        """Write the JSON object that stdout is for."""
        self.write(f"{json.dumps(content)}\n")

    def note(self, text: str) -> None:
        """Write a line to stderr, cut where it would fill the screen."""
        line = one_line(text)
        line = line if len(line) <= _LONGEST_NOTE else f"{line[:_LONGEST_NOTE]}..."
        with suppress(OSError, AttributeError):  # it is None where the process was started without one
            sys.stderr.write(f"{line}\n")
            sys.stderr.flush()

    def close(self) -> None:
        """Write no more; what could not be written is forgotten, so that the interpreter does not try again."""
        stream, self._stdout = self._stdout, None
        if stream is None:
            return
        try:
            stream.flush()
        except OSError:
            _redirect(stream, None)


def one_line(text: str) -> str:
    """Return the text in one line, without what would steer a terminal."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def _redirect(stream: TextIO, target: TextIO | None) -> None:
    """Let a stream's descriptor write to where the other stream writes, or nowhere."""
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2((target or nowhere).fileno(), stream.fileno())
