"""Comparison of runs by the versions of prompts that they used."""

from __future__ import annotations

from typing import Any

from ashr_labs import compare
from ashr_labs.results import PromptUse, RunResults, markdown_report
from ashr_labs.results.prompts import prompts_of


def call(
    version: Any, cost: float | None = None, *, slug: Any = "greeting", kind: str = "generation"
) -> dict[str, Any]:
    usage = {} if cost is None else {"usage": {"cost": cost}}
    return {"type": kind, "name": "reply", "metadata": {"prompt": {"slug": slug, "version": version}}, **usage}


def run(*tests: tuple[bool, list[dict[str, Any]]]) -> dict[str, Any]:
    return {
        "tests": [
            {"test_id": f"t{n}", "status": "completed", "verdict": "passed" if passed else "failed", "spans": spans}
            for n, (passed, spans) in enumerate(tests)
        ]
    }


BEFORE = run((True, [call(1, 0.5), call(1)]), (False, [call(1, 0.25), call(7, slug="other")]), (False, []))
AFTER = run((True, [call(2)]), (True, [call(2)]), (True, [call(3, slug="new")]))


def test_prompts_of_a_run_are_counted() -> None:
    """Each version has its calls, samples, passes and known cost; a sample may use several."""
    assert [
        PromptUse("greeting", 1, calls=3, samples=2, passed=1, cost_usd=0.75),
        PromptUse("other", 7, calls=1, samples=1, passed=0, cost_usd=None),
    ] == prompts_of(RunResults.of(BEFORE))
    assert ["other"] == [one.prompt for one in prompts_of(RunResults.of(BEFORE), {"t1"}) if one.version == 7]


def test_calls_without_a_valid_reference_are_left_out() -> None:
    """Only generations with a slug and a version count."""
    odd = [call(True), call("1"), call(1, slug=3), call(1, kind="span"), {"type": "generation", "metadata": 3}, {}]

    assert [] == prompts_of(RunResults.of(run((True, odd))))


def test_comparison_shows_prompts_of_both_runs() -> None:
    """A prompt that both runs used is shown with its versions, passes, and the change of the share that passed."""
    found = compare(BEFORE, AFTER)

    row = ("prompt greeting", "v1: 1 of 2 passed", "v2: 2 of 2 passed", "+50 points")
    assert [row] == [one for one in found.usage_changes() if one[0].startswith("prompt")]
    assert ["greeting", "new"] == [one["prompt"] for one in found.document()["prompts"]["candidate"]]
    assert "v1: 1 of 2 passed" in markdown_report(found)
    assert "prompts" not in compare(run((True, [])), run((True, []))).document()


def test_several_versions_have_no_change() -> None:
    """Where a run used several versions of a prompt, there is no one change."""
    mixed = run((True, [call(2)]), (True, [call(3)]), (True, []))

    [row] = [one for one in compare(BEFORE, mixed).usage_changes() if one[0] == "prompt greeting"]
    assert ("v2: 1 of 1 passed, v3: 1 of 1 passed", "-") == row[2:]
