"""Scorers: what a function may return, which fields it gets, weights, thresholds and negation."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from ashr_labs.errors import ConfigurationError, ScorerError
from ashr_labs.scorers import Score, Scorer, ScorerContext, as_scorer, as_scorers

CONTEXT = ScorerContext(output="hello", input="hi", expected="hello", parameters={"question": "?"})


@pytest.mark.parametrize(
    ("returned", "score", "passed"),
    [
        (True, 1.0, True),
        (False, 0.0, False),
        (0.5, 0.5, True),
        (0.49, 0.49, False),
        (Score("other", 0.2, True, "close"), 0.2, True),
        ({"score": 0.7, "passed": False, "reason": "no"}, 0.7, False),
        (SimpleNamespace(name="other", score=0.3, metadata={"a": 1}), 0.3, False),
        (Score("other", None, True, "no key"), None, None),
        (None, None, None),
    ],
)
def test_a_function_may_return_any_of_the_documented_values(
    returned: Any, score: float | None, passed: bool | None
) -> None:
    """Numbers, booleans, scores, mappings and objects with `score` become a score with the scorer's own name."""
    found = Scorer(name="mine")(lambda context: returned).score(CONTEXT)

    assert ("mine", score, passed) == (found.name, found.score, found.passed)


@pytest.mark.parametrize("returned", [float("nan"), float("inf"), -0.1, 1.5, "0.5", [1], {"value": 1}, {"score": "1"}])
def test_invalid_scores_are_refused_by_name(returned: Any) -> None:
    """NaN, numbers outside of 0 to 1, texts and other values are an error that names the scorer."""
    with pytest.raises(ScorerError, match="'mine'"):
        Scorer(name="mine")(lambda context: returned).score(CONTEXT)


def test_functions_get_the_fields_that_they_name() -> None:
    """A function takes fields of the context by name, or the whole context by any other name."""

    def by_name(output: str, expected: str, input: str, *, metadata: dict[str, Any]) -> bool:  # noqa: A002
        return (output, expected, input, metadata) == ("hello", "hello", "hi", {"question": "?"})

    assert Scorer(by_name).score(CONTEXT).passed
    assert Scorer(lambda scenario: scenario.agent_output == "hello").score(CONTEXT).passed
    assert Scorer(lambda **row: sorted(row) == ["expected", "input", "output"]).score(CONTEXT).passed
    assert as_scorer(lambda output, weight=2: output * weight == "hellohello").score(CONTEXT).passed


def test_a_function_whose_parameters_are_unknown_is_refused() -> None:
    """A second parameter that does not name a field of the context is refused when the scorer is made."""
    with pytest.raises(ConfigurationError, match="'refrence' of the scorer wrong must be a field"):

        @Scorer
        def wrong(output: str, refrence: str) -> bool:
            return output == refrence


def test_asynchronous_functions_are_awaited_with_and_without_a_loop() -> None:
    """An asynchronous scorer works from plain code, from code in a running loop, and awaited."""

    @Scorer
    async def slow(output: str) -> bool:
        await asyncio.sleep(0)
        return output == "hello"

    async def in_loop() -> list[Score]:
        return [slow.score(CONTEXT), await slow.ascore(CONTEXT)]

    assert [True, True, True] == [one.passed for one in [slow.score(CONTEXT), *asyncio.run(in_loop())]]


def test_threshold_and_negation_apply_to_every_scorer() -> None:
    """`threshold` decides about passing, `~` inverts a score; both are options of a copy."""
    half = Scorer(name="half")(lambda context: 0.6)

    strict = half.with_options(threshold=0.7, weight=2)
    negated = ~half

    assert (True, False, 2.0) == (half.score(CONTEXT).passed, strict.score(CONTEXT).passed, strict.weight)
    assert ("not half", 0.4, False) == (negated.name, negated.score(CONTEXT).score, negated.score(CONTEXT).passed)
    assert ("half", 0.6) == ((~negated).name, (~negated).score(CONTEXT).score)
    assert (~Scorer(name="none")(lambda context: None)).score(CONTEXT).score is None


@pytest.mark.parametrize(
    "options", [{"weight": -1}, {"weight": "1"}, {"threshold": 2}, {"threshold": True}, {"name": ""}]
)
def test_options_out_of_range_are_refused(options: dict[str, Any]) -> None:
    """A weight is >= 0, a threshold 0..1, a name not empty."""
    with pytest.raises(ConfigurationError, match=next(iter(options))):
        Scorer(lambda context: 1).with_options(**options)


def test_scorers_of_other_libraries_are_taken() -> None:
    """Objects with `score_result`, and scorers that are called by keyword become scorers with their names."""

    class Foreign:
        name, weight, gate = "foreign", 2.0, True

        def score_result(self, scenario: Any) -> Any:
            return SimpleNamespace(name="foreign", score=1.0, passed=True, message="", metadata={})

    class ByKeyword:
        def _name(self) -> str:
            return "Keyword"

        def eval(self) -> None: ...

        def __call__(self, *, input: Any, output: Any, expected: Any, question: Any) -> float:  # noqa: A002
            return float((input, output, expected, question) == ("hi", "hello", "hello", "?"))

    foreign, by_keyword = as_scorers([Foreign(), ByKeyword()])

    assert ("foreign", 2.0, True) == (foreign.name, foreign.weight, foreign.gate)
    assert [1.0, 1.0] == [foreign.score(CONTEXT).score, by_keyword.score(CONTEXT).score]
    assert "Keyword" == by_keyword.name


@pytest.mark.parametrize("given", [3, "contains", Foreign := type("Foreign", (), {})])
def test_values_that_cannot_score_are_refused(given: Any) -> None:
    """A number, a string, or a class in place of an instance is refused before anything runs."""
    with pytest.raises(ConfigurationError, match="must be"):
        as_scorer(given)


def test_two_scorers_of_one_name_are_refused() -> None:
    """Scores are stored by name, so names are different."""
    with pytest.raises(ConfigurationError, match="different names, got 'mine' twice"):
        as_scorers([Scorer(name="mine")(lambda context: 1), Scorer(name="mine")(lambda context: 0)])


@pytest.mark.parametrize("scenario", [3, {"outputs": "x"}, SimpleNamespace()])
def test_a_malformed_scenario_is_refused(scenario: Any) -> None:
    """A scenario without an output, or with unknown keys, cannot be scored."""
    with pytest.raises(ScorerError, match=r"agent_output|not a field"):
        Scorer(lambda context: 1).score(scenario)


@pytest.mark.parametrize(
    ("output", "text"), [(None, ""), ("a", "a"), (0, "0"), (False, "false"), ({"b": 1, "a": "ä"}, '{"a": "ä", "b": 1}')]
)
def test_outputs_have_one_text(output: Any, text: str) -> None:
    """Structures are JSON, None is nothing, numbers are their digits."""
    assert text == ScorerContext(output=output).agent_output
