"""Retry decisions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs import APIConnectionError, AshrLabsError, ConfigurationError, ResponseFormatError, ServerError
from ashr_labs.client._retry import is_ambiguous, is_read, is_transient, retry_delay
from ashr_labs.errors import error_class_for_status
from ashr_labs_contract.operations import OPERATIONS


def failure(status: int, retry_after: float | None = None) -> AshrLabsError:
    return error_class_for_status(status)("why", status, retry_after=retry_after)


def never_sent() -> APIConnectionError:
    error = APIConnectionError("refused")
    error.may_have_arrived = False
    return error


@given(
    max_retries=st.integers(0, 10),
    remaining=st.floats(-1000, 1000),
    attempt=st.integers(0, 100),
    retry_after=st.none() | st.floats(0, 100_000),
    random=st.floats(0, 1),
)
def test_delay_is_within_every_limit(
    max_retries: int, remaining: float, attempt: int, retry_after: float | None, random: float
) -> None:
    """No delay is negative, ends after the deadline, or follows the last attempt; `Retry-After` is kept."""
    delay = retry_delay(attempt, failure(503, retry_after), max_retries=max_retries, remaining=remaining, random=random)

    if delay is None:
        assert attempt >= max_retries or (retry_after or 8) >= remaining or (retry_after or 0) > 120 or remaining <= 0
    else:
        assert attempt < max_retries
        assert delay < remaining
        assert delay == retry_after if retry_after is not None else 0 <= delay <= 8
        assert delay <= 120


def test_delays_double_up_to_the_cap_and_are_fully_jittered() -> None:
    """By default delays are a random share of half a second, doubling up to eight."""

    def delays(random: float) -> list[float | None]:
        return [
            retry_delay(attempt, failure(500), max_retries=100, remaining=1000, random=random) for attempt in range(7)
        ]

    assert [0.5, 1, 2, 4, 8, 8, 8] == delays(0)
    assert [0.25, 0.5, 1, 2, 4, 4, 4] == delays(0.5)
    assert {0} == set(delays(1))


@pytest.mark.parametrize(("retry_after", "delay"), [(0, 0), (0.25, 0.25), (120, 120), (120.5, None), (198_300, None)])
def test_retry_after_is_honoured_up_to_two_minutes(retry_after: float, delay: float | None) -> None:
    """A longer delay is raised at once, for the caller to decide."""
    assert delay == retry_delay(0, failure(429, retry_after), max_retries=2, remaining=600, random=0)


@pytest.mark.parametrize(
    ("error", "idempotent", "attempt", "transient"),
    [
        *[(failure(status), True, 0, False) for status in (302, 400, 401, 402, 403, 404, 413, 422, 501)],
        *[(failure(status), False, 0, True) for status in (408, 425, 429, 500, 502, 503, 504, 520, 599)],
        (failure(409), True, 0, True),
        (failure(409), False, 0, False),
        (failure(409), False, 1, True),
        (APIConnectionError("cut"), False, 0, True),
        (never_sent(), False, 0, True),
        (ResponseFormatError("html", 200), True, 0, False),
        (ConfigurationError("closed"), True, 0, False),
    ],
)
def test_transient_errors_are_retried(error: AshrLabsError, idempotent: bool, attempt: int, transient: bool) -> None:
    """Only errors that may pass with time are retried; an operation that is not implemented is not."""
    assert transient is is_transient(error, idempotent=idempotent, attempt=attempt)


@pytest.mark.parametrize(
    ("error", "ambiguous"),
    [
        (never_sent(), False),
        (APIConnectionError("cut"), True),
        (ServerError("why", 500), True),
        (ResponseFormatError("html", 200), True),
        (failure(429), False),
        (failure(408), False),
        (failure(404), False),
        (failure(501), False),
    ],
)
def test_ambiguous_errors(error: AshrLabsError, ambiguous: bool) -> None:
    """An error is ambiguous if the request may have arrived, or the platform failed or sent an invalid response."""
    assert ambiguous is is_ambiguous(error)


def test_reads_are_idempotent() -> None:
    """Each operation that counts as a read is idempotent in the contract."""
    assert [] == [name for name, known in OPERATIONS.items() if is_read(name) and not known.idempotent]
    assert not is_read("no_such_operation")
