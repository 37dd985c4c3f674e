"""Polling, on a clock that the tests control."""

from __future__ import annotations

from typing import Any

import pytest

from ashr_labs import AshrLabsClient, AshrLabsError, ConfigurationError, PollTimeoutError
from support.clocks import SyncManualClock
from support.scripted_server import Answer, ScriptedServer


def run(grading_status: str | None = None, tests_passed: int | None = None, **more: Any) -> dict[str, Any]:
    state = {} if grading_status is None else {"grading_status": grading_status}
    return {"id": 1, "result": {"aggregate_metrics": {"tests_passed": tests_passed}}, **state, **more}


def answers(*bodies: dict[str, Any]) -> Any:
    """Respond with each body in turn, then always with the last."""
    left = list(bodies)
    return lambda _: Answer.of({"status": "ok", **(left.pop(0) if len(left) > 1 else left[0])})


def test_poll_run_relies_on_status(client: AshrLabsClient, server: ScriptedServer) -> None:
    """A pending run is not graded, whatever its metrics contain."""
    server.on("get_run", answers({"run": run("pending", 3)}, {"run": run("completed", 2)}))

    graded = client.poll_run(1)

    assert 2 == graded["result"]["aggregate_metrics"]["tests_passed"]


def test_poll_run_reports_each_poll(client: AshrLabsClient, server: ScriptedServer, clock: SyncManualClock) -> None:
    """`on_poll` gets the elapsed seconds and the run after each poll that found it not graded."""
    server.on("get_run", answers({"run": run("pending")}, {"run": run("running")}, {"run": run("completed", 1)}))
    seen: list[tuple[float, Any]] = []

    client.poll_run(1, poll_interval=20, on_poll=lambda elapsed, item: seen.append((elapsed, item["grading_status"])))

    assert [(0.0, "pending"), (20.0, "running")] == seen
    assert [20, 20] == clock.waits


def test_zero_timeout_polls_once(client: AshrLabsClient, server: ScriptedServer) -> None:
    """A timeout of 0 polls once."""
    server.on("get_request", answers({"request": {"id": 1, "request_status": "completed"}}))

    request = client.wait_for_request(1, timeout=0)

    assert "completed" == request.get("request_status")


def test_timeout_raises_poll_timeout_error(
    client: AshrLabsClient, server: ScriptedServer, clock: SyncManualClock
) -> None:
    """A timeout raises PollTimeoutError, a built-in TimeoutError, after a last poll at the deadline."""
    server.on("get_run", answers({"run": run("pending")}))

    with pytest.raises(TimeoutError) as caught:
        client.poll_run(1, timeout=50, poll_interval=20)

    assert isinstance(caught.value, PollTimeoutError)
    assert ([20, 20, 10], 4) == (clock.waits, len(server.calls("get_run")))


def test_failed_grading_and_request_raise_platform_reason(client: AshrLabsClient, server: ScriptedServer) -> None:
    """A failure that the platform reports is an error with its message."""
    server.on("get_run", answers({"run": run("failed", grading_error="the grader fell over")}))
    server.on("get_request", answers({"request": {"id": 1, "request_status": "failed", "error": "no tools"}}))

    with pytest.raises(AshrLabsError, match="the grader fell over"):
        client.poll_run(1)
    with pytest.raises(AshrLabsError, match="no tools"):
        client.wait_for_request(1)


@pytest.mark.parametrize("arguments", [{"timeout": -1}, {"timeout": float("nan")}, {"poll_interval": -0.1}])
def test_invalid_timeout_is_rejected(client: AshrLabsClient, arguments: dict[str, Any]) -> None:
    """A negative or undefined timeout is refused before anything is sent."""
    with pytest.raises(ConfigurationError):
        client.poll_run(1, **arguments)


CONFIG: dict[str, Any] = {
    "agent": {"name": "Bot", "description": "Answers", "tools": [{"name": "look_up"}]},
    "context": {"domain": "shop"},
}


def test_generate_dataset_finds_its_dataset_on_any_page(client: AshrLabsClient, server: ScriptedServer) -> None:
    """The dataset is found by its request's id, on any page."""
    server.on("create_request", answers({"request": {"id": 9}}))
    server.on("get_request", answers({"request": {"id": 9, "request_status": "completed"}}))
    pages = {
        None: {"datasets": [{"id": 90}], "next_cursor": 90},
        90: {"datasets": [{"id": 80, "request_id": 9}], "next_cursor": 80},
    }
    server.on("list_datasets", lambda body: Answer.of({"status": "ok", **pages[body.get("cursor")]}))
    server.on("get_dataset", answers({"dataset": {"id": 80, "dataset_source": {"runs": {}}}}))

    assert (80, {"runs": {}}) == client.generate_dataset("R", CONFIG)


def test_generate_dataset_adds_required_fields(client: AshrLabsClient, server: ScriptedServer) -> None:
    """The documented example works: accepted inputs, options, test config and use case have defaults."""
    server.on("create_request", answers({"request": {"id": 9}}))
    server.on("get_request", answers({"request": {"id": 9, "request_status": "completed"}}))
    server.on("list_datasets", answers({"datasets": [{"id": 1, "request_id": 9}]}))
    server.on("get_dataset", answers({"dataset": {"id": 1, "dataset_source": {}}}))

    client.generate_dataset("R", CONFIG)

    sent = server.calls("create_request")[-1].body
    assert {"text": True} == sent["request"]["agent"]["accepted_inputs"]
    assert "Answers" == sent["request"]["context"]["use_case"]
    assert 5 == sent["request"]["test_config"]["num_variations"]
    assert {False} == set(sent["request"]["generation_options"].values())
    assert [{"name": "look_up"}] == sent["request_input_schema"]["tools"]
    assert "accepted_inputs" not in CONFIG["agent"], "the user's own config is not changed"


