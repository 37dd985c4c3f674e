"""Tests of `ashr_labs.grading`: tools, texts, tests, totals, and what an agent config may say."""

from __future__ import annotations

import copy
import re
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from ashr_labs import ConfigurationError, EvalRunner
from ashr_labs.grading import GRADER_NAME, GRADER_VERSION, grade, suggest_config, validate_grading_config
from support.run_results import (
    NONE_EXPECTED,
    asked,
    calls,
    defined,
    graded_call,
    graded_test,
    made,
    missed,
    pair,
    played,
    result_of,
    ruled,
    said,
    strict,
    unexpected,
)


@pytest.mark.parametrize(
    ("config", "verdict", "notes"),
    [
        (None, "failed", "the required tool book was not called"),
        (strict("required"), "failed", "the required tool book was not called"),
        (strict("expected"), "passed", "warning: the expected tool book was not called"),
        (strict("optional"), "passed", "note: the optional tool book was not called"),
        (defined(required=True), "failed", "the required tool book was not called"),
        (defined(required=False), "passed", "note: the optional tool book was not called"),
        (defined(description="Books"), "failed", "the required tool book was not called"),
        (strict("expected") | defined(required=True), "passed", "warning: the expected tool book was not called"),
        (strict("required") | defined(required=False), "failed", "the required tool book was not called"),
    ],
)
def test_missed_call(config: Any, verdict: str, notes: str) -> None:
    """A missed call fails, warns or is noted by its tool's strictness, which tool_strictness decides first."""
    assert graded_call(missed(), config) == (verdict, "mismatch", notes)


@pytest.mark.parametrize(
    ("expected", "actual", "status"),
    [
        ("Goodbye and have a nice day!", "Goodbye, have a nice day!", "partial"),
        ("", "I have closed the conversation.", "partial"),
        ("", "Let me check that.", "mismatch"),
        ("Goodbye and have a nice day!", "", "mismatch"),
    ],
)
def test_optional_call_replaced_by_text(expected: str, actual: str, status: str) -> None:
    """A missed optional call is a partial match where the turn's text is as expected or speaks of the tool."""
    config = {
        "tool_definitions": [{"name": "end_session", "description": "Close the conversation", "required": False}],
    }
    test = graded_test(calls(missed("end_session")), said(expected, actual), config=config)

    call = test["action_results"][0]["tool_calls"][0]
    assert status == call["match_status"]
    assert ("purpose was reached" in call["divergence_notes"]) == (status == "partial")


def test_optional_call_is_not_replaced_by_text_of_another_turn() -> None:
    """Text of another turn does not take the place of a missed optional call."""
    config = {"grading_config": {"tool_strictness": {"end_session": "optional"}}}
    test = graded_test(
        asked(0), calls(missed("end_session"), index=1), asked(2), said("End of session", "End of session", 3),
        config=config,
    )  # fmt: skip

    assert test["action_results"][1]["tool_calls"][0]["match_status"] == "mismatch"


@pytest.mark.parametrize(
    ("config", "verdict"),
    [
        (None, "failed"),
        (strict("required"), "failed"),
        (strict("expected"), "passed"),
        (strict("optional"), "passed"),
        (strict("required", side_effects={"book": False}), "passed"),
        (strict("optional", side_effects={"book": True}), "failed"),
        (defined(required=False, side_effects=True), "failed"),
        (defined(required=True, side_effects=False), "passed"),
        (defined(side_effects=True) | strict("optional", side_effects={"book": False}), "passed"),
        (strict("optional", side_effects={"*": True}), "failed"),
        ({"grading_config": {"side_effects": {"*": False}}}, "passed"),
        ({"grading_config": {"tool_strictness": {"*": "optional"}}}, "passed"),
        ({"grading_config": {"tool_strictness": {"*": "optional", "book": "required"}}}, "failed"),
    ],
)
def test_unexpected_call(config: Any, verdict: str) -> None:
    """An unexpected call fails the test if its tool has side effects, which a required tool has by default."""
    test = graded_test(calls(unexpected()), said("Hello", "Hello"), config=config)

    assert (verdict, "mismatch") == (test["verdict"], test["action_results"][0]["tool_calls"][0]["match_status"])


