"""Tests of planning: what a pair of runs is said to see, it sees."""

from __future__ import annotations

import doctest
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs import ConfigurationError, compare
from ashr_labs.results import Gates, RunResults, plan
from support.cli import Workspace
from support.graded_runs import graded_run

PAIRS = 400


def seen_share(scenarios: int, difference: float, disagreement: float, repeats: int) -> float:
    """Return how often two runs are told apart, where the second agent really fixes a share of the scenarios."""

    def is_seen(seed: int) -> bool:
        random = Random(seed)
        before, after = {}, {}
        for number in range(scenarios):
            place = random.random()
            if place < 2 * disagreement:  # a coin each time: two runs disagree on half of these
                rates = 0.5, 0.5
            elif place < 2 * disagreement + difference:
                rates = 0.0, 1.0
            else:
                rates = (1.0, 1.0) if random.random() < 0.7 else (0.0, 0.0)
            before[str(number)] = [random.random() < rates[0] for _ in range(repeats)]
            after[str(number)] = [random.random() < rates[1] for _ in range(repeats)]
        return compare(graded_run(before), graded_run(after), resamples=200).verdict == "better"

    return sum(map(is_seen, range(PAIRS))) / PAIRS


@pytest.mark.parametrize(
    ("difference", "disagreement", "repeats"),
    [(0.1, 0.1, 1), (0.2, 0.2, 1), pytest.param(0.1, 0.2, 3, marks=pytest.mark.long), (0.3, 0.1, 1)],
)
def test_planned_size_has_promised_power(difference: float, disagreement: float, repeats: int) -> None:
    """In 400 simulated pairs of the planned size the difference is seen about as often as promised."""
    planned = plan(difference=difference, disagreement=disagreement, repeats=repeats)

    share = seen_share(planned.scenarios, difference, disagreement, repeats)

    assert 0.8 == pytest.approx(share, abs=0.06)


@pytest.mark.parametrize("disagreement", [0.0, 0.1, 0.3])
def test_planned_size_passes_non_inferiority_gate(disagreement: float) -> None:
    """Of 200 simulated pairs of equally good agents, about as many as promised rule out a loss of the margin."""
    planned = plan(no_worse_than=0.1, disagreement=disagreement)
    gate = Gates(no_worse_than=0.1)

    def passes(seed: int) -> bool:
        random = Random(seed)
        coins = [random.random() < 2 * disagreement for _ in range(planned.scenarios)]
        runs = [graded_run(random.random() < 0.5 if coin else True for coin in coins) for _ in range(2)]
        found = compare(*runs, resamples=400)
        return not gate.failures(found.candidate, found)

    assert sum(map(passes, range(200))) / 200 >= 0.7
    assert str(planned).startswith(f"{planned.scenarios} scenarios show that an equally good candidate is at most 10.0")


@given(st.floats(0.02, 0.5), st.floats(0, 0.4), st.integers(1, 5))
def test_sample_size_and_detectable_difference_are_consistent(
    difference: float, disagreement: float, repeats: int
) -> None:
    """The scenarios that see a difference see that difference, or a smaller one; more noise needs more of them."""
    planned = plan(difference=difference, disagreement=disagreement, repeats=repeats)
    again = plan(scenarios=planned.scenarios, disagreement=disagreement, repeats=repeats)

    assert again.difference <= difference + 1e-6
    assert planned.scenarios <= plan(difference=difference, disagreement=disagreement + 0.1).scenarios


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"scenarios": 10, "difference": 0.1},
        {"difference": 0},
        {"difference": 1.5},
        {"scenarios": 0},
        {"scenarios": 5},
        {"scenarios": 10, "repeats": 0},
        {"scenarios": 10, "baseline": 70},
        {"scenarios": 10, "power": 1},
    ],
)
def test_invalid_plan_is_rejected(options: dict[str, Any]) -> None:
    """Numbers that cannot work are errors, and so are too few scenarios to see anything."""
    with pytest.raises(ConfigurationError):
        plan(**options)


@pytest.mark.parametrize("documented", [plan, compare, Gates], ids=lambda one: one.__name__)
def test_docstring_examples(documented: Any) -> None:
    """Each example prints what it says."""
    names = {"plan": plan, "compare": compare, "Gates": Gates, "RunResults": RunResults}
    runner = doctest.DocTestRunner()
    for example in doctest.DocTestFinder().find(documented, documented.__name__, module=False, globs=names):
        runner.run(example)

    assert (0, True) == (runner.failures, runner.tries > 0)


def test_command_computes_size_and_difference(tmp_path: Path) -> None:
    """`ashr-labs plan` computes the scenarios for a difference, and the difference for a number of scenarios."""
    workspace = Workspace.at(tmp_path)

    assert 165 == workspace.run("plan", "--difference", "0.1", "--disagreement", "0.1", "--json").document["scenarios"]
    assert (
        "40 scenarios x 3 repeats detect a difference of 29.6 points"
        in workspace.run("plan", "--scenarios", "40", "--repeats", "3").out
    )
    assert "not both" in workspace.run("plan").error(2)


def test_command_measures_disagreement_of_trials(tmp_path: Path) -> None:
    """Two runs of the same agent give its disagreement and its pass rate."""
    workspace = Workspace.at(tmp_path)
    workspace.write("one.json", graded_run([True] * 8 + [False] * 2))
    workspace.write("two.json", graded_run([True] * 7 + [False] * 3))

    document = workspace.run("plan", "one.json", "two.json", "--difference", "0.2", "--json").document

    assert (0.8, pytest.approx(0.1)) == (document["baseline"], document["disagreement"])
    assert "two runs or none, got 1" in workspace.run("plan", "one.json", "--difference", "0.2").error(2)
