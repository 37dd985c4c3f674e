"""Where the progress of a run is shown: on a terminal, in a log, in a notebook, or nowhere."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import contextmanager, suppress
from contextvars import copy_context
from io import UnsupportedOperation
from typing import TYPE_CHECKING, Any, Protocol

from .progress import progress_line

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import TextIO

    from .progress import Progress

__all__ = ["Log", "Notebook", "Screen", "Terminal", "screen_for", "shown"]

_LONGEST_FAREWELL = 2.0
"""Seconds that the end of a run waits for a screen that does not take its lines."""
_WIDTH = 80
"""Columns of a terminal that does not tell how many it has."""


class Screen(Protocol):
    """Shows lines, one after the other."""

    seconds: float
    """How often it wants one."""

    def write(self, line: str, *, is_last: bool = False) -> None:
        """Show a line."""
        ...


class Terminal:
    """One line that is written over and over, without colours or escape sequences."""

    seconds = 0.2

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._length = 0

    def write(self, line: str, *, is_last: bool = False) -> None:
        """Write the line in the place of the last one, cut where it would not fit."""
        line = line[: self._columns() - 1]  # in the last column, many terminals begin a new line
        self._stream.write(f"\r{line.ljust(self._length)}" + ("\n" if is_last else ""))
        self._stream.flush()
        self._length = len(line)

    def _columns(self) -> int:
        try:
            return os.get_terminal_size(self._stream.fileno()).columns or _WIDTH
        except OSError:
            return _WIDTH


class Log:
    """A line now and then, for what is read later or watched by a machine that takes silence for a hang."""

    seconds = 25.0
    """Below the half minute after which some end a silent job."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, line: str, *, is_last: bool = False) -> None:
        """Write the line."""
        del is_last
        self._stream.write(f"{line}\n")
        self._stream.flush()


class Notebook:
    """A line below the cell, exchanged in its place."""

    seconds = 0.5

    def __init__(self, display: Callable[..., Any]) -> None:
        self._display = display
        self._handle: Any = None

    def write(self, line: str, *, is_last: bool = False) -> None:
        """Show the line."""
        del is_last
        content = {"text/plain": line}
        if self._handle is None:
            self._handle = self._display(content, raw=True, display_id=True)
        else:
            self._handle.update(content, raw=True)


def screen_for(wanted: bool | None, stream: TextIO | None) -> Screen | None:
    """Return where progress is shown.

    Args:
        wanted: Whether it shall be; None where that depends on whether somebody watches.
        stream: Where lines go; None where the process has no such stream.
    """
    if wanted is False:
        return None
    if (display := _notebook_display()) is not None:
        return Notebook(display)
    is_watched = _is_watched(stream)
    if stream is None or is_watched is None:
        return None
    if is_watched and os.environ.get("TERM") != "dumb":
        return Terminal(stream)
    return Log(stream) if wanted or is_watched else None


@contextmanager
def shown(
    look: Callable[..., Progress], screen: Screen | None, ended: threading.Event | None = None
) -> Generator[None]:
    """Show the progress as long as the block runs, from a thread that ends with it.

    Args:
        look: Returns the progress; with `has_ended=True` at the end.
        screen: Where to; None for nowhere.
        ended: What the thread waits for between two lines, as long as the screen says.
    """
    if screen is None:
        yield
        return
    over = ended or threading.Event()

    def show() -> None:
        with suppress(OSError, ValueError):  # nobody reads any more; the run is worth more than its display
            while not over.wait(screen.seconds):
                screen.write(progress_line(look()))
            screen.write(progress_line(look(has_ended=True)), is_last=True)

    # The context tells a notebook below which cell the lines belong.
    thread = threading.Thread(target=copy_context().run, args=(show,), name="ashr-eval-progress", daemon=True)
    with suppress(RuntimeError):  # no thread can be started here; the run can do without
        thread.start()
    try:
        yield
    finally:
        over.set()
        if thread.ident is not None:
            thread.join(_LONGEST_FAREWELL)


def _is_watched(stream: TextIO | None) -> bool | None:
    """Tell whether a stream goes to a terminal; None where it takes nothing."""
    try:
        return None if stream is None or _leads_nowhere(stream) else stream.isatty()
    except (AttributeError, OSError, ValueError):  # closed, or put there by somebody who only wanted write()
        return None


def _leads_nowhere(stream: TextIO) -> bool:
    """Tell whether a stream's descriptor is closed; what is written to it would make Python end with an error."""
    try:
        os.fstat(stream.fileno())
    except (AttributeError, UnsupportedOperation):  # it has none, as it keeps the text or passes it on
        return False
    except OSError:
        return True
    return False


def _notebook_display() -> Callable[..., Any] | None:
    """Return what shows something below the running cell; None outside notebooks."""
    module = sys.modules.get("IPython")  # where it is not loaded, this is no notebook
    if module is None or getattr(module.get_ipython(), "kernel", None) is None:
        return None
    display: Callable[..., Any] = sys.modules["IPython.display"].display
    return display
