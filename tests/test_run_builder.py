"""Tests of `ashr_labs.run_builder`: the shape of a run's result, its indices, its totals, and what deploy sends."""

from __future__ import annotations

import json
import pickle
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs import (
    AshrLabsClient,
    AshrLabsError,
    ConfigurationError,
    EvalRunner,
    NotFoundError,
    RunBuilder,
    TestBuilder,
    compare_args_structural,
)
from ashr_labs.types import Run
from support.timing import cpu_seconds

CALL = {"name": "refund", "arguments_json": '{"order": "ORD-1"}'}
RECORDED = {
    "name": "refund",
    "tool_name": "refund",
    "arguments": {"order": "ORD-1"},
    "arguments_json": '{"order": "ORD-1"}',
}


def built_calls(test: TestBuilder) -> list[Any]:
    return [call for action in test.build()["action_results"] for call in action.get("tool_calls", [])]


def ticking_clock() -> Any:
    moments = iter(range(100))
    return lambda: datetime(2026, 1, 2, 3, 4, tzinfo=UTC) + timedelta(seconds=next(moments), microseconds=999_999)


def test_new_run_is_pending_and_empty() -> None:
    """A new run is pending, without times or tests, and its totals are zero."""
    expected: dict[str, Any] = {
        "tests": [],
        "status": "pending",
        "started_at": None,
        "completed_at": None,
        "aggregate_metrics": {
            "total_tests": 0,
            "tests_passed": 0,
            "tests_failed": 0,
            "average_similarity_score": None,
            "total_tool_call_divergence": 0,
            "total_response_divergence": 0,
        },
    }

    assert expected == RunBuilder().build()


def test_new_test_is_empty() -> None:
    """A new test has neither times nor a log."""
    expected: dict[str, Any] = {"test_id": "t", "status": "pending", "action_results": []}

    assert expected == TestBuilder("t").build()


def test_actions_have_documented_fields() -> None:
    """Each kind of action has exactly the documented fields."""
    test = TestBuilder("t")
    test.add_user_text("Hi", "greets").add_user_file("a.pdf", "sends a file")
    test.add_tool_call(CALL, CALL, "exact", "noted", compare_args_structural(CALL, CALL)[1])
    test.add_agent_response({"text": "a"}, {"text": "b"}, "similar", 0.5, "differs")
    comparison = {
        "matching": {"order": {"expected": "ORD-1", "actual": "ORD-1"}},
        "different": {},
        "missing": {},
        "extra": {},
    }
    call = {
        "expected": RECORDED,
        "actual": RECORDED,
        "match_status": "exact",
        "divergence_notes": "noted",
        "argument_comparison": comparison,
    }
    user = {"actor": "user", "input_provided": True}
    expected: list[dict[str, Any]] = [
        {**user, "action_type": "text", "action_index": 0, "description": "greets", "text": "Hi"},
        {**user, "action_type": "file", "action_index": 1, "description": "sends a file", "file_path": "a.pdf"},
        {"actor": "agent", "action_type": "tool_call", "action_index": 2, "tool_calls": [call]},
        {
            "actor": "agent",
            "action_type": "text",
            "action_index": 3,
            "expected_response": {"text": "a"},
            "actual_response": {"text": "b"},
            "match_status": "similar",
            "divergence_notes": "differs",
            "semantic_similarity": 0.5,
        },
    ]

    assert expected == test.build()["action_results"]


def test_missing_values_are_omitted() -> None:
    """An argument comparison and a similarity appear only when given; notes are null."""
    test = TestBuilder("t").add_tool_call(CALL, CALL, "exact").add_agent_response({}, {}, "exact")
    call, response = test.build()["action_results"]

    assert "argument_comparison" not in call["tool_calls"][0]
    assert call["tool_calls"][0]["divergence_notes"] is None
    assert "semantic_similarity" not in response
    assert response["divergence_notes"] is None


