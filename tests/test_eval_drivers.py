"""Tests of `ashr_labs.eval.drivers.threads`: who plays when, in which thread, and what stops a run."""

from __future__ import annotations

import contextvars
import threading
from typing import Any, cast

import pytest

from ashr_labs import EvalRunner, RunOptions
from support.eval_data import ScriptedAgent, agent, entries, reply, source, user

MANY = source(**{f"s{number}": [user(f"message {number}"), agent(f"message {number}")] for number in range(40)})


def eval_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("ashr-eval")]


class Meeting:
    """Answers when as many others are asked at the same time."""

    def __init__(self, parties: int) -> None:
        self.barrier = threading.Barrier(parties, timeout=30)

    def clone(self) -> Meeting:
        return self

    def reset(self) -> None: ...

    def respond(self, message: str) -> str:
        self.barrier.wait()
        return message


def test_thread_concurrency_equals_workers() -> None:
    """Four workers play four scenarios at a time, and the results stand in the order of the dataset."""
    tests = EvalRunner(MANY).run(Meeting(4), max_workers=4).build()["tests"]

    assert list(MANY["runs"]) == [test["test_id"] for test in tests]
    assert {"completed"} == {test["status"] for test in tests}


def test_results_keep_dataset_order() -> None:
    """A slow first scenario is still the first result, with its own answers."""
    others_are_done = threading.Semaphore(0)

    class Uneven(ScriptedAgent):
        def respond(self, message: str) -> str:
            if message == "message 0":
                for _ in range(39):
                    assert others_are_done.acquire(timeout=30)
            else:
                others_are_done.release()
            return message

    tests = EvalRunner(MANY).run(Uneven, max_workers=8).build()["tests"]

    assert [[(0, "user", text), (1, "text", text, text)] for text in (f"message {n}" for n in range(40))] == [
        entries(test) for test in tests
    ]


@pytest.mark.parametrize("workers", [1, 2, 8, 1000])
def test_agent_plays_one_scenario_at_a_time(workers: int) -> None:
    """However many workers there are, every scenario's agent hears its own messages only."""

    class Remembering(ScriptedAgent):
        def respond(self, message: str) -> str:
            super().respond(message)
            return " ".join(self.heard[self.heard.index("(reset)") :])

        def reset(self) -> None:
            self.heard = ["(reset)"]

    dataset = source(**{f"s{n}": [user(f"{n}a"), user(f"{n}b"), agent("x")] for n in range(50)})
    tests = EvalRunner(dataset).run(Remembering(), max_workers=workers).build()["tests"]

    assert [f"(reset) {n}a {n}b" for n in range(50)] == [entries(test)[-1][3] for test in tests]


def test_single_worker_runs_in_calling_thread() -> None:
    """Without workers, everything happens in the caller's own thread."""
    tests = EvalRunner(MANY).run(ScriptedAgent(lambda _: str(threading.get_ident()))).build()["tests"]

    assert {str(threading.get_ident())} == {entries(test)[-1][3] for test in tests}


def test_worker_threads_end_with_the_run() -> None:
    """No thread of a run is left when it returns."""
    EvalRunner(MANY).run(ScriptedAgent, max_workers=8)

    assert [] == eval_threads()


def test_context_variables_reach_the_agent() -> None:
    """Context variables of the caller can be read by agents in worker threads."""
    request: contextvars.ContextVar[str] = contextvars.ContextVar("request")
    request.set("r1")
    tests = EvalRunner(MANY).run(lambda: ScriptedAgent(lambda _: request.get()), max_workers=3).build()["tests"]

    assert {"r1"} == {entries(test)[-1][3] for test in tests}


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("which", ["on_scenario", "on_action", "on_environment"])
def test_callback_exception_propagates(which: str, workers: int) -> None:
    """A callback's exception belongs to the user: the run stops and raises it, and no thread is left."""
    dataset = source(**{f"s{n}": [user(), {"actor": "environment", "content": "rain"}, user()] for n in range(20)})
    heard = list[str]()

    def answer(message: str) -> str:
        heard.append(message)
        return "a"

    def callback(*_: Any) -> None:
        raise LookupError("mine")

    options = cast("RunOptions", {"max_workers": workers, which: callback})
    with pytest.raises(LookupError, match="mine"):
        EvalRunner(dataset).run(lambda: ScriptedAgent(answer), **options)

    assert [] == eval_threads()
    assert len(heard) <= workers


@pytest.mark.parametrize("workers", [1, 4])
def test_keyboard_interrupt_in_agent_ends_the_run(workers: int) -> None:
    """A KeyboardInterrupt ends the run, in whichever thread it arrives."""

    def answer(_: str) -> Any:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        EvalRunner(MANY).run(lambda: ScriptedAgent(answer), max_workers=workers)

    assert [] == eval_threads()


def test_factory_failure_fails_its_scenario() -> None:
    """When no agent can be made for a scenario, that scenario fails with the reason and the others are played."""
    agents = iter([ScriptedAgent(), None, ScriptedAgent()])

    def factory() -> Any:
        made = next(agents)
        if made is None:
            raise ConnectionError("no model left")
        return made

    tests = EvalRunner(source(a=[user()], b=[user()], c=[user()])).run(factory).build()["tests"]

    assert ["completed", "failed", "completed"] == [test["status"] for test in tests]
    assert ("ConnectionError", "no model left", "runs.b") == tuple(
        tests[1]["error"][key] for key in ("type", "message", "path")
    )


def test_awaitable_reset_fails_the_scenario() -> None:
    """A reset() that turns out to be asynchronous is told, and leaves no warning that it was never awaited."""

    class Disguised(ScriptedAgent):
        def reset(self) -> Any:
            async def later() -> None: ...

            return later()

    error = EvalRunner(source(a=[user()])).run(Disguised()).build()["tests"][0]["error"]

    assert "reset() returned an awaitable" in error["message"]
    assert "runs.a" == error["path"]


def test_parallel_agents_are_copies_of_the_original() -> None:
    """Each copy starts from the agent as it was given, not from one that has played."""

    class Growing(ScriptedAgent):
        def respond(self, message: str) -> Any:
            super().respond(message)
            return reply(str(len(self.heard)))

        def reset(self) -> None: ...

    agent_given = Growing()
    tests = EvalRunner(MANY).run(agent_given, max_workers=4).build()["tests"]

    assert {"1"} == {entries(test)[-1][3] for test in tests}
    assert [] == agent_given.heard
