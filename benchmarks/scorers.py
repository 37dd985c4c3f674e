"""Time of the heuristic scorers next to those of autoevals; run it with `python benchmarks/scorers.py`.

Both score the same output against the same expected value in turns, and the ratio is the median over the rounds: above
1, ours is faster. "score" is the time for a test whose `ScorerContext` exists already, as in a run, where all scorers
of a test share one; "call" includes making it. Structures given to JSONValidity are encoded by ours to find NaN and
values that are not JSON; autoevals only looks at their type.
"""

from __future__ import annotations

import json
import statistics
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import autoevals

from ashr_labs import scorers
from ashr_labs.scorers import ScorerContext

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 40
_SENTENCE = "The quick brown fox jumps over the lazy dog. "
_ORDER = {"id": 1, "name": "Ann", "items": [{"sku": "a", "n": 1}, {"sku": "b", "n": 2}], "paid": True}
_OTHER = {**_ORDER, "id": 2}


class Case(NamedTuple):
    """The same comparison by both."""

    name: str
    ours: scorers.BaseScorer
    theirs: Any
    output: Any
    expected: Any


CASES = [
    Case("ExactMatch, equal", scorers.ExactMatch(), autoevals.ExactMatch(), "Paris", "Paris"),
    Case("ExactMatch, different", scorers.ExactMatch(), autoevals.ExactMatch(), "Paris", "Rome"),
    Case("ExactMatch, objects", scorers.ExactMatch(), autoevals.ExactMatch(), _ORDER, json.dumps(_ORDER)),
    Case("Levenshtein, words", scorers.Levenshtein(), autoevals.Levenshtein(), "kitten", "sitting"),
    Case(
        "Levenshtein, 900 characters",
        scorers.Levenshtein(),
        autoevals.Levenshtein(),
        _SENTENCE * 20,
        _SENTENCE.replace("fox", "cat").replace("the", "a") * 20,
    ),
    Case("NumericDiff", scorers.NumericDiff(), autoevals.NumericDiff(), 99.5, 100),
    Case("JSONDiff, text", scorers.JSONDiff(), autoevals.JSONDiff(), json.dumps(_ORDER), json.dumps(_OTHER)),
    Case("JSONDiff, objects", scorers.JSONDiff(), autoevals.JSONDiff(), _ORDER, _OTHER),
    Case("JSONValidity, text", scorers.JSONValidity(), autoevals.ValidJSON(), json.dumps(_ORDER), None),
    Case("JSONValidity, objects", scorers.JSONValidity(), autoevals.ValidJSON(), _ORDER, None),
    Case(
        "SemanticListContains",
        scorers.SemanticListContains(),
        autoevals.ListContains(),
        ["apple", "pear", "fig"],
        ["apple", "pear"],
    ),
    Case(
        "SemanticListContains, fuzzy",
        scorers.SemanticListContains(fuzzy=True),
        autoevals.ListContains(),
        ["aple", "paer", "fig"],
        ["apple", "pear"],
    ),
]


def main() -> None:
    """Print the table."""
    print(f"{'':30}{'score':>10}{'call':>10}{'autoevals':>12}{'ratio':>8}{'of call':>9}")
    for case in CASES:
        score, call, theirs = measured(case)
        ratio, of_call = (statistics.median(map(divided, theirs, times)) for times in (score, call))
        times = "".join(f"{statistics.median(one) * 1e6:>{width}.2f}" for one, width in ((score, 10), (call, 10)))
        print(f"{case.name:30}{times}{statistics.median(theirs) * 1e6:>12.2f}{ratio:>8.2f}{of_call:>9.2f}")
    print("microseconds; ratios: autoevals by ours")


def divided(one: float, other: float) -> float:
    """Return the ratio of two times."""
    return one / other


def measured(case: Case) -> tuple[list[float], list[float], list[float]]:
    """Return the seconds of each round by ours from a context, by ours from values, and by autoevals."""
    context = ScorerContext(output=case.output, expected=case.expected)
    keywords = {} if case.expected is None else {"expected": case.expected}
    programs: list[Callable[[], object]] = [
        lambda: case.ours.score(context),
        lambda: case.ours(case.output, case.expected),
        lambda: case.theirs.eval(case.output, **keywords),
    ]
    number = max(20, int(2e-3 / seconds(programs[2], 20)))
    rounds = [[seconds(program, number) for program in programs] for _ in range(ROUNDS)]
    score, call, theirs = (list(column) for column in zip(*rounds, strict=True))
    return score, call, theirs


def seconds(program: Callable[[], object], number: int) -> float:
    """Return the mean time of a program over a number of calls."""
    start = time.perf_counter()
    for _ in range(number):
        program()
    return (time.perf_counter() - start) / number


if __name__ == "__main__":
    main()