def test_times_are_utc_in_whole_seconds() -> None:
    """Times are written in UTC, whole seconds, ending in Z, from whatever zone the clock tells them in."""
    zone = timezone(timedelta(hours=2))
    run = RunBuilder(clock=lambda: datetime(2026, 1, 1, 1, 30, 59, 999_999, tzinfo=zone)).start()
    test = run.add_test("t").start().complete()
    result = run.complete().build()

    assert ["2025-12-31T23:30:59Z"] * 2 == [result["started_at"], result["completed_at"]]
    assert ["2025-12-31T23:30:59Z"] * 2 == [test.build()["started_at"], test.build()["completed_at"]]


def test_start_and_complete_set_status_and_times() -> None:
    """A test is running once started, ends as told, and its times are those of the two calls."""
    run = RunBuilder(clock=ticking_clock())
    test = run.add_test("t")

    assert "running" == test.start().build()["status"]
    built = test.complete("failed").build()
    assert ("failed", "2026-01-02T03:04:00Z", "2026-01-02T03:04:01Z") == (
        built["status"],
        built["started_at"],
        built["completed_at"],
    )
    assert "running" == run.start().build()["status"]
    assert "cancelled" == run.complete("cancelled").build()["status"]


@pytest.mark.parametrize("builder", [RunBuilder(), TestBuilder("t")])
def test_unknown_final_status_is_rejected(builder: RunBuilder | TestBuilder) -> None:
    """A status that the platform does not know is refused with the ones that it knows."""
    with pytest.raises(ValueError, match="completed, failed, cancelled, got 'passed'"):
        builder.complete("passed")


def test_explicit_index_resets_automatic_index() -> None:
    """An explicit index is kept, and the next action without one follows on it, forwards and backwards."""
    test = TestBuilder("t").add_user_text("a", "").add_user_text("b", "", 10).add_user_text("c", "")
    test.add_user_text("d", "", action_index=3).add_user_file("e", "").add_agent_response({}, {}, "exact")

    assert [0, 10, 11, 3, 4, 5] == [action["action_index"] for action in test.build()["action_results"]]


def test_calls_with_same_index_share_an_entry() -> None:
    """Calls with the same action index share an entry, at the position of the first call."""
    test = TestBuilder("t")
    for name, index in (("a", 1), ("b", 1), ("c", None), ("d", 1), ("e", None)):
        test.add_tool_call({"name": name}, {"name": name}, "exact", action_index=index)
    entries = [
        (action["action_index"], [call["expected"]["name"] for call in action["tool_calls"]])
        for action in test.build()["action_results"]
    ]

    assert [(1, ["a", "b", "d"]), (2, ["c", "e"])] == entries


@given(st.lists(st.none() | st.integers(0, 6), max_size=30))
def test_calls_keep_order_under_their_index(indices: list[int | None]) -> None:
    """Whatever indices calls are given, none is lost, and those of an index keep their order."""
    test, model, following = TestBuilder("t"), dict[int, list[str]](), 0
    for number, index in enumerate(indices):
        test.add_tool_call({"name": str(number)}, {}, "mismatch", action_index=index)
        following = (following if index is None else index) + 1
        model.setdefault(following - 1, []).append(str(number))
    entries = {
        action["action_index"]: [call["expected"]["name"] for call in action["tool_calls"]]
        for action in test.build()["action_results"]
    }

    assert list(model.items()) == list(entries.items())


@pytest.mark.parametrize(
    ("given_call", "recorded"),
    [
        ({"name": "f", "arguments": {"a": 1}}, ("f", "f", {"a": 1}, '{"a": 1}')),
        ({"tool_name": "f", "arguments_json": '{"a":1}'}, ("f", "f", {"a": 1}, '{"a":1}')),
        ({"name": "f", "tool_name": "g"}, ("f", "g", {}, "{}")),
        ({"name": "f", "arguments": {"a": 1}, "arguments_json": "{}"}, ("f", "f", {"a": 1}, "{}")),
        ({"name": "f", "arguments": '{"a":1}'}, ("f", "f", {"a": 1}, '{"a":1}')),
        ({"name": "f", "arguments_json": {"a": 1}}, ("f", "f", {"a": 1}, '{"a": 1}')),
        ({"name": "f", "arguments_json": "not JSON"}, ("f", "f", {}, "not JSON")),
        ({"name": "f", "arguments_json": "[1]"}, ("f", "f", {}, "[1]")),
        ({}, (None, None, {}, "{}")),
        ({"name": "f", "args": {"a": 1}}, ("f", "f", {"a": 1}, '{"a": 1}')),
        ({"name": "f", "input": {"a": 1}}, ("f", "f", {"a": 1}, '{"a": 1}')),
        ({"name": "f", "parameters": '{"a":1}'}, ("f", "f", {"a": 1}, '{"a":1}')),
    ],
)
def test_calls_get_both_spellings(given_call: dict[str, Any], recorded: tuple[Any, ...]) -> None:
    """A call is recorded with both spellings of its name and of its arguments, whichever it came with."""
    call = built_calls(TestBuilder("t").add_tool_call(given_call, {}, "mismatch"))[0]["expected"]

    assert recorded == (
        call.get("name"),
        call.get("tool_name"),
        call.get("arguments"),
        call.get("arguments_json"),
    )


