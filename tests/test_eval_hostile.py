"""Tests of agents that misbehave: whatever one does in a scenario, however it is played, the others are as ever."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

from ashr_labs import ConfigurationError, EvalRunner
from support.eval_data import WAYS, ScriptedAgent, agent, call, source, user

TROUBLE = "message 2"
MANY = source(**{f"s{n}": [user(f"message {n}"), agent(f"message {n}"), user("again")] for n in range(5)})


class UnspeakableError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


def raises(error: BaseException) -> Callable[[], Any]:
    def misbehave() -> Any:
        raise error

    return misbehave


def recurses() -> Any:
    return recurses()


def refers_to_itself() -> Any:
    given: dict[str, Any] = {}
    given["text"] = given
    return given


MISBEHAVIOURS: dict[str, tuple[Callable[[], Any], str]] = {
    "raises": (lambda: dict[str, Any]()["missing"], "KeyError"),
    "exits": (lambda: sys.exit(3), "SystemExit"),
    "is cancelled": (raises(asyncio.CancelledError()), "CancelledError"),
    "stops": (raises(StopIteration("no more")), "StopIteration"),
    "stops later": (raises(StopAsyncIteration("no more")), "StopAsyncIteration"),
    "has no words": (raises(UnspeakableError()), "UnspeakableError"),
    "recurses": (recurses, "RecursionError"),
    "returns nothing": (lambda: None, "ReplyError"),
    "returns itself": (threading.current_thread, "ReplyError"),
    "returns what refers to itself": (refers_to_itself, "ReplyError"),
    "returns a call without a name": (lambda: {"tool_calls": [{"arguments": {}}]}, "ReplyError"),
}


class Agent:
    """Misbehaves in one scenario."""

    misbehave: Callable[[], Any]

    def reset(self) -> None: ...

    def respond(self, message: str) -> Any:
        return type(self).misbehave() if message == TROUBLE else message


class AsyncAgent(Agent):
    async def respond(self, message: str) -> Any:
        await asyncio.sleep(0)
        return type(self).misbehave() if message == TROUBLE else message


@pytest.mark.parametrize(
    ("way", "options"),
    [("one", {}), ("threads", {"timeout": 30}), ("tasks", {}), ("tasks", {"timeout": 30}), ("executor", {})],
)
@pytest.mark.parametrize("kind", [Agent, AsyncAgent])
@pytest.mark.parametrize("name", MISBEHAVIOURS)
def test_misbehaving_agent_fails_one_scenario(name: str, kind: type[Agent], way: str, options: Any) -> None:
    """An agent that misbehaves fails that scenario, with the reason, and no other, however it is played."""
    misbehave, error = MISBEHAVIOURS[name]
    subject = type("Misbehaving", (kind,), {"misbehave": staticmethod(misbehave)})

    tests = WAYS[way](EvalRunner(MANY), subject, **options).build()["tests"]

    assert ["completed", "completed", "failed", "completed", "completed"] == [test["status"] for test in tests]
    # Python turns a StopIteration that leaves a coroutine into a RuntimeError.
    types = {error, "RuntimeError"} if error.startswith("Stop") else {error}
    assert tests[2]["error"]["type"] in types
    kind_of_error = "cancelled" if name == "is cancelled" else "agent"
    assert (kind_of_error, 0) == (tests[2]["error"]["kind"], tests[2]["error"]["turn"])


@pytest.mark.parametrize("way", WAYS)
def test_mutated_messages_do_not_change_expectations(way: str) -> None:
    """An agent that changes the messages it receives does not change the expected conversation of later turns."""
    heard = list[Any]()

    class Vandal(ScriptedAgent):
        def set_history(self, messages: list[Any]) -> None:
            heard.append([(message["role"], message["content"]) for message in messages])
            for message in messages:
                message["content"] = "something else"
                message.setdefault("tool_calls", []).clear()
            messages.clear()

    dataset = source(
        a=[user("one"), agent("first", call("look", order=1)), user("two"), agent("second"), user("three")]
    )
    given = repr(dataset)
    WAYS[way](EvalRunner(dataset), Vandal, teacher_forcing=True)

    assert given == repr(dataset)
    assert [0, 2, 4] == [len(messages) for messages in heard]
    assert [("user", "one"), ("assistant", "first"), ("user", "two"), ("assistant", "second")] == heard[2]


@pytest.mark.parametrize("way", ["threads", "tasks", "executor"])
def test_uncopyable_agent_is_rejected_before_the_run(way: str) -> None:
    """If each scenario needs its own agent and none can be made, that is an error before any agent is called."""

    class Single(ScriptedAgent):
        def __init__(self) -> None:
            super().__init__()
            self.lock = threading.Lock()

    single = Single()

    with pytest.raises(ConfigurationError, match="clone"):
        WAYS[way](EvalRunner(MANY), single)
    assert [] == single.heard
