"""Scores in verdicts: gates, tests that only have scores, and gates without a score."""

from __future__ import annotations

from typing import Any

import pytest

from ashr_labs import grade
from ashr_labs.results import RunResults

TEXT = {
    "actor": "agent",
    "action_type": "text",
    "action_index": 1,
    "expected_response": {"text": "Your refund is on its way."},
    "actual_response": {"text": "Your refund is on its way."},
}


def graded(scores: dict[str, Any], *, expects: bool) -> dict[str, Any]:
    test = {"test_id": "a", "status": "completed", "action_results": [TEXT] if expects else [], "scores": scores}
    [found] = grade({"tests": [test]})["tests"]
    return found


@pytest.mark.parametrize(
    ("score", "expects", "verdict", "reasons"),
    [
        ({"value": 0.2, "passed": False, "reason": "rude", "gate": True}, True, "failed", ["tone scored 0.2: rude"]),
        ({"value": 0.2, "passed": False, "reason": "rude"}, True, "passed", []),
        ({"value": 0.2, "passed": False}, False, "failed", ["tone scored 0.2"]),
        ({"value": 1.0, "passed": True}, False, "passed", []),
        ({"value": None, "reason": "no key", "gate": True}, True, "passed", ["warning: tone has no score: no key"]),
        ({"value": None, "gate": True}, False, "unchecked", None),
        (0.3, False, "unchecked", None),
    ],
)
def test_scores_decide_as_gates_or_where_nothing_else_does(
    score: Any, expects: bool, verdict: str, reasons: list[str] | None
) -> None:
    """A gate that does not pass fails the test; without expectations every score is a gate; none is never a pass."""
    found = graded({"tone": score}, expects=expects)

    assert verdict == found["verdict"]
    if reasons is not None:
        assert reasons == found["verdict_reasons"]


def test_results_read_the_values_of_scores() -> None:
    """Reports and comparisons see the value of a score, however it is stored, and leave out those without one."""
    scores = {"a": {"value": 0.5, "passed": True}, "b": 0.25, "c": {"value": None}}

    [sample] = RunResults.of({"tests": [graded(scores, expects=False)]}).samples

    assert {"a": 0.5, "b": 0.25} == sample.scores
