"""Tests of `ashr_labs.eval.tool_matching` and `.comparison`: which calls are matched, and how they are judged."""

from __future__ import annotations

import json
import random
from itertools import combinations, permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ashr_labs import ConfigurationError, compare_tool_args
from ashr_labs.eval.comparison import comparison_of
from ashr_labs.eval.tool_matching import CallPair, ToolCallMatcher
from ashr_labs.scenarios.tool_calls import NONE_EXPECTED, NOT_CALLED
from ashr_labs.scenarios.tool_calls import CallRecord as Call
from support.timing import cpu_seconds

CALLS = st.lists(
    st.builds(
        lambda name, arguments: Call(name, json.dumps(arguments)),
        st.sampled_from("ab"),
        st.dictionaries(st.sampled_from("xyz"), st.sampled_from([1, 1.0, True, "1", [1]]), max_size=3),
    ),
    max_size=7,
)


def statuses(pairs: list[CallPair]) -> list[tuple[str, str, str]]:
    """Return what a result says of the pairs, in an order of its own."""
    built = [pair.build() for pair in pairs]
    return sorted((json.dumps(one["expected"]), json.dumps(one["actual"]), one["match_status"]) for one in built)


def distance(expected: Call, actual: Call) -> int:
    """Return the number of differing arguments; one that only one call has counts once."""
    left, right = json.loads(expected.arguments_json), json.loads(actual.arguments_json)
    same = [
        key
        for key in left.keys() & right.keys()
        if left[key] == right[key] and isinstance(left[key], bool) == isinstance(right[key], bool)
    ]
    different = [key for key in left.keys() & right.keys() if key not in same]
    return len(left.keys() ^ right.keys()) + 2 * len(different)


def best_cost(expected: list[Call], actual: list[Call]) -> int:
    """Return the least that any pairing of the calls of one tool costs, by trying all of them."""
    few, many = sorted((expected, actual), key=len)
    return min(sum(map(distance, few, order)) for order in permutations(many, len(few)))


@settings(deadline=None)
@given(CALLS, CALLS, st.randoms())
def test_call_order_does_not_change_the_result(expected: list[Call], actual: list[Call], chance: random.Random) -> None:
    """However the expected and the actual calls are permuted, the same calls stand beside each other."""
    shuffled = [chance.sample(calls, len(calls)) for calls in (expected, actual)]

    def result(wanted: list[Call], made: list[Call]) -> list[tuple[str, str, str]]:
        pairs, unexpected = ToolCallMatcher().pairs(wanted, made)
        return statuses([*pairs, *unexpected])

    assert result(expected, actual) == result(*shuffled)


@settings(deadline=None)
@given(CALLS, CALLS)
def test_pairing_minimizes_differences(expected: list[Call], actual: list[Call]) -> None:
    """No other pairing has fewer differences in all, and as many calls of each tool are paired as there are."""
    pairs, unexpected = ToolCallMatcher().pairs(expected, actual)

    for name in "ab":
        wanted = [call for call in expected if call.name == name]
        made = [call for call in actual if call.name == name]
        paired = [pair for pair in pairs if pair.expected.name == name and pair.actual is not NOT_CALLED]
        assert min(len(wanted), len(made)) == len(paired)
        assert best_cost(wanted, made) == sum(distance(pair.expected, pair.actual) for pair in paired)
    assert expected == [pair.expected for pair in pairs]
    assert len(actual) == len(unexpected) + sum(pair.actual is not NOT_CALLED for pair in pairs)


def test_equal_calls_are_paired_in_order() -> None:
    """Of calls that are equal, the first takes the first; what nothing expected stays in the agent's order."""
    made = [Call("f", '{"a": 1}'), Call("g", "{}"), Call("f", '{"a": 1.0}'), Call("h", "{}")]
    pairs, unexpected = ToolCallMatcher().pairs([Call("f", '{"a": 1}')], made)

    assert [CallPair(Call("f", '{"a": 1}'), made[0])] == pairs
    assert [CallPair(NONE_EXPECTED, call) for call in made[1:]] == unexpected


