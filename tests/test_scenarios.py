"""Tests of `ashr_labs.scenarios`: what a dataset may look like, and where exactly it is wrong if it does not."""

from __future__ import annotations

import contextlib
import copy
import pickle
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs import DatasetError
from ashr_labs.scenarios.scenario import AgentAction, EnvironmentAction, UserAction, read_scenario, scenario_items
from ashr_labs.scenarios.tool_calls import CallRecord
from support.eval_data import agent, call, environment, source, user

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
"""Any JSON value, NaN and infinities included."""


def expecting(*calls: Any) -> dict[str, Any]:
    return {"actions": [user(), agent("", *calls)]}


def test_actions_are_read_by_their_actors() -> None:
    """`agent` and `environment` are themselves, every other actor speaks to the agent."""
    actions = [user("a", name="asks"), agent("b"), environment("c"), {"actor": "planner", "content": "d"}]
    scenario = read_scenario("s", {"actions": actions})

    assert (
        UserAction(0, actions[0], "a", "asks"),
        AgentAction(1, actions[1], "b", (), is_last=True),
        EnvironmentAction(2, actions[2], "c"),
        UserAction(3, actions[3], "d", "user_action_3"),
    ) == scenario.actions


def test_last_of_consecutive_agent_actions_is_marked() -> None:
    """Only the last of consecutive agent actions is the last; the environment comes between."""
    actions = [agent(), agent(), environment(), agent(), user(), agent()]
    scenario = read_scenario("s", {"actions": actions})

    assert [False, True, True, True] == [
        action.is_last for action in scenario.actions if isinstance(action, AgentAction)
    ]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"name": "f", "arguments_json": '{"a": [1]}'}, CallRecord("f", '{"a": [1]}')),
        ({"name": "f", "arguments": {"a": [1]}}, CallRecord("f", '{"a": [1]}')),
        ({"name": "f", "arguments": {"a": 1}, "arguments_json": "not JSON"}, CallRecord("f", '{"a": 1}')),
        ({"name": "f", "arguments": None, "arguments_json": ' {"a":1}\n'}, CallRecord("f", ' {"a":1}\n')),
        ({"name": "f"}, CallRecord("f", "{}")),
        ({"name": "f", "id": 7}, CallRecord("f", "{}", {"id": 7})),
    ],
)
def test_expected_calls(raw: dict[str, Any], expected: CallRecord) -> None:
    """Arguments come as an object or as JSON in a string, which is kept to the byte; the object wins."""
    action = read_scenario("s", expecting(raw)).actions[1]

    assert isinstance(action, AgentAction)
    assert (expected,) == action.calls


def test_missing_expected_response_expects_only_text() -> None:
    """An agent action without the key expects no calls, and its content as the text."""
    action = read_scenario("s", {"actions": [{"actor": "agent", "content": "Hello"}]}).actions[0]

    assert AgentAction(0, {"actor": "agent", "content": "Hello"}, "Hello", (), is_last=True) == action


@pytest.mark.parametrize("key", ["arguments", "args", "input", "parameters", "arguments_json"])
@pytest.mark.parametrize("given", [{"a": 1}, '{"a": 1}'])
def test_argument_names_of_other_tools_are_read(key: str, given: Any) -> None:
    """The arguments of an expected call may have the names that other tools give them."""
    action = read_scenario("s", expecting({"name": "f", key: given})).actions[1]

    assert isinstance(action, AgentAction)
    assert (CallRecord("f", '{"a": 1}'),) == action.calls


def test_assistant_is_an_alias_of_agent() -> None:
    """An action of the actor `assistant` is an expectation, as one of `agent`."""
    actions = [user(), agent("a", call("f")), agent("b")]
    renamed = [{**action, "actor": "assistant"} if action["actor"] == "agent" else action for action in actions]

    def expectations(given: list[Any]) -> list[Any]:
        return [(one.text, one.calls, one.is_last) for one in read_scenario("s", {"actions": given}).actions[1:]]  # type: ignore[union-attr]

    assert expectations(actions) == expectations(renamed)


