"""Tests of `ashr_labs.eval.agents`: what can be an agent, who plays which scenario, and how replies are read."""

from __future__ import annotations

import threading
from collections import UserDict
from collections.abc import Mapping
from functools import partial
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs import Agent, AgentReply, ConfigurationError
from ashr_labs.eval.agents import AgentFactory, ParsedReply, ReplyError, read_reply
from ashr_labs.scenarios.tool_calls import CallRecord
from support.eval_data import ScriptedAgent, made, reply


class Dumped(Mapping[str, Any]):
    """A tool call as the objects of model clients hand it over."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self.fields = fields

    def model_dump(self) -> dict[str, Any]:
        return self.fields

    def __getitem__(self, key: str) -> Any:
        raise KeyError(key)

    def __iter__(self) -> Any:
        return iter(())

    def __len__(self) -> int:
        return 0


class Plain:
    def reset(self) -> None: ...

    def respond(self, message: str) -> dict[str, Any]:
        return reply(message)


class Counting(Plain):
    made = 0

    def __init__(self) -> None:
        type(self).made += 1


class Locked(Plain):
    def __init__(self) -> None:
        self.lock = threading.Lock()


class Cloning(Locked):
    def clone(self) -> Cloning:
        return Cloning()


class Asynchronous:
    def reset(self) -> None: ...

    async def respond(self, message: str) -> dict[str, Any]:
        return reply(message)


class AsynchronousReset(Plain):
    async def reset(self) -> None:  # type: ignore[override]
        ...


class Streaming(Plain):
    async def respond(self, message: str) -> Any:
        yield message


class Deaf(Plain):
    def respond(self) -> dict[str, Any]:  # type: ignore[override]
        return {}


class Demanding(Plain):
    def reset(self, hard: bool) -> None:  # type: ignore[override]
        ...


class NeedsModel(Plain):
    def __init__(self, model: str) -> None: ...


async def make_later() -> Plain:
    return Plain()


class NoReset:
    def respond(self, message: str) -> str:
        return message


class NoRespond:
    def reset(self) -> None: ...


@pytest.mark.parametrize(
    ("agent", "problem"),
    [
        (None, "got None"),
        ({}, "got {}"),
        ("agent", "got 'agent'"),
        (NoReset(), r"NoReset\.reset\(\) does not exist"),
        (NoRespond(), r"NoRespond\.respond\(\) does not exist"),
        (NoReset, r"NoReset\.reset\(\) does not exist"),
        (lambda: None, r"NoneType\.respond\(\) does not exist"),
        (NeedsModel, "missing a required argument: 'model'"),
        (Streaming(), r"Streaming\.respond\(\) is an asynchronous generator"),
        (lambda message, mood: message, "cannot be called without arguments to make an agent"),
        (make_later, "it is asynchronous"),
        (Deaf(), r"Deaf\.respond\(\) cannot be called with \(message\): too many positional arguments"),
        (Demanding(), r"Demanding\.reset\(\) cannot be called with \(\): missing a required argument: 'hard'"),
    ],
)
def test_invalid_agent_is_rejected(agent: Any, problem: str) -> None:
    """An object that cannot be evaluated is refused before anything starts; the message says what is missing."""
    with pytest.raises(ConfigurationError, match=problem):
        AgentFactory(agent)


async def answer_later(message: str) -> str:
    return message


@pytest.mark.parametrize(
    ("agent", "is_async"),
    [
        (Plain(), False),
        (lambda message: message, False),
        (lambda: lambda message: message, False),
        (Asynchronous(), True),
        (Asynchronous, True),
        (AsynchronousReset(), True),
        (answer_later, True),
        (partial(answer_later), True),
    ],
)
def test_async_agents_are_detected(agent: Any, is_async: bool) -> None:
    """An agent is asynchronous when one of its methods, or the function that it is, is declared so."""
    assert is_async == AgentFactory(agent).is_async


def test_function_of_message_is_an_agent() -> None:
    """A function that takes a message answers it, without any reset."""
    seat = AgentFactory(lambda message: f"heard {message}").bind("s")

    assert None is seat.reset()
    assert "heard hi" == seat.respond("hi")


def test_teacher_forcing_requires_set_history() -> None:
    """Without set_history() an agent cannot be put back on the expected path, and is refused."""
    with pytest.raises(ConfigurationError, match=r"Plain\.set_history\(messages\)"):
        AgentFactory(Plain(), teacher_forcing=True)


def test_documented_agents_match_protocol() -> None:
    """An object with the two methods is an Agent; one without is not."""
    assert isinstance(Plain(), Agent)
    assert not isinstance(NoReset(), Agent)


def test_object_plays_sequential_scenarios_uncopied() -> None:
    """An agent that is given as an object is not copied while scenarios play one after the other."""
    agent = ScriptedAgent()
    supply = AgentFactory(agent)
    for scenario_id in "ab":
        supply.bind(scenario_id).reset()

    assert ["(reset)", "(reset)"] == agent.heard


@pytest.mark.parametrize("separate", [False, True])
@pytest.mark.parametrize("wrap", [lambda agent_class: agent_class, partial])
def test_factory_makes_one_agent_per_scenario(wrap: Any, separate: bool) -> None:
    """A class and a function make one agent for each scenario, none for the check alone."""
    Counting.made = 0
    supply = AgentFactory(wrap(Counting), separate=separate)
    for scenario_id in "abc":
        supply.bind(scenario_id)

    assert 3 == Counting.made


def test_concurrent_scenarios_use_copies() -> None:
    """Scenarios that play side by side get deep copies of the agent, and the agent itself none."""
    agent = ScriptedAgent()
    supply = AgentFactory(agent, separate=True)
    seats = [supply.bind(scenario_id) for scenario_id in "ab"]
    for seat in seats:
        seat.reset()

    assert [] == agent.heard
    assert 2 == len({id(seat.reset.__self__) for seat in seats})  # type: ignore[attr-defined]


def test_clone_is_preferred_over_deepcopy() -> None:
    """An agent's own clone() is used in place of a deep copy."""
    agent = Cloning()
    seat = AgentFactory(agent, separate=True).bind("a")

    assert isinstance(seat.reset.__self__, Cloning)  # type: ignore[attr-defined]
    assert agent is not seat.reset.__self__  # type: ignore[attr-defined]


