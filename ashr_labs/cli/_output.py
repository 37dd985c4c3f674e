"""Output of commands: results to stdout, everything else to stderr."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from .._format import one_line, truncate

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Output"]

_MAX_INFO = 600


class Output:
    """The output streams of a command; a closed pipe is not an error."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        """Write one JSON object to stdout and nothing else."""
        self._stdout: TextIO | None = sys.stdout  # None if the process was started without one
        if reconfigure := getattr(self._stdout, "reconfigure", None):
            reconfigure(errors="backslashreplace")

    @property
    def is_closed(self) -> bool:
        """Return True once the reader of stdout has closed it."""
        return self._stdout is None

    @property
    def terminal(self) -> TextIO | None:
        """Stdout, if it is a terminal that shows colours."""
        if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
            return None
        return self._stdout if self._stdout and self._stdout.isatty() else None

    def reserve_stdout(self) -> None:
        """Redirect everything else that prints to stdout, an agent or its child processes, to stderr."""
        if self._stdout is None:
            return
        own = os.dup(self._stdout.fileno())
        _redirect(self._stdout, sys.stderr)
        self._stdout = os.fdopen(own, "w", encoding=self._stdout.encoding, errors="backslashreplace")
        sys.stdout = sys.stderr

    def write(self, text: str) -> None:
        """Write to stdout, if it is still open."""
        if self._stdout is None:
            return
        try:
            self._stdout.write(text)
            self._stdout.flush()
        except OSError as error:
            self.close()
            if not isinstance(error, BrokenPipeError):
                raise

    def write_json(self, content: Mapping[str, Any]) -> None:
        """Write the JSON object of `--json`."""
        self.write(f"{json.dumps(content)}\n")

    def info(self, text: str) -> None:
        """Write a line to stderr, truncated to a few lines of the screen."""
        self._write_stderr(f"{truncate(one_line(text), _MAX_INFO)}\n")

    def write_help(self, text: str) -> None:
        """Write the help of an incomplete command to stderr."""
        if not self.as_json:
            self._write_stderr(f"{text.rstrip()}\n\n")

    def close(self) -> None:
        """Stop writing; discard what could not be written, so that the interpreter does not try again at exit."""
        stream, self._stdout = self._stdout, None
        if stream is None:
            return
        try:
            stream.flush()
        except OSError:
            _redirect(stream, None)

    def _write_stderr(self, text: str) -> None:
        with suppress(OSError, AttributeError):  # None if the process was started without one
            sys.stderr.write(text)
            sys.stderr.flush()


def _redirect(stream: TextIO, target: TextIO | None) -> None:
    """Redirect the descriptor of a stream to another stream, or to the null device."""
    with Path(os.devnull).open("wb") as null:
        os.dup2((target or null).fileno(), stream.fileno())
