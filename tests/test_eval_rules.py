"""Tests of a runner's argument rules: it pairs and judges calls as grading does by the same rules."""

from __future__ import annotations

import pickle
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ashr_labs import ConfigurationError, EvalRunner, compare_tool_args, grade
from ashr_labs.eval.comparison import argument_policy_of
from ashr_labs.eval.tool_matching import ToolCallMatcher
from ashr_labs.scenarios.tool_calls import CallRecord as Call
from support.eval_data import ScriptedAgent, agent, call, made, reply, source, user

VALUES = st.sampled_from([1, 1.0, 2, True, None, "1", "May 17, 2024", "2024-05-17", "a b", [1, 2], [2, 1], {"k": 1}])
ARGUMENTS = st.dictionaries(st.sampled_from("xyz"), VALUES, max_size=3)
RULES = st.dictionaries(
    st.sampled_from(["book", "*"]),
    st.dictionaries(
        st.sampled_from(["x", "y", "*", "x.k", "x[*]"]),
        st.sampled_from(["ignore", "exact", "date", "unordered", {"approx": 1}, {"one_of": [2]}, {"regex": "[12]"}]),
        max_size=2,
    ),
)
MODES = st.dictionaries(st.sampled_from(["book", "*"]), st.sampled_from(["exact", "subset", "superset", "ignore"]))


def recorded(runner_options: Any, expected: list[Any], actual: list[Any]) -> Any:
    """Return the result of a run in which these calls were expected and made."""
    runner = EvalRunner(source(s=[user(), agent("", *expected)]), **runner_options)
    return runner.run(ScriptedAgent(lambda _: reply("", *actual))).build()


def calls_in(result: Any) -> list[Any]:
    return [one for action in result["tests"][0]["action_results"] for one in action.get("tool_calls", [])]


@settings(deadline=None)
@given(st.lists(ARGUMENTS, max_size=4), st.lists(ARGUMENTS, max_size=4), RULES, MODES)
def test_runner_and_grading_agree(expected: Any, actual: Any, rules: Any, modes: Any) -> None:
    """By the same rules and modes, what the runner calls exact, partial or a mismatch grading calls the same."""
    config = {"argument_rules": rules, "argument_modes": modes}
    result = recorded(config, [call("book", **one) for one in expected], [made("book", **one) for one in actual])
    graded = grade(result, {"grading_config": config})

    # Either of two equally close calls may be matched.
    assert sorted(one["match_status"] for one in calls_in(result)) == sorted(
        one["match_status"] for one in calls_in(graded)
    )


@settings(deadline=None)
@given(st.lists(ARGUMENTS, max_size=5), st.lists(ARGUMENTS, max_size=5), RULES, MODES, st.randoms())
def test_call_order_does_not_change_the_result(
    expected: Any, actual: Any, rules: Any, modes: Any, chance: random.Random
) -> None:
    """However the calls are permuted, the same ones stand beside each other."""
    policy = argument_policy_of(rules, modes)
    sides = [[Call("book", call("book", **one)["arguments_json"]) for one in calls] for calls in (expected, actual)]

    def texts(wanted: list[Call], given: list[Call]) -> list[tuple[str, ...]]:
        pairs, unexpected = ToolCallMatcher(arguments=policy).pairs(wanted, given)
        return sorted((a.name, a.arguments_json, b.name, b.arguments_json) for a, b, *_ in (*pairs, *unexpected))

    assert texts(*sides) == texts(*(chance.sample(calls, len(calls)) for calls in sides))


def test_argument_rules_replace_literal_comparison() -> None:
    """An argument that the rules ignore is not a difference; differences by the rules are noted."""
    options = {"argument_rules": {"book": {"note": "ignore", "day": "date"}}}
    [good] = calls_in(recorded(options, [call("book", day="2024-05-17")], [made("book", day="17 May 2024", note="x")]))
    [bad] = calls_in(recorded(options, [call("book", day="2024-05-17")], [made("book", day="2024-05-18")]))

    assert ("exact", None) == (good["match_status"], good["divergence_notes"])
    assert ("partial", "day: expected the date '2024-05-17', got '2024-05-18'") == (
        bad["match_status"],
        bad["divergence_notes"],
    )
    assert {"day": {"expected": "2024-05-17", "actual": "2024-05-18"}} == bad["argument_comparison"]["different"]


def test_rules_decide_pairing() -> None:
    """Of several calls, those are paired that are exact by the rules, not those that are alike literally."""
    options = {"argument_rules": {"book": {"note": "ignore"}}}
    wanted = [call("book", seat=1, note="a"), call("book", seat=2, note="b")]
    result = recorded(options, wanted, [made("book", seat=2, note="a"), made("book", seat=1, note="b")])

    assert ["exact", "exact"] == [one["match_status"] for one in calls_in(result)]


def test_unpaired_calls_stay_mismatches() -> None:
    """No rule makes a missing or an unexpected call right."""
    result = recorded({"argument_modes": {"*": "ignore"}}, [call("book")], [made("look")])

    assert ["mismatch", "mismatch"] == [one["match_status"] for one in calls_in(result)]


def test_rules_leave_texts_pending() -> None:
    """With rules alone, texts stay pending; with a text comparator, they are judged."""
    choices: list[tuple[dict[str, Any], str]] = [({}, "pending"), ({"text_comparator": lambda _a, _b: 1.0}, "exact")]
    for options, status in choices:
        runner = EvalRunner(source(s=[user(), agent("Done")]), argument_modes={"*": "exact"}, **options)
        [_, text] = runner.run(ScriptedAgent(lambda _: "Done")).build()["tests"][0]["action_results"]

        assert status == text["match_status"]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"argument_rules": {"book": {"x": "fuzzy"}}}, r"argument_rules.book.x: the rule must be one of"),
        ({"argument_rules": {"book": 7}}, "argument_rules.book must be an object, got 7"),
        (
            {"argument_modes": {"book": "loose"}},
            "argument_modes.book must be one of exact, subset, superset, ignore, got 'loose'",
        ),
        ({"argument_modes": {}, "tool_comparator": compare_tool_args}, "tool_comparator cannot be combined"),
    ],
)
def test_invalid_rules_are_rejected(options: Any, problem: str) -> None:
    """A rule or mode that grading would leave out is an error here, before anything starts."""
    with pytest.raises(ConfigurationError, match=problem):
        EvalRunner(source(), **options)


def test_rules_reach_executor_processes() -> None:
    """An executor of processes gets the same rules."""
    policy = argument_policy_of({"book": {"x": {"approx": 1}}}, {"*": "exact"})
    again = pickle.loads(pickle.dumps(policy))

    assert [] == again.of("book").differences({"x": 1}, {"x": 2})
    assert "exact" == again.of("other").mode
