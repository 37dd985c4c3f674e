"""Tests of runs in executors: threads, processes, and a real Dask cluster on this machine."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any

import pytest

from ashr_labs import EvalRunner
from support.clusters import dask_cluster
from support.eval_data import ScriptedAgent, agent, entries, source, user

MANY = source(**{f"s{n}": [user(f"message {n}"), agent(f"message {n}")] for n in range(20)})


class Worker(ScriptedAgent):
    """Replies with the id of its process."""

    def respond(self, message: str) -> str:
        if message == "message 3":
            raise ValueError("no answer")
        if message == "message 4":
            raise ConnectionError("try again")
        return f"{message} in {os.getpid()}"


class Echo:
    def reset(self) -> None: ...

    def respond(self, message: str) -> str:
        return message


class Dying(ScriptedAgent):
    def respond(self, message: str) -> str:
        os._exit(3)


async def echo(message: str) -> str:
    return message


def processes() -> Executor:
    return ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))


def timeless(tests: list[Any]) -> list[Any]:
    changing = {"started_at", "completed_at", "duration_ms", "turns"}
    return [{key: value for key, value in test.items() if key not in changing} for test in tests]


EVERY = [
    pytest.param(lambda: ThreadPoolExecutor(3), id="threads"),
    pytest.param(processes, id="processes"),
    pytest.param(
        dask_cluster,
        id="dask",
        marks=[pytest.mark.long, pytest.mark.filterwarnings("ignore")],
    ),
]


@pytest.mark.parametrize("start", EVERY)
def test_executor_and_threads_give_equal_results(start: Callable[[], AbstractContextManager[Executor]]) -> None:
    """Wherever the scenarios play, the record is the same, failures and retries included."""
    here = EvalRunner(MANY).run(ScriptedAgent).build()["tests"]
    with start() as executor:
        elsewhere = EvalRunner(MANY).run(Echo, executor=executor).build()["tests"]
        copied = EvalRunner(MANY).run(Echo(), executor=executor, timeout=30).build()["tests"]
        awaited = EvalRunner(MANY).run(echo, executor=executor).build()["tests"]

    assert timeless(here) == timeless(elsewhere) == timeless(copied) == timeless(awaited)


@pytest.mark.parametrize("start", EVERY)
def test_worker_exception_is_recorded_with_traceback(start: Callable[[], AbstractContextManager[Executor]]) -> None:
    """An agent that raises elsewhere fails its scenario with its traceback, after its retries."""
    with start() as executor:
        tests = EvalRunner(MANY).run(Worker, executor=executor, retries=1, repeats=2).build()["tests"]
    failed = [test for test in tests if test["status"] == "failed"]

    assert [("s3", 0, 1), ("s3", 1, 1), ("s4", 0, 2), ("s4", 1, 2)] == [
        (test["test_id"], test["repeat"], test.get("attempts", 1)) for test in failed
    ]
    assert "in respond" in failed[0]["error"]["traceback"]


def test_process_pool_plays_scenarios() -> None:
    """A pool of two processes plays, and this one does not."""
    with processes() as executor:
        tests = EvalRunner(MANY).run(Worker, executor=executor).build()["tests"]
    said = {entries(test)[-1][3].split()[-1] for test in tests if test["status"] == "completed"}

    assert str(os.getpid()) not in said


def test_dead_worker_fails_its_scenario() -> None:
    """An agent that kills its process fails its scenario; the run ends, with a result for each."""
    with processes() as executor:
        tests = EvalRunner(MANY).run(Dying, executor=executor).build()["tests"]

    assert {"failed"} == {test["status"] for test in tests}
    assert {"BrokenProcessPool"} == {test["error"]["type"] for test in tests}


def test_callback_exception_in_worker_propagates() -> None:
    """A callback's exception belongs to the user, wherever it was raised."""

    def refuse(*_: Any) -> None:
        raise LookupError("mine")

    with ThreadPoolExecutor(2) as executor, pytest.raises(LookupError, match="mine"):
        EvalRunner(MANY).run(ScriptedAgent, executor=executor, on_action=refuse)