def test_other_fields_of_a_call_are_kept() -> None:
    """Fields that the platform does not know stay with the call."""
    call = {"name": "f", "id": "call_1"}

    assert "call_1" == built_calls(TestBuilder("t").add_tool_call(call, call, "exact"))[0]["actual"]["id"]


@pytest.mark.parametrize(
    ("ended", "result", "error"),
    [
        ({}, None, None),
        ({"result": {"id": 7}}, {"id": 7}, None),
        ({"output": "shipped"}, "shipped", None),
        ({"error": "no such order"}, None, "no such order"),
        ({"result": "no such order", "is_error": True}, "no such order", "no such order"),
        ({"result": {"isError": True, "content": []}}, {"isError": True, "content": []}, "the call failed"),
    ],
)
def test_tool_result_and_error_are_recorded(ended: dict[str, Any], result: Any, error: str | None) -> None:
    """The result and the error of a call are stored, in whichever of the common spellings they come."""
    [call] = built_calls(TestBuilder("t").add_tool_call(CALL, {**CALL, **ended}, "exact"))

    assert (result, error) == (call["actual"].get("result"), call["actual"].get("error"))


def test_durations_are_in_milliseconds() -> None:
    """A test and a run have the time between start and completion, by a monotonic clock; others have none."""
    run = RunBuilder(clock=ticking_clock()).start()
    test = run.add_test("t").start()
    time.sleep(0.002)
    test.complete()
    built = run.complete().build()

    assert 2 <= built["tests"][0]["duration_ms"] <= built["duration_ms"] < 10_000
    assert "duration_ms" not in TestBuilder("t").complete().build()
    assert "duration_ms" not in RunBuilder().build()


def test_record_is_isolated_from_later_changes() -> None:
    """Changes of the caller's own dicts do not change the record."""
    call: dict[str, Any] = {"name": "f", "arguments": {"items": [1]}}
    comparison: Any = {"matching": {}, "different": {}, "missing": {}, "extra": {}}
    logs: list[dict[str, Any]] = [{"ts": 0, "type": "error"}]
    text: dict[str, Any] = {"text": "a", "parts": ["a"]}
    test = TestBuilder("t").add_tool_call(call, call, "partial", argument_comparison=comparison)
    test.add_agent_response(text, text, "exact").set_vm_stream("kernel", logs=logs)
    before = json.dumps(test.build())

    call["arguments"]["items"].append(2)
    comparison["extra"]["x"] = {}
    text["parts"].append("b")
    logs.append({})

    assert before == json.dumps(test.build())


@pytest.mark.parametrize("index", [0, 3, True, "x", [1]])
def test_index_as_fifth_argument_is_rejected(index: Any) -> None:
    """An index in the fifth place, where TypeScript has it, is refused with the way to write it."""
    with pytest.raises(TypeError, match=r"fifth parameter.*action_index=\.\.\."):
        TestBuilder("t").add_tool_call(CALL, CALL, "exact", None, index)


def test_sixth_positional_argument_is_the_index() -> None:
    """The positional order is that of the public Python package."""
    test = TestBuilder("t").add_tool_call(CALL, CALL, "exact", None, None, 7)

    assert [7] == [action["action_index"] for action in test.build()["action_results"]]


