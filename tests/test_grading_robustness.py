"""Tests that nothing makes grading raise, and that real gold transcripts pass it."""

from __future__ import annotations

import copy
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ashr_labs.grading import grade
from support.run_results import (
    asked,
    calls,
    graded_call,
    graded_test,
    made,
    pair,
    played,
    result_of,
    ruled,
    said,
    strict,
)

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        ["book", "NOT_CALLED", "NONE_EXPECTED", "2024-05-17", "May 17, 2024", '{"a": 1}', "[", "required"]
    )
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def mostly(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(strategy, strategy, strategy, JSON)


def objects(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({}, optional={name: mostly(strategy) for name, strategy in fields.items()})


ARGUMENTS = st.dictionaries(st.sampled_from(["a", "b", "c"]), JSON, max_size=3)
SIDES = objects(
    name=st.sampled_from(["book", "search", "NOT_CALLED", "NONE_EXPECTED"]),
    arguments=ARGUMENTS,
    arguments_json=ARGUMENTS.map(json.dumps),
)
ENTRIES = objects(expected=SIDES, actual=SIDES, match_status=st.just("pending"), argument_comparison=JSON)
WORD = st.sampled_from(["the", "order", "was", "shipped", "today", "7", "7.00", "$7"])
WORDS = st.lists(WORD, max_size=8).map(" ".join)
ACTIONS = objects(
    actor=st.sampled_from(["user", "agent"]),
    action_type=st.sampled_from(["text", "tool_call"]),
    action_index=st.integers(0, 5),
    tool_calls=st.lists(mostly(ENTRIES), max_size=4),
    expected_response=objects(text=WORDS),
    actual_response=objects(text=WORDS),
)
TESTS = objects(status=st.just("completed"), action_results=st.lists(mostly(ACTIONS), max_size=5), error=JSON)
RESULTS = objects(tests=st.lists(mostly(TESTS), max_size=3), aggregate_metrics=JSON)
RULES = st.sampled_from(["ignore", "exact", "date", "approx", "unordered", {"approx": 0.1}, {"regex": "a+"}])
NAMES = st.sampled_from(["book", "search"])
CONFIGS = objects(
    tool_definitions=st.lists(mostly(objects(name=NAMES, required=st.booleans(), description=WORDS)), max_size=3),
    grading_config=objects(
        tool_strictness=st.dictionaries(NAMES, st.sampled_from(["required", "expected", "optional"])),
        side_effects=st.dictionaries(NAMES, st.booleans()),
        text_similarity_threshold=st.floats(0, 1),
        argument_rules=st.dictionaries(NAMES, st.dictionaries(st.sampled_from(["a", "*", "b[*]"]), mostly(RULES))),
    ),
)


@settings(max_examples=300, deadline=None)
@given(RESULTS, mostly(CONFIGS))
def test_any_json_is_graded(result: dict[str, Any], config: Any) -> None:
    """Whatever JSON comes in, grading does not raise, adds up, changes no input, and again gives the same."""
    before = copy.deepcopy((result, config))

    graded = grade(result, config, strict=False)

    assert repr((result, config)) == repr(before)
    metrics = graded["aggregate_metrics"]
    if isinstance(result.get("tests"), list):
        counts = (metrics["tests_passed"], metrics["tests_failed"], metrics["tests_unchecked"])
        assert metrics["total_tests"] == sum(counts) == len(result["tests"])
        verdicts = [test["verdict"] for test in graded["tests"] if isinstance(test, dict)]
        assert metrics["tests_passed"] == verdicts.count("passed")
    assert repr(grade(graded, config, strict=False)) == repr(graded)


@settings(max_examples=200, deadline=None)
@given(ARGUMENTS, st.sampled_from(["required", "expected", "optional"]))
def test_gold_arguments_are_exact(arguments: dict[str, Any], strictness: str) -> None:
    """Any arguments are an exact match of themselves, also when one side went through JSON text."""
    actual = {"name": "book", "arguments_json": json.dumps(arguments)}

    assert graded_call(pair(made(**arguments), actual), strict(strictness)) == ("passed", "exact", None)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=5), st.randoms())
