"""Tests of `ashr_labs.grading`: tools, texts, tests, totals, and what an agent config may say."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ashr_labs.grading import GRADER_NAME, GRADER_VERSION, grade
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
        (strict("sometimes") | defined(required=False), "passed", "note: the optional tool book was not called"),
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
def test_optional_purpose_reached_in_text(expected: str, actual: str, status: str) -> None:
    """A missed optional call is a partial match where the turn's text is as expected or speaks of the tool."""
    config = {
        "tool_definitions": [{"name": "end_session", "description": "Close the conversation", "required": False}],
    }
    test = graded_test(calls(missed("end_session")), said(expected, actual), config=config)

    call = test["action_results"][0]["tool_calls"][0]
    assert status == call["match_status"]
    assert ("purpose was reached" in call["divergence_notes"]) == (status == "partial")


def test_optional_purpose_looks_at_the_same_turn_only() -> None:
    """What the agent says in another turn does not stand for a missed optional call."""
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
        (strict("required", side_effects={"book": "no"}), "failed"),
    ],
)
def test_unexpected_call(config: Any, verdict: str) -> None:
    """An unexpected call fails the test if its tool has side effects, which a required tool has unless told."""
    assert graded_call(unexpected(), config)[:2] == (verdict, "mismatch")


FORGIVING: Any = {"grading_config": {"forgive_retries": True}}
SAME, OTHER = made(order=7), made(order=8)


@pytest.mark.parametrize(
    ("actions", "config", "verdict"),
    [
        ([calls(pair(SAME, OTHER), pair(NONE_EXPECTED, SAME))], FORGIVING, "passed"),
        ([calls(pair(SAME, OTHER), pair(NONE_EXPECTED, SAME))], None, "failed"),
        ([calls(pair(SAME, SAME), pair(NONE_EXPECTED, OTHER))], FORGIVING, "passed"),
        ([calls(pair(SAME, OTHER), pair(NONE_EXPECTED, OTHER))], FORGIVING, "failed"),
        ([calls(pair(NONE_EXPECTED, OTHER)), asked(2), calls(pair(SAME, SAME), index=3)], FORGIVING, "passed"),
        ([calls(pair(SAME, SAME)), asked(2), calls(pair(NONE_EXPECTED, OTHER), index=3)], FORGIVING, "failed"),
        ([calls(unexpected("cancel"), pair(SAME, SAME))], FORGIVING, "failed"),
        ([calls(pair(SAME, OTHER), pair(NONE_EXPECTED, SAME))], {"grading_config": {"forgive_retries": 1}}, "failed"),
    ],
    ids=[
        "tried again",
        "not asked for",
        "after",
        "never right",
        "earlier turn",
        "later turn",
        "other tool",
        "not true",
    ],
)
def test_retried_call(actions: Any, config: Any, verdict: str) -> None:
    """Where the config says so, an unexpected call is forgiven if its action or a later one has an exact one."""
    test = graded_test(*actions, config=config)

    assert verdict == test["verdict"]
    notes = [call["divergence_notes"] for action in test["action_results"] for call in action.get("tool_calls", [])]
    assert (verdict == "passed") == any("in the same action or later" in (note or "") for note in notes)


def test_another_tool_than_expected_is_missed_and_unexpected() -> None:
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
        ("", "Whatever I like", None, "exact", "passed"),
        (None, "Whatever I like", None, "exact", "passed"),
        ("23553", "You have saved a total of **$23,553.00**!", None, "exact", "passed"),
        ("polyester, cotton", "We have it in cotton and in Polyester, in six colours.", None, "exact", "passed"),
        ("It ships on Monday at the very latest.", LONG_ANSWER, None, "exact", "passed"),
        ("4", "You have saved a total of 40 dollars, as far as I can see.", None, "divergent", "failed"),
    ],
)
def test_text(expected: Any, actual: Any, threshold: float | None, status: str, verdict: str) -> None:
    """A text is exact, similar or divergent by similarity; few expected words need only be told; silence diverges."""
    config = {"grading_config": {"text_similarity_threshold": threshold}}
    test = graded_test(said(expected, actual), config=config)

    assert (status, verdict) == (test["action_results"][0]["match_status"], test["verdict"])


def test_nothing_is_missed_before_anybody_has_spoken_to_the_agent() -> None:
    """An expected greeting that nobody asked for is a note; what was said all the same is judged."""
    silent = graded_test(said("Hello there, how are you?", ""), asked(), said("Good to hear, bye now", "Good to hear"))
    rude = graded_test(said("Hello there, how are you?", "Go away"), asked())
    unasked = graded_test(said("Hello there, how are you?", ""))

    assert ("exact", "passed") == (silent["action_results"][0]["match_status"], silent["verdict"])
    assert "no user had spoken" in silent["action_results"][0]["divergence_notes"]
    assert ["failed", "failed"] == [rude["verdict"], unasked["verdict"]]


def test_text_carries_its_similarity_and_reason() -> None:
    """A compared text has its similarity with two decimals, and a divergent one says why."""
    text = graded_test(said("The order was shipped", "Please tell me your name"))["action_results"][0]

    assert text["semantic_similarity"] == round(text["semantic_similarity"], 2)
    assert text["divergence_notes"] == "the text differs: similarity 0.00 is below 0.40"


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
        ({"action_results": [said(7, "x")]}, "action 1: expected_response must hold a text, got {'text': 7}"),
        ({"action_results": [said("x", [])]}, "action 1: actual_response must hold a text, got {'text': []}"),
    ],
)
def test_what_did_not_run_or_cannot_be_read_fails(fields: dict[str, Any], reason: str) -> None:
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
        "tests_passed": 2,
        "tests_failed": 2,
        "average_similarity_score": 0.5,
        "total_tool_call_divergence": 1,
        "total_response_divergence": 1,
        "mine": 1,
    }
    assert result["grader"] == {
        "name": GRADER_NAME,
        "version": GRADER_VERSION,
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
def test_result_of_another_shape(result: dict[str, Any], passed: int) -> None:
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
        ("strict", "the agent config must be an object, got 'strict'; it is not used"),
        ({"grading_config": []}, "grading_config must be an object, got []; it is not used"),
        ({"tool_definitions": {}}, "tool_definitions must be a list, got {}; it is not used"),
        (
            {"tool_definitions": [7, {"name": None}]},
            "tool_definitions[0] must be an object with a name; it is not used",
        ),
        (
            strict("maybe"),
            "tool_strictness.book must be one of required, expected, optional, got 'maybe'; it is not used",
        ),
        ({"grading_config": {"side_effects": {"a": 1}}}, "side_effects.a must be true or false, got 1; it is not used"),
        (
            {"grading_config": {"text_similarity_threshold": 40}},
            "text_similarity_threshold must be a number from 0 to 1, got 40; 0.4 is used",
        ),
        ({"grading_config": {"argument_rules": {"book": 7}}}, "argument_rules.book must be an object, got 7"),
        (ruled("[]", "ignore"), "argument_rules.book.[] is not used: the path '[]' does not name an argument"),
    ],
)
def test_unusable_config_is_said(config: Any, problem: str) -> None:
    """What cannot be used of a config is named in the grader's notes, and grading goes on without it."""
    result = grade(result_of(played(calls(pair(made(x=1), made(x=1))))), config)

    assert result["tests"][0]["verdict"] == "passed"
    assert result["grader"]["notes"][0].startswith(problem)


def test_everything_else_is_left_alone() -> None:
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
