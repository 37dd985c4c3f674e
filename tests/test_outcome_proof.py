"""Verdicts by outcome agree with the database: seeded behaviours, the shop in a sandbox, and expected states."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ashr_labs import DatasetError, EvalRunner, grade
from ashr_labs.eval import expected_states
from benchmarks import outcomes
from examples.shop_in_sandbox import SPEC, SandboxBot, database_dataset
from examples.support_bot import Store
from support.sandboxes import engine_or_skip

PAGE = Path(__file__).resolve().parent.parent / "docs" / "grading.md"


def test_verdicts_by_state_agree_with_the_database() -> None:
    """Of 500 seeded behaviours each verdict by state is that of the database, and the page has the figures."""
    found = outcomes.measure(500)

    assert [] == [one for one in found if one.by_state is not one.is_right]
    assert {True, False} == {one.is_right for one in found}
    assert sum(one.by_calls is one.is_right for one in found) < 500
    assert outcomes.table(found) in PAGE.read_text("utf-8")


def test_bot_is_judged_by_the_database_of_its_sandbox() -> None:
    """The bot of the example passes and fails by the rows in its sandbox; the reason names table and row."""
    engine_or_skip("bubblewrap").close()
    source = database_dataset()
    chosen = ["refund_damaged_item", "two_requests", "return_policy"]
    run = EvalRunner(source).run(SandboxBot, environment=SPEC, filter=chosen)
    refund, two, policy = grade(run.build())["tests"]

    assert ["passed", "failed", "failed"] == [test["verdict"] for test in (refund, two, policy)]
    assert two["verdict_reasons"][0].startswith("invariant database: orders must not have")
    assert ["passed"] == [one["status"] for one in policy["invariants"]]
    assert "the text differs" in policy["verdict_reasons"][0]
    assert ["shop.db"] == refund["changes"]["modified"]


def scenario(*calls: dict[str, Any], **more: Any) -> dict[str, Any]:
    asks = {"actor": "user", "content": "Please"}
    return {"actions": [asks, {"actor": "agent", "expected_response": {"tool_calls": list(calls)}}], **more}


def test_expected_states_leave_out_what_failed_and_keep_what_is_given() -> None:
    """Calls recorded with an error are not made, a given state stays, and the dataset is not changed."""
    cancel = {"name": "cancel_order", "arguments": {"order_id": "ORD-1003"}}
    runs = {
        "made": scenario(cancel),
        "failed": scenario({**cancel, "error": "refused"}),
        "given": scenario(cancel, expected_state={"a": 1}),
    }
    found = expected_states({"runs": runs, "name": "Shop"}, Store)

    statuses = [
        one["expected_state"]["orders"][2]["status"] for one in (found["runs"]["made"], found["runs"]["failed"])
    ]
    assert (["cancelled", "processing"], {"a": 1}, "Shop") == (
        statuses,
        found["runs"]["given"]["expected_state"],
        found["name"],
    )
    assert "expected_state" not in runs["made"]


def test_expected_call_that_fails_in_the_fixture_is_named() -> None:
    """The error has the path of the call, and the reason of the fixture."""
    with pytest.raises(DatasetError) as refused:
        expected_states({"runs": {"a": scenario({"name": "cancel_order", "arguments": {"order_id": "X"}})}}, Store)

    assert "runs.a.actions[1].expected_response.tool_calls: the call of 'cancel_order' fails in the fixture" in str(
        refused.value
    )
