"""Tests of `ashr_labs.eval.player`: the calls of a scenario, and the record of their results."""

from __future__ import annotations

from time import monotonic
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs.eval.agent_errors import AgentError
from ashr_labs.eval.agents import AgentFactory
from ashr_labs.eval.comparison import PlatformComparison
from ashr_labs.eval.drivers.threads import call_agent, run_steps
from ashr_labs.eval.options import Callbacks
from ashr_labs.eval.player import Call, RunContext, Steps
from ashr_labs.eval.sampling import RunQueue, Sample
from ashr_labs.eval.tool_matching import ToolCallMatcher
from ashr_labs.run_builder.records import TestRecord
from support.eval_data import ScriptedAgent, agent, call, entries, environment, made, reply, user

NAMES = st.sampled_from("abc")
TEXTS = st.sampled_from(["", "yes", "no"])
ACTIONS = st.lists(
    st.builds(lambda actor, text: user(text, actor=actor), st.sampled_from(["user", "planner"]), TEXTS)
    | st.builds(environment, TEXTS)
    | st.builds(lambda text, names: agent(text, *map(call, names)), TEXTS, st.lists(NAMES, max_size=3)),
    max_size=12,
)
REPLIES = st.builds(lambda text, names: reply(text, *map(made, names)), TEXTS, st.lists(NAMES, max_size=4))
ANSWERS: st.SearchStrategy[Any] = (
    TEXTS | REPLIES | st.builds(lambda text: {"text": text}, TEXTS) | st.sampled_from([{}, {"tool_calls": []}])
)


def played(actions: list[Any], answers: list[Any]) -> tuple[list[Call], list[int], Any]:
    """Play a scenario with the answers to its messages and events; return its calls, its actions and the built test."""
    left = iter(answers)
    indexes, calls = list[int](), list[Call]()

    def answer(*_: Any) -> Any:
        given = next(left)
        if isinstance(given, Exception):
            raise given
        return given

    callbacks = Callbacks(on_action=lambda index, _: indexes.append(index), on_environment=answer)
    context = RunContext(
        AgentFactory(ScriptedAgent(answer)), PlatformComparison(), callbacks, ToolCallMatcher(), scenario_timeout=None
    )
    test, steps = context.start(Sample(0, "s", {"actions": actions}))

    def invoke(call: Call) -> object:
        calls.append(call)
        return call_agent(call)

    run_steps(steps, invoke, RunQueue((), monotonic))
    return calls, indexes, test.build()


def modelled(actions: list[Any], answers: list[Any]) -> list[Any]:
    """Return what the documents say that is recorded, in the plainest way to write it down."""
    recorded, left, text, pool = list[Any](), iter(answers), "", list[str]()
    for index, action in enumerate(actions):
        if action["actor"] == "agent":
            carries_over = [following["actor"] for following in actions[index + 1 : index + 2]] == ["agent"]
            recorded += expected_of(index, action, text, pool, carries_over)
            text, pool = (text, pool) if carries_over else ("", [])
            continue
        answer = next(left)
        if action["actor"] != "environment":
            recorded.append((index, "user", action["content"]))
            text, pool = "", []
        said: dict[str, Any] = {"text": answer} if isinstance(answer, str) else answer or {}
        text = said.get("text", text)
        pool = [one["name"] for one in said["tool_calls"]] if "tool_calls" in said else pool
    return recorded


def expected_of(index: int, action: Any, text: str, pool: list[str], carries_over: bool) -> list[Any]:
    """Return what is recorded at an agent action; the calls that it expects leave the pool."""
    recorded = list[Any]()
    for expected in action["expected_response"]["tool_calls"]:
        name = expected["name"]
        recorded.append((index, "call", name, *((name, "exact") if name in pool else ("NOT_CALLED", "mismatch"))))
        if name in pool:
            pool.remove(name)
    if not carries_over:
        recorded += [(index, "call", "NONE_EXPECTED", name, "mismatch") for name in pool]
    if action["content"] or text:
        recorded.append((index, "text", action["content"], text))
    return recorded


@given(ACTIONS, st.data())
def test_record_follows_documented_rules(actions: list[Any], data: st.DataObject) -> None:
    """For any sequence of actors, expectations and answers, the record is that of the documented rules."""
    answers = [
        data.draw(st.none() | ANSWERS if action["actor"] == "environment" else ANSWERS)
        for action in actions
        if action["actor"] != "agent"
    ]
    calls, indexes, test = played(actions, answers)

    assert modelled(actions, answers) == entries(test)
    assert "completed" == test["status"]
    assert 1 + len(answers) == len(calls)
    assert list(range(len(actions))) == indexes


