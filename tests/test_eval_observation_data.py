"""Observed runs of real scenarios: an agent gets the same verdicts however its tool calls are recorded."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import cache
from typing import Any

import pytest

from ashr_labs import EvalRunner, RunBuilder, grade
from support.clusters import dask_cluster
from support.instrumented import WAYS, Instrumented
from support.replay import DATA, WHY_SKIPPED, ReferenceRun, reference_digests, source_of

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=WHY_SKIPPED)

RUNS = [
    ReferenceRun("apibank", "gold", "-"),
    ReferenceRun("tau_airline_dialogs", "gpt-4o/trial0", "align"),
    ReferenceRun("tau_airline_dialogs", "gpt-4o/trial3", "index"),
    ReferenceRun("tau2_airline_dialogs", "qwen2.5-7b/trial0", "align"),
    ReferenceRun("tau2_retail_dialogs", "nemotron-orchestrator-8b/trial0", "align"),
    ReferenceRun("tau2_telecom_dialogs", "gpt-4.1/trial0", "align"),
]
"""Runs of several agents over more than 200 scenarios, some of which fail."""

Play = Callable[[EvalRunner, ReferenceRun, str], RunBuilder]


def in_threads(runner: EvalRunner, run: ReferenceRun, way: str) -> RunBuilder:
    return runner.run(Instrumented(run, way), max_workers=4)


def in_threads_with_limits(runner: EvalRunner, run: ReferenceRun, way: str) -> RunBuilder:
    return runner.run(Instrumented(run, way), max_workers=4, timeout=60)


def in_tasks(runner: EvalRunner, run: ReferenceRun, way: str) -> RunBuilder:
    return asyncio.run(runner.arun(Instrumented(run, way, is_async=True), max_workers=4))


def in_executor(executor: Executor) -> Play:
    return lambda runner, run, way: runner.run(Instrumented(run, way), executor=executor)


Observed = tuple[str, str, list[str], list[Any]]


def observed(play: Play, run: ReferenceRun, way: str) -> list[Observed]:
    """Return verdict, reasons and calls of each test."""
    graded = grade(play(EvalRunner(source_of(run)), run, way).build())
    return [(test["test_id"], test["verdict"], test["verdict_reasons"], calls_of(test)) for test in graded["tests"]]


def calls_of(test: Any) -> list[Any]:
    return [
        (call["actual"]["name"], call["actual"].get("arguments"), call["match_status"])
        for action in test["action_results"]
        for call in action.get("tool_calls", ())
    ]


@cache
def replied(run: ReferenceRun) -> list[Observed]:
    """Return what an agent gets that replies with its calls, one scenario after the other."""
    return observed(lambda runner, run, way: runner.run(Instrumented(run, way)), run, "reply")


def test_scenarios_pass_and_fail() -> None:
    """There are at least 200 scenarios, of which at least 40 pass and 40 fail."""
    verdicts = Counter(verdict for run in RUNS for _, verdict, *_ in replied(run))

    assert 200 <= len({(run.dataset, scenario) for run in RUNS for scenario in reference_digests(run)})
    assert 40 <= min(verdicts["passed"], verdicts["failed"])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("play", [in_threads, in_threads_with_limits, in_tasks])
def test_verdicts_are_the_same_in_threads_and_tasks(play: Play, way: str) -> None:
    """Calls, statuses, verdicts and reasons are those of the agent that replies with its calls."""
    for run in RUNS:
        assert replied(run) == observed(play, run, way), run


@pytest.mark.parametrize("way", WAYS)
def test_verdicts_are_the_same_in_processes(way: str) -> None:
    """The spans of a process travel with the test."""
    with ProcessPoolExecutor(2) as executor:
        for run in RUNS:
            assert replied(run) == observed(in_executor(executor), run, way), run


@pytest.mark.integration
@pytest.mark.filterwarnings("ignore")  # of the cluster's own
@pytest.mark.timeout(600)
def test_verdicts_are_the_same_on_a_cluster() -> None:
    """The spans of Dask's workers travel with the test."""
    with dask_cluster() as executor:
        for way in WAYS:
            for run in RUNS:
                assert replied(run) == observed(in_executor(executor), run, way), (way, run)
