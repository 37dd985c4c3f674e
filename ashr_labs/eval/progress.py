"""The progress of a run: as data, as one line of text, and on a terminal, in a log or in a notebook."""

from __future__ import annotations

import math
import os
import sys
import threading
from contextlib import contextmanager, suppress
from contextvars import copy_context
from dataclasses import dataclass
from io import UnsupportedOperation
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import TextIO

__all__ = [
    "LogDisplay",
    "NotebookDisplay",
    "Progress",
    "ProgressDisplay",
    "TerminalDisplay",
    "display_for",
    "progress_line",
    "show_progress",
]

_MIN_SECONDS = 0.001
"""How long a run must take before its rate is computed."""
_MAX_CLOSE_SECONDS = 2.0
"""How long the end of a run waits for a display that blocks."""
_DEFAULT_COLUMNS = 80


@dataclass(frozen=True, slots=True)
class Progress:
    """A snapshot of the progress of a run.

    Examples:
        >>> progress_line(Progress(done=12, total=40, failed=1, running=4, seconds=6, cost_usd=0.024))
        '12/40 (30%), 11 completed, 1 failed, 4 running, 2.0/s, ETA 0:14, $0.0240'
    """

    done: int = 0
    """How many samples have a result; each repeat of a scenario is a sample."""
    total: int | None = None
    """How many samples there are; None if they come from an iterator."""
    failed: int = 0
    """How many samples could not be played to their end; verdicts come with grading."""
    running: int = 0
    """How many samples are being played."""
    kept: int = 0
    """How many results come from the journal."""
    seconds: float = 0.0
    """Time since the start of the run."""
    cost_usd: float | None = None
    """The cost of all replies of this run, retries included; None if no reply reports a cost."""
    has_ended: bool = False
    """True for the last snapshot."""

    @property
    def completed(self) -> int:
        """How many samples were played to their end."""
        return self.done - self.failed

    @property
    def rate(self) -> float | None:
        """Samples per second; None if unknown."""
        played = self.done - self.kept
        return played / self.seconds if played > 0 and self.seconds >= _MIN_SECONDS else None

    @property
    def seconds_left(self) -> float | None:
        """Estimated seconds until the end; None if unknown."""
        return (self.total - self.done) / self.rate if self.total is not None and self.rate else None


def progress_line(progress: Progress) -> str:
    """Format progress as one line of ASCII."""
    parts = [
        _share(progress),
        f"{progress.completed} completed",
        f"{progress.failed} failed",
        None if progress.has_ended else f"{progress.running} running",
        _speed(progress.rate),
        _time(progress),
        None if progress.cost_usd is None else f"${progress.cost_usd:.4f}",
    ]
    return ", ".join(part for part in parts if part)


def _share(progress: Progress) -> str:
    if progress.total is None:
        return f"{progress.done}" if progress.has_ended else f"{progress.done}/?"
    # Rounded down, so that 100 % means that everything is done.
    share = f" ({math.floor(100 * progress.done / progress.total)}%)" if progress.total else ""
    return f"{progress.done}/{progress.total}{share}"


def _speed(rate: float | None) -> str | None:
    if rate is None:
        return None
    return f"{rate:.1f}/s" if rate >= 1 else f"{rate * 60:.1f}/min"


def _time(progress: Progress) -> str | None:
    if progress.has_ended:
        return f"took {_clock(progress.seconds)}"
    left = progress.seconds_left
    return None if left is None else f"ETA {_clock(left)}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(math.ceil(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


class ProgressDisplay(Protocol):
    """Shows progress lines."""

    interval: float
    """Seconds between two lines."""

    def write(self, line: str, *, is_last: bool = False) -> None:
        """Show a line."""
        ...


class TerminalDisplay:
    """One line that is overwritten, without colors or escape sequences."""

    interval = 0.2

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._length = 0

    def write(self, line: str, *, is_last: bool = False) -> None:
        """Overwrite the last line, truncated to the width of the terminal."""
        line = line[: self._columns() - 1]  # many terminals wrap after the last column
        self._stream.write(f"\r{line.ljust(self._length)}" + ("\n" if is_last else ""))
        self._stream.flush()
        self._length = len(line)

    def _columns(self) -> int:
        try:
            return os.get_terminal_size(self._stream.fileno()).columns or _DEFAULT_COLUMNS
        except OSError:
            return _DEFAULT_COLUMNS


class LogDisplay:
    """Occasional lines, for files and CI systems."""

    interval = 25.0
    """Below the half minute of silence after which some CI systems stop a job."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, line: str, *, is_last: bool = False) -> None:
        """Write the line."""
        del is_last
        self._stream.write(f"{line}\n")
        self._stream.flush()


class NotebookDisplay:
    """A line below the notebook cell, updated in place."""

    interval = 0.5

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


def display_for(wanted: bool | None, stream: TextIO | None) -> ProgressDisplay | None:
    """Return the display for this process, or None.

    Args:
        wanted: Whether to show progress; None shows it on terminals and in notebooks only.
        stream: The output stream; None if the process has none.
    """
    if wanted is False:
        return None
    if (display := _notebook_display()) is not None:
        return NotebookDisplay(display)
    is_terminal = _is_terminal(stream)
    if stream is None or is_terminal is None:
        return None
    if is_terminal and os.environ.get("TERM") != "dumb":
        return TerminalDisplay(stream)
    return LogDisplay(stream) if wanted or is_terminal else None


@contextmanager
def show_progress(
    poll: Callable[..., Progress], display: ProgressDisplay | None, ended: threading.Event | None = None
) -> Generator[None]:
    """Show progress from a thread while the block runs.

    Args:
        poll: Returns the progress; called with `has_ended=True` at the end.
        display: None shows nothing.
        ended: The event that the thread waits for between two lines.
    """
    if display is None:
        yield
        return
    over = ended or threading.Event()

    def show() -> None:
        with suppress(OSError, ValueError):  # the stream was closed; the run is worth more than its display
            while not over.wait(display.interval):
                display.write(progress_line(poll()))
            display.write(progress_line(poll(has_ended=True)), is_last=True)

    # The context identifies the notebook cell of the output.
    thread = threading.Thread(target=copy_context().run, args=(show,), name="ashr-eval-progress", daemon=True)
    with suppress(RuntimeError):  # the interpreter no longer starts threads
        thread.start()
    try:
        yield
    finally:
        over.set()
        if thread.ident is not None:
            thread.join(_MAX_CLOSE_SECONDS)


def _is_terminal(stream: TextIO | None) -> bool | None:
    """Return True for a terminal; None for a stream that cannot be written to."""
    try:
        return None if stream is None or _is_closed(stream) else stream.isatty()
    except (AttributeError, OSError, ValueError):  # closed, or an object with nothing but write()
        return None


def _is_closed(stream: TextIO) -> bool:
    """Return True if the descriptor of a stream is closed: writing to it would fail at interpreter exit."""
    try:
        os.fstat(stream.fileno())
    except (AttributeError, UnsupportedOperation):  # it has no descriptor
        return False
    except OSError:
        return True
    return False


def _notebook_display() -> Callable[..., Any] | None:
    """Return IPython's display function in a notebook, else None."""
    module = sys.modules.get("IPython")  # a notebook has imported it
    if module is None or getattr(module.get_ipython(), "kernel", None) is None:
        return None
    display: Callable[..., Any] = sys.modules["IPython.display"].display
    return display