@given(ACTIONS, st.data())
def test_agent_failure_keeps_earlier_actions(actions: list[Any], data: st.DataObject) -> None:
    """Wherever the agent fails, the record is that of the actions until then."""
    places = [place for place, action in enumerate(actions) if action["actor"] not in {"agent", "environment"}]
    if not places:
        return
    place = data.draw(st.sampled_from(places))
    before = actions[:place]
    answers = [
        None if action["actor"] == "environment" else reply("a") for action in before if action["actor"] != "agent"
    ]
    _, _, test = played(actions, [*answers, OSError("gone")])

    assert [*modelled(before, answers), (place, "user", actions[place]["content"])] == entries(test)
    assert "failed" == test["status"]
    assert test["error"].pop("traceback").startswith("Traceback")
    assert {
        "kind": "agent",
        "type": "OSError",
        "message": "gone",
        "path": f"runs.s.actions[{place}]",
        "turn": places.index(place),
    } == test["error"]


def test_player_yields_calls_in_order() -> None:
    """The calls are those of reset(), respond() and on_environment(); only the last one is not the agent's."""
    actions = [user("Hi", name="greets"), environment("rain"), agent("Hello")]
    (reset, said, happened), indexes, _ = played(actions, [reply("Hello"), None])

    assert ((), ("Hi",), ("rain", actions[1])) == (reset.arguments, said.arguments, happened.arguments)
    assert [False, False, True] == [call.read is None for call in (reset, said, happened)]
    assert [0, 1, 2] == indexes


def test_consecutive_agent_actions_share_a_reply() -> None:
    """Calls and text carry over from one agent action to the next; what is left at the last one was not expected."""
    actions = [user("go"), agent("one", call("a")), agent("", call("b")), agent("three"), user("on"), agent("")]
    _, _, test = played(actions, [reply("done", made("b"), made("x"), made("a")), reply()])

    assert [
        (0, "user", "go"),
        (1, "call", "a", "a", "exact"),
        (1, "text", "one", "done"),
        (2, "call", "b", "b", "exact"),
        (2, "text", "", "done"),
        (3, "call", "NONE_EXPECTED", "x", "mismatch"),
        (3, "text", "three", "done"),
        (4, "user", "on"),
    ] == entries(test)


def test_environment_action_ends_carrying_over() -> None:
    """An environment action between two agent actions ends the carrying over."""
    actions = [user("go"), agent("", call("a")), environment(), agent("", call("b"))]
    _, _, test = played(actions, [reply("", made("a"), made("b")), None])

    assert [
        (0, "user", "go"),
        (1, "call", "a", "a", "exact"),
        (1, "call", "NONE_EXPECTED", "b", "mismatch"),
        (3, "call", "b", "NOT_CALLED", "mismatch"),
    ] == entries(test)


@pytest.mark.parametrize(
    ("update", "text", "status"),
    [
        (None, "old", "exact"),
        ({}, "old", "exact"),
        ({"text": "new"}, "new", "exact"),
        ("new", "new", "exact"),
        ({"tool_calls": []}, "old", "mismatch"),
        ({"text": "new", "tool_calls": [made("a")]}, "new", "exact"),
    ],
)
def test_environment_may_replace_parts_of_reply(update: Any, text: str, status: str) -> None:
    """Parts that the reply of the environment leaves out stay as the agent returned them."""
    _, _, test = played([user(), environment(), agent("hi", call("a"))], [reply("old", made("a")), update])
    _, called, said = entries(test)

    assert (status, text) == (called[-1], said[-1])


@pytest.mark.parametrize(
    ("answers", "place", "message"),
    [
        ([None], 0, 'respond() returned None; return {"text": ..., "tool_calls": [...]}'),
        ([reply("a"), 5], 1, 'on_environment() returned 5; return {"text": ..., "tool_calls": [...]}'),
        ([reply("a"), None, reply("", {})], 3, "tool_calls[0].name must be the tool's name, got None"),
    ],
)
def test_invalid_reply_names_the_path(answers: list[Any], place: int, message: str) -> None:
    """An invalid reply fails the test, and the message begins with the path."""
    _, _, test = played([user(), environment(), agent("a"), user()], answers)
    error = test["error"]

    assert ("failed", "agent", "ReplyError") == (test["status"], error["kind"], error["type"])
    assert f"runs.s.actions[{place}]" == error["path"]
    assert error["message"].startswith(f"runs.s.actions[{place}]: ")
    assert error["message"].endswith(message)
    assert "traceback" not in error


def started() -> tuple[TestRecord, Steps]:
    context = RunContext(AgentFactory(ScriptedAgent), PlatformComparison(), Callbacks(), ToolCallMatcher())
    return context.start(Sample(0, "s", {"actions": [user(), agent("a")]}))


def test_failed_reset_records_no_turn() -> None:
    """If the agent cannot be reset, nothing is recorded and the path is the scenario's."""
    test, steps = started()
    next(steps)
    with pytest.raises(StopIteration):
        steps.send(AgentError("OSError", "gone"))

    assert {"kind": "agent", "type": "OSError", "message": "gone", "path": "runs.s"} == test.build()["error"]
    assert [] == test.build()["action_results"]


def test_closed_player_leaves_test_running() -> None:
    """A player that is closed between two calls does not end its test."""
    test, steps = started()
    next(steps)
    steps.close()

    assert "running" == test.build()["status"]
