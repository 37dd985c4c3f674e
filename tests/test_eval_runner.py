"""Tests of `ashr_labs.eval.runner`: whole runs, with agents and datasets that behave and that do not."""

from __future__ import annotations

import copy
import json
import sys
from typing import Any

import pytest

import ashr_labs.eval.runner
import ashr_labs.run_builder.run
from ashr_labs import AshrLabsClient, ConfigurationError, DatasetError, EvalRunner, NotFoundError
from support.doctests import run_examples
from support.eval_data import ScriptedAgent, agent, call, entries, environment, made, reply, source, user
from support.timing import cpu_seconds

TWO_TURNS = [user("one"), agent("1"), user("two"), agent("2")]


def results_of(dataset: Any, agent_under_test: Any, **options: Any) -> dict[str, Any]:
    """Return the built tests of a run by their ids; they must be JSON."""
    result = EvalRunner(dataset).run(agent_under_test, **options).build()
    return {test["test_id"]: test for test in json.loads(json.dumps(result, allow_nan=False))["tests"]}


def raising(error: BaseException) -> Any:
    """Return an answer that raises the same exception at every second message."""

    def answer(message: str) -> str:
        if message == "two":
            raise error
        return message

    return answer


@pytest.mark.parametrize("module", [ashr_labs.eval.runner, ashr_labs.run_builder.run])
def test_documented_examples(module: Any) -> None:
    """The examples in the docstrings do what they say."""
    results = run_examples(module)

    assert (0, True) == (results.failed, results.attempted > 0)


def test_run_records_times_and_totals() -> None:
    """A run has times, its tests in order, and totals that count each of them."""
    dataset = source(a=[user(), agent("Hi", call("f"))], b=[user()], empty=[])
    result = EvalRunner(dataset).run(ScriptedAgent(lambda _: reply("Hi", made("f"), made("g")))).build()

    assert "completed" == result["status"]
    assert result["started_at"] is not None
    assert result["completed_at"] is not None
    assert ["a", "b"] == [test["test_id"] for test in result["tests"]]
    assert {
        "total_tests": 2,
        "tests_passed": 2,
        "tests_failed": 0,
        "average_similarity_score": None,
        "total_tool_call_divergence": 1,
        "total_response_divergence": 1,
    } == result["aggregate_metrics"]


def test_entries_without_comparators() -> None:
    """Calls are compared literally, texts are left pending, and messages carry the name of their action."""
    wanted = {"name": "f", "arguments_json": '{"a":1}'}
    test = results_of(
        source(s=[user("Hi", name="greets"), agent("Hello", wanted)]),
        ScriptedAgent(lambda _: reply("Hey", made("f", a=1))),
    )["s"]
    spoken, called, said = test["action_results"]

    assert "greets" == spoken["description"]
    assert {
        "expected": {"name": "f", "tool_name": "f", "arguments": {"a": 1}, "arguments_json": '{"a":1}'},
        "actual": {"name": "f", "tool_name": "f", "arguments": {"a": 1}, "arguments_json": '{"a": 1}'},
        "match_status": "exact",
        "divergence_notes": None,
        "argument_comparison": {
            "matching": {"a": {"expected": 1, "actual": 1}},
            "different": {},
            "missing": {},
            "extra": {},
        },
    } == called["tool_calls"][0]
    assert {
        "actor": "agent",
        "action_type": "text",
        "action_index": 1,
        "expected_response": {"text": "Hello"},
        "actual_response": {"text": "Hey"},
        "match_status": "pending",
        "divergence_notes": None,
    } == said


def test_comparators_give_final_statuses() -> None:
    """Given comparators and thresholds, statuses, similarities and notes are final."""
    runner = EvalRunner(
        source(s=[user(), agent("Hello", call("f"), call("g"))]),
        tool_comparator=lambda expected, actual: ("partial", f"{expected['name']} is {actual['name']}"),
        text_comparator=lambda expected, actual: 0.8 if (expected, actual) == ("Hello", "Hey") else 0.0,
        similarity_thresholds={"exact": 0.85},
    )
    result = runner.run(ScriptedAgent(lambda _: reply("Hey", made("f")))).build()
    calls, text = result["tests"][0]["action_results"][1:]

    assert [("partial", "f is f"), ("mismatch", "g was not called")] == [
        (entry["match_status"], entry["divergence_notes"]) for entry in calls["tool_calls"]
    ]
    assert ("similar", 0.8) == (text["match_status"], text["semantic_similarity"])
    assert 0.8 == result["aggregate_metrics"]["average_similarity_score"]


