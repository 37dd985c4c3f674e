"""When to look again, and what counts as finished. Pure: the caller brings the time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .._json import is_object
from ..errors import ConfigurationError
from ._clock import LONGEST, is_duration

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Schedule", "is_graded", "is_request_finished"]

_FIRST_WAIT = 0.05
_LARGEST_JITTER = 0.2
_GRADING = frozenset({"pending", "queued", "running", "processing", "in_progress", "grading"})
_REQUEST_ENDS = frozenset({"completed", "failed"})


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long to wait between looks, and when to give up."""

    timeout: float
    """Seconds; even with 0 there is one look."""
    interval: float | None
    """Seconds between looks; None starts short and doubles up to `longest`, each wait jittered."""
    longest: float
    """Seconds."""

    def __post_init__(self) -> None:
        for name in ("timeout", "interval"):
            value: object = getattr(self, name)
            if value is None and name == "interval":
                continue
            if not is_duration(value):
                raise ConfigurationError(f"{name}={value!r}: give a number of seconds from 0 to {LONGEST}")

    def wait_after(self, look: int, elapsed: float, spread: float) -> float | None:
        """Return the seconds to wait after a look, never past the deadline, or None to give up.

        Args:
            look: Which look it was, from 0.
            elapsed: Seconds since the first look began.
            spread: A random share from 0 to 1.
        """
        if elapsed >= self.timeout:
            return None
        wait = self.interval
        if wait is None:
            growing = _FIRST_WAIT * 2.0 ** min(look, 32)
            wait = min(growing, self.longest) * (1 - _LARGEST_JITTER * spread)
        return min(wait, self.timeout - elapsed)


def is_graded(run: Mapping[str, Any]) -> bool:
    """Tell whether the platform has finished grading a run.

    The platform's own state decides. Only where it sends none is a number of passed tests the sign: it blanks the
    number that the client sent.
    """
    state = run.get("grading_status")
    if isinstance(state, str):
        return state not in _GRADING
    result = run.get("result")
    metrics: object = result.get("aggregate_metrics") if is_object(result) else None
    return is_object(metrics) and metrics.get("tests_passed") is not None


def is_request_finished(request: Mapping[str, Any]) -> bool:
    """Tell whether a generation request has ended, well or badly."""
    return request.get("request_status") in _REQUEST_ENDS