SAME, OTHER = made(order=7), made(order=8)
FAILED = {**OTHER, "error": "no such order"}


@pytest.mark.parametrize(
    ("actions", "verdict", "notes"),
    [
        ([calls(pair(SAME, FAILED), pair(NONE_EXPECTED, SAME))], "passed", "failed, so without side effects: no such"),
        ([calls(pair(SAME, SAME), pair(NONE_EXPECTED, FAILED))], "passed", "failed, so without side effects: no such"),
        ([calls(pair(SAME, SAME), pair(NONE_EXPECTED, {**OTHER, "isError": True}))], "passed", "the call failed"),
        ([calls(pair(SAME, SAME | {"error": "busy"}))], "failed", "the required tool book failed: busy"),
        ([calls(pair(SAME | {"error": "busy"}, SAME | {"error": "full"}))], "passed", ""),
        ([calls(pair(SAME, SAME | {"error": "busy"}), pair(NONE_EXPECTED, SAME))], "passed", "busy"),
        ([calls(pair(SAME, SAME), pair(NONE_EXPECTED, OTHER))], "failed", "was called unexpectedly, and counts as"),
        ([calls(pair(SAME, OTHER), pair(NONE_EXPECTED, SAME))], "failed", "was called unexpectedly, and counts as"),
        ([calls(pair(NONE_EXPECTED, OTHER)), asked(2), calls(pair(SAME, SAME), index=3)], "failed", "unexpectedly"),
    ],
    ids=[
        "tried again",
        "failed later",
        "flag of MCP",
        "failed only",
        "failure expected",
        "same call again",
        "other order as well",
        "other order first",
        "other order before",
    ],
)
@pytest.mark.parametrize("forgive", [None, True])
def test_failed_call(actions: Any, verdict: str, notes: str, forgive: Any) -> None:
    """A failed call has no side effects and meets no expectation; only a failure forgives an unexpected call."""
    config = {"grading_config": {"forgive_retries": forgive}}
    with pytest.warns(DeprecationWarning, match="forgive_retries") if forgive else nullcontext():
        test = graded_test(*actions, config=config)

    found = [call["divergence_notes"] for action in test["action_results"] for call in action.get("tool_calls", [])]
    assert verdict == test["verdict"]
    assert any(notes in (note or "") for note in found)


@pytest.mark.parametrize("value", [True, False])
def test_forgive_retries_is_deprecated(value: bool) -> None:
    """`grade()` warns its caller about a key without effect; with a config that was stored earlier it does not."""
    config = {"grading_config": {"forgive_retries": value}}

    with pytest.warns(
        DeprecationWarning, match=r"grading_config\.forgive_retries is deprecated, use a config"
    ) as found:
        graded = grade(result_of(played()), config)

    assert [__file__] == [one.filename for one in found]
    assert graded == grade(result_of(played()), config, strict=False)


@pytest.mark.parametrize(
    ("definition", "reads"),
    [
        ({"name": "get_order"}, True),
        ({"name": "orders.searchOrders"}, True),
        ({"name": "mcp__shop__order_status"}, True),
        ({"name": "refund_order"}, False),
        ({"name": "get_or_create_order"}, False),
        ({"name": "check_in"}, False),
        ({"name": "query_athena"}, False),
        ({"name": "run_report"}, False),
        ({"name": "update_status"}, False),
        ({"name": "get_order", "side_effects": True}, False),
        ({"name": "get_order", "annotations": {"readOnlyHint": False}}, False),
        ({"name": "refund_order", "annotations": {"readOnlyHint": True}}, True),
        ({"name": "refund_order", "annotations": {"readOnlyHint": True}, "side_effects": True}, False),
    ],
)
def test_read_only_tool(definition: dict[str, Any], reads: bool) -> None:
    """A tool reads by its config, annotation or else name: a missing call warns, an extra one is a note."""
    name, config = definition["name"], {"tool_definitions": [definition]}
    missing = graded_test(calls(missed(name)), said("Hello", "Hello"), config=config)
    extra = graded_test(calls(unexpected(name)), said("Hello", "Hello"), config=config)

    assert ["passed" if reads else "failed"] * 2 == [missing["verdict"], extra["verdict"]]
    assert any("(reading by its name)" in one for one in missing["verdict_reasons"]) == (reads and len(definition) == 1)


