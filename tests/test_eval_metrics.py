"""Tests of the metrics of repeats, against fixtures computed by hand and against counting."""

from __future__ import annotations

import doctest
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs import ConfigurationError, EvalRunner, grade, repeat_metrics
from support.eval_data import agent, source, user


def result_of(**outcomes: str) -> Any:
    """Return a graded result; `"pf"` stands for a scenario that passed once and failed once."""
    verdicts = {"p": "passed", "f": "failed"}
    return {"tests": [{"test_id": name, "verdict": verdicts[one]} for name, marks in outcomes.items() for one in marks]}


@pytest.mark.parametrize(
    ("outcomes", "k", "expected"),
    [
        ({"a": "pp"}, 2, (1, 1, 1, 0)),
        ({"a": "ff"}, 2, (0, 0, 0, 0)),
        ({"a": "pf"}, 1, (0.5, 0.5, 0.5, 1)),
        ({"a": "pf"}, 2, (0.5, 1, 0, 1)),
        ({"a": "pppf", "b": "ffff"}, 2, (0.375, 0.5, 0.25, 0.25)),
        ({"a": "p", "b": "fpf"}, 1, (2 / 3, 2 / 3, 2 / 3, 1 / 3)),
        ({}, 1, (0, 0, 0, 0)),
    ],
)
def test_metrics_by_hand(outcomes: dict[str, str], k: int, expected: tuple[float, ...]) -> None:
    """The metrics are those computed by hand."""
    metrics = repeat_metrics(result_of(**outcomes), k)

    assert expected == pytest.approx(tuple(metrics[name] for name in ("mean", "pass_at_k", "pass_hat_k", "flip_rate")))
    assert (len(outcomes), k) == (metrics["scenarios"], metrics["k"])


@given(st.text("pf", min_size=1, max_size=7), st.data())
def test_metrics_equal_exhaustive_counts(marks: str, data: st.DataObject) -> None:
    """The chances are the shares of all draws of k repeats."""
    k = data.draw(st.integers(1, len(marks)))
    draws = list(combinations(marks, k))
    metrics = repeat_metrics(result_of(a=marks), k)

    assert sum("p" in draw for draw in draws) / len(draws) == pytest.approx(metrics["pass_at_k"])
    assert sum("f" not in draw for draw in draws) / len(draws) == pytest.approx(metrics["pass_hat_k"])


@pytest.mark.parametrize(
    ("result", "k", "problem"),
    [
        (result_of(a="pp"), 3, "k must be at most the number of repeats, got 3; a has 2"),
        (result_of(a="pp"), 0, "k must be an integer >= 1"),
        (result_of(a="pp"), True, "k must be an integer >= 1"),
        ({"tests": [{"test_id": "a"}]}, 1, "test 'a' has no verdict"),
    ],
)
def test_undefined_metrics_are_rejected(result: Any, k: Any, problem: str) -> None:
    """More draws than repeats, and a result without verdicts, are refused."""
    with pytest.raises(ConfigurationError, match=problem):
        repeat_metrics(result, k)


def test_repeats_of_graded_run_give_metrics() -> None:
    """The repeats of a graded run give its metrics."""
    answers = iter(["Hello", "no", "Hello", "Hello"])
    run = EvalRunner(source(a=[user(), agent("Hello")])).run(lambda message: next(answers), repeats=4)

    assert (0.75, 0.5) == tuple(repeat_metrics(grade(run.build()), 2)[name] for name in ("mean", "pass_hat_k"))


def test_documented_examples() -> None:
    """The examples in the docstrings do what they say."""
    names = {"repeat_metrics": repeat_metrics}
    [example] = doctest.DocTestFinder().find(repeat_metrics, "repeat_metrics", module=False, globs=names)
    result = doctest.DocTestRunner().run(example)

    assert (0, True) == (result.failed, result.attempted > 0)