A, B, C = (Call(name, "{}") for name in "abc")


@pytest.mark.parametrize(
    ("mode", "expected", "actual", "right"),
    [
        ("any_order", "ab", "ba", True),
        ("any_order", "ab", "abc", False),
        ("any_order", "ab", "a", False),
        ("in_order", "ab", "acb", True),
        ("in_order", "ab", "ba", False),
        ("in_order", "ab", "a", False),
        ("strict", "ab", "ab", True),
        ("strict", "ab", "ba", False),
        ("strict", "ab", "abc", False),
        ("subset", "ab", "b", True),
        ("subset", "ab", "bac", False),
        ("superset", "ab", "bca", True),
        ("superset", "ab", "bc", False),
    ],
)
def test_modes(mode: str, expected: str, actual: str, right: bool) -> None:
    """A mode decides whether order, missing and further calls count."""
    calls = {"a": A, "b": B, "c": C}
    pairs, unexpected = ToolCallMatcher(mode).pairs(
        [calls[name] for name in expected], [calls[name] for name in actual]
    )

    assert right == ({"exact"} == {status for _, _, status in statuses([*pairs, *unexpected])})


@given(st.permutations(range(6)))
def test_out_of_order_calls_are_minimal(order: list[int]) -> None:
    """In order, the longest row of calls that keeps the order is right, and the others say what is wrong."""
    calls = [Call(f"f{number}", "{}") for number in range(6)]
    pairs, _ = ToolCallMatcher("in_order").pairs(calls, [calls[number] for number in order])
    late = [pair for pair in pairs if pair.match_status]
    longest = max(size for size in range(7) for chosen in combinations(order, size) if list(chosen) == sorted(chosen))

    assert 6 - longest == len(late)
    assert all(pair.divergence_notes == f"{pair.expected.name} was called out of order" for pair in late)


@pytest.mark.parametrize(("option", "value"), [("mode", "exact"), ("scope", "turns"), ("mode", None)])
def test_unknown_mode_is_rejected(option: str, value: Any) -> None:
    """Modes and scopes have names; others are refused."""
    with pytest.raises(ConfigurationError, match=f"tool_{option} must be one of"):
        ToolCallMatcher(**{option: value})


def test_pairs_are_compared_literally_by_default() -> None:
    """A pair without a status is built with the literal comparison of its arguments."""
    built = CallPair(Call("f", '{"a": 1, "b": "x"}'), Call("f", '{"a": 1.0, "b": "X"}')).build()

    assert ("partial", None) == (built["match_status"], built["divergence_notes"])
    assert {"b": {"expected": "x", "actual": "X"}} == built["argument_comparison"]["different"]
    assert {"a": {"expected": 1, "actual": 1.0}} == built["argument_comparison"]["matching"]


@pytest.mark.parametrize("pair", [CallPair(Call("f", "{}"), NOT_CALLED), CallPair(NONE_EXPECTED, Call("f", "{}"))])
def test_unpaired_call_is_a_mismatch(pair: CallPair) -> None:
    """A call without a counterpart is a mismatch, and nothing of its arguments is compared."""
    built = pair.build()

    assert "mismatch" == built["match_status"]
    assert {"matching": {}, "different": {}, "missing": {}, "extra": {}} == built["argument_comparison"]


def test_extra_fields_of_expected_call_are_kept() -> None:
    """The other fields of an expected call are copied to the result."""
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


@pytest.mark.parametrize("mode", ["any_order", "strict"])
@pytest.mark.parametrize("step", [1, -1])
@pytest.mark.parametrize("names", [1, 10_000])
def test_ten_thousand_calls_are_paired_in_half_a_second(names: int, step: int, mode: str) -> None:
    """10,000 calls of one tool or of as many, in either order and with other arguments, are paired in no time."""
    wanted = [Call(f"f{number % names}", f'{{"a": {number}}}') for number in range(10_000)]
    made = [Call(f"f{number % names}", f'{{"a": {number + 1}}}') for number in range(10_000)][::step]

    def pair() -> None:
        pairs, _ = ToolCallMatcher(mode).pairs(wanted, made)
        assert all(pair.actual is not NOT_CALLED for pair in pairs)

    assert cpu_seconds(pair) < 0.5