@pytest.mark.parametrize(
    "actions",
    [
        [],
        [asked()],
        [asked(), said("", "Whatever I like")],
        [asked(), calls(unexpected("get_order"))],
        [said("Hello there, how are you?", ""), asked()],
    ],
)
def test_test_without_expectations_is_unchecked(actions: Any) -> None:
    """Without any expectation the verdict is `unchecked`, which counts apart."""
    result = grade(result_of(played(*actions)))

    test, metrics = result["tests"][0], result["aggregate_metrics"]
    assert (test["verdict"], test["status"]) == ("unchecked", "completed")
    assert test["verdict_reasons"][0].startswith("nothing was checked")
    assert (0, 0, 1) == (metrics["tests_passed"], metrics["tests_failed"], metrics["tests_unchecked"])


@pytest.mark.parametrize("mode", ["superset", "in_order"])
def test_extra_calls_that_the_run_allows_are_notes(mode: Any) -> None:
    """A run that allows extra calls is graded so, also when it is graded again; by default they fail the test."""
    source = {"runs": {"a": {"actions": [{"actor": "user", "content": "Refund"}, {"actor": "agent"}]}}}
    agent = {"text": "Done.", "tool_calls": [{"name": "refund", "arguments": {"id": 7}}]}
    allowed = EvalRunner(source, tool_mode=mode).run(lambda message: agent).build()
    counted = EvalRunner(source).run(lambda message: agent).build()

    assert ["unchecked"] * 2 == [grade(run)["tests"][0]["verdict"] for run in (allowed, grade(allowed))]
    assert "failed" == grade(counted)["tests"][0]["verdict"]


def test_expecting_no_call_is_an_expectation() -> None:
    """A scenario that expects no tool call passes without one, and fails with one that has side effects."""
    silent = grade(result_of(played(asked(), expects_no_calls=True)))["tests"][0]
    active = grade(result_of(played(asked(), calls(unexpected()), expects_no_calls=True)))["tests"][0]

    assert ["passed", "failed"] == [silent["verdict"], active["verdict"]]


def test_status_follows_the_verdict() -> None:
    """After grading, a failed test has the status `failed`; `played` says whether it ran, and grading again agrees."""
    tests = [played(calls(missed())), played(said("Hello", "Hello")), played(status="failed")]

    once = grade(result_of(*tests))
    again = grade(once)

    assert [("failed", True), ("completed", True), ("failed", False)] == [
        (test["status"], test["played"]) for test in once["tests"]
    ]
    assert once == again


def test_call_of_another_tool_is_missed_and_unexpected() -> None:
    """A call of another tool counts once as missed and once as unexpected."""
    verdict, status, notes = graded_call(pair(made("book"), made("cancel")))

    assert ("failed", "mismatch") == (verdict, status)
    assert "required tool book was not called" in str(notes)
    assert "tool cancel was called unexpectedly" in str(notes)


LONG_ANSWER = (
    "Thank you for your patience with us. **It ships on Monday, at the very latest!** We will write to you as soon as "
    "the carrier has picked the parcel up, with a number to follow it by, and if anything changes you hear from us."
)