def test_comparator_exception_propagates() -> None:
    """A comparator's exception belongs to the user."""
    runner = EvalRunner(source(s=[user(), agent("Hello")]), text_comparator=lambda _a, _b: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        runner.run(ScriptedAgent())


def test_callbacks_are_called_in_order() -> None:
    """Callbacks get the dataset's own objects, in the order of the script, around the agent's calls."""
    scenario = {"title": "T", "actions": [user("one"), environment("rain"), agent("1")]}
    log = list[Any]()

    def tell(*told: Any) -> None:
        log.append(told)

    def answer(message: str) -> str:
        tell("respond", message)
        return "1"

    EvalRunner(source(s=scenario)).run(ScriptedAgent(answer), on_scenario=tell, on_action=tell, on_environment=tell)
    one, rain, expected = scenario["actions"]

    assert [
        ("s", scenario),
        (0, one),
        ("respond", "one"),
        (1, rain),
        ("rain", rain),
        (2, expected),
    ] == log
    assert scenario is log[0][1]


def test_on_environment_may_call_the_agent() -> None:
    """A reply that on_environment gets from the agent takes the place of the agent's last one."""
    player = ScriptedAgent(lambda message: reply(f"heard {message}", made("look")))
    dataset = source(s=[user("hi"), environment("rain"), agent("heard rain", call("look"))])
    test = results_of(dataset, player, on_environment=lambda content, _: player.respond(content))["s"]

    assert [
        (0, "user", "hi"),
        (2, "call", "look", "look", "exact"),
        (2, "text", "heard rain", "heard rain"),
    ] == entries(test)


class Unspeakable(Exception):  # noqa: N818
    def __str__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ValueError("no answer"), "no answer"),
        (SystemExit(3), "3"),
        (RecursionError("too deep"), "too deep"),
        (StopIteration("done"), "done"),
        (MemoryError(), ""),
        (Unspeakable(), "(no message: its __str__ raised RuntimeError)"),
    ],
)
def test_agent_exception_fails_one_test(error: BaseException, message: str, workers: int) -> None:
    """An exception becomes the test's error, earlier turns stay, and the other scenarios are played."""
    dataset = source(first=[user("a")], broken=TWO_TURNS, last=[user("b"), agent("b")])
    tests = results_of(dataset, lambda: ScriptedAgent(raising(error)), max_workers=workers)
    fault = tests["broken"]["error"]

    assert ["completed", "failed", "completed"] == [test["status"] for test in tests.values()]
    assert [(0, "user", "one"), (1, "text", "1", "one"), (2, "user", "two")] == entries(tests["broken"])
    assert ("agent", type(error).__name__, message) == (fault["kind"], fault["type"], fault["message"])
    assert ("runs.broken.actions[2]", 1) == (fault["path"], fault["turn"])
    assert fault["traceback"].startswith("Traceback (most recent call last):")
    assert "in answer" in fault["traceback"]
    assert "drivers" not in fault["traceback"]


def test_failed_test_is_never_counted_as_passed() -> None:
    """An agent that raises on every message passes nothing."""

    def answer(_: str) -> Any:
        raise ValueError

    totals = EvalRunner(source(a=TWO_TURNS, b=TWO_TURNS)).run(ScriptedAgent(answer)).build()["aggregate_metrics"]

    assert (2, 0, 2) == (totals["total_tests"], totals["tests_passed"], totals["tests_failed"])


def test_sys_exit_in_an_agent_does_not_end_the_run() -> None:
    """An agent that exits fails its test, and the process goes on."""
    tests = results_of(source(a=[user()], b=[user()]), ScriptedAgent(lambda _: sys.exit("bye")))

    assert [("SystemExit", "bye")] * 2 == [(test["error"]["type"], test["error"]["message"]) for test in tests.values()]


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (None, 'respond() returned None; return {"text": ..., "tool_calls": [...]}'),
        ([], 'respond() returned []; return {"text": ..., "tool_calls": [...]}'),
        (reply("", {}), "respond() returned a reply whose tool_calls[0].name must be the tool's name, got None"),
        (
            reply("", {"name": "f", "arguments": 5}),
            "respond() returned a reply whose tool_calls[0].arguments must be a JSON object, got 5",
        ),
    ],
)
def test_invalid_reply_fails_one_test(value: Any, problem: str) -> None:
    """A reply that is none becomes the test's error with its path, and earlier turns stay."""
    player = ScriptedAgent(lambda message: value if message == "two" else message)
    tests = results_of(source(tau_0=TWO_TURNS, tau_1=[user("ok")]), player)

    assert f"runs.tau_0.actions[2]: {problem}" == tests["tau_0"]["error"]["message"]
    assert [(0, "user", "one"), (1, "text", "1", "one"), (2, "user", "two")] == entries(tests["tau_0"])
    assert "completed" == tests["tau_1"]["status"]


