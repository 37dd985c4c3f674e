"""Verdicts by outcome: invariants, rules, and the state that an agent returns decide; calls and texts explain."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs import AgentReply, DatasetError, EvalRunner, grade
from ashr_labs.dataset_faults import check_dataset
from ashr_labs.grading.outcomes import state_differences
from ashr_labs.results import read_run
from ashr_labs.results.reports.text import sample_text
from ashr_labs.scorers import ScorerContext


def scenario(**more: Any) -> dict[str, Any]:
    call = {"name": "update_order", "arguments": {"id": 7, "state": "paid"}}
    asks = {"actor": "user", "content": "Mark order 7 as paid"}
    return {"actions": [asks, {"actor": "agent", "content": "", "expected_response": {"tool_calls": [call]}}], **more}


def played(reply: Any, **more: Any) -> dict[str, Any]:
    run = EvalRunner({"runs": {"pay": scenario(**more)}}).run(lambda message: reply)
    test: dict[str, Any] = grade(run.build())["tests"][0]
    return test


PAID = {"orders": [{"id": 7, "state": "paid"}, {"id": 8, "state": "open"}]}
OTHER_WAY = [{"name": "run_statement", "arguments": {"text": "..."}}]
RIGHT_CALL = [{"name": "update_order", "arguments": {"id": 7, "state": "paid"}}]


@pytest.mark.parametrize(
    ("calls", "state", "verdict", "reason"),
    [
        (RIGHT_CALL, PAID, "passed", None),
        (OTHER_WAY, {**PAID, "log": 3}, "passed", "warning: action 1: the required tool update_order was not called"),
        (
            RIGHT_CALL,
            {"orders": [{"id": 7, "state": "open"}, {"id": 8, "state": "open"}]},
            "failed",
            'state: orders[0].state: expected "paid", got "open"',
        ),
        (
            RIGHT_CALL,
            {"orders": [*PAID["orders"], {"id": 9}]},
            "failed",
            'state: orders[2]: expected nothing, got {"id": 9}',
        ),
        (RIGHT_CALL, {}, "failed", 'state: orders: expected [{"id": 7, "state": "paid"}'),
        (RIGHT_CALL, None, "failed", "state: the agent returned no `state`, which the scenario expects"),
    ],
)
def test_state_decides_and_calls_explain(
    calls: list[dict[str, Any]], state: dict[str, Any] | None, verdict: str, reason: str | None
) -> None:
    """The expected state decides: another way to it passes with a warning, and right calls without it fail."""
    test = played({"text": "Done.", "tool_calls": calls, "state": state}, expected_state=PAID)

    assert verdict == test["verdict"], test["verdict_reasons"]
    assert reason is None or any(one.startswith(reason) for one in test["verdict_reasons"]), test["verdict_reasons"]


def test_errors_and_gates_fail_whatever_the_outcome() -> None:
    """A check of the scenario that does not pass fails the test in spite of the right state."""
    checks = [{"type": "contains", "value": "sorry"}]
    test = played(AgentReply("Done.", RIGHT_CALL, state=PAID), expected_state=PAID, checks=checks)

    assert "failed" == test["verdict"]


def recorded(*invariants: tuple[str, float | None, bool], **more: Any) -> dict[str, Any]:
    results = [
        {"name": f"i{index}", "status": status, "score": score, "gate": gate, "weight": 1.0, "message": "m"}
        for index, (status, score, gate) in enumerate(invariants)
    ]
    test = {"test_id": "a", "status": "completed", "action_results": [], "invariants": results, **more}
    graded: dict[str, Any] = grade({"tests": [test]})["tests"][0]
    return graded


@pytest.mark.parametrize(
    ("invariants", "more", "verdict"),
    [
        ([("passed", 1.0, False)], {}, "passed"),
        ([("passed", 1.0, False), ("failed", 0.0, False)], {}, "failed"),
        ([("passed", 1.0, False), ("failed", 0.0, False)], {"pass_threshold": 0.5}, "passed"),
        ([("passed", 1.0, False), ("failed", 0.0, True)], {"pass_threshold": 0.5}, "failed"),
        ([("passed", 1.0, False), ("failed", 0.4, False)], {"pass_threshold": 0.71}, "failed"),
        ([("passed", 1.0, False), ("error", None, False)], {"pass_threshold": 0.5}, "failed"),
        ([("passed", 1.0, False), ("not_judged", None, True)], {}, "passed"),
        ([("not_judged", None, True)], {}, "unchecked"),
        ([("passed", 1.0, False)], {"forbidden": [{"rule": "r", "violated": True, "details": "d"}]}, "failed"),
        ([("passed", 1.0, False)], {"forbidden": [{"rule": "r", "violated": False, "details": ""}]}, "passed"),
        ([("passed", 1.0, False)], {"error": {"kind": "agent", "message": "m"}}, "failed"),
        ([("nonsense", 1.0, False)], {}, "failed"),
    ],
)
def test_invariants_decide(invariants: list[Any], more: dict[str, Any], verdict: str) -> None:
    """All must pass, or with a threshold gates and the mean; what was not checked never passes."""
    assert verdict == recorded(*invariants, **more)["verdict"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
STATES = st.dictionaries(st.text(max_size=3), JSON, max_size=4)


@given(STATES, STATES)
def test_a_state_equals_itself_whatever_else_there_is(state: dict[str, Any], other: dict[str, Any]) -> None:
    """A state has no differences from itself with more keys, and differs from another one in a named key."""
    assert [] == state_differences(state, {**other, **state})
    assert not state or state_differences(state, {})
    for key in state:
        assert [f"{key}: expected"] == [line[: len(key) + 10] for line in state_differences({key: 1}, {key: "x"})]


def test_grades_of_runs_without_state_are_the_same() -> None:
    """The fields of a test without an outcome are graded as before: nothing is added."""
    test = played({"text": "Done.", "tool_calls": RIGHT_CALL})

    assert not {"state", "expected_state", "invariants", "forbidden", "changes", "pass_threshold"} & test.keys()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (
            {"expected_stat": {}},
            "runs.pay.expected_stat: must not be a key of a scenario; did you mean 'expected_state'?",
        ),
        ({"expected_state": [1]}, "runs.pay.expected_state: must be an object, got [1]"),
        ({"invariants": [1]}, "runs.pay.invariants: must be an object, got [1]"),
        (
            {"invariants": {"a": {"check": {"type": "file_exist", "path": "x"}}}},
            "runs.pay.invariants.a.check.type: must be one of command_exit",
        ),
        (
            {"invariants": {"a": {"check": {"type": "file_exists", "path": "../x"}}}},
            "runs.pay.invariants.a.check.path: a path must be relative",
        ),
        ({"invariants": {"a": {"chekc": {}}}}, "runs.pay.invariants.a"),
    ],
)
def test_malformed_outcomes_of_scenarios_are_refused_by_path(more: dict[str, Any], message: str) -> None:
    """Datasets are refused with the path and a suggestion, and a run records the same error."""
    source = {"runs": {"pay": scenario(**more)}}
    with pytest.raises(DatasetError) as refused:
        check_dataset(source)
    [test] = EvalRunner(source).run(lambda message: "x").build()["tests"]

    assert message in str(refused.value)
    assert ("dataset", True) == (test["error"]["kind"], message in test["error"]["message"])


def test_services_of_invariants_are_not_known_to_a_dataset() -> None:
    """Any service may be named in a dataset: the environment comes later."""
    sql = {"type": "sql", "service": "db", "query": "SELECT 1", "equals": None}
    mock = {"type": "http_mock_assertions", "service": "mail", "assertions": [{}]}
    judged = {"type": "llm_as_judge", "criteria": "x", "input_from": "shop.orders"}
    check_dataset(
        {
            "runs": {
                "pay": scenario(invariants={n: {"check": c} for n, c in zip("abc", (sql, mock, judged), strict=True)})
            }
        }
    )


def test_reply_with_a_state_that_is_not_an_object_fails() -> None:
    """The message names the part of the reply."""
    [test] = EvalRunner({"runs": {"pay": scenario()}}).run(lambda message: {"text": "x", "state": [1]}).build()["tests"]

    assert "whose state must be an object, got [1]" in test["error"]["message"]


def test_scorers_see_the_state() -> None:
    """The context of a scorer has the state that the agent returned last."""

    def paid(context: ScorerContext) -> bool:
        return bool(context.state["paid"])

    run = EvalRunner({"runs": {"pay": scenario()}}).run(
        lambda message: {"text": "x", "state": {"paid": True}}, scorers=[paid]
    )

    assert 1.0 == run.build()["tests"][0]["scores"]["paid"]["value"]


def test_claim_is_shown_beside_what_was_there() -> None:
    """The transcript has the failed check, the agent's claim, and the differences of files."""
    source = {"runs": {"pay": {"actions": [{"actor": "user", "content": "Pay"}], "expected_state": {"paid": True}}}}
    run = EvalRunner(source).run(lambda message: {"text": "It is paid.", "state": {"paid": False}}).build()
    run["tests"][0]["changes"] = {
        "added": [],
        "modified": ["a.txt"],
        "removed": [],
        "diff": "--- a/a.txt\n-open\n+paid\n",
    }
    graded = grade(json.loads(json.dumps(run)))
    [sample] = read_run(graded).samples
    text = sample_text(sample)

    assert "state: paid: expected true, got false" in text
    assert "environment: a.txt modified\n--- a/a.txt\n-open\n+paid" in text
    assert "It is paid." == graded["tests"][0]["output"]
