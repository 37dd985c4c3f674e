"""Tests on benchmark data: real scenarios and transcripts give, test for test, what the public package 0.3.1 records.

The public package is wrong where `docs/compatibility.md` says so. One of these rules is met by well-formed data and
agents that reply: of several calls of one tool in a turn, each expected one is matched with the most similar one.
With the public package's rule in its place, no test differs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from ashr_labs import EvalRunner, RunBuilder
from ashr_labs.eval import tool_matching
from ashr_labs.scenarios.tool_calls import CallRecord
from support.clusters import dask_cluster
from support.replay import (
    DATA,
    WHY_SKIPPED,
    ReferenceRun,
    Replaying,
    dataset,
    digest,
    reference_digests,
    reference_result,
    reference_runs,
    replayed,
    replaying,
    source_of,
    timeless,
)
from support.timing import cpu_seconds

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=WHY_SKIPPED)

RUNS = reference_runs()
GOLD = [run for run in RUNS if run.agent == "gold"]


def calls_of(result: Any) -> list[Any]:
    return [
        call for test in result["tests"] for action in test["action_results"] for call in action.get("tool_calls", [])
    ]


def first_come(expected: Sequence[CallRecord], actual: Sequence[CallRecord]) -> dict[int, int]:
    """Pair as the public package does: each expected call takes the first of its tool that is left."""
    left = list(range(len(actual)))
    chosen: dict[int, int] = {}
    for place, call in enumerate(expected):
        found = next((other for other in left if actual[other].name == call.name), None)
        if found is not None:
            chosen[place] = found
            left.remove(found)
    return chosen


def has_choice(test: Any) -> bool:
    """Return True if a tool was called, or expected, more than once in a turn."""
    sides: list[list[str]] = [[], []]
    for action in test["action_results"]:
        if action["actor"] == "user":
            sides += [[], []]
        for call in action.get("tool_calls", []):
            sides[-1].append(call["actual"]["name"])
            sides[-2].append(call["expected"]["name"])
    return any(len(side) > len(set(side)) for side in sides)


@pytest.mark.parametrize("run", RUNS, ids=str)
def test_records_match_the_reference(run: ReferenceRun, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its pairing, every test of every reference run has the same entries, pairs, statuses and comparisons."""
    monkeypatch.setattr(tool_matching, "align_calls", first_come)
    result = replayed(run).build()

    assert reference_digests(run) == {test["test_id"]: digest(test) for test in result["tests"]}
    assert reference_result(run)["aggregate_metrics"] == result["aggregate_metrics"]


@pytest.mark.parametrize("run", RUNS, ids=str)
def test_only_pairing_differs_from_the_reference(run: ReferenceRun) -> None:
    """A test differs only where a turn has several calls of a tool, and never has fewer exact calls."""
    result = replayed(run).build()
    reference = reference_digests(run)
    differing = [test for test in result["tests"] if digest(test) != reference[test["test_id"]]]
    expected, actual = reference_result(run)["aggregate_metrics"], dict(result["aggregate_metrics"])

    assert all(has_choice(test) for test in differing)
    assert expected["total_tool_call_divergence"] >= actual.pop("total_tool_call_divergence")
    assert actual == {key: value for key, value in expected.items() if key in actual}


@pytest.mark.parametrize("run", [run for run in RUNS if not run.plays_steps], ids=str)
def test_concurrent_and_sequential_records_are_equal(run: ReferenceRun) -> None:
    """Scenarios that play side by side are recorded as those that play one after the other, in the same order."""
    one_by_one = [digest(test) for test in replayed(run).build()["tests"]]
    runner = EvalRunner(source_of(run))
    agent = replaying(run)
    tests = runner.run(agent, max_workers=8).build()["tests"]
    awaited = asyncio.run(runner.arun(agent, max_workers=8)).build()["tests"]

    assert one_by_one == [digest(test) for test in tests] == [digest(test) for test in awaited]
    assert [key for key in dataset(run.dataset)["runs"] if key in reference_digests(run)] == [
        test["test_id"] for test in tests
    ]