def test_uncopyable_agent_is_rejected_with_advice() -> None:
    """An agent with a lock is refused with everything that would help, and with the cause."""
    with pytest.raises(
        ConfigurationError, match=r"Locked cannot be copied.*lambda: Locked.*clone\(\).*max_workers"
    ) as caught:
        AgentFactory(Locked(), separate=True)

    assert isinstance(caught.value.__cause__, TypeError)
    AgentFactory(Locked(), separate=False)


def test_factory_exception_propagates() -> None:
    """A factory that fails at once is the user's own error, and is not dressed up."""

    def factory() -> Any:
        raise OSError("no model")

    with pytest.raises(OSError, match="no model"):
        AgentFactory(factory)


class TakesId(Plain):
    def __init__(self) -> None:
        self.seen: list[Any] = []

    def reset(self, scenario_id: str = "") -> None:
        self.seen.append(scenario_id)

    def respond(self, message: str, *, scenario_id: str = "") -> dict[str, Any]:
        self.seen.append(scenario_id)
        return {}


class TakesAnything(TakesId):
    def respond(self, message: str, **kwargs: Any) -> dict[str, Any]:
        self.seen.append(kwargs)
        return {}


class TakesItByPositionOnly(TakesId):
    def respond(self, message: str, scenario_id: str = "", /) -> dict[str, Any]:  # type: ignore[override]
        self.seen.append(scenario_id)
        return {}


@pytest.mark.parametrize(
    ("agent", "seen"),
    [
        (TakesId(), ["s", "s"]),
        (TakesAnything(), ["s", {"scenario_id": "s"}]),
        (TakesItByPositionOnly(), ["s", ""]),
    ],
)
def test_scenario_id_is_passed_to_methods_that_accept_it(agent: TakesId, seen: list[Any]) -> None:
    """A method with a `scenario_id` or `**kwargs` gets the id by keyword, others do not."""
    seat = AgentFactory(agent).bind("s")
    seat.reset()
    seat.respond("hello")

    assert seen == agent.seen


