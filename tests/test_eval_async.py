"""Tests of asynchronous runs: `arun()`, asynchronous agents, and the ordinary API inside a running loop."""

from __future__ import annotations

import asyncio
import contextvars
import threading
import time
from typing import Any

import pytest

from ashr_labs import AshrLabsClient, EvalRunner
from support.eval_data import ScriptedAgent, agent, entries, environment, reply, source, user

MANY = source(**{f"s{n}": [user(f"message {n}"), agent(f"message {n}")] for n in range(40)})


class Later:
    """Answers when others were asked as well."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def reset(self) -> None:
        self.heard = []

    async def respond(self, message: str, scenario_id: str = "") -> Any:
        self.heard.append(message)
        await asyncio.sleep(0)
        return reply(" ".join(self.heard))


async def echo(message: str) -> str:
    return message


def texts(tests: Any) -> list[str]:
    return [entries(test)[-1][3] for test in tests]


@pytest.mark.parametrize("workers", [1, 4, 100])
@pytest.mark.parametrize("subject", [Later, Later(), echo, lambda message: message, ScriptedAgent], ids=range(5))
def test_results_are_equal_inside_and_outside_event_loop(subject: Any, workers: int) -> None:
    """Whatever the agent is, run(), run() inside a loop and arun() record the same."""

    async def inside() -> tuple[Any, Any]:
        blocking = EvalRunner(MANY).run(subject, max_workers=workers)
        return blocking.build(), (await EvalRunner(MANY).arun(subject, max_workers=workers)).build()

    results = [EvalRunner(MANY).run(subject, max_workers=workers).build(), *asyncio.run(inside())]

    assert [list(MANY["runs"])] * 3 == [[test["test_id"] for test in result["tests"]] for result in results]
    assert [[f"message {n}" for n in range(40)]] * 3 == [texts(result["tests"]) for result in results]


def test_async_concurrency_equals_workers() -> None:
    """As many scenarios as there are workers are played concurrently, and not more."""
    now, most = 0, 0

    async def answer(message: str) -> str:
        nonlocal now, most
        now += 1
        most = max(now, most)
        await asyncio.sleep(0.001)
        now -= 1
        return message

    asyncio.run(EvalRunner(MANY).arun(answer, max_workers=7))

    assert 7 == most


def test_blocking_agents_do_not_block_the_loop() -> None:
    """Ordinary agents play in threads, side by side, with the caller's context, while the loop goes on."""
    request: contextvars.ContextVar[str] = contextvars.ContextVar("request", default="none")
    barrier = threading.Barrier(10, timeout=30)

    def answer(_: str) -> str:
        barrier.wait()
        return request.get()

    async def run() -> tuple[Any, int]:
        request.set("r1")
        task = asyncio.create_task(EvalRunner(MANY).arun(answer, max_workers=10))
        ticks = 0
        while not task.done():
            await asyncio.sleep(0.001)
            ticks += 1
        return (await task).build()["tests"], ticks

    tests, ticks = asyncio.run(run())

    assert {"r1"} == set(texts(tests))
    assert ticks > 0


def test_on_environment_may_be_async() -> None:
    """An asynchronous on_environment is awaited, and its reply takes the place of the agent's last one."""
    dataset = source(s=[user("hi"), environment("rain"), agent("rain")])
    test = EvalRunner(dataset).run(echo, on_environment=lambda content, _: echo(content)).build()["tests"][0]

    assert (2, "text", "rain", "rain") == entries(test)[-1]


def test_async_agent_exception_fails_one_test() -> None:
    """An exception, and a cancellation that the agent causes itself, fail one scenario each, with their turn."""

    async def answer(message: str) -> str:
        if message == "message 1":
            raise ValueError("no answer")
        if message == "message 2":
            raise asyncio.CancelledError
        return message

    tests = EvalRunner(MANY).run(answer, max_workers=3).build()["tests"]
    errors = [test["error"] for test in tests if "error" in test]

    assert [("agent", "ValueError", 0), ("cancelled", "CancelledError", 0)] == [
        (error["kind"], error["type"], error["turn"]) for error in errors
    ]
    assert "aio.py" not in errors[0]["traceback"]


def test_callback_exception_ends_async_run() -> None:
    """A callback's exception is raised, and no task is left behind."""

    def refuse(*_: Any) -> None:
        raise LookupError("mine")

    async def run() -> int:
        with pytest.raises(LookupError, match="mine"):
            await EvalRunner(MANY).arun(Later, max_workers=3, on_action=refuse)
        return len(asyncio.all_tasks())

    assert 1 == asyncio.run(run())


def test_cancelled_run_cancels_its_agents() -> None:
    """Cancelling the task of a run cancels what its agents do."""
    cancelled = list[str]()

    async def answer(message: str) -> str:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.append(message)
            raise
        return message

    async def run() -> int:
        task = asyncio.create_task(EvalRunner(MANY).arun(answer, max_workers=3))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return len(asyncio.all_tasks())

    assert 1 == asyncio.run(run())
    assert ["message 0", "message 1", "message 2"] == cancelled


@pytest.mark.parametrize("stubborn", [False, True])
def test_slow_async_agent_times_out(stubborn: bool) -> None:
    """An agent that does not answer in time fails its scenario, even if it does not let itself be cancelled at once."""

    async def answer(message: str) -> str:
        if message == "message 1":
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                if not stubborn:
                    raise
                await asyncio.sleep(0.2)
        return message

    tests = EvalRunner(MANY).run(answer, max_workers=3, timeout=0.05).build()["tests"]

    assert [1] == [place for place, test in enumerate(tests) if test["status"] == "failed"]
    assert ("timeout", "a reply took longer than 0.05 s (timeout)") == (
        tests[1]["error"]["kind"],
        tests[1]["error"]["message"],
    )


def test_blocking_agent_times_out_in_arun() -> None:
    """In arun() an ordinary agent that blocks fails its scenario, and the others are played."""
    blocked = threading.Event()

    def answer(message: str) -> str:
        if message == "message 1":
            blocked.wait(30)
        return message

    started = time.monotonic()
    tests = asyncio.run(EvalRunner(MANY).arun(answer, max_workers=3, timeout=0.2)).build()["tests"]
    took = time.monotonic() - started
    blocked.set()

    assert [1] == [place for place, test in enumerate(tests) if test["status"] == "failed"]
    assert took < 10


def test_agent_may_call_asyncio_run() -> None:
    """An ordinary agent that calls asyncio.run() works in run(), and inside arun()."""

    def answer(message: str) -> str:
        return asyncio.run(echo(message))

    in_loop = asyncio.run(EvalRunner(MANY).arun(answer, max_workers=2)).build()["tests"]

    assert texts(EvalRunner(MANY).run(answer).build()["tests"]) == texts(in_loop)


def test_arun_and_deploy_stores_the_run(local_client: AshrLabsClient) -> None:
    """arun_and_deploy() stores what arun() records."""
    stored = local_client.create_dataset(name="D", dataset_source=MANY)
    runner = EvalRunner.from_dataset(local_client, stored["id"])

    created = asyncio.run(runner.arun_and_deploy(Later, local_client, max_workers=4))

    assert stored["id"] == created["dataset"]
    assert 40 == len(created["result"]["tests"])
