"""Whether to try a failed call again, and when. Pure: the caller brings the time and the chance."""

from __future__ import annotations

from ..errors import APIConnectionError, AshrLabsError, ResponseFormatError

__all__ = ["is_ambiguous", "is_read", "is_transient", "wait_after"]

_FIRST_WAIT = 0.5
_LONGEST_WAIT = 8.0
_LONGEST_RETRY_AFTER = 120.0
_REQUEST_TIMEOUT = 408
_CONFLICT = 409
_TOO_MANY = 429
_SERVER_FAULTS = 500


def wait_after(
    attempt: int, error: AshrLabsError, *, max_retries: int, elapsed: float, deadline: float, share: float
) -> float | None:
    """Return the seconds to wait before the next try of a call that may be repeated, or None to give up.

    What the platform asks for is kept to, up to two minutes; a longer wait is for the caller to decide on.

    Args:
        attempt: Which try failed, from 0.
        error: How it failed; see `is_transient`.
        max_retries: Further tries after the first.
        elapsed: Seconds since the first try began.
        deadline: Seconds that the call may take with all its tries and waits.
        share: A random share from 0 to 1, so that many clients do not come back at the same moment.
    """
    if attempt >= max_retries:
        return None
    wait = error.retry_after
    if wait is None:
        wait = share * min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** min(attempt, 32))
    elif wait > _LONGEST_RETRY_AFTER:
        return None
    return wait if elapsed + wait < deadline else None


def is_transient(error: AshrLabsError, *, idempotent: bool, attempt: int) -> bool:
    """Tell whether another try can end differently.

    A conflict can where the operation is idempotent, and where an earlier try of ours may still be at work.
    """
    status = error.status_code
    if status is None:
        return isinstance(error, APIConnectionError)
    if status == _CONFLICT:
        return idempotent or attempt > 0
    return status in {_REQUEST_TIMEOUT, _TOO_MANY} or status >= _SERVER_FAULTS


def is_ambiguous(error: AshrLabsError) -> bool:
    """Tell whether the platform may have done what was asked, although the call failed."""
    if isinstance(error, APIConnectionError):
        return error.may_have_arrived
    if isinstance(error, ResponseFormatError):
        return True
    return error.status_code is not None and error.status_code >= _SERVER_FAULTS


def is_read(operation: str) -> bool:
    """Tell whether an operation only reads, so that it needs no idempotency key; unknown ones count as writing."""
    return operation.startswith(("get_", "list_")) or operation in {"init", "keep_alive"}