@pytest.mark.parametrize(
    ("expected", "actual", "threshold", "status", "verdict"),
    [
        ("Your order has shipped today.", "Your order has shipped today.", None, "exact", "passed"),
        ("The order was shipped to you today", "Your order was shipped yesterday", None, "similar", "passed"),
        ("The order was shipped to you today", "Your order was shipped yesterday", 0.9, "divergent", "failed"),
        ("The order was shipped to you today", "Please tell me your name first", None, "divergent", "failed"),
        ("The order was shipped to you today", "Please tell me your name first", 0, "similar", "passed"),
        ("The order was shipped to you today", "", None, "divergent", "failed"),
        ("The order was shipped to you today", None, None, "divergent", "failed"),
        ("...", "...", None, "exact", "passed"),
        ("", "Whatever I like", None, "exact", "unchecked"),
        (None, "Whatever I like", None, "exact", "unchecked"),
        ("23553", "You have saved a total of **$23,553.00**!", None, "exact", "passed"),
        ("polyester, cotton", "We have it in cotton and in Polyester, in six colours.", None, "exact", "passed"),
        ("It ships on Monday at the very latest.", LONG_ANSWER, None, "exact", "passed"),
        ("4", "You have saved a total of 40 dollars, as far as I can see.", None, "divergent", "failed"),
        (
            "camera, 481.50, 3 days, free shipping",
            "The camera is $481.5; free shipping in 3 days.",
            None,
            "exact",
            "passed",
        ),
        (
            "camera, 481.50, 3 days, free shipping",
            "The camera is $41.5; free shipping in 3 days.",
            None,
            "similar",
            "passed",
        ),
        ("Your refund is 90 euros.", "Your refund is 900 euros.", None, "divergent", "failed"),
        ("Your refund is 90 euros.", "Your refund is ninety euros now.", None, "similar", "passed"),
        ("Your order has shipped.", "Your order has not shipped and will never ship.", None, "divergent", "failed"),
        ("Your order hasn't shipped yet.", "Your order has shipped yet.", None, "divergent", "failed"),
        ("We can't cancel the order", "We cannot cancel the order", None, "exact", "passed"),
        ("It leaves on May 17, 2026.", "It leaves on 2026-05-17.", None, "similar", "passed"),
        ("It leaves on May 17.", "It leaves on May 18.", None, "divergent", "failed"),
        ("Hello Alice, your order W7 is done", "Hello Bob, your order W7 is done", None, "divergent", "failed"),
        ("Your order W77 is on its way", "Your order W78 is on its way", None, "divergent", "failed"),
        ("您的退款是90欧元", "您的退款是900欧元", None, "divergent", "failed"),
        ("您的退款是90欧元", "您的退款是90欧元。", None, "exact", "passed"),
    ],
)
def test_text_match(expected: Any, actual: Any, threshold: float | None, status: str, verdict: str) -> None:
    """Text is exact, similar or divergent by similarity, facts and contradictions; silence is divergent."""
    config = {"grading_config": {"text_similarity_threshold": threshold}}
    test = graded_test(said(expected, actual), config=config)

    assert (status, verdict) == (test["action_results"][0]["match_status"], test["verdict"])


def test_missing_greeting_is_a_note() -> None:
    """A missing greeting before the first message of the user is a note; a greeting that was said is compared."""
    silent = graded_test(said("Hello there, how are you?", ""), asked(), said("Good to hear, bye now", "Good to hear"))
    rude = graded_test(said("Hello there, how are you?", "Go away"), asked())
    unasked = graded_test(said("Hello there, how are you?", ""))

    assert ("exact", "passed") == (silent["action_results"][0]["match_status"], silent["verdict"])
    assert "no user had spoken" in silent["action_results"][0]["divergence_notes"]
    assert ["failed", "failed"] == [rude["verdict"], unasked["verdict"]]


def test_text_has_similarity_and_reason() -> None:
    """A compared text has its similarity with two decimals, and a divergent one says why."""
    text = graded_test(said("The order was shipped", "Please tell me your name"))["action_results"][0]

    assert text["semantic_similarity"] == round(text["semantic_similarity"], 2)
    assert text["divergence_notes"] == (
        "the text differs: similarity 0.00 is below 0.40; "
        "expected 'The order was shipped', got 'Please tell me your name'"
    )