def test_response_text_is_expected_without_content() -> None:
    """The text of an expected response is the expected text if the action has no content."""
    for content, expected in (("", "from the response"), ("from the content", "from the content")):
        raw = {"actions": [{"actor": "agent", "content": content, "expected_response": {"text": "from the response"}}]}
        [action] = read_scenario("s", raw).actions

        assert isinstance(action, AgentAction)
        assert expected == action.text


MISTAKES: list[tuple[Any, str, str]] = [
    ({"action": [user()], "actions": [user()]}, ".action", "must not be a key of a scenario; did you mean 'actions'?"),
    ({"actions": [user()], "level": 3}, ".level", "must not be a key of a scenario; other information belongs in"),
    ({"actions": [user(), {"actor": "Agent", "content": "a"}]}, ".actions[1].actor", "did you mean 'agent'?"),
    ({"actions": [user(), {"actor": "asistant", "content": "a"}]}, ".actions[1].actor", "did you mean 'assistant'?"),
    ({"actions": [user(actor="enviroment")]}, ".actions[0].actor", "did you mean 'environment'?"),
    ({"actions": [{"actor": "user"}]}, ".actions[0].content", "must be the message of 'user', but is missing"),
    ({"actions": [{"actor": "user", "contnt": "a"}]}, ".actions[0].contnt", "did you mean 'content'?"),
    (
        {"actions": [user(), agent("", expected_respons={})]},
        ".actions[1].expected_respons",
        "mean 'expected_response'?",
    ),
    *(
        ({"actions": [user(), {"actor": "agent", key: value}]}, f".actions[1].{key}", f"did you mean '{meant}'?")
        for key, value, meant in (
            ("text", "a", "content"),
            ("expected", "a", "content"),
            ("tool_calls", [], "expected_response.tool_calls"),
            ("expected_tool_calls", [], "expected_response.tool_calls"),
        )
    ),
    (
        {"actions": [user(expected_response={"tool_calls": []})]},
        ".actions[0].expected_response",
        "must not be a key of an action of 'user'",
    ),
    (
        {"actions": [agent("", expected_response={"toolcalls": []})]},
        ".actions[0].expected_response.toolcalls",
        "did you mean 'tool_calls'?",
    ),
    (
        expecting({"name": "f", "argumnets": {"a": 1}}),
        ".actions[1].expected_response.tool_calls[0].argumnets",
        "must not be a key of a tool call; did you mean 'arguments'?",
    ),
]


@pytest.mark.parametrize(("raw", "path", "problem"), MISTAKES)
def test_unknown_key_or_actor_is_rejected_with_suggestion(raw: Any, path: str, problem: str) -> None:
    """An unknown key or actor is an error with its path and a suggestion, since an expectation would be lost."""
    with pytest.raises(DatasetError) as caught:
        read_scenario("s", raw)

    assert f"runs.s{path}" == caught.value.path
    assert problem in str(caught.value)