@pytest.mark.parametrize("value", ["Hello", {"text": "Hello"}, {"text": "Hello", "tool_calls": None}])
def test_reply_without_calls_keeps_its_text(value: Any) -> None:
    """A plain string, and a reply whose calls are absent or null, is its text."""
    test = results_of(source(s=[user("Hi"), agent("Hello")]), ScriptedAgent(lambda _: value))["s"]

    assert [(0, "user", "Hi"), (1, "text", "Hello", "Hello")] == entries(test)


def test_mutated_replies_do_not_change_the_record() -> None:
    """A reply is recorded as it was, even if the agent reuses and changes its objects."""
    shared: dict[str, Any] = reply("", made("f", items=[]))

    def answer(message: str) -> Any:
        shared["text"] = message
        shared["tool_calls"][0]["arguments"]["items"].append(message)
        return shared

    dataset = source(s=[user("one"), agent("one", call("f")), user("two"), agent("two", call("f"))])
    first, second = [
        action["tool_calls"][0]["actual"]["arguments"]["items"]
        for action in results_of(dataset, ScriptedAgent(answer))["s"]["action_results"]
        if action["action_type"] == "tool_call"
    ]

    assert (["one"], ["one", "two"]) == (first, second)


def test_callbacks_cannot_change_expectations() -> None:
    """A scenario is read before it is played, so that what is expected of it is as the dataset had it."""

    def vandalise(_: int, action: dict[str, Any]) -> None:
        action.clear()

    dataset = source(s=[user("Hi"), agent("Hello", call("f", a=1))])
    before = copy.deepcopy(dataset)
    expected = results_of(before, ScriptedAgent())
    actual = results_of(dataset, ScriptedAgent(), on_action=vandalise)

    assert expected["s"]["action_results"] == actual["s"]["action_results"]


def test_run_is_repeatable() -> None:
    """Running twice gives the same record twice, and leaves the dataset as it was."""
    dataset = source(s=[user("Hi"), agent("Hello", call("f", a=[1]), {"name": "g", "arguments": {"b": {}}})])
    before = copy.deepcopy(dataset)
    runner = EvalRunner(dataset)
    first, second = (
        runner.run(ScriptedAgent(lambda _: reply("x", made("f", a=[1]), made("g")))).build()["tests"][0][
            "action_results"
        ]
        for _ in range(2)
    )

    assert first == second
    assert before == dataset


def test_malformed_scenario_fails_alone() -> None:
    """A malformed scenario is a failed test with the path; the results of the others are kept."""
    dataset = source(
        null={"actions": [user(), agent(expected_response=None)]},
        arguments={"actions": [user(), agent("", {"name": "f", "arguments_json": "{"})]},
        actor={"actions": [{"content": "hi"}]},
        none=None,
        good=[user("Hi"), agent("Hi")],
    )
    player = ScriptedAgent()
    started = list[str]()
    tests = results_of(dataset, player, on_scenario=lambda name, _: started.append(name))

    assert {
        "null": "runs.null.actions[1].expected_response",
        "arguments": "runs.arguments.actions[1].expected_response.tool_calls[0].arguments_json",
        "actor": "runs.actor.actions[0].actor",
        "none": "runs.none",
    } == {name: test["error"]["path"] for name, test in tests.items() if test["status"] == "failed"}
    assert {("dataset", "DatasetError")} == {
        (test["error"]["kind"], test["error"]["type"]) for test in tests.values() if "error" in test
    }
    assert all(test["error"]["message"].startswith(test["error"]["path"]) for test in tests.values() if "error" in test)
    assert [(0, "user", "Hi"), (1, "text", "Hi", "Hi")] == entries(tests["good"])
    assert ["(reset)", "Hi"] == player.heard
    assert ["good"] == started


@pytest.mark.parametrize("dataset", [None, [], {}, {"runs": []}, {"runs": None}])
def test_invalid_dataset_is_rejected_at_construction(dataset: Any) -> None:
    """A dataset that is wrong as a whole is refused when the runner is made."""
    with pytest.raises(DatasetError):
        EvalRunner(dataset)


@pytest.mark.parametrize("max_workers", [0, -1, True, False, float("nan"), 2.0, "2", None])
def test_invalid_number_of_workers_is_rejected(max_workers: Any) -> None:
    """A number of workers that is not an integer >= 1 is refused before the agent gets a message."""
    player = ScriptedAgent()
    with pytest.raises(ConfigurationError, match="max_workers must be an integer >= 1, got"):
        EvalRunner(source(s=[user()])).run(player, max_workers=max_workers)

    assert [] == player.heard


def test_thresholds_are_validated_at_construction() -> None:
    """Thresholds that cannot work are refused before anything runs."""
    with pytest.raises(ConfigurationError, match="similarity_thresholds"):
        EvalRunner(source(), similarity_thresholds={"exact": 2})


