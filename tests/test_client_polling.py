"""When the platform is asked again, and what counts as finished."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs.client._polling import Schedule, is_graded


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
def test_what_counts_as_graded(item: dict[str, Any], graded: bool) -> None:
    """The state decides; without one, a number of passed tests does."""
    assert graded is is_graded(item)


@given(
    timeout=st.floats(0, 1000),
    interval=st.none() | st.floats(0.001, 100),
    look=st.integers(0, 10_000),
    elapsed=st.floats(0, 2000),
    spread=st.floats(0, 1),
)
def test_no_wait_goes_past_the_deadline(
    timeout: float, interval: float | None, look: int, elapsed: float, spread: float
) -> None:
    """Whatever the settings, a wait ends at the deadline at the latest, and there is none after it."""
    wait = Schedule(timeout, interval, longest=20).wait_after(look, elapsed, spread)

    if elapsed >= timeout:
        assert wait is None
    else:
        assert wait is not None
        assert 0 < wait <= timeout - elapsed


def test_waits_grow_up_to_the_longest() -> None:
    """Unless an interval is given, waits start short and double up to the longest."""
    schedule = Schedule(1000, None, longest=5)

    waits = [schedule.wait_after(look, 0, spread=0) for look in range(9)]

    assert [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5, 5] == pytest.approx(waits)
