"""Tests of `ashr_labs.eval.player`: what a scenario asks for, and what it records of the answers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs import TestBuilder
from ashr_labs.eval.agent_errors import Fault
from ashr_labs.eval.comparison import PlatformComparison
from ashr_labs.eval.player import Reset, play
from ashr_labs.eval.scenario import AgentAction, EnvironmentAction, UserAction, read_scenario
from support.eval_data import agent, call, entries, environment, made, reply, user

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


def played(actions: list[Any], answers: list[Any]) -> tuple[list[Any], Any]:
    """Play a scenario with the answers to its user and environment actions; return its wishes and the built test."""
    test, wishes, left = TestBuilder("s"), list[Any](), iter(answers)
    player = play(read_scenario("s", {"actions": actions}), test, PlatformComparison())
    answer: Any = None
    try:
        while True:
            wishes.append(player.send(answer))
            answer = next(left) if isinstance(wishes[-1], UserAction | EnvironmentAction) else None
    except StopIteration:
        return wishes, test.build()


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
def test_what_is_recorded_is_what_the_documents_say(actions: list[Any], data: st.DataObject) -> None:
    """For any sequence of actors, expectations and answers, the record is that of the documented rules."""
    answers = [
        data.draw(st.none() | ANSWERS if action["actor"] == "environment" else ANSWERS)
        for action in actions
        if action["actor"] != "agent"
    ]
    wishes, test = played(actions, answers)

    assert modelled(actions, answers) == entries(test)
    assert "completed" == test["status"]
    assert isinstance(wishes[0], Reset)
    assert list(range(len(actions))) == [wish.action_index for wish in wishes[1:]]


@given(ACTIONS, st.data())
def test_a_fault_ends_the_test_and_keeps_what_came_before(actions: list[Any], data: st.DataObject) -> None:
    """Wherever the agent fails, the record is that of the actions until then."""
    places = [place for place, action in enumerate(actions) if action["actor"] not in {"agent", "environment"}]
    if not places:
        return
    place = data.draw(st.sampled_from(places))
    before = actions[:place]
    answers = [
        None if action["actor"] == "environment" else reply("a") for action in before if action["actor"] != "agent"
    ]
    _, test = played(actions, [*answers, Fault("OSError", "gone", "Traceback...")])

    assert [*modelled(before, answers), (place, "user", actions[place]["content"])] == entries(test)
    assert "failed" == test["status"]
    assert {
        "kind": "agent",
        "type": "OSError",
        "message": "gone",
        "traceback": "Traceback...",
        "path": f"runs.s.actions[{place}]",
        "turn": places.index(place),
    } == test["error"]


def test_wishes_tell_what_to_ask() -> None:
    """A player asks to reset first, then presents each action of the dataset in turn."""
    actions = [user("Hi", name="greets"), environment("rain"), agent("Hello")]
    (reset, said, happened, expected), _ = played(actions, [reply("Hello"), None])

    assert isinstance(reset, Reset)
    assert UserAction(0, actions[0], "Hi", "greets") == said
    assert EnvironmentAction(1, actions[1], "rain") == happened
    assert isinstance(expected, AgentAction)
    assert actions[2] is expected.raw


def test_consecutive_agent_actions_share_an_answer() -> None:
    """Calls and text carry over from one agent action to the next; what is left at the last one was not expected."""
    actions = [user("go"), agent("one", call("a")), agent("", call("b")), agent("three"), user("on"), agent("")]
    _, test = played(actions, [reply("done", made("b"), made("x"), made("a")), reply()])

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


def test_calls_that_an_environment_action_cuts_off_were_not_expected() -> None:
    """An environment action between two agent actions ends the carrying over."""
    actions = [user("go"), agent("", call("a")), environment(), agent("", call("b"))]
    _, test = played(actions, [reply("", made("a"), made("b")), None])

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
def test_the_environment_may_change_a_part_of_the_answer(update: Any, text: str, status: str) -> None:
    """What the environment's reply does not say stays as the agent said it."""
    _, test = played([user(), environment(), agent("hi", call("a"))], [reply("old", made("a")), update])
    _, called, said = entries(test)

    assert (status, text) == (called[-1], said[-1])


@pytest.mark.parametrize(
    ("answers", "place", "message"),
    [
        ([None], 0, 'respond() returned None; return {"text": ..., "tool_calls": [...]}'),
        ([reply("a"), 5], 1, 'on_environment() returned 5; return {"text": ..., "tool_calls": [...]}'),
        ([reply("a"), None, reply("", {})], 3, "tool_calls[0].name must be the tool's name, not None"),
    ],
)
def test_an_answer_that_is_none_names_the_path(answers: list[Any], place: int, message: str) -> None:
    """What is no reply fails the test, and the message begins with the path."""
    _, test = played([user(), environment(), agent("a"), user()], answers)
    error = test["error"]

    assert ("failed", "agent", "ReplyError") == (test["status"], error["kind"], error["type"])
    assert f"runs.s.actions[{place}]" == error["path"]
    assert error["message"].startswith(f"runs.s.actions[{place}]: ")
    assert error["message"].endswith(message)
    assert "traceback" not in error


def test_a_failed_reset_has_no_turn() -> None:
    """When the agent cannot even reset, nothing is recorded and the path is the scenario's."""
    test = TestBuilder("s")
    player = play(read_scenario("s", {"actions": [user()]}), test, PlatformComparison())
    next(player)
    with pytest.raises(StopIteration):
        player.send(Fault("OSError", "gone"))

    assert {"kind": "agent", "type": "OSError", "message": "gone", "path": "runs.s"} == test.build()["error"]
    assert [] == test.build()["action_results"]


def test_an_unfinished_player_leaves_its_test_running() -> None:
    """A player that is closed between two wishes ends nothing."""
    test = TestBuilder("s")
    player = play(read_scenario("s", {"actions": [user(), agent("a")]}), test, PlatformComparison())
    next(player)
    player.close()

    assert "running" == test.build()["status"]