def test_many_calls_are_paired_by_distinguishing_values() -> None:
    """Where there are too many calls to try all pairs, those with the same id meet, whatever else differs."""
    wanted = [Call("f", json.dumps({"a": f"note {number}", "id": number, "z": 1})) for number in range(200)]
    made = [Call("f", json.dumps({"a": f"said {-number}", "id": number, "z": 1})) for number in reversed(range(200))]
    pairs, unexpected = ToolCallMatcher().pairs(wanted, made)

    assert [] == unexpected
    assert all(json.loads(a.arguments_json)["id"] == json.loads(b.arguments_json)["id"] for a, b, *_ in pairs)


@pytest.mark.parametrize("tools", [1_000, 20])
def test_ten_thousand_distinct_calls_are_paired_in_linear_time(tools: int) -> None:
    """However many tools the calls are of, finding those that differ least does not take longer and longer."""
    wanted = [Call(f"f{number % tools}", f'{{"a": {number}, "b": 1}}') for number in range(10_000)]
    made = [Call(f"f{number % tools}", f'{{"a": -{number}, "b": 2}}') for number in range(10_000, 0, -1)]

    assert cpu_seconds(lambda: ToolCallMatcher().pairs(wanted, made), times=2) < 0.75


def test_many_argument_names_are_paired_in_half_a_second() -> None:
    """Calls that have 2,000 names of arguments in all are not gone through for each of them."""
    wanted, made = ([Call("f", f'{{"a{number}": {sign}}}') for number in range(2_000)] for sign in (1, -1))

    assert cpu_seconds(lambda: ToolCallMatcher().pairs(wanted, made)) < 0.5


def test_deeply_nested_arguments_are_paired() -> None:
    """Arguments that are nested as deep as Python reads them are paired all the same."""
    first, second = (Call("f", f'{{"a": {"[" * 900}{number}{"]" * 900}}}') for number in (1, 2))
    pairs, unexpected = ToolCallMatcher().pairs([first, second], [second, first])

    assert ([CallPair(first, first), CallPair(second, second)], []) == (pairs, unexpected)


def test_comparison_is_pending_without_options() -> None:
    """Without comparators and thresholds, calls stay as they are and texts are pending."""
    comparison = comparison_of(None, None, None)
    pair = CallPair(Call("f", "{}"), Call("f", "{}"))

    assert pair is comparison.calls(pair)
    assert ("pending", None, None) == comparison.texts("a", "a")[2:]


def test_any_option_enables_local_comparison() -> None:
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
    """A similarity of at least 0.70 is exact, of at least 0.40 similar, and divergent below."""
    pair = comparison_of(None, lambda _a, _b: similarity, None).texts("a", "b")

    assert (status, float(similarity)) == (pair.match_status, pair.semantic_similarity)


def test_custom_thresholds() -> None:
    """A threshold that is given counts; the other keeps its default."""
    comparison = comparison_of(None, lambda _a, _b: 0.8, {"exact": 0.85})

    assert "similar" == comparison.texts("a", "b").match_status


def test_comparator_sees_pairs_only() -> None:
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
def test_invalid_thresholds_are_rejected(thresholds: Any) -> None:
    """Thresholds must be numbers in order from 0 to 1, under their two names."""
    with pytest.raises(ConfigurationError, match="similarity_thresholds"):
        comparison_of(None, None, thresholds)


@pytest.mark.parametrize("similarity", [float("nan"), float("inf")])
def test_non_numeric_similarity_is_rejected(similarity: float) -> None:
    """A comparator's result that JSON cannot hold is an error of the comparator."""
    with pytest.raises(ConfigurationError, match="text_comparator must return"):
        comparison_of(None, lambda _a, _b: similarity, None).texts("a", "b")