def misspelt(value: Any) -> Iterator[Any]:
    """Yield copies of a JSON value, each with one key that lacks a letter."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from ([*value[:index], changed, *value[index + 1 :]] for changed in misspelt(item))
    if isinstance(value, dict):
        for key, item in value.items():
            yield {(key[:2] + key[3:] if name == key else name): old for name, old in value.items()}
            yield from ({**value, key: changed} for changed in misspelt(item))


def test_every_misspelt_key_is_rejected() -> None:
    """Whichever key of a scenario lacks a letter, reading it is an error."""
    raw = {
        "title": "T",
        "description": "D",
        "tags": ["smoke"],
        "actions": [user("a", name="asks"), agent("b", call("f", x=1)), environment("c")],
    }
    read_scenario("s", raw)

    for changed in misspelt(raw):
        with pytest.raises(DatasetError):
            read_scenario("s", changed)


@pytest.mark.parametrize("actor", ["customer", "planner", "manager", "shop_assistant", "superuser"])
def test_other_actors_address_the_agent(actor: str) -> None:
    """A name that is not close to a known actor is that of a speaker."""
    [action] = read_scenario("s", {"actions": [user(actor=actor)]}).actions

    assert isinstance(action, UserAction)


ROOTS: list[tuple[Any, str, str]] = [
    (None, "dataset_source", "must be an object with `runs`, got None"),
    ([], "dataset_source", "must be an object with `runs`, got []"),
    ({}, "runs", "is missing; the dataset has []"),
    ({"scenarios": {}}, "runs", "is missing; the dataset has ['scenarios']"),
    ({"runs": None}, "runs", "must be an object of scenarios by their ids, got None"),
    ({"runs": [{"actions": []}]}, "runs", "must be an object of scenarios by their ids, got [{'actions': []}]"),
]


@pytest.mark.parametrize(("dataset_source", "path", "problem"), ROOTS)
def test_invalid_dataset_is_rejected_with_path(dataset_source: Any, path: str, problem: str) -> None:
    """A dataset that is wrong as a whole is refused, with the path and what is there."""
    with pytest.raises(DatasetError) as caught:
        scenario_items(dataset_source)

    assert (path, f"{path}: {problem}") == (caught.value.path, str(caught.value))


SCENARIOS: list[tuple[Any, str]] = [
    (None, ""),
    ([], ""),
    ("text", ""),
    ({"actions": {"a": 1}}, ".actions"),
    ({"actions": "user: hi"}, ".actions"),
    ({"actions": [user(), None]}, ".actions[1]"),
    ({"actions": [["user"]]}, ".actions[0]"),
    ({"actions": [{"content": "hi"}]}, ".actions[0].actor"),
    ({"actions": [{"actor": None}]}, ".actions[0].actor"),
    ({"actions": [{"actor": ""}]}, ".actions[0].actor"),
    ({"actions": [{"actor": ["user"]}]}, ".actions[0].actor"),
    ({"actions": [user(None)]}, ".actions[0].content"),  # type: ignore[arg-type]
    ({"actions": [agent(5)]}, ".actions[0].content"),  # type: ignore[arg-type]
    ({"actions": [environment({})]}, ".actions[0].content"),  # type: ignore[arg-type]
    ({"actions": [user(name=3)]}, ".actions[0].name"),
    ({"actions": [agent(expected_response=None)]}, ".actions[0].expected_response"),
    ({"actions": [agent(expected_response="hi")]}, ".actions[0].expected_response"),
    ({"actions": [agent(expected_response={"tool_calls": None})]}, ".actions[0].expected_response.tool_calls"),
    ({"actions": [agent(expected_response={"tool_calls": {}})]}, ".actions[0].expected_response.tool_calls"),
    (expecting("search"), ".actions[1].expected_response.tool_calls[0]"),
    (expecting(call("f"), {}), ".actions[1].expected_response.tool_calls[1].name"),
    (expecting({"name": ""}), ".actions[1].expected_response.tool_calls[0].name"),
    (expecting({"name": 1}), ".actions[1].expected_response.tool_calls[0].name"),
    (expecting({"name": "f", "arguments": [1]}), ".actions[1].expected_response.tool_calls[0].arguments"),
    (expecting({"name": "f", "arguments": {"a": {1}}}), ".actions[1].expected_response.tool_calls[0].arguments"),
    *(
        (expecting({"name": "f", "arguments_json": text}), ".actions[1].expected_response.tool_calls[0].arguments_json")
        for text in ("{", "[1]", "null", "3", '{"a": NaN}', "{} {}", "[" * 100_000, 5, ["a"])
    ),
]


@pytest.mark.parametrize(("raw", "path"), SCENARIOS)
def test_malformed_scenario_error_has_full_path(raw: Any, path: str) -> None:
    """The error of a malformed scenario has the whole path."""
    with pytest.raises(DatasetError) as caught:
        read_scenario("tau_0", raw)

    assert f"runs.tau_0{path}" == caught.value.path
    assert str(caught.value).startswith(f"runs.tau_0{path}: must ")


def test_documented_example() -> None:
    """A null where the expected response should be is told as documented."""
    raw = {"actions": [user(), agent(), user(), agent(expected_response=None)]}
    with pytest.raises(DatasetError) as caught:
        read_scenario("tau_0", raw)

    assert "runs.tau_0.actions[3].expected_response: must be an object, got None" == str(caught.value)
    assert caught.value.path == pickle.loads(pickle.dumps(caught.value)).path


def test_scenario_without_actions_is_skipped() -> None:
    """A scenario with an empty list of actions is skipped; a missing or wrong list is an error of the scenario."""
    dataset = source(
        empty=[], misspelt={"action": [user()]}, null={"actions": None}, text={"actions": ""}, good=[user()]
    )

    assert ["misspelt", "null", "text", "good"] == [scenario_id for scenario_id, _ in scenario_items(dataset)]
    with pytest.raises(DatasetError, match=r"^runs\.misspelt\.action: must not be a key"):
        read_scenario("misspelt", dataset["runs"]["misspelt"])
    for name in ("null", "text"):
        with pytest.raises(DatasetError, match=rf"^runs\.{name}\.actions: must be a list"):
            read_scenario(name, dataset["runs"][name])


def test_dataset_order_is_kept() -> None:
    """Scenarios come in the order in which the dataset has them."""
    names = [f"s{number}" for number in (3, 1, 2)]

    assert names == [name for name, _ in scenario_items(source(**{name: [user()] for name in names}))]


@given(JSON)
def test_any_json_gives_scenario_or_dataset_error(raw: Any) -> None:
    """Any JSON value is read as a scenario or refused with a DatasetError."""
    for value in (
        raw,
        {"actions": raw},
        {"actions": [raw]},
        {"actions": [agent(expected_response=raw)]},
        expecting(raw),
    ):
        with contextlib.suppress(DatasetError):
            read_scenario("s", value)


@given(JSON)
def test_any_json_gives_dataset_or_dataset_error(raw: Any) -> None:
    """Any JSON value is read as a dataset or refused with a DatasetError."""
    for value in (raw, {"runs": raw}):
        with contextlib.suppress(DatasetError):
            scenario_items(value)


def test_reading_copies_calls() -> None:
    """Reading leaves the dataset as it is, and what it read does not change with it."""
    raw = expecting({"name": "f", "arguments": {"a": [1]}, "meta": {"b": [2]}})
    before = copy.deepcopy(raw)
    action = read_scenario("s", raw).actions[1]

    assert before == raw
    expected = raw["actions"][1]["expected_response"]["tool_calls"][0]
    expected["arguments"]["a"].append(9)
    expected["meta"]["b"].append(9)
    assert isinstance(action, AgentAction)
    assert (CallRecord("f", '{"a": [1]}', {"meta": {"b": [2]}}),) == action.calls


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ([{"actor": "agent", "expected_response": {"tool_calls": []}}], True),
        ([{"actor": "agent", "expected_response": {}}], False),
        ([{"actor": "agent", "content": "Hi", "expected_response": {"tool_calls": []}}], False),
        ([{"actor": "agent", "expected_response": {"tool_calls": []}}, {"actor": "agent", "content": "Hi"}], False),
        ([{"actor": "user", "content": "Hi"}], False),
    ],
)
def test_empty_tool_calls_forbid_calls(actions: Any, expected: bool) -> None:
    """An empty list of tool calls, where nothing else is expected, says that no tool must be called."""
    assert read_scenario("s", {"actions": actions}).expects_no_calls is expected