@pytest.mark.parametrize("step", [0, 1, -1])
def test_ten_thousand_calls_take_linear_time(step: int) -> None:
    """10,000 calls, in one action or in as many, upwards or downwards, are recorded and built in half a second."""

    def record() -> None:
        test = TestBuilder("t")
        for number in range(10_000):
            test.add_tool_call(CALL, CALL, "exact", action_index=number * step)
        assert 10_000 == len(built_calls(test))

    assert cpu_seconds(record) < 0.5


def test_vm_stream_omits_missing_values() -> None:
    """A log's optional fields appear only when given; an empty list of entries and a length of zero are kept."""
    bare = TestBuilder("t").set_vm_stream("steel").build()["vm_stream"]
    full = TestBuilder("t").set_vm_stream("steel", "s", 0, [], {}).build()["vm_stream"]

    assert {"provider": "steel"} == bare
    assert {"provider": "steel", "session_id": "s", "duration_ms": 0, "logs": [], "metadata": {}} == full


def test_kernel_vm_fields_are_metadata() -> None:
    """A Kernel session's own fields become metadata, which is left out when there are none."""
    log = {"ts": 0, "type": "navigation", "data": {"url": "https://app.example.com"}}
    test = TestBuilder("t").set_kernel_vm(
        "kern_1",
        15_000,
        [log],
        live_view_url="l",
        cdp_ws_url="c",
        replay_id="r",
        replay_view_url="v",
        headless=False,
        stealth=True,
        viewport={"width": 1920, "height": 1080},
    )
    metadata = {
        "live_view_url": "l",
        "cdp_ws_url": "c",
        "replay_id": "r",
        "replay_view_url": "v",
        "headless": False,
        "stealth": True,
        "viewport": {"width": 1920, "height": 1080},
    }
    stream = {"provider": "kernel", "session_id": "kern_1", "duration_ms": 15_000, "logs": [log], "metadata": metadata}

    assert stream == test.build()["vm_stream"]
    assert {"provider": "kernel", "session_id": "k"} == TestBuilder("t").set_kernel_vm("k").build()["vm_stream"]


def test_failure_is_recorded_with_reason() -> None:
    """A test that could not be played is failed, says why, and keeps what came before."""
    test = TestBuilder("t").start().add_user_text("Hi", "greets")
    error: Any = {"kind": "agent", "type": "KeyError", "message": "'x'", "path": "runs.t.actions[0]", "turn": 0}
    built = test.fail(error).build()

    assert ("failed", error, 1) == (built["status"], built["error"], len(built["action_results"]))
    assert "completed_at" in built


def test_totals_count_statuses_and_divergence() -> None:
    """Passed are the tests that ran to their end; divergent is every call and answer that is not exact."""
    run = RunBuilder()
    first = run.add_test("a").add_tool_call(CALL, CALL, "exact").add_tool_call(CALL, CALL, "partial", action_index=0)
    first.add_agent_response({}, {}, "exact", 0.9).add_agent_response({}, {}, "divergent", 0.25).complete()
    run.add_test("b").add_agent_response({}, {}, "pending").add_tool_call(CALL, CALL, "mismatch").complete("failed")
    run.add_test("c").start()
    run.add_test("d").add_user_text("exact", "exact").complete("cancelled")
    expected = {
        "total_tests": 4,
        "tests_passed": 1,
        "tests_failed": 1,
        "average_similarity_score": 0.57,
        "total_tool_call_divergence": 2,
        "total_response_divergence": 2,
    }

    assert expected == run.build()["aggregate_metrics"]


def test_a_played_run_is_built_twice_with_the_same_result() -> None:
    """A second build of a run, also of its pickled copy, equals the first one."""
    actions = [{"actor": "user", "content": "Refund ORD-1"}, {"actor": "agent", "content": "", "tool_calls": [CALL]}]
    run = EvalRunner({"runs": {"refund": {"actions": actions}}}).run(lambda message: {"text": "", "tool_calls": [CALL]})

    first = json.dumps(run.build())

    assert first == json.dumps(run.build())
    assert first == json.dumps(pickle.loads(pickle.dumps(run)).build())
    assert json.loads(first)["tests"] == [*run.iter_tests()]