def test_signatures_are_inspected_once() -> None:
    """A method's signature is asked for when the run begins, not for each scenario or message."""

    class Inspected(Plain):
        asked = 0

        @property
        def respond(self) -> Any:
            return self

        def __call__(self, message: str) -> dict[str, Any]:
            return {}

        @property
        def __signature__(self) -> None:
            type(self).asked += 1

    supply = AgentFactory(Inspected())
    asked = Inspected.asked
    for scenario_id in "abc":
        supply.bind(scenario_id).respond("hello")

    assert 0 < asked == Inspected.asked


def test_mock_is_accepted_as_agent() -> None:
    """An agent that answers to every name, as mocks do, is taken as an object and gets the id."""
    agent = Mock()
    AgentFactory(agent).bind("s").respond("hello")

    agent.respond.assert_called_once_with("hello", scenario_id="s")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Hello", ParsedReply("Hello", None)),
        ({}, ParsedReply(None, None)),
        (UserDict(text="a"), ParsedReply("a", None)),
        ({"text": "a"}, ParsedReply("a", None)),
        ({"text": "a", "tool_calls": None}, ParsedReply("a", None)),
        ({"text": None, "tool_calls": []}, ParsedReply(None, ())),
        ({"text": "a", "usage": {"tokens": 3}}, ParsedReply("a", None)),
        (reply("a", made("f", b=1)), ParsedReply("a", (CallRecord("f", '{"b": 1}'),))),
        ({"tool_calls": (made("f"),)}, ParsedReply(None, (CallRecord("f", "{}"),))),
        (reply("", {"name": "f", "arguments": '{"b":1}'}), ParsedReply("", (CallRecord("f", '{"b":1}'),))),
        (reply("", {"name": "f", "arguments_json": '{"b":1}'}), ParsedReply("", (CallRecord("f", '{"b":1}'),))),
        (reply("", {"name": "f", "arguments": ""}), ParsedReply("", (CallRecord("f", "{}"),))),
        (reply("", {"name": "f", "arguments": None, "id": "call_1"}), ParsedReply("", (CallRecord("f", "{}"),))),
        (
            reply("", {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": '{"b":1}'}}),
            ParsedReply("", (CallRecord("f", '{"b":1}'),)),
        ),
        (
            reply("", {"type": "tool_use", "id": "t", "name": "f", "input": {"b": 1}}),
            ParsedReply("", (CallRecord("f", '{"b": 1}'),)),
        ),
        (reply("", Dumped({"function": {"name": "f", "arguments": "{}"}})), ParsedReply("", (CallRecord("f", "{}"),))),
        (reply("a") | {"usage": 7}, ParsedReply("a", ())),
        (reply("a") | {"usage": SimpleNamespace(prompt_tokens=3)}, ParsedReply("a", (), {"input_tokens": 3})),
        (reply("", {"name": "f", "args": {"b": 1}}), ParsedReply("", (CallRecord("f", '{"b": 1}'),))),
        (
            reply("", {**made("f", b=1), "result": {"id": 7}}),
            ParsedReply("", (CallRecord("f", '{"b": 1}', {"result": {"id": 7}}),)),
        ),
        (
            reply("", {**made("f"), "error": "no such order"}),
            ParsedReply("", (CallRecord("f", "{}", {"error": "no such order"}),)),
        ),
        (
            reply("", {**made("f"), "result": "gone", "is_error": True}),
            ParsedReply("", (CallRecord("f", "{}", {"result": "gone", "error": "gone"}),)),
        ),
        (
            reply("", {**made("f"), "result": {1}}),
            ParsedReply("", (CallRecord("f", "{}", {"result": "{1}"}),)),
        ),
        (reply() | {"context": 3, "latency": 2}, ParsedReply("", ())),
        (AgentReply("a", [made("f")]), ParsedReply("a", (CallRecord("f", "{}"),))),
        (AgentReply("a", usage={"input_tokens": 3}), ParsedReply("a", (), {"input_tokens": 3})),
    ],
)
def test_valid_replies(value: Any, expected: ParsedReply) -> None:
    """A reply is a string or a mapping; parts that are absent or null are not said."""
    assert expected == read_reply(value, "respond()")


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (None, 'respond() returned None; return {"text": ..., "tool_calls": [...]}'),
        (["a"], "respond() returned ['a']; return"),
        (b"a", "respond() returned b'a'; return"),
        ({"content": "Hello"}, "respond() returned {'content': 'Hello'}; return"),
        ({"text": 5}, "respond() returned a reply whose text must be a string, got 5"),
        (reply() | {"tool_calls": {}}, "respond() returned a reply whose tool_calls must be a list, got {}"),
        (reply() | {"tool_calls": "f"}, "respond() returned a reply whose tool_calls must be a list, got 'f'"),
        ({"text": "a", "tool_call": []}, "with the unknown key 'tool_call'; did you mean 'tool_calls'?"),
        ({"text": "a", "toolCalls": []}, "with the unknown key 'toolCalls'; did you mean 'tool_calls'?"),
        ({"text": "a", "calls": [{"name": "b"}]}, "with the unknown key 'calls'; did you mean 'tool_calls'?"),
        (
            {"text": "a", "tool_calls": [{"name": "b", "arguments": {"c": 1}, "eror": "declined"}]},
            "whose tool_calls[0].eror must not be a key of a tool call; did you mean 'error'?",
        ),
        (reply("", {"name": "f", "argumnts": {}}), "tool_calls[0].argumnts must not be a key of a tool call; did you"),
        (reply("", "f"), "tool_calls[0] must be an object, got 'f'"),  # type: ignore[arg-type]
        (reply("", made("f"), {}), "tool_calls[1].name must be the tool's name, got None"),
        (reply("", {"name": 3}), "tool_calls[0].name must be the tool's name, got 3"),
        (reply("", {"name": "f", "arguments": [1]}), "tool_calls[0].arguments must be a JSON object, got [1]"),
        (reply("", {"name": "f", "arguments": "{"}), "tool_calls[0].arguments must be a JSON object, got '{': "),
        (reply("", {"name": "f", "arguments": "[1]"}), "tool_calls[0].arguments must be a JSON object, got '[1]'"),
        (reply("", made("f", a={1})), "cannot be encoded: Object of type set is not JSON serializable"),
        (reply("", made("f", a=float("nan"))), "cannot be encoded: Out of range float values"),
        (reply("", {"name": "f", "arguments": '{"a": Infinity}'}), "Infinity is not a JSON value"),
    ],
)
def test_invalid_reply_is_rejected(value: Any, problem: str) -> None:
    """An invalid reply is refused; the message says where it is wrong and what to return."""
    with pytest.raises(ReplyError) as caught:
        read_reply(value, "respond()")

    assert problem in str(caught.value)


def test_circular_arguments_are_rejected() -> None:
    """Circular arguments are refused."""
    arguments: dict[str, Any] = {}
    arguments["self"] = arguments
    with pytest.raises(ReplyError, match=r"tool_calls\[0\]\.arguments must be a JSON object"):
        read_reply(reply("", {"name": "f", "arguments": arguments}), "respond()")


def test_awaitable_reply_is_rejected_and_closed() -> None:
    """A coroutine in place of a reply is refused, and leaves no warning that it was never awaited."""

    async def respond() -> str:
        return "a"

    with pytest.raises(ReplyError, match="returned an awaitable"):
        read_reply(respond(), "respond()")


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["text", "tool_calls", "name", "arguments", "x"]), inner, max_size=4)
        ),
        max_leaves=10,
    )
)
def test_any_value_gives_reply_or_reply_error(value: Any) -> None:
    """Whatever an agent returns, reading it ends in a reply or in a ReplyError."""
    try:
        said = read_reply(value, "respond()")
    except ReplyError as error:
        said = ParsedReply(str(error), None)

    assert isinstance(said, ParsedReply)