def test_runner_repr(local_client: AshrLabsClient) -> None:
    """A runner's repr tells the number of scenarios and the dataset."""
    stored = local_client.create_dataset(name="D", dataset_source=source(a=[user()], b=[user()]))

    assert "EvalRunner(scenarios=1, dataset_id=None)" == repr(EvalRunner(source(a=[user()], empty=[])))
    assert f"EvalRunner(scenarios=2, dataset_id={stored['id']})" == repr(
        EvalRunner.from_dataset(local_client, stored["id"])
    )


def test_run_and_deploy_stores_the_run(local_client: AshrLabsClient) -> None:
    """run_and_deploy() stores the run for the dataset that the runner was made from, options and all."""
    stored = local_client.create_dataset(name="D", dataset_source=source(s=[user("Hi"), agent("Hi")]))
    owner = local_client.create_agent(name="A")
    runner = EvalRunner.from_dataset(local_client, dataset_id=stored["id"], text_comparator=lambda _a, _b: 0.5)
    created = runner.run_and_deploy(ScriptedAgent(), local_client, max_workers=2, agent_id=owner["id"])

    assert stored["id"] == created["dataset"]
    assert 0.5 == created["result"]["tests"][0]["action_results"][1]["semantic_similarity"]
    assert owner["id"] == local_client.get_dataset(stored["id"])["agent_id"]


def test_explicit_dataset_id_takes_precedence(local_client: AshrLabsClient) -> None:
    """The id given to run_and_deploy() wins over the one the runner was made from."""
    first, second = (local_client.create_dataset(name=name, dataset_source=source(s=[user()])) for name in "ab")
    runner = EvalRunner.from_dataset(local_client, first["id"])

    assert second["id"] == runner.run_and_deploy(ScriptedAgent(), local_client, second["id"])["dataset"]


def test_run_and_deploy_requires_dataset_id(local_client: AshrLabsClient) -> None:
    """run_and_deploy() without any dataset id is refused before the agent hears anything, and nothing is stored."""
    player = ScriptedAgent()
    with pytest.raises(ConfigurationError, match="needs a dataset_id"):
        EvalRunner(source(s=[user()])).run_and_deploy(player, local_client)

    assert [] == player.heard
    assert [] == local_client.list_runs()["runs"]


def test_unknown_dataset_raises_not_found(local_client: AshrLabsClient) -> None:
    """A runner for a dataset that does not exist is not made."""
    with pytest.raises(NotFoundError):
        EvalRunner.from_dataset(local_client, 999)


@pytest.mark.parametrize("step", [1, -1])
@pytest.mark.parametrize("in_one_action", [True, False])
def test_ten_thousand_calls_in_one_scenario(in_one_action: bool, step: int) -> None:
    """10,000 calls, in any order, expected by one action or by as many, take half a second."""
    calls = [made(f"f{number}", a=number) for number in range(10_000)]
    wanted = [call(one["name"], **one["arguments"]) for one in calls][::step]
    expecting = [agent("", *wanted)] if in_one_action else [agent("", one) for one in wanted]
    runner = EvalRunner(source(s=[user(), *expecting]))

    def run() -> None:
        totals = runner.run(ScriptedAgent(lambda _: reply("", *calls))).build()["aggregate_metrics"]
        assert 0 == totals["total_tool_call_divergence"]

    assert cpu_seconds(run) < 0.5


def test_scenario_scope_accepts_calls_from_any_turn() -> None:
    """In the scope of the scenario an expected call may be made in any turn; the rest is at the last action."""
    dataset = source(s=[user("one"), agent("1", call("a")), user("two"), agent("2", call("b"), call("c"))])
    answers = {"one": reply("1", made("b")), "two": reply("2", made("a"), made("d"))}
    result = EvalRunner(dataset, tool_scope="scenario").run(ScriptedAgent(answers.__getitem__)).build()

    assert [
        (0, "user", "one"),
        (1, "call", "a", "a", "exact"),
        (1, "text", "1", "1"),
        (2, "user", "two"),
        (3, "call", "b", "b", "exact"),
        (3, "call", "c", "NOT_CALLED", "mismatch"),
        (3, "call", "NONE_EXPECTED", "d", "mismatch"),
        (3, "text", "2", "2"),
    ] == entries(result["tests"][0])


def test_mode_decides_record() -> None:
    """The mode of a runner decides what its record says, also where comparators judge."""
    dataset = source(s=[user("go"), agent("", call("a"), call("b"))])
    player = ScriptedAgent(lambda _: reply("", made("b"), made("a")))
    choices: list[dict[str, Any]] = [{}, {"similarity_thresholds": {}}]
    for options in choices:
        result = EvalRunner(dataset, tool_mode="in_order", **options).run(player).build()
        calls = result["tests"][0]["action_results"][1]["tool_calls"]

        assert [("mismatch", "a was called out of order"), ("exact", None)] == [
            (entry["match_status"], entry["divergence_notes"]) for entry in calls
        ]
