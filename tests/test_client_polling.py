"""Polling: the schedule, and the condition that ends it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs.client._retry import PollSchedule, is_graded


def run(grading_status: str | None = None, tests_passed: int | None = None, **more: Any) -> dict[str, Any]:
    state = {} if grading_status is None else {"grading_status": grading_status}
    return {"id": 1, "result": {"aggregate_metrics": {"tests_passed": tests_passed}}, **state, **more}


@pytest.mark.parametrize(
    ("item", "graded"),
    [
        (run("pending", 3), False),
        (run("running"), False),
        (run("completed", 2), True),
        (run("failed"), True),
        (run(None, None), False),
        (run(None, 0), True),
        ({"id": 1, "result": {"aggregate_metrics": None}}, False),
        ({"id": 1, "result": {}}, False),
        ({"id": 1}, False),
    ],
)
def test_is_graded(item: dict[str, Any], graded: bool) -> None:
    """The status decides; without one, a number of passed tests does."""
    assert graded is is_graded(item)


@given(
    timeout=st.floats(0, 1000),
    interval=st.none() | st.floats(0.001, 100),
    attempt=st.integers(0, 10_000),
    elapsed=st.floats(0, 2000),
    random=st.floats(0, 1),
)
def test_delay_never_exceeds_timeout(
    timeout: float, interval: float | None, attempt: int, elapsed: float, random: float
) -> None:
    """Whatever the settings, a delay ends at the timeout at the latest, and there is none after it."""
    delay = PollSchedule(timeout, interval, max_interval=20).delay_after(attempt, elapsed, random)

    if elapsed >= timeout:
        assert delay is None
    else:
        assert delay is not None
        assert 0 < delay <= timeout - elapsed


def test_delays_grow_up_to_the_maximum() -> None:
    """By default delays start at 50 ms and double up to the maximum."""
    schedule = PollSchedule(1000, None, max_interval=5)

    waits = [schedule.delay_after(attempt, 0, random=0) for attempt in range(9)]

    assert [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5, 5] == pytest.approx(waits)
