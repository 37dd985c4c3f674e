"""Tests of `ashr_labs.eval.pairing` and `.comparison`: which call stands beside which, and who judges them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs import ConfigurationError, compare_tool_args
from ashr_labs.eval.calls import NONE_EXPECTED, NOT_CALLED, Call
from ashr_labs.eval.comparison import comparison_of
from ashr_labs.eval.pairing import CallPair, CallPool, pair_calls
from support.timing import cpu_seconds

NAMES = st.lists(st.sampled_from("abc"), max_size=12)


def calls(names: list[str], side: str) -> list[Call]:
    """Return calls that can be told apart by their arguments."""
    return [Call(name, f'{{"{side}": {number}}}') for number, name in enumerate(names)]


def plain_pairs(expected: list[Call], actual: list[Call]) -> tuple[list[CallPair], list[Call]]:
    """Pair as the documents say it: for each expected call the first actual one of its name that is left."""
    left, pairs = list(actual), []
    for wanted in expected:
        found = next((call for call in left if call.name == wanted.name), None)
        pairs.append(CallPair(wanted, found or NOT_CALLED))
        if found:
            left.remove(found)
    return pairs, left


@given(NAMES, NAMES)
def test_each_expected_call_takes_the_first_of_its_name(expected_names: list[str], actual_names: list[str]) -> None:
    """Expected calls are paired, in order, with the first call of their name; the rest stays in the agent's order."""
    expected, actual = calls(expected_names, "expected"), calls(actual_names, "actual")
    pool = CallPool(actual)
    pairs, left = plain_pairs(expected, actual)

    assert pairs == list(pair_calls(expected, pool, is_last=False))
    assert left == list(pool.take_all())
    assert [] == list(pool.take_all())


@given(NAMES, NAMES)
def test_what_is_left_at_the_last_action_was_not_expected(expected_names: list[str], actual_names: list[str]) -> None:
    """At the last action, calls that nothing took follow the pairs, beside NONE_EXPECTED."""
    expected, actual = calls(expected_names, "expected"), calls(actual_names, "actual")
    pairs, left = plain_pairs(expected, actual)

    assert [*pairs, *(CallPair(NONE_EXPECTED, call) for call in left)] == list(
        pair_calls(expected, CallPool(actual), is_last=True)
    )


def test_pairs_compare_themselves_literally() -> None:
    """A pair that nobody judged is built with the literal comparison of its arguments."""
    built = CallPair(Call("f", '{"a": 1, "b": "x"}'), Call("f", '{"a": 1.0, "b": "X"}')).build()

    assert ("partial", None) == (built["match_status"], built["divergence_notes"])
    assert {"b": {"expected": "x", "actual": "X"}} == built["argument_comparison"]["different"]
    assert {"a": {"expected": 1, "actual": 1.0}} == built["argument_comparison"]["matching"]


@pytest.mark.parametrize("pair", [CallPair(Call("f", "{}"), NOT_CALLED), CallPair(NONE_EXPECTED, Call("f", "{}"))])
def test_a_missing_side_is_a_mismatch(pair: CallPair) -> None:
    """A call without a counterpart is a mismatch, and nothing of its arguments is compared."""
    built = pair.build()

    assert "mismatch" == built["match_status"]
    assert {"matching": {}, "different": {}, "missing": {}, "extra": {}} == built["argument_comparison"]


def test_other_fields_of_an_expected_call_are_built() -> None:
    """Whatever else a dataset says about a call stands in the result, and belongs to that result alone."""
    pair = CallPair(Call("f", "{}", {"tool_name": "g", "meta": {"a": []}}), NOT_CALLED)
    built: Any = pair.build()["expected"]
    built["meta"]["a"].append(1)

    assert {
        "name": "f",
        "tool_name": "g",
        "arguments": {},
        "arguments_json": "{}",
        "meta": {"a": []},
    } == pair.build()["expected"]


@pytest.mark.parametrize("step", [1, -1])
@pytest.mark.parametrize("names", [1, 10_000])
def test_ten_thousand_calls_are_paired_in_linear_time(names: int, step: int) -> None:
    """10,000 calls of one name or of as many, in either order, are paired in a fraction of a second."""
    actual = [Call(f"f{number % names}", "{}") for number in range(10_000)]

    def pair() -> None:
        pairs = list(pair_calls(actual[::step], CallPool(actual), is_last=True))
        assert 10_000 == len(pairs)
        assert all(pair.actual is not NOT_CALLED for pair in pairs)

    assert cpu_seconds(pair) < 0.5