def test_title_is_recorded() -> None:
    """A test has the title of its scenario, if there is one."""
    run = RunBuilder()
    run.add_test("refund_1", title="A late refund")
    run.add_test("refund_2")

    assert ["A late refund", None] == [test.get("title") for test in run.build()["tests"]]


WRONG: list[tuple[Callable[[Any], object], str]] = [
    (lambda run: run.add_test(3), "`test_id` must be a string, got 3"),
    (lambda run: run.add_test("t", title=["x"]), "`title` must be a string, got ['x']"),
    (lambda run: run.complete("complted"), "got 'complted'; did you mean 'completed'?"),
    (lambda run: run.add_test("t").complete("faild"), "got 'faild'; did you mean 'failed'?"),
    (
        lambda run: run.add_test("t").add_tool_call(CALL, CALL, "exat"),
        "`match_status` must be one of 'exact', 'partial', 'mismatch', got 'exat'; did you mean 'exact'?",
    ),
    (lambda run: run.add_test("t").add_tool_call(CALL, CALL, "similar"), "got 'similar'"),
    (
        lambda run: run.add_test("t").add_tool_call("refund", CALL, "exact"),
        "`expected` must be an object, got 'refund'",
    ),
    (lambda run: run.add_test("t").add_tool_call(CALL, None, "exact"), "`actual` must be an object, got None"),
    (lambda run: run.add_test("t").add_agent_response({}, {}, "simlar"), "did you mean 'similar'?"),
    (
        lambda run: run.add_test("t").add_agent_response("a", {}, "exact"),
        "`expected_response` must be an object, got 'a'",
    ),
    (
        lambda run: run.add_test("t").add_agent_response({}, "a", "exact"),
        "`actual_response` must be an object, got 'a'",
    ),
    (
        lambda run: run.add_test("t").add_agent_response({}, {}, "exact", 70),
        "must be a number from 0 to 1 or None, got 70",
    ),
    (lambda run: run.add_test("t").fail("boom"), "`error` must be an object, got 'boom'"),
    (lambda run: run.add_test("t").fail({"kind": "agent", "mesage": "x"}), "did you mean 'message' by 'mesage'?"),
    (lambda run: run.add_test("t").set_vm_stream(3), "`provider` must be a string, got 3"),
    (lambda run: run.describe(model=None), "`model` must be a string or a number, got None"),
    (lambda run: run.add_test("t").add_user_text(3, ""), "`text` must be a string, got 3"),
    (lambda run: run.add_test("t").add_user_file(3, ""), "`file_path` must be a string, got 3"),
    (lambda run: run.add_test("t").add_user_text("a", "", "1"), "`action_index` must be an integer or None, got '1'"),
]


@pytest.mark.parametrize(("build", "problem"), WRONG)
def test_wrong_argument_is_refused_by_name(build: Callable[[Any], object], problem: str) -> None:
    """A status that does not exist, and a value of a wrong type, is an error that names it."""
    with pytest.raises(ConfigurationError) as caught:
        build(RunBuilder())

    assert problem in str(caught.value)


def test_builder_reprs() -> None:
    """A builder's repr tells its id, status and size."""
    run = RunBuilder().start()
    test = run.add_test("refund_1").add_user_text("a", "")

    assert "RunBuilder(status='running', tests=1)" == repr(run)
    assert "TestBuilder('refund_1', status='pending', actions=1)" == repr(test)


def test_pytest_does_not_collect_test_builder() -> None:
    """The name TestBuilder in a user's test module raises no collection warning."""
    assert TestBuilder.__test__ is False


def test_deploy_stores_the_run(local_client: AshrLabsClient) -> None:
    """A deployed run belongs to the dataset and holds the built result."""
    dataset = local_client.create_dataset(name="D", dataset_source={"runs": {}})
    run = RunBuilder().start()
    run.add_test("t").add_user_text("Hi", "greets").complete()
    created = run.complete().deploy(local_client, dataset["id"])

    assert dataset["id"] == created["dataset"]
    assert run.build()["tests"][0]["test_id"] == local_client.get_run(created["id"])["result"]["tests"][0]["test_id"]