def test_text_that_is_not_compared_has_no_similarity() -> None:
    """Where no text was expected, a similarity from an earlier comparison goes away."""
    text = graded_test(said("", "Hello") | {"semantic_similarity": 0.1})["action_results"][0]

    assert "semantic_similarity" not in text
    assert text["divergence_notes"] == "note: no text was expected, so none was compared"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"status": "failed"}, "the test did not run to its end: its status is 'failed'"),
        ({"status": "running"}, "the test did not run to its end: its status is 'running'"),
        ({"status": None}, "the test did not run to its end: its status is None"),
        (
            {"status": "failed", "error": {"kind": "agent", "type": "KeyError", "message": "'id'"}},
            "the test did not run to its end: agent: KeyError: 'id'",
        ),
        (
            {"status": "completed", "error": {"kind": "timeout", "message": "no answer in 30 s"}},
            "the test did not run to its end: timeout: no answer in 30 s",
        ),
        ({"error": "boom"}, "the test did not run to its end: boom"),
        ({"action_results": None}, "action_results must be a list, got None"),
        ({"action_results": [7]}, "action_results[0] must be an object, got 7"),
        ({"action_results": [calls(7)]}, "action 1: a tool call must be an object, got 7"),
        ({"action_results": [calls({})]}, "action 1: the entry names no tool, so it cannot be graded"),
        ({"action_results": [calls() | {"tool_calls": None}]}, "action 1: tool_calls must be a list, got None"),
        ({"action_results": [said(7, "x")]}, "action 1: expected_response must hold text, got {'text': 7}"),
        ({"action_results": [said("x", [])]}, "action 1: actual_response must hold text, got {'text': []}"),
    ],
)
def test_unfinished_or_unreadable_test_fails(fields: dict[str, Any], reason: str) -> None:
    """A test that did not run to its end, or holds what cannot be read, is failed with the reason in words."""
    result = grade(result_of(played() | fields))

    assert ("failed", [reason]) == (result["tests"][0]["verdict"], result["tests"][0]["verdict_reasons"])
    assert (0, 1) == (result["aggregate_metrics"]["tests_passed"], result["aggregate_metrics"]["tests_failed"])


def test_reasons_name_the_action_and_put_failures_first() -> None:
    """A test's reasons say at which action, failures before warnings, without mere notes."""
    config = {"grading_config": {"tool_strictness": {"warn": "expected", "note": "optional"}}}
    test = graded_test(calls(missed("warn"), missed("note"), index=1), calls(missed("fail"), index=4), config=config)

    assert test["verdict_reasons"] == [
        "action 4: the required tool fail was not called",
        "warning: action 1: the expected tool warn was not called",
    ]


def test_totals() -> None:
    """The totals count verdicts, whatever is not exact, and the mean similarity; unknown totals stay."""
    tests = [
        played(calls(pair(made(), made()), missed("skip")), said("Hello there my friend", "Hello there my friend")),
        played(said("The order was shipped", "Please tell me your name")),
        played(),
        "not a test",
    ]
    config = {"grading_config": {"tool_strictness": {"skip": "optional"}}}
    result = grade(result_of(*tests) | {"aggregate_metrics": {"tests_passed": 9, "mine": 1}}, config)

    assert result["aggregate_metrics"] == {
        "total_tests": 4,
        "tests_passed": 1,
        "tests_failed": 2,
        "tests_unchecked": 1,
        "average_similarity_score": 0.5,
        "total_tool_call_divergence": 1,
        "total_response_divergence": 1,
        "mine": 1,
    }
    assert result["grader"] == {
        "name": GRADER_NAME,
        "version": "4",
        "notes": ["tests[3] must be an object"],
    }


