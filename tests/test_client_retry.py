"""The decision to try again, as a pure function."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs import APIConnectionError, AshrLabsError, ConfigurationError, ResponseFormatError, ServerError
from ashr_labs.client._retry import is_ambiguous, is_read, is_transient, wait_after
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
    deadline=st.floats(0.1, 1000),
    attempt=st.integers(0, 100),
    retry_after=st.none() | st.floats(0, 100_000),
    elapsed=st.floats(0, 2000),
    share=st.floats(0, 1),
)
def test_a_wait_is_within_every_limit(
    max_retries: int, deadline: float, attempt: int, retry_after: float | None, elapsed: float, share: float
) -> None:
    """No wait is negative, ends after the deadline, or follows the last try; what the platform asks for is kept to."""
    wait = wait_after(
        attempt, failure(503, retry_after), max_retries=max_retries, elapsed=elapsed, deadline=deadline, share=share
    )

    if wait is None:
        assert attempt >= max_retries or elapsed + (retry_after or 8) >= deadline or (retry_after or 0) > 120
    else:
        assert attempt < max_retries
        assert elapsed + wait < deadline
        assert wait == retry_after if retry_after is not None else 0 <= wait <= 8
        assert wait <= 120


def test_waits_double_up_to_the_longest_and_are_fully_jittered() -> None:
    """Unless the platform says when, waits are a random share of half a second, doubling up to eight."""

    def waits(share: float) -> list[float | None]:
        return [
            wait_after(attempt, failure(500), max_retries=100, elapsed=0, deadline=1000, share=share)
            for attempt in range(7)
        ]

    assert [0.5, 1, 2, 4, 8, 8, 8] == waits(1)
    assert [0.25, 0.5, 1, 2, 4, 4, 4] == waits(0.5)
    assert {0} == set(waits(0))


@pytest.mark.parametrize(("retry_after", "wait"), [(0, 0), (0.25, 0.25), (120, 120), (120.5, None), (198_300, None)])
def test_what_the_platform_asks_for_is_kept_to_up_to_two_minutes(retry_after: float, wait: float | None) -> None:
    """A longer wait is raised at once, for the caller to decide on."""
    assert wait == wait_after(0, failure(429, retry_after), max_retries=2, elapsed=0, deadline=600, share=1)


@pytest.mark.parametrize(
    ("error", "idempotent", "attempt", "transient"),
    [
        *[(failure(status), True, 0, False) for status in (302, 400, 401, 402, 403, 404, 413, 422)],
        *[(failure(status), False, 0, True) for status in (408, 429, 500, 502, 503, 504, 520, 599)],
        (failure(409), True, 0, True),
        (failure(409), False, 0, False),
        (failure(409), False, 1, True),
        (APIConnectionError("cut"), False, 0, True),
        (never_sent(), False, 0, True),
        (ResponseFormatError("html", 200), True, 0, False),
        (ConfigurationError("closed"), True, 0, False),
    ],
)
def test_what_can_end_differently(error: AshrLabsError, idempotent: bool, attempt: int, transient: bool) -> None:
    """Only failures that time can heal are tried again."""
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
    ],
)
def test_what_may_have_happened_all_the_same(error: AshrLabsError, ambiguous: bool) -> None:
    """A failure is ambiguous when the request may have arrived, or the platform failed at it, or answered nonsense."""
    assert ambiguous is is_ambiguous(error)


def test_what_only_reads_changes_nothing() -> None:
    """Each operation that counts as reading is one that the contract calls idempotent."""
    assert [] == [name for name, known in OPERATIONS.items() if is_read(name) and not known.idempotent]
    assert not is_read("no_such_operation")
