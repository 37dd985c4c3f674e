"""Tests of the agreement of judges with people, and of the order in which tests are reviewed."""

from __future__ import annotations

from typing import Any

import pytest

from ashr_labs.results.agreement import Agreement, agreements
from ashr_labs.results.review import recorded_decisions, review_order


@pytest.mark.parametrize(
    ("counts", "rate", "kappa"),
    [
        ((20, 15, 10, 5), 0.7, 0.4),  # the example of Cohen's kappa in most textbooks
        ((10, 10, 0, 0), 1.0, 1.0),
        ((0, 0, 10, 10), 0.0, -1.0),
        ((25, 25, 25, 25), 0.5, 0.0),
        ((30, 0, 0, 0), 1.0, None),
    ],
)
def test_kappa_is_the_agreement_beyond_chance(
    counts: tuple[int, int, int, int], rate: float, kappa: float | None
) -> None:
    """Equal decisions give 1, those of chance 0, and without any disagreement to expect there is none."""
    found = Agreement("x", *counts)

    assert (sum(counts), rate) == (found.labels, found.rate)
    assert found.kappa is None if kappa is None else pytest.approx(kappa) == found.kappa
    assert found.interval.low - 1e-9 <= rate <= found.interval.high + 1e-9


def test_kappa_is_that_of_an_independent_implementation() -> None:
    """The figures of a table of decisions are those computed from the definition over the decisions."""
    decisions = [(number % 3 > 0, number % 4 > 0) for number in range(97)]
    [found] = agreements(("x", judge, label) for judge, label in decisions)

    observed = sum(judge == label for judge, label in decisions) / 97
    shares = [sum(pair[side] for pair in decisions) / 97 for side in (0, 1)]
    expected = shares[0] * shares[1] + (1 - shares[0]) * (1 - shares[1])
    assert found.kappa == pytest.approx((observed - expected) / (1 - expected))


def test_judges_are_compared_apart() -> None:
    """Each judge has its own counts, by name."""
    found = agreements([("b", True, False), ("a", True, True), ("b", False, True), ("b", False, False)])

    assert [Agreement("a", both_passed=1), Agreement("b", 0, 1, 1, 1)] == found


def decided(verdict: str | None = "passed", **scores: tuple[float | None, bool | None]) -> dict[str, Any]:
    return {
        "verdict": verdict,
        "scores": {name: {"value": value, "passed": passed} for name, (value, passed) in scores.items()},
    }


def test_tests_that_judges_doubt_come_first() -> None:
    """Contradictions come first, then scores near the middle, then failures, then the rest as they were played."""
    tests = [
        decided(),
        decided("failed"),
        decided(polite=(0.6, True)),
        decided(polite=(0.9, True), brief=(0.9, False)),
        decided(polite=(0.5, True)),
        decided(polite=(0.9, True)),
        decided("failed", polite=(1.0, True)),
    ]

    assert [3, 6, 4, 2, 1, 0, 5] == review_order(tests)


@pytest.mark.parametrize(
    "test", [{}, {"scores": 7}, {"scores": {"a": None, "b": [1], "c": {"value": "x"}}, "verdict": 3}]
)
def test_foreign_scores_are_no_decisions(test: dict[str, Any]) -> None:
    """Scores that are neither a number nor a decision are left out."""
    assert {"verdict": None, "scores": {}} == recorded_decisions(test)
    assert [0] == review_order([recorded_decisions(test)])