def test_permuted_calls_grade_the_same(numbers: list[int], random: Any) -> None:
    """The order in which the agent makes the expected calls of one tool does not change the verdict."""
    shuffled = list(numbers)
    random.shuffle(shuffled)

    test = graded_test(calls(*(pair(made(x=a), made(x=b)) for a, b in zip(numbers, shuffled, strict=True))))

    assert test["verdict"] == "passed"


TOO_DEEP = "failed" if sys.version_info < (3, 14) else "passed or failed"
"""Python 3.14 limits nesting by the size of the stack, and may compare 100,000 levels."""


def nested(levels: int, core: Any = None) -> Any:
    value = core
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("expected", "actual", "verdict"),
    [
        (nested(150), nested(150), "passed"),
        (nested(150, 1), nested(150, 2), "failed"),
        (nested(100_000), nested(100_000), TOO_DEEP),
        (nested(100_000), [1], "failed"),
        (10**5000, 1, "failed"),
        (10**5000, 10**5000, "passed"),
    ],
    ids=["deep", "deep and different", "too deep", "too deep and flat", "huge and small", "huge"],
)
@pytest.mark.parametrize("rule", [None, "exact", "unordered", "date", {"one_of": []}])
def test_deep_and_huge_values_are_compared(expected: Any, actual: Any, verdict: str, rule: Any) -> None:
    """Values nested beyond recursion and numbers beyond printing get a verdict, not an exception."""
    entry = pair({"name": "book", "arguments": {"x": expected}}, {"name": "book", "arguments": {"x": actual}})

    config = ruled("x", rule) if rule else None

    assert graded_test(calls(entry, entry), config=config)["verdict"] in verdict.split(" or ")


@pytest.mark.parametrize("value", [nested(100_000), 10**5000], ids=["too deep", "huge"])
def test_pattern_on_an_unprintable_value(value: Any) -> None:
    """A pattern does not match what cannot be written out."""
    entry = pair(made(x="a"), {"name": "book", "arguments": {"x": value}})

    assert graded_call(entry, ruled("x", {"regex": "[a-z]*"}))[0] == "failed"


@pytest.mark.skipif("ASHR_BENCHMARK_DATA" not in os.environ, reason="ASHR_BENCHMARK_DATA is not set")
def test_gold_transcripts_pass() -> None:
    """An agent that does and says exactly what is expected passes every real scenario."""
    folder = Path(os.environ["ASHR_BENCHMARK_DATA"])
    datasets = [path for path in sorted(folder.glob("*.json")) if not path.name.startswith("reference")]
    assert datasets
    for path in datasets:
        runs = json.loads(path.read_text())["runs"]
        tests = [_gold_test(scenario["actions"]) for scenario in runs.values()]

        metrics = grade(result_of(*(_flat(test) for test in tests)))["aggregate_metrics"]

        assert (path.name, metrics["tests_passed"]) == (path.name, len(runs))
        assert metrics["total_tool_call_divergence"] == metrics["total_response_divergence"] == 0


def _gold_test(actions: Any) -> dict[str, Any]:
    agent = [action for action in actions if action["actor"] == "agent"]
    is_empty = not any(one.get("content") or (one.get("expected_response") or {}).get("tool_calls") for one in agent)
    test = played(*map(_gold_action, actions))
    return {**test, "expects_no_calls": True} if is_empty else test


def _gold_action(action: dict[str, Any]) -> list[dict[str, Any]]:
    if action["actor"] != "agent":
        return [asked()]
    text = action.get("content") or ""
    expected = (action.get("expected_response") or {}).get("tool_calls") or []
    return [calls(*(pair(call, call) for call in expected)), said(text, text)]


def _flat(test: dict[str, Any]) -> dict[str, Any]:
    return test | {"action_results": [entry for entries in test["action_results"] for entry in entries]}
