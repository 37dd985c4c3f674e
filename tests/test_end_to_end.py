"""From a dataset to graded metrics through the public API alone, on the embedded platform."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ashr_labs import (
    AshrLabsClient,
    AuthenticationError,
    DatasetError,
    EvalRunner,
    NotFoundError,
)
from ashr_labs.local import open_platform
from ashr_labs.local.server.app import running_server
from support.postgresql import PostgreSQLServer
from support.replay import (
    DATA,
    WHY_SKIPPED,
    ReferenceRun,
    reference_result,
    reference_runs,
    replay,
    replayed,
    source_of,
)
from support.timing import cpu_seconds

needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=WHY_SKIPPED)

CALL = {"name": "look_up", "arguments_json": '{"id": 1}'}
SCENARIO = {
    "actions": [
        {"actor": "user", "content": "Hello"},
        {"actor": "agent", "content": "Hi", "expected_response": {"tool_calls": [CALL]}},
    ]
}


class GoodAgent:
    def reset(self) -> None: ...

    def respond(self, message: str) -> Any:
        return {"text": "Hi", "tool_calls": [{"name": "look_up", "arguments": {"id": 1}}]}


@pytest.fixture(params=["in process", "over HTTP", "on PostgreSQL"])
def client(request: pytest.FixtureRequest) -> Iterator[AshrLabsClient]:
    """Return a client of an embedded platform, through each of its doors, and on each of its databases."""
    if request.param == "in process":
        with AshrLabsClient.local() as client:
            yield client
        return
    if request.param == "on PostgreSQL":
        server: PostgreSQLServer = request.getfixturevalue("postgresql")
        with server.platform() as place, AshrLabsClient.local(place) as client:
            yield client
        return
    platform = open_platform()
    key = platform.bootstrap("tp_end_to_end_0123456789")
    with running_server(platform) as url, AshrLabsClient(key, url) as client:
        yield client
    platform.close()


def evaluate(client: AshrLabsClient, source: dict[str, Any], agent: Any, **options: Any) -> Any:
    """Import a dataset, run an agent over it, deploy, wait for the grades; return the graded result."""
    dataset = client.create_dataset(name="D", dataset_source=source)
    runner = EvalRunner.from_dataset(client, dataset_id=dataset["id"])
    created = runner.run(agent, **options).deploy(client, dataset_id=dataset["id"])
    assert created.get("grading_status") == "pending"
    return client.poll_run(created["id"])["result"]


def test_good_agent_passes(client: AshrLabsClient) -> None:
    """An agent that does what is expected passes, through either door."""
    result = evaluate(client, {"runs": {"a": SCENARIO, "b": SCENARIO}}, GoodAgent())

    assert ["passed", "passed"] == [test["verdict"] for test in result["tests"]]
    assert {"total_tests": 2, "tests_passed": 2, "tests_failed": 0}.items() <= result["aggregate_metrics"].items()


def faulty(respond: Callable[[str], Any]) -> Any:
    class FaultyAgent:
        """Right in the first scenario, at fault in every later one."""

        def __init__(self) -> None:
            self.scenarios = 0

        def reset(self) -> None:
            self.scenarios += 1

        def respond(self, message: str) -> Any:
            return GoodAgent().respond(message) if self.scenarios == 1 else respond(message)

    return FaultyAgent()


def crash(_: str) -> Any:
    raise RuntimeError("the model is gone")


@pytest.mark.parametrize(
    ("respond", "message"),
    [
        (crash, "the model is gone"),
        (lambda _: None, "None"),
        (lambda _: 42, "42"),
        (lambda _: {"tool_calls": "look_up"}, "tool_calls"),
        (lambda _: {"tool_calls": [{"arguments": {}}]}, "tool_calls[0]"),
        (lambda _: {"tool_calls": [{"name": "t", "arguments_json": "{"}]}, "arguments_json"),
    ],
)
def test_agent_fault_fails_one_scenario_with_path(
    local_client: AshrLabsClient, respond: Callable[[str], Any], message: str
) -> None:
    """An agent that raises or answers nonsense fails that scenario, by path, and never counts as passed."""
    result = evaluate(local_client, {"runs": {"first": SCENARIO, "second": SCENARIO}}, faulty(respond))

    first, second = result["tests"]
    assert ("passed", "failed") == (first["verdict"], second["verdict"])
    assert ("agent", "runs.second.actions[0]") == (second["error"]["kind"], second["error"]["path"])
    assert message in second["error"]["message"]
    assert any(message in reason for reason in second["verdict_reasons"])


@pytest.mark.parametrize("reply", ["Hi", {"text": "Hi", "tool_calls": None}])
def test_reply_without_tool_calls_keeps_its_text(local_client: AshrLabsClient, reply: Any) -> None:
    """A plain string, and a reply whose tool calls are None, count as their text without any call."""
    result = evaluate(local_client, {"runs": {"first": SCENARIO, "second": SCENARIO}}, faulty(lambda _: reply))

    texts = [entry for entry in result["tests"][1]["action_results"] if entry["actor"] == "agent"]
    assert "Hi" in [entry["actual_response"]["text"] for entry in texts if entry["action_type"] == "text"]
    for test in result["tests"][1:]:
        assert any("look_up was not called" in reason for reason in test["verdict_reasons"]), (
            "the call is still missing"
        )


def agent_action(**parts: Any) -> dict[str, Any]:
    return {"actor": "agent", "content": "Hi", **parts}


def calls(*calls: Any) -> dict[str, Any]:
    return agent_action(expected_response={"tool_calls": list(calls)})


@pytest.mark.parametrize(
    ("action", "path"),
    [
        (agent_action(expected_response=None), ".expected_response"),
        (agent_action(expected_response=[]), ".expected_response"),
        (calls({"name": "t", "arguments_json": "{"}), ".expected_response.tool_calls[0].arguments_json"),
        (calls({"name": "t", "arguments_json": "[1]"}), ".expected_response.tool_calls[0].arguments_json"),
        (calls({"arguments_json": "{}"}), ".expected_response.tool_calls[0].name"),
        ({"content": "who?"}, ".actor"),
        ("say hi", ""),
    ],
)
def test_malformed_scenario_fails_alone_with_path(local_client: AshrLabsClient, action: Any, path: str) -> None:
    """An error in a scenario is recorded with its path, and the other scenarios are played."""
    broken = {"actions": [{"actor": "user", "content": "Hello"}, action]}

    dataset = local_client.create_dataset(name="D", dataset_source={"runs": {"good": SCENARIO}})
    run = EvalRunner({"runs": {"tau_0": broken, "good": SCENARIO}}).run(GoodAgent())
    created = run.deploy(local_client, dataset_id=dataset["id"])

    bad, good = local_client.poll_run(created["id"])["result"]["tests"]
    assert ("failed", "passed") == (bad["verdict"], good["verdict"])
    assert ("dataset", f"runs.tau_0.actions[1]{path}") == (bad["error"]["kind"], bad["error"]["path"])


@pytest.mark.parametrize("source", [{}, {"runs": []}, {"runs": None}, {"runs": [{"actions": []}]}])
def test_invalid_dataset_is_rejected_before_running(local_client: AshrLabsClient, source: dict[str, Any]) -> None:
    """Without an object of runs nothing can run: a DatasetError, before the agent is called."""
    dataset = local_client.create_dataset(name="D", dataset_source=source)

    with pytest.raises(DatasetError, match="runs"):
        EvalRunner.from_dataset(local_client, dataset_id=dataset["id"])


def test_bad_key_and_unknown_id_raise_documented_errors() -> None:
    """The platform refuses a key that it does not know, and an id that is not there."""
    platform = open_platform()
    key = platform.bootstrap("tp_end_to_end_0123456789")
    with running_server(platform) as url:
        with AshrLabsClient("tp_unknown_0123456789", url) as stranger, pytest.raises(AuthenticationError):
            stranger.list_datasets()
        with AshrLabsClient(key, url) as client:
            with pytest.raises(NotFoundError):
                EvalRunner.from_dataset(client, dataset_id=10**6)
            with pytest.raises(NotFoundError):
                client.create_run(10**6, {})
    platform.close()


def test_database_persists_everything(kept_place: str | Path) -> None:
    """Stored objects, grades included, are there when the database is opened again."""
    with AshrLabsClient.local(kept_place) as client:
        result = evaluate(client, {"runs": {"a": SCENARIO}}, GoodAgent())
    with AshrLabsClient.local(kept_place) as client:
        [run] = client.list_runs()["runs"]

    assert result == run["result"]


def test_generated_functions_parse_platform_responses(
    local_client: AshrLabsClient,
) -> None:
    """Typed endpoint functions work against the embedded platform, errors included."""
    from ashr_labs_api.api.datasets import create_dataset, get_dataset
    from ashr_labs_api.models import (
        CreateDatasetRequest,
        CreateDatasetResponse,
        GetDatasetRequest,
        GetDatasetResponse,
        JsonObject,
    )

    source = JsonObject.from_dict({"runs": {"a": SCENARIO}})
    stored = create_dataset.sync(client=local_client.api, body=CreateDatasetRequest(name="D", dataset_source=source))
    assert isinstance(stored, CreateDatasetResponse)
    read = get_dataset.sync(client=local_client.api, body=GetDatasetRequest(dataset_id=stored.dataset.id))

    assert isinstance(read, GetDatasetResponse)
    assert isinstance(read.dataset.dataset_source, JsonObject)
    assert {"runs": {"a": SCENARIO}} == read.dataset.dataset_source.to_dict()
    with pytest.raises(NotFoundError):
        get_dataset.sync(client=local_client.api, body=GetDatasetRequest(dataset_id=10**6))


def deployed(client: AshrLabsClient, run: ReferenceRun) -> Any:
    """Import the dataset of a reference run, replay its agent, deploy, wait; return the graded result."""
    dataset = client.create_dataset(name=run.dataset, dataset_source=source_of(run))
    runner = EvalRunner.from_dataset(client, dataset_id=dataset["id"])
    created = replay(run, runner).deploy(client, dataset_id=dataset["id"])
    return client.poll_run(created["id"])["result"]


def called(result: Any) -> list[tuple[tuple[str, int], dict[str, Any]]]:
    """Return each call of a result with its test and action."""
    return [
        ((test["test_id"], entry["action_index"]), call)
        for test in result["tests"]
        for entry in test["action_results"]
        for call in entry.get("tool_calls", [])
    ]


RUNS = reference_runs()


@needs_data
@pytest.mark.parametrize("run", [run for run in RUNS if run.agent == "gold"], ids=str)
def test_gold_agent_scores_every_call_exact(local_client: AshrLabsClient, run: ReferenceRun) -> None:
    """Over real scenarios, an agent that does what is expected has every call exact and every test passed."""
    result = deployed(local_client, run)

    calls = [
        call for test in result["tests"] for entry in test["action_results"] for call in entry.get("tool_calls", [])
    ]
    assert {"exact"} >= {call["match_status"] for call in calls}
    assert {"passed"} == {test["verdict"] for test in result["tests"]}
    assert len(result["tests"]) == result["aggregate_metrics"]["tests_passed"]


@needs_data
@pytest.mark.parametrize("run", [run for run in RUNS if run.agent.startswith("gpt-4o/")], ids=str)
def test_real_transcripts_are_paired_like_the_reference(local_client: AshrLabsClient, run: ReferenceRun) -> None:
    """The statuses are those of the public package, except for failed calls and better pairs of calls of one tool."""
    result = deployed(local_client, run)

    recorded, graded = called(replayed(run).build()), called(result)
    for (place, before), (_, after) in zip(recorded, graded, strict=True):
        same_tool = [
            one for where, one in recorded if (where, one["actual"]["name"]) == (place, before["expected"]["name"])
        ]
        repaired = ("partial", "exact") == (before["match_status"], after["match_status"]) and len(same_tool) > 1
        failed = "error" in before["actual"] or ("error" in after["actual"] and after["match_status"] == "mismatch")
        assert before["match_status"] == after["match_status"] or repaired or failed, (place, before, after)
    reference = reference_result(run)["tool_calls"]
    counts = Counter(call["match_status"] for _, call in recorded)
    assert reference["mismatch"] == counts["mismatch"]
    assert reference["exact"] + reference["partial"] == counts["exact"] + counts["partial"]
    assert reference["exact"] <= counts["exact"]

    metrics = result["aggregate_metrics"]
    assert metrics["tests_passed"] + metrics["tests_failed"] == metrics["total_tests"] == 25
    assert all(test["verdict_reasons"] for test in result["tests"] if test["verdict"] == "failed")


@needs_data
def test_silent_agent_fails_every_scenario(local_client: AshrLabsClient) -> None:
    """An agent that says and does nothing fails each of the real dialogs."""
    result = deployed(local_client, ReferenceRun("tau_airline_dialogs", "silent", "-"))

    assert 0 == result["aggregate_metrics"]["tests_passed"]


@needs_data
def test_four_hundred_multi_turn_scenarios_finish_in_seconds(local_client: AshrLabsClient) -> None:
    """400 scenarios with 2,355 calls are imported, run, deployed, graded and fetched in seconds."""
    used = cpu_seconds(lambda: deployed(local_client, ReferenceRun("bfcl_multi_turn", "gold", "-")))

    assert used < 15, "about 1 s on an idle machine"
