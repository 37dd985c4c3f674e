"""How far a run is, and how that reads in one line: pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Progress", "progress_line"]

_SHORTEST = 0.001
"""Seconds after which a rate begins to mean something."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is, at one moment.

    Examples:
        >>> progress_line(Progress(done=12, total=40, failed=1, running=4, seconds=6, cost_usd=0.024))
        '12/40 (30%), 11 completed, 1 failed, 4 running, 2.0/s, ETA 0:14, $0.0240'
    """

    done: int = 0
    """How many samples have a result; each repeat of a scenario is one."""
    total: int | None = None
    """How many there are; None where they come from an iterator."""
    failed: int = 0
    """How many of those that are done could not be played to their end; verdicts come with the grades."""
    running: int = 0
    """How many play now."""
    kept: int = 0
    """How many of those that are done stood in the journal already."""
    seconds: float = 0.0
    """Since the run began."""
    cost_usd: float | None = None
    """What the replies of this run cost, retried ones included; None where none tells."""
    has_ended: bool = False
    """Whether nothing more comes."""

    @property
    def completed(self) -> int:
        """How many were played to their end."""
        return self.done - self.failed

    @property
    def rate(self) -> float | None:
        """Samples that this run plays in a second; None as long as nobody knows."""
        played = self.done - self.kept
        return played / self.seconds if played > 0 and self.seconds >= _SHORTEST else None

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the run is done, at its rate so far; None as long as nobody knows."""
        return (self.total - self.done) / self.rate if self.total is not None and self.rate else None


def progress_line(progress: Progress) -> str:
    """Return the progress in one line of plain ASCII."""
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
    # Rounded down: 100 % shall mean that all is done.
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