def test_deploy_links_agent_first(local_client: AshrLabsClient) -> None:
    """A run that names an agent links the dataset to it."""
    dataset = local_client.create_dataset(name="D", dataset_source={"runs": {}})
    agent = local_client.create_agent(name="A")
    RunBuilder().deploy(local_client, dataset["id"], agent_id=agent["id"])

    assert agent["id"] == local_client.get_dataset(dataset["id"])["agent_id"]


def test_failed_agent_link_stops_deploy(local_client: AshrLabsClient) -> None:
    """An agent that cannot be linked stops the deployment, and nothing is stored."""
    dataset = local_client.create_dataset(name="D", dataset_source={"runs": {}})
    with pytest.raises(NotFoundError):
        RunBuilder().deploy(local_client, dataset["id"], agent_id=999)

    assert [] == local_client.list_runs(dataset_id=dataset["id"])["runs"]


def test_deploy_for_another_agent_stores_again(local_client: AshrLabsClient) -> None:
    """Deploying a run for another agent stores and grades it again, by that agent's configuration."""
    dataset = local_client.create_dataset(name="D", dataset_source={"runs": {}})
    agents = [local_client.create_agent(name=name)["id"] for name in ("A", "B")]
    run = RunBuilder().start().complete()

    stored = [run.deploy(local_client, dataset["id"], agent_id=agent)["id"] for agent in [*agents, agents[1]]]

    assert stored[0] != stored[1] == stored[2]


def test_deploying_twice_stores_once(local_client: AshrLabsClient) -> None:
    """Deploying the same run again returns the stored run; another run, or one that has grown, is stored."""
    dataset = local_client.create_dataset(name="D", dataset_source={"runs": {}})
    run = RunBuilder().start()
    run.add_test("t").add_user_text("Hi", "greets").complete()
    run.complete()
    first, again = (run.deploy(local_client, dataset["id"])["id"] for _ in range(2))
    run.add_test("u").complete()
    grown = run.deploy(local_client, dataset["id"])["id"]
    others = [RunBuilder().deploy(local_client, dataset["id"])["id"] for _ in range(2)]

    assert first == again
    assert 4 == len({first, grown, *others})
    assert 4 == len(local_client.list_runs(dataset_id=dataset["id"])["runs"])


def test_deploy_uses_client_idempotency_key(local_client: AshrLabsClient) -> None:
    """A client with an idempotency key of its own stores the run under that key."""
    dataset = local_client.create_dataset(name="D", dataset_source={"runs": {}})
    keyed = local_client.with_options(idempotency_key="nightly")

    assert RunBuilder().deploy(keyed, dataset["id"])["id"] == RunBuilder().deploy(keyed, dataset["id"])["id"]


class RecordingClient:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.given: dict[str, Any] = {}

    def set_dataset_agent(self, dataset_id: int, agent_id: int | None) -> None:
        self.given["linked"] = (dataset_id, agent_id)

    def create_run(
        self, dataset_id: int, result: Any, tenant_id: int | None = None, runner_id: int | None = None
    ) -> Run:
        self.given.update(dataset_id=dataset_id, result=result, tenant_id=tenant_id, runner_id=runner_id)
        return cast("Run", {"id": 5, "result": result})


def test_deploy_passes_arguments_through() -> None:
    """The tenant, the runner and the agent reach the client, by the documented places and names."""
    run, client = RunBuilder(), RecordingClient()

    assert 5 == run.deploy(client, 1, 2, 3, 4)["id"]
    assert {"linked": (1, 4), "dataset_id": 1, "tenant_id": 2, "runner_id": 3, "result": run.build()} == client.given


def test_deploy_without_agent_keeps_link() -> None:
    """A run that names no agent leaves the dataset's link alone."""
    client = RecordingClient()
    RunBuilder().deploy(client, dataset_id=1)

    assert "linked" not in client.given
    assert (None, None) == (client.given["tenant_id"], client.given["runner_id"])


def test_deploy_for_foreign_tenant_is_rejected(local_client: AshrLabsClient) -> None:
    """A tenant that the key does not belong to is the platform's error."""
    dataset = local_client.create_dataset(name="D", dataset_source={"runs": {}})
    with pytest.raises(AshrLabsError):
        RunBuilder().deploy(local_client, dataset["id"], tenant_id=999)