def test_missing_dataset_and_repeated_page_raise_error(client: AshrLabsClient, server: ScriptedServer) -> None:
    """The search for a dataset raises an error if it does not exist, or the platform repeats a page."""
    server.on("create_request", answers({"request": {"id": 9}}))
    server.on("get_request", answers({"request": {"id": 9, "request_status": "completed"}}))
    server.on("list_datasets", answers({"datasets": [], "next_cursor": None}))
    with pytest.raises(AshrLabsError, match="its dataset does not exist"):
        client.generate_dataset("R", CONFIG)

    server.on("list_datasets", answers({"datasets": [{"id": 5}], "next_cursor": 5}))
    with pytest.raises(AshrLabsError, match="repeats"):
        client.generate_dataset("R", CONFIG)


def test_generate_pentest_dataset_covers_every_category(client: AshrLabsClient, server: ScriptedServer) -> None:
    """A penetration test covers all categories by default, and its config is valid."""
    server.on("create_request", answers({"request": {"id": 9}}))
    server.on("get_request", answers({"request": {"id": 9, "request_status": "completed"}}))
    server.on("list_datasets", answers({"datasets": [{"id": 1, "request_id": 9}]}))
    server.on("get_dataset", answers({"dataset": {"id": 1, "dataset_source": {"runs": {}}}}))

    client.generate_pentest_dataset("Bot", tools=[{"name": "look_up"}], num_scenarios_per_category=2)

    sent = server.calls("create_request")[-1].body
    assert "Pentest: Bot" == sent["request_name"]
    assert 7 == len(sent["request"]["pentest_config"]["categories"])
    assert 2 == sent["request"]["test_config"]["num_variations"]
    assert ["agent", "context", "pentest_config"] == sent["request_input_schema"]["required"]


VALID = {"agent": {"name": "A"}, "context": {"domain": "d"}}


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"agent": None}, "config.agent"),
        ({"agent": {}}, "config.agent"),
        ({"agent": {"tools": []}}, "config.agent"),
        ({"agent": {"name": "A", "colour": 1}}, "config.agent.colour"),
        ({"agent": {"name": "A", "tools": {}}}, "config.agent.tools"),
        ({"agent": {"name": "A", "tools": [{"name": "t"}, {}]}}, "config.agent.tools[1].name"),
        ({"agent": {"name": "A", "tools": [{"name": "t", "parameters": []}]}}, "config.agent.tools[0].parameters"),
        ({"agent": {"name": "A", "accepted_inputs": {}}}, "config.agent.accepted_inputs"),
        ({"agent": {"name": "A", "accepted_inputs": {"smell": True}}}, "config.agent.accepted_inputs.smell"),
        ({"agent": {"name": "A", "accepted_inputs": {"text": 1}}}, "config.agent.accepted_inputs.text"),
        ({"context": {}}, "config.context"),
        ({"context": {"domain": "d", "mood": "x"}}, "config.context.mood"),
        ({"generation_options": {"scenario_count": 0}}, "config.generation_options.scenario_count"),
        ({"generation_options": {"generate_smells": True}}, "config.generation_options.generate_smells"),
        ({"test_config": {"num_variations": 51}}, "config.test_config.num_variations"),
        ({"test_config": {"num_variations": True}}, "config.test_config.num_variations"),
        ({"test_config": {"strategy": "wild"}}, "config.test_config.strategy"),
        (
            {"test_config": {"complexity_distribution": {"simple": 0.5, "complex": 0.1}}},
            "config.test_config.complexity_distribution",
        ),
        ({"metadata": {"dataset_type": "pentest"}}, "config.pentest_config"),
        ({"pentest_config": {"categories": ["arson"]}}, "config.pentest_config.categories[0]"),
        ({"surprise": 1}, "config.surprise"),
    ],
)
def test_invalid_config_is_rejected_with_path(
    client: AshrLabsClient, server: ScriptedServer, change: dict[str, Any], path: str
) -> None:
    """An invalid generation config is refused before anything is sent, with a ValueError that begins with the path."""
    with pytest.raises(ValueError, match=r"^config\.") as caught:
        client.create_request("R", VALID | change)

    assert path == str(caught.value).partition(": ")[0]
    assert [] == server.asked


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"metadata": None},
        {"expected_behaviors": {"must_include": ["order"], "expected_tools": ["look_up"]}},
        {"website_simulation": {"enabled": True, "url": "https://shop.example"}},
        {"test_config": {"num_variations": 50, "strategy": "diverse", "coverage": {"boundary_values": True}}},
        {"test_config": {"complexity_distribution": {"simple": 0.5, "moderate": 0.3, "complex": 0.2}}},
        {"agent": {"system_prompt": "Be kind", "accepted_inputs": {"text": True, "audio": {"enabled": False}}}},
    ],
)
def test_every_documented_section_is_accepted(
    client: AshrLabsClient, server: ScriptedServer, more: dict[str, Any]
) -> None:
    """Every documented option is accepted, and an optional section may be None."""
    server.on("create_request", answers({"request": {"id": 9}}))

    client.create_request("R", VALID | more)

    kept = {key: value for key, value in (VALID | more).items() if value is not None}
    assert kept == server.calls("create_request")[-1].body["request"]
