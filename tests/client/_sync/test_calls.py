"""Requests and return values of every method, against a real server that records them."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from ashr_labs import AshrLabsClient
from ashr_labs_contract.operations import OPERATIONS
from support.scripted_server import Answer, ScriptedServer

KEY = "tp_0123456789abcdef0123456789abcdef"


def ok(**parts: Any) -> dict[str, Any]:
    return {"status": "ok", **parts}


CALLS: list[tuple[str, dict[str, Any], str, dict[str, Any], dict[str, Any], str | None]] = [
    # method, its arguments, the function, what is sent beside it, what is answered, which part is returned
    ("init", {}, "init", {}, ok(user={"id": 7}, tenant={"id": 3}), None),
    ("health_check", {}, "keep_alive", {}, ok(), None),
    ("get_notes", {}, "get_sdk_notes", {}, ok(notes=[{"id": 1}]), "notes"),
    ("get_notes", {"agent_id": 4}, "get_sdk_notes", {"agent_id": 4}, ok(notes=[]), "notes"),
    (
        "create_dataset",
        {"name": "N", "dataset_source": {"runs": {}}, "description": "D", "agent_id": 4, "media": []},
        "create_dataset",
        {"name": "N", "dataset_source": {"runs": {}}, "description": "D", "agent_id": 4, "media": []},
        ok(dataset={"id": 1}),
        "dataset",
    ),
    (
        "get_dataset",
        {"dataset_id": 42},
        "get_dataset",
        {"dataset_id": 42, "include_signed_urls": False, "url_expires_seconds": 3600},
        ok(dataset={"id": 42}),
        "dataset",
    ),
    (
        "list_datasets",
        {"limit": 10, "cursor": 99},
        "list_datasets",
        {"tenant_id": 3, "limit": 10, "cursor": 99, "include_signed_urls": False, "url_expires_seconds": 3600},
        ok(datasets=[], next_cursor=None),
        None,
    ),
    (
        "update_dataset",
        {"dataset_id": 1, "name": "M"},
        "update_dataset",
        {"dataset_id": 1, "name": "M"},
        ok(dataset={"id": 1}),
        "dataset",
    ),
    ("delete_dataset", {"dataset_id": 1}, "delete_dataset", {"dataset_id": 1}, ok(), None),
    (
        "create_run",
        {"dataset_id": 42, "result": {"score": 0.9}},
        "create_run",
        {"tenant_id": 3, "dataset_id": 42, "result": {"score": 0.9}},
        ok(run={"id": 5, "result": {}}),
        "run",
    ),
    ("get_run", {"run_id": 99}, "get_run", {"run_id": 99}, ok(run={"id": 99, "result": {}}), "run"),
    ("list_runs", {}, "list_runs", {"tenant_id": 3, "limit": 50}, ok(runs=[]), None),
    (
        "list_runs",
        {"dataset_id": 42, "tenant_id": 9, "limit": 5},
        "list_runs",
        {"tenant_id": 9, "limit": 5, "dataset_id": 42},
        ok(runs=[]),
        None,
    ),
    (
        "start_run",
        {"dataset_id": 42, "runner_id": 7, "tests_total": 3},
        "start_run",
        {"tenant_id": 3, "dataset_id": 42, "runner_id": 7, "tests_total": 3},
        ok(run={"id": 99, "result": {}}),
        "run",
    ),
    (
        "append_run_tests",
        {"run_id": 99, "tests": [{"test_id": "a"}]},
        "append_run_tests",
        {"run_id": 99, "tests": [{"test_id": "a"}]},
        ok(cancel_requested=True),
        None,
    ),
    (
        "finish_run",
        {"run_id": 99, "result": {"tests": []}},
        "finish_run",
        {"run_id": 99, "result": {"tests": []}},
        ok(run={"id": 99, "result": {}}),
        "run",
    ),
    ("cancel_run", {"run_id": 99}, "cancel_run", {"run_id": 99}, ok(), None),
    ("delete_run", {"run_id": 99}, "delete_run", {"run_id": 99}, ok(), None),
    (
        "create_request",
        {"request_name": "R", "request": {"agent": {"name": "A"}, "context": {"domain": "d"}}},
        "create_request",
        {
            "tenant_id": 3,
            "requestor_id": 7,
            "request_name": "R",
            "request": {"agent": {"name": "A"}, "context": {"domain": "d"}},
            "request_input_schema": {"type": "object", "properties": {}},
        },
        ok(request={"id": 8}),
        "request",
    ),
    ("get_request", {"request_id": 8}, "get_request", {"request_id": 8}, ok(request={"id": 8}), "request"),
    (
        "list_requests",
        {"status": "pending"},
        "list_requests",
        {"tenant_id": 3, "limit": 50, "status": "pending"},
        ok(requests=[]),
        None,
    ),
    ("list_agents", {}, "list_agents", {}, ok(agents=[{"id": 1}]), "agents"),
    ("create_agent", {"name": "A"}, "create_agent", {"name": "A"}, ok(agent={"id": 1}), "agent"),
    (
        "update_agent",
        {"agent_id": 1, "config": {"metadata": {"x": 1}}},
        "update_agent",
        {"agent_id": 1, "config": {"metadata": {"x": 1}}},
        ok(agent={"id": 1}),
        "agent",
    ),
    ("delete_agent", {"agent_id": 1}, "delete_agent", {"agent_id": 1}, ok(), None),
    (
        "get_agent_datasets",
        {"agent_id": 1, "include_signed_urls": True},
        "get_agent_datasets",
        {"agent_id": 1, "include_signed_urls": True},
        ok(agent={"id": 1}, datasets=[]),
        None,
    ),
    (
        "set_dataset_agent",
        {"dataset_id": 1, "agent_id": None},
        "set_dataset_agent",
        {"dataset_id": 1, "agent_id": None},
        ok(),
        None,
    ),
    ("create_api_key", {"name": "ci"}, "create_api_key", {"name": "ci"}, ok(api_key={"id": 1}), "api_key"),
    ("list_api_keys", {}, "list_api_keys", {"include_inactive": False}, ok(api_keys=[]), "api_keys"),
    ("revoke_api_key", {"api_key_id": 1}, "revoke_api_key", {"api_key_id": 1}, ok(), None),
    (
        "run_pentest",
        {"agent_name": "A", "mode": "quick", "report": {"grade": "B"}, "categories_tested": ["jailbreak"]},
        "run_pentest",
        {"agent_name": "A", "mode": "quick", "report": {"grade": "B"}, "categories_tested": ["jailbreak"]},
        ok(),
        None,
    ),
    (
        "ingest_observability_trace",
        {"trace": {"name": "t"}},
        "ingest_observability_trace",
        {"trace": {"name": "t"}},
        ok(trace_id="x"),
        None,
    ),
    (
        "list_observability_traces",
        {"user_id": "u", "page": 2},
        "list_observability_traces",
        {"limit": 50, "page": 2, "user_id": "u"},
        ok(traces=[], total=0),
        None,
    ),
    (
        "get_observability_trace",
        {"trace_id": "x"},
        "get_observability_trace",
        {"trace_id": "x"},
        ok(trace={"id": "x"}),
        None,
    ),
    (
        "get_observability_analytics",
        {},
        "get_observability_analytics",
        {"days": 7},
        ok(overview={}, tool_performance=[], model_usage=[]),
        None,
    ),
    (
        "get_observability_errors",
        {"days": 1},
        "get_observability_errors",
        {"days": 1, "limit": 50, "page": 1},
        ok(traces=[], total=0),
        None,
    ),
    (
        "get_observability_tool_errors",
        {"limit": 5},
        "get_observability_tool_errors",
        {"days": 7, "limit": 5, "page": 1},
        ok(traces=[], total=0),
        None,
    ),
    (
        "list_datasets",
        {"limit": 10, "offset": 20, "summary": True},
        "list_datasets",
        {
            "tenant_id": 3,
            "limit": 10,
            "offset": 20,
            "summary": True,
            "include_signed_urls": False,
            "url_expires_seconds": 3600,
        },
        ok(datasets=[], next_cursor=None),
        None,
    ),
    (
        "update_dataset",
        {"dataset_id": 1, "description": "D"},
        "update_dataset",
        {"dataset_id": 1, "description": "D"},
        ok(dataset={"id": 1}),
        "dataset",
    ),
    (
        "create_run",
        {"dataset_id": 42, "result": {}, "runner_id": 9},
        "create_run",
        {"tenant_id": 3, "dataset_id": 42, "result": {}, "runner_id": 9},
        ok(run={"id": 5, "result": {}}),
        "run",
    ),
    (
        "list_runs",
        {"cursor": 8, "summary": True},
        "list_runs",
        {"tenant_id": 3, "limit": 50, "cursor": 8, "summary": True},
        ok(runs=[]),
        None,
    ),
    ("list_runs", {"offset": 8}, "list_runs", {"tenant_id": 3, "limit": 50, "offset": 8}, ok(runs=[]), None),
    (
        "list_requests",
        {"offset": 8, "summary": True},
        "list_requests",
        {"tenant_id": 3, "limit": 50, "offset": 8, "summary": True},
        ok(requests=[]),
        None,
    ),
    (
        "create_agent",
        {"name": "A", "description": "D"},
        "create_agent",
        {"name": "A", "description": "D"},
        ok(agent={"id": 1}),
        "agent",
    ),
    (
        "get_agent_datasets",
        {"agent_id": 1, "url_expires_seconds": 60, "summary": True},
        "get_agent_datasets",
        {"agent_id": 1, "url_expires_seconds": 60, "summary": True},
        ok(agent={"id": 1}, datasets=[]),
        None,
    ),
    (
        "create_api_key",
        {"name": "ci", "scopes": ("read",), "expires_in_seconds": 60},
        "create_api_key",
        {"name": "ci", "scopes": ["read"], "expires_in_seconds": 60},
        ok(api_key={"id": 1}),
        "api_key",
    ),
    (
        "list_observability_traces",
        {"cursor": "c", "limit": 5},
        "list_observability_traces",
        {"limit": 5, "cursor": "c"},
        ok(traces=[], total=0),
        None,
    ),
]


@pytest.mark.parametrize(("method", "arguments", "function", "sent", "answer", "part"), CALLS)
def test_each_method_sends_its_function_and_returns_the_documented_part(
    client: AshrLabsClient,
    server: ScriptedServer,
    method: str,
    arguments: dict[str, Any],
    function: str,
    sent: dict[str, Any],
    answer: dict[str, Any],
    part: str | None,
) -> None:
    """A method sends exactly its function and parameters, and returns the documented part of the response."""
    server.on(function, answer)

    returned = getattr(client, method)(**arguments)

    assert {"function": function, **sent} == server.calls(function)[-1].body
    assert (answer if part is None else answer[part]) == returned


def test_every_method_of_an_operation_is_tested() -> None:
    """Every operation that has a method is tested here; a new one works through `client.api` until it has one."""
    renamed = {"keep_alive": "health_check", "get_sdk_notes": "get_notes"}
    with_method = {name for name in OPERATIONS if hasattr(AshrLabsClient, renamed.get(name, name))}

    assert with_method == {function for _, _, function, *_ in CALLS}


def test_request_uses_the_configured_url_and_bearer_token(client: AshrLabsClient, server: ScriptedServer) -> None:
    """A call is a POST to exactly the configured URL, with the key as a bearer token."""
    server.on("keep_alive", ok())

    client.health_check()

    asked = server.asked[-1]
    assert ("POST", "/testing-platform-api") == (asked.method, asked.path)
    assert f"Bearer {KEY}" == asked.headers["authorization"]
    assert "application/json" == asked.headers["content-type"]


def test_session_is_fetched_lazily_and_once(client: AshrLabsClient, server: ScriptedServer) -> None:
    """`init` is sent when a call first needs the tenant, and only then."""
    server.on("keep_alive", ok())
    server.on("list_runs", ok(runs=[]))

    client.health_check()
    before = len(server.calls("init"))
    client.list_runs()
    client.list_runs()

    assert (0, 1) == (before, len(server.calls("init")))


def test_notes_are_read_from_the_session(client: AshrLabsClient, server: ScriptedServer) -> None:
    """`notes` has the notes of the last `init`, and reading it sends nothing."""
    server.on("init", ok(user={"id": 7}, tenant={"id": 3}, notes=[{"id": 1, "title": "Hello"}]))

    client.init()

    assert [{"id": 1, "title": "Hello"}] == client.notes
    assert 1 == len(server.asked)


def test_positional_argument_order_is_stable() -> None:
    """Code that passes arguments by position keeps its meaning."""
    expected = {
        "__init__": ["api_key", "base_url", "timeout"],
        "get_dataset": ["dataset_id", "include_signed_urls", "url_expires_seconds"],
        "list_datasets": ["tenant_id", "limit", "cursor", "include_signed_urls", "url_expires_seconds"],
        "create_run": ["dataset_id", "result", "tenant_id", "runner_id"],
        "list_runs": ["dataset_id", "tenant_id", "limit"],
        "create_request": ["request_name", "request", "request_input_schema", "tenant_id", "requestor_id"],
        "list_requests": ["tenant_id", "status", "limit", "cursor"],
        "wait_for_request": ["request_id", "timeout", "poll_interval"],
        "poll_run": ["run_id", "timeout", "poll_interval", "on_poll"],
        "generate_dataset": ["request_name", "config", "request_input_schema", "timeout", "poll_interval"],
        "create_agent": ["name", "description", "config"],
        "update_agent": ["agent_id", "name", "description", "config"],
        "list_observability_traces": ["user_id", "session_id", "limit", "page"],
        "get_observability_errors": ["days", "limit", "page"],
    }

    positional = {
        name: [
            parameter.name
            for parameter in inspect.signature(getattr(AshrLabsClient, name)).parameters.values()
            if parameter.kind is parameter.POSITIONAL_OR_KEYWORD and parameter.name != "self"
        ]
        for name in expected
    }

    assert expected == positional


def test_generated_endpoint_functions_share_client_connections(client: AshrLabsClient, server: ScriptedServer) -> None:
    """A typed endpoint function called through `client.api` goes to the same URL and returns a typed model."""
    from ashr_labs_api.api.runs import get_run
    from ashr_labs_api.models import GetRunRequest, GetRunResponse

    run = {
        "id": 5,
        "created_at": "2026-01-02T03:04:05Z",
        "dataset": 1,
        "tenant": 3,
        "runner": 7,
        "result": {"tests": []},
    }
    server.on("get_run", ok(run=run))

    answer = get_run.sync(client=client.api, body=GetRunRequest(run_id=5))

    assert isinstance(answer, GetRunResponse)
    assert (5, "/testing-platform-api") == (answer.run.id, server.asked[-1].path)
    assert f"Bearer {KEY}" == server.asked[-1].headers["authorization"]


def test_payloads_are_sent_unchanged(client: AshrLabsClient, server: ScriptedServer) -> None:
    """Payloads are sent unchanged: order of keys, unknown fields, nulls, and any character."""
    source = {"z": None, "a": [1, 2.5, {"ключ": "\u2028 \ud83e"}], "runs": {"b": {"actions": []}, "a": {"actions": []}}}
    server.on("create_dataset", lambda body: Answer.of(ok(dataset={"id": 1, "dataset_source": body["dataset_source"]})))

    dataset = client.create_dataset("N", source)

    assert source == server.asked[-1].body["dataset_source"] == dataset.get("dataset_source")
    assert ["z", "a", "runs"] == list(server.asked[-1].body["dataset_source"])
