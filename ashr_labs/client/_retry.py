"""Retries and polling: whether to try again, and when. Pure but for the clocks."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .._json import is_object
from .._retry import Backoff, is_transient_status
from ..errors import APIConnectionError, AshrLabsError, ConfigurationError, ResponseFormatError
from ._options import MAX_SECONDS, is_duration

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "AsyncClock",
    "PollSchedule",
    "SyncClock",
    "is_ambiguous",
    "is_graded",
    "is_read",
    "is_request_finished",
    "is_transient",
    "retry_delay",
]

_RETRIES = Backoff(first=0.5, cap=8.0, jitter=1.0)
_MAX_RETRY_AFTER = 120.0
_CONFLICT = 409
_SERVER_ERRORS = 500
_NOT_IMPLEMENTED = 501
_GRADING = frozenset({"pending", "queued", "running", "processing", "in_progress", "grading"})
_REQUEST_ENDS = frozenset({"completed", "failed"})


class _Clock:
    """Clock of retries and polling; tests replace it."""

    now = staticmethod(time.monotonic)
    jitter = staticmethod(random.random)


class SyncClock(_Clock):
    """Clock that waits by blocking the thread."""

    sleep = staticmethod(time.sleep)


class AsyncClock(_Clock):
    """Clock that waits without blocking the event loop."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        # A function-level import: awaiting callers have loaded it; the synchronous client saves its 25 ms.
        import asyncio  # noqa: PLC0415

        await asyncio.sleep(seconds)


def retry_delay(
    attempt: int, error: AshrLabsError, *, max_retries: int, remaining: float, random: float
) -> float | None:
    """Return the seconds to wait before the next attempt of a call that may be repeated, or None to give up.

    A delay that the platform asks for is kept, up to two minutes; a longer one is left to the caller.

    Args:
        attempt: Which attempt failed, from 0.
        error: How it failed; see `is_transient`.
        max_retries: Further attempts after the first.
        remaining: Seconds until the deadline of the call.
        random: A random number, 0..1.
    """
    if attempt >= max_retries:
        return None
    delay = error.retry_after
    if delay is None:
        delay = _RETRIES.delay(attempt, random=random)
    elif delay > _MAX_RETRY_AFTER:
        return None
    return delay if delay < remaining else None


def is_transient(error: AshrLabsError, *, idempotent: bool, attempt: int) -> bool:
    """Return True if another attempt may succeed.

    A conflict may pass if the operation is idempotent, or if an earlier attempt may still be in progress.
    """
    status = error.status_code
    if status is None:
        return isinstance(error, APIConnectionError)
    if status == _CONFLICT:
        return idempotent or attempt > 0
    return is_transient_status(status)


def is_ambiguous(error: AshrLabsError) -> bool:
    """Return True if the platform may have performed a call that failed."""
    if isinstance(error, APIConnectionError):
        return error.may_have_arrived
    if isinstance(error, ResponseFormatError):
        return True
    status = error.status_code
    return status is not None and status >= _SERVER_ERRORS and status != _NOT_IMPLEMENTED


def is_read(operation: str) -> bool:
    """Return True if an operation only reads, so that it needs no idempotency key; unknown ones count as writes."""
    return operation.startswith(("get_", "list_")) or operation in {"init", "keep_alive"}


@dataclass(frozen=True, slots=True)
class PollSchedule:
    """When to poll again, and when to give up."""

    timeout: float
    """Seconds; even 0 allows one attempt."""
    interval: float | None
    """Seconds between attempts; None starts at 50 ms and doubles up to `max_interval`, with jitter."""
    max_interval: float
    """Seconds."""

    def __post_init__(self) -> None:
        for name in ("timeout", "interval"):
            value: object = getattr(self, name)
            if value is None and name == "interval":
                continue
            if not is_duration(value):
                raise ConfigurationError(f"{name} must be 0 to {MAX_SECONDS} seconds, got {value!r}")

    def delay_after(self, attempt: int, elapsed: float, random: float) -> float | None:
        """Return the seconds to wait after an attempt, never past the timeout, or None to give up.

        Args:
            attempt: Which attempt it was, from 0.
            elapsed: Seconds since the first attempt began.
            random: A random number, 0..1.
        """
        if elapsed >= self.timeout:
            return None
        delay = self.interval
        if delay is None:
            delay = Backoff(first=0.05, cap=self.max_interval, jitter=0.2).delay(attempt, random=random)
        return min(delay, self.timeout - elapsed)


def is_graded(run: Mapping[str, Any]) -> bool:
    """Return True if the platform has finished grading a run.

    Its `grading_status` decides. A platform that sends none blanks the number of passed tests that the client sent
    until the run is graded.
    """
    state = run.get("grading_status")
    if isinstance(state, str):
        return state not in _GRADING
    result = run.get("result")
    metrics: object = result.get("aggregate_metrics") if is_object(result) else None
    return is_object(metrics) and metrics.get("tests_passed") is not None


def is_request_finished(request: Mapping[str, Any]) -> bool:
    """Return True if a generation request is completed or failed."""
    return request.get("request_status") in _REQUEST_ENDS