def recorded(run: RunBuilder) -> list[str]:
    """Return each test without its times, byte for byte."""
    return [timeless(test) for test in run.build()["tests"]]


FEW = [run for run in RUNS if run.dataset == "tau_airline_dialogs" and run.agent in {"gold", "silent", "gpt-4o/trial0"}]


@pytest.mark.integration
@pytest.mark.filterwarnings("ignore")  # of the cluster's own
@pytest.mark.timeout(600)
@pytest.mark.parametrize("runs", [FEW, pytest.param(RUNS, marks=pytest.mark.long)], ids=["few", "all"])
def test_cluster_and_single_thread_records_are_equal(runs: list[ReferenceRun]) -> None:
    """One after the other, in threads, as tasks and on a cluster, every test of a run is the same, byte for byte."""
    with dask_cluster() as executor:
        for run in (run for run in runs if not run.plays_steps):
            runner, agent = EvalRunner(source_of(run)), Replaying(run)
            one_by_one = recorded(runner.run(agent))

            assert len(reference_digests(run)) == len(one_by_one), run
            assert one_by_one == recorded(runner.run(agent, max_workers=4)), run
            assert one_by_one == recorded(asyncio.run(runner.arun(agent, max_workers=4))), run
            assert one_by_one == recorded(runner.run(agent, executor=executor)), run


@pytest.mark.parametrize("run", GOLD, ids=str)
def test_gold_agent_makes_every_expected_call(run: ReferenceRun) -> None:
    """An agent that does what is expected scores each expected call exact, and makes no other."""
    result = replayed(run).build()
    expected = [
        call
        for scenario in dataset(run.dataset)["runs"].values()
        for action in scenario["actions"]
        for call in action.get("expected_response", {}).get("tool_calls", [])
    ]

    assert [call["name"] for call in expected] == [call["expected"]["name"] for call in calls_of(result)]
    assert {"exact"} >= {call["match_status"] for call in calls_of(result)}
    assert len(result["tests"]) == result["aggregate_metrics"]["tests_passed"]


def test_all_datasets_are_covered() -> None:
    """The reference has a gold and a silent run for each of the datasets."""
    names = {path.stem for path in DATA.glob("*.json") if path.stem != "reference_results"}

    assert 17 == len(names)
    assert {(name, agent) for name in names for agent in ("gold", "silent")} <= {
        (run.dataset, run.agent) for run in RUNS
    }


def test_bfcl_finishes_in_seconds() -> None:
    """400 scenarios with 2,355 expected calls are run and built in a second of processor time."""
    run = next(run for run in GOLD if run.dataset == "bfcl_multi_turn")

    assert cpu_seconds(lambda: replayed(run).build(), times=2) < 1
    assert 400 == len(replayed(run).build()["tests"])


def test_malformed_scenario_among_real_ones_fails_alone() -> None:
    """A scenario that is malformed leaves the other results of its dataset as they are."""
    run = next(run for run in GOLD if run.dataset == "tau_airline_dialogs")
    scenarios = dict(dataset(run.dataset)["runs"])
    broken = next(iter(scenarios))
    scenarios[broken] = {"actions": [*scenarios[broken]["actions"], {"actor": "agent", "expected_response": None}]}
    silent = ReferenceRun(run.dataset, "silent", "-")

    class Silent:
        def reset(self) -> None: ...

        def respond(self, message: str) -> str:
            return ""

    tests = EvalRunner({"runs": scenarios}).run(Silent(), max_workers=4).build()["tests"]

    assert [broken] == [test["test_id"] for test in tests if test["status"] == "failed"]
    assert f"runs.{broken}.actions[" in tests[0]["error"]["path"]
    assert reference_digests(silent) == reference_digests(silent) | {
        test["test_id"]: digest(test) for test in tests if test["status"] == "completed"
    }