@pytest.mark.parametrize(
    ("result", "passed"),
    [
        ({"score": 0.9}, 0),
        ({"score": 0.9, "tests": None}, 0),
        ({"tests": {"a": 1}, "aggregate_metrics": {"tests_passed": 3, "accuracy": 0.5}}, 3),
        ({"aggregate_metrics": {"tests_passed": None, "accuracy": 0.5}}, 0),
        ({"aggregate_metrics": "none"}, 0),
    ],
)
def test_result_without_tests_gets_totals(result: dict[str, Any], passed: int) -> None:
    """A result without a list of tests gets totals, which stand where it brings them, and is else left alone."""
    graded = grade(result)

    assert graded["aggregate_metrics"]["tests_passed"] == passed
    assert graded["aggregate_metrics"].get("accuracy") == (
        0.5 if "accuracy" in str(result.get("aggregate_metrics")) else None
    )
    assert {**result, "aggregate_metrics": None} == {**graded, "aggregate_metrics": None}


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ("strict", "the agent config must be an object, got 'strict'"),
        ({"gradingconfig": {}}, "gradingconfig is not a known key; did you mean 'grading_config'?"),
        ({"grading_config": []}, "grading_config must be an object, got []"),
        (
            {"grading_config": {"tool_strictnes": {}}},
            "grading_config.tool_strictnes is not a known key; did you mean 'tool_strictness'?",
        ),
        ({"grading_config": {"colour": 1}}, "grading_config.colour is not a known key"),
        ({"tool_definitions": {}}, "tool_definitions must be a list, got {}"),
        ({"tool_definitions": [{"name": None}]}, "tool_definitions[0] must be an object with a name"),
        (defined(requierd=True), "tool_definitions[0].requierd is not a known key; did you mean 'required'?"),
        (defined(required="yes"), "tool_definitions[0].required must be true or false, got 'yes'"),
        (
            strict("optoinal"),
            "grading_config.tool_strictness.book must be one of required, expected, optional, got 'optoinal'; "
            "did you mean 'optional'?",
        ),
        (strict("required", side_effects={"a": 1}), "grading_config.side_effects.a must be true or false, got 1"),
        (
            {"grading_config": {"text_similarity_threshold": 70}},
            "grading_config.text_similarity_threshold must be a number from 0 to 1, got 70",
        ),
        ({"grading_config": {"forgive_retries": 1}}, "grading_config.forgive_retries must be true or false, got 1"),
        (
            {"grading_config": {"argument_rules": {"book": 7}}},
            "grading_config.argument_rules.book must be an object, got 7",
        ),
        (ruled("[]", "ignore"), "grading_config.argument_rules.book.[]: the path '[]' does not name an argument"),
        (ruled("x", "ignroe"), "did you mean 'ignore'?"),
        (
            {"grading_config": {"argument_modes": {"book": "exakt"}}},
            "grading_config.argument_modes.book must be one of exact, subset, superset, ignore, got 'exakt'; "
            "did you mean 'exact'?",
        ),
        ({"behavior_rules": [{"rule": "Be kind", "stritness": "optional"}]}, "behavior_rules[0].stritness is not a"),
        ({"behavior_rules": [{"strictness": "optional"}]}, "behavior_rules[0] must be an object with a rule"),
        ({"behavior_rules": [{"rul": "Be kind"}]}, "did you mean 'rule' by 'rul'?"),
        ({"behaviour_rules": []}, "behaviour_rules is not a known key; did you mean 'behavior_rules'?"),
        ({"tools": []}, "tools is not a known key; did you mean 'tool_definitions'?"),
        ({"side_effects": {}}, "side_effects is not a known key; did you mean 'grading_config.side_effects'?"),
        ({"metadata": "m"}, "metadata must be an object, got 'm'"),
        ({"form_data": 3}, "form_data must be an object, got 3"),
        ({"tool_definitions": [{"nmae": "book"}]}, "did you mean 'name' by 'nmae'?"),
        (
            {"tool_definitions": [{"name": "a"}, {"name": "a"}]},
            "tool_definitions[1].name must be unique, got 'a' again",
        ),
        (defined(description=3), "tool_definitions[0].description must be a string, got 3"),
        (defined(readOnlyHint=True), "tool_definitions[0].readOnlyHint is not a known key; did you mean 'annotations."),
        (defined(annotations="read"), "tool_definitions[0].annotations must be an object, got 'read'"),
        (
            defined(annotations={"readonlyHint": True}),
            "tool_definitions[0].annotations.readonlyHint is not a known key; did you mean 'readOnlyHint'?",
        ),
        (
            defined(annotations={"readOnlyHint": "yes"}),
            "tool_definitions[0].annotations.readOnlyHint must be true or false, got 'yes'",
        ),
        (
            {**defined(), "grading_config": {"tool_strictness": {"bok": "optional"}}},
            "grading_config.tool_strictness.bok is not a defined tool; did you mean 'book'?",
        ),
    ],
)
def test_unusable_config_is_rejected_or_noted(config: Any, problem: str) -> None:
    """A part of a config that cannot be used is refused by its path, or noted on request, and grading goes on."""
    result = result_of(played(calls(pair(made(x=1), made(x=1)))))

    with pytest.raises(ConfigurationError) as caught:
        grade(result, config)
    noted = grade(result, config, strict=False)

    (found,) = validate_grading_config(config)
    assert problem in found
    assert found in str(caught.value)
    assert [found] == noted["grader"]["notes"]
    assert noted["tests"][0]["verdict"] == "passed"