def test_without_options_the_platform_judges() -> None:
    """Without comparators and thresholds, calls stay as they are and texts are pending."""
    comparison = comparison_of(None, None, None)
    pair = CallPair(Call("f", "{}"), Call("f", "{}"))

    assert pair is comparison.calls(pair)
    assert ("pending", None, None) == comparison.texts("a", "a")[2:]


def test_any_option_judges_here_with_the_defaults_for_the_rest() -> None:
    """One comparator or threshold is enough for a local judgement; what is not given has its documented default."""
    same = CallPair(Call("f", '{"a": "a refund"}'), Call("f", '{"a": "refund, a"}'))
    for comparison in (
        comparison_of(compare_tool_args, None, None),
        comparison_of(None, lambda a, b: float(a == b), None),
        comparison_of(None, None, {}),
    ):
        assert "exact" == comparison.calls(same).match_status
        assert ("exact", 1.0, None) == comparison.texts("your order", "your order")[2:]
        assert ("divergent", 0.0, "similarity 0.0 is below 0.7") == comparison.texts("your order", "blue")[2:]


@pytest.mark.parametrize(
    ("similarity", "status"),
    [(1, "exact"), (0.70, "exact"), (0.69, "similar"), (0.40, "similar"), (0.39, "divergent"), (0.0, "divergent")],
)
def test_default_thresholds(similarity: float, status: str) -> None:
    """From 0.70 on a text is exact, from 0.40 on similar, below divergent."""
    pair = comparison_of(None, lambda _a, _b: similarity, None).texts("a", "b")

    assert (status, float(similarity)) == (pair.match_status, pair.semantic_similarity)


def test_given_thresholds() -> None:
    """A threshold that is given counts; the other keeps its default."""
    comparison = comparison_of(None, lambda _a, _b: 0.8, {"exact": 0.85})

    assert "similar" == comparison.texts("a", "b").match_status


def test_calls_without_a_counterpart_are_not_shown_to_the_comparator() -> None:
    """A comparator sees pairs only; a missing side is a mismatch that says what happened."""
    seen: list[Any] = []

    def comparator(expected: Any, actual: Any) -> tuple[str, str | None]:
        seen.append((expected["arguments"], actual["arguments"]))
        return "partial", "half of it"

    comparison = comparison_of(comparator, None, None)
    judged = [
        comparison.calls(CallPair(Call("f", '{"a": 1}'), Call("f", '{"a": 2}'))),
        comparison.calls(CallPair(Call("f", "{}"), NOT_CALLED)),
        comparison.calls(CallPair(NONE_EXPECTED, Call("g", "{}"))),
    ]

    assert [("partial", "half of it"), ("mismatch", "f was not called"), ("mismatch", "g was not expected")] == [
        pair[2:] for pair in judged
    ]
    assert [({"a": 1}, {"a": 2})] == seen
    assert "half of it" == judged[0].build()["divergence_notes"]


@pytest.mark.parametrize(
    "thresholds",
    [
        {"exact": 0.3, "similar": 0.5},
        {"exact": 0.2},
        {"exact": 1.5},
        {"similar": -0.1},
        {"exact": float("nan")},
        {"exact": True},
        {"exact": "0.7"},
        {"exact": None},
        {"divergent": 0.1},
    ],
)
def test_thresholds_that_cannot_work_are_refused(thresholds: Any) -> None:
    """Thresholds must be numbers in order from 0 to 1, under their two names."""
    with pytest.raises(ConfigurationError, match="similarity_thresholds"):
        comparison_of(None, None, thresholds)


@pytest.mark.parametrize("similarity", [float("nan"), float("inf")])
def test_a_similarity_that_is_no_number_is_refused(similarity: float) -> None:
    """A comparator's result that JSON cannot hold is an error of the comparator."""
    with pytest.raises(ConfigurationError, match="text_comparator returned"):
        comparison_of(None, lambda _a, _b: similarity, None).texts("a", "b")