@pytest.mark.parametrize(
    "config", [None, {}, {"metadata": {"my_notes": 1}}, {"tool_definitions": [{"name": "a", "strict": True}]}]
)
def test_config_with_unrelated_keys(config: Any) -> None:
    """Metadata of an agent's config, and keys of its tools that are not for grading, are allowed."""
    assert validate_grading_config(config) == []


def test_suggested_config_changes_no_verdict() -> None:
    """The suggested config states what the names of tools are taken for."""
    config = suggest_config(["get_order", "refund_order"])
    tests = [played(calls(missed(tool)), said("Hello", "Hello")) for tool in ("get_order", "refund_order")]

    assert not validate_grading_config(config)
    for given in (None, config):
        assert [test["verdict"] for test in grade(result_of(*tests), given)["tests"]] == ["passed", "failed"]


@pytest.mark.parametrize(
    ("entries", "verdict"),
    [
        ([missed("get_order")], "failed"),
        ([pair(made("get_order", id=1), made("get_order", id=2))], "failed"),
        ([missed("get_order"), pair(made("get_user"), made("get_user"))], "passed"),
        ([missed("get_order"), pair(made("refund"), made("refund"))], "passed"),
    ],
)
def test_scenario_that_only_expects_reads(entries: Any, verdict: str) -> None:
    """If nothing but reads is expected, at least one of them must be made as expected."""
    assert verdict == graded_test(calls(*entries))["verdict"]


def test_other_fields_are_unchanged() -> None:
    """User actions, other agent actions and unknown fields pass through, and the given result is not changed."""
    result = result_of(
        played(
            asked(),
            {"actor": "agent", "action_type": "file", "action_index": 1, "file_path": "x"},
            calls({**pair(made(x=1), made(x=2)), "mine": 1}),
            said("a", "b"),
            vm_stream={"provider": "kernel"},
        )
    )
    before = copy.deepcopy(result)

    graded = grade(result)

    assert result == before
    test = graded["tests"][0]
    assert test["action_results"][:2] == before["tests"][0]["action_results"][:2]
    assert test["action_results"][2]["tool_calls"][0]["mine"] == 1
    assert test["vm_stream"] == {"provider": "kernel"}


@pytest.mark.parametrize(
    ("result", "options", "problem"),
    [
        (None, {}, "`result` must be an object as RunBuilder.build() returns it, got None"),
        ([], {}, "of a stored run, pass get_run(ID)['result']"),
        ("{}", {"strict": False}, "`result` must be an object"),
        ({"testz": []}, {}, "`result` must have the key 'tests'; did you mean 'tests' by 'testz'?"),
        ({"tests": []}, {"judge": "gpt-5"}, "`judge` must be a judge with a `name` and `ask()`, or None, got 'gpt-5'"),
    ],
)
def test_an_argument_of_another_type_is_refused(result: Any, options: Any, problem: str) -> None:
    """Values other than a result or a judge are errors that say what to pass."""
    with pytest.raises(ConfigurationError) as caught:
        grade(result, **options)

    assert problem in str(caught.value)


def test_documented_versions_include_the_current_one() -> None:
    """The table of the rules that changed begins with the current version."""
    page = (Path(__file__).parent.parent / "docs" / "grading.md").read_text("utf-8")
    versions = re.findall(r"^\| (\d+) \|", page, re.MULTILINE)

    assert GRADER_VERSION == versions[0]
