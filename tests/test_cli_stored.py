"""Tests of the commands for what is stored."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.cli import SOURCE, Workspace
from support.scripted_server import ScriptedServer


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Return a workspace whose ashr.db holds a dataset, a graded run, an agent, a key and a trace."""
    workspace = Workspace.at(tmp_path)
    assert 0 == workspace.run("eval", "data.json", "--agent", "agents:Greeter", "--database", "ashr.db").code
    with workspace.client("ashr.db") as client:
        client.create_agent("Greeter")
        client.create_api_key("for the tests")
        with client.trace("a greeting", user_id="user_1") as trace:
            trace.event("hello")
    return workspace


@pytest.mark.parametrize(
    ("command", "key", "words"),
    [
        ("runs", "runs", ["id", "tests_passed", "completed"]),
        ("datasets", "datasets", ["data", "scenarios"]),
        ("agents", "agents", ["Greeter"]),
        ("keys", "api_keys", ["for the tests", "tp_"]),
        ("traces", "traces", ["a greeting", "user_1"]),
    ],
)
def test_stored_objects_are_listed(workspace: Workspace, command: str, key: str, words: list[str]) -> None:
    """A list is a line for each thing, or one JSON object."""
    plain = workspace.call(command, "list").out
    rows = workspace.call(command, "list", "--json").document[key]

    assert [] == [word for word in words if word not in plain]
    assert len(rows) + 1 == len(plain.splitlines())
    assert rows


def test_running_run_is_shown_and_cancelled(workspace: Workspace) -> None:
    """A run that is being played is listed with its progress, and can be cancelled until it has ended."""
    with workspace.client("ashr.db") as client:
        client.append_run_tests(client.start_run(1, tests_total=40)["id"], [{"test_id": "first"}])

    assert "running 1/40" in workspace.call("runs", "list").out
    assert {"cancelled": 2} == workspace.call("runs", "cancel", "2", "--json").document
    assert "cancelling 1/40" in workspace.call("runs", "get", "2").out
    assert workspace.call("runs", "get", "2", "--json").document["progress"]["cancel_requested"] is True
    assert "run 1 has ended" in workspace.call("runs", "cancel", "1").error(2)


def test_watched_run_shows_its_tests(workspace: Workspace) -> None:
    """`runs watch` shows the tests of a run in the order in which they have finished, then its metrics."""
    with workspace.client("ashr.db") as client:
        run_id = client.start_run(1, tests_total=2)["id"]
        client.append_run_tests(
            run_id, [{"test_id": "first", "status": "completed"}, {"test_id": "first", "repeat": 1}]
        )
        client.finish_run(run_id, {"tests": [], "status": "completed", "aggregate_metrics": {}})

    done = workspace.call("runs", "watch", str(run_id))

    assert ["1/2 first: completed", "2/2 first (repeat 1): unknown"] == done.err.splitlines()
    assert "tests_passed" in done.out
    assert "no run 99" in workspace.call("runs", "watch", "99").error(2)


def test_single_object_is_shown(workspace: Workspace) -> None:
    """`get` shows the simple values, and everything as JSON."""
    trace_id = workspace.call("traces", "list", "--json").document["traces"][0]["id"]

    assert "tests_passed" in workspace.call("runs", "get", "1").out
    assert "2 of 2 passed" in workspace.call("runs", "get", "1").out.splitlines()[-1]
    assert "agent: Hello there" in workspace.call("runs", "get", "1", "--scenario", "first").out
    assert 1 == len(workspace.call("runs", "get", "1", "--scenario", "first", "--json").document["tests"])
    assert "did you mean 'first'?" in workspace.call("runs", "get", "1", "--scenario", "frist").error(2)
    assert "scenario second" in workspace.call("runs", "get", "1", "-v").out
    assert 2 == len(workspace.call("runs", "get", "1", "--json").document["result"]["tests"])
    assert SOURCE == workspace.call("datasets", "get", "1", "--json").document["dataset_source"]
    assert 1 == len(workspace.call("traces", "get", trace_id, "--json").document["observations"])
    assert "999" in workspace.call("runs", "get", "999").error(2)


def test_watch_ends_for_graded_run(workspace: Workspace) -> None:
    """`runs watch` ends with the numbers of the graded run."""
    assert 2 == workspace.call("runs", "watch", "1", "--json").document["tests_passed"]


@pytest.mark.parametrize(
    ("states", "options", "code", "words"),
    [
        (["pending", "pending", "running", "completed"], [], 0, ""),
        (["pending", "failed"], [], 3, "could not be graded: no judge"),
        (["pending"], ["--timeout", "0.1"], 3, "run 7"),
    ],
)
def test_watch_shows_each_state_once(
    tmp_path: Path, server: ScriptedServer, states: list[str], options: list[str], code: int, words: str
) -> None:
    """Each state is shown once; a grading that fails or takes too long is the platform's failure."""
    result = {"tests": [], "aggregate_metrics": {"tests_passed": 3}}
    runs = [{"id": 7, "grading_status": state, "grading_error": "no judge", "result": result} for state in states]
    server.on("get_run", *({"status": "ok", "run": run} for run in runs))
    settings = {"ASHR_LABS_API_KEY": "tp_a_key_for_the_tests", "ASHR_LABS_BASE_URL": server.url}

    done = Workspace(tmp_path).call("runs", "watch", "7", "--remote", *options, **settings)

    notes = [line for line in done.err.splitlines() if not line.startswith("error: ")]
    assert (code, [one for one in dict.fromkeys(states) if one not in {"completed", "failed"}]) == (done.code, notes)
    assert words in done.err
    assert code or "tests_passed  3" in done.out


def test_agents_and_keys_are_created_and_updated(workspace: Workspace) -> None:
    """Creating prints only the id or key, changing keeps other fields, and deleting removes."""
    workspace.write("config.json", {"tool_definitions": [{"name": "greet"}]})
    agent = workspace.call("agents", "create", "Second", "--description", "D", "--config", "config.json").out.strip()
    assert f"{agent}\n" == workspace.call("agents", "update", agent, "--name", "Third").out

    shown = workspace.call("agents", "get", agent, "--json").document
    assert ("Third", "D", [{"name": "greet"}]) == (
        shown["name"],
        shown["description"],
        shown["config"]["tool_definitions"],
    )
    assert "nothing to change" in workspace.call("agents", "update", agent).error(2)
    assert {"deleted": int(agent)} == workspace.call("agents", "delete", agent, "--json").document
    assert f"{agent}" in workspace.call("agents", "get", agent).error(2)

    made = workspace.call("keys", "create", "ci", "--scope", "read", "--scope", "write", "--days", "2")
    assert made.out.startswith("tp_")
    assert 1 == made.out.count("\n")
    listed = [one for one in workspace.call("keys", "list", "--json").document["api_keys"] if one["name"] == "ci"]
    assert [(["read", "write"], True)] == [(one["scopes"], one["expires_at"] is not None) for one in listed]
    assert made.out.strip() not in json.dumps(listed)


def test_exported_dataset_can_be_imported(workspace: Workspace) -> None:
    """A dataset that is written to a file is the same dataset when it is stored again."""
    assert 0 == workspace.call("datasets", "export", "1", "copy.json").code
    copied = workspace.call("datasets", "import", "copy.json", "--json").document

    assert SOURCE == json.loads((workspace.folder / "copy.json").read_text("utf-8"))["dataset_source"]
    assert ("data", 2) == (copied["name"], copied["scenarios"])


def test_runs_are_deleted_and_keys_revoked(workspace: Workspace) -> None:
    """A deleted run is gone, and a revoked key is inactive."""
    key = next(
        one["id"]
        for one in workspace.call("keys", "list", "--json").document["api_keys"]
        if one["name"] == "for the tests"
    )

    assert {"deleted": 1} == workspace.call("runs", "delete", "1", "--json").document
    assert {"revoked": key} == workspace.call("keys", "revoke", str(key), "--json").document

    assert [] == workspace.call("runs", "list", "--json").document["runs"]
    assert "for the tests" not in workspace.call("keys", "list").out
    assert "for the tests" in workspace.call("keys", "list", "--all").out


def test_listing_does_not_create_database(tmp_path: Path) -> None:
    """Listing a missing database is an error and does not create it."""
    workspace = Workspace.at(tmp_path)

    assert "there is no database ashr.db" in workspace.call("runs", "list").error(2)
    assert "not both" in workspace.call("runs", "list", "--database", "a.db", "--remote").error(2)
    assert not (tmp_path / "ashr.db").exists()


def test_agent_config_is_suggested_and_validated(workspace: Workspace) -> None:
    """The suggested config is accepted for an agent; a misspelt key is refused with its path."""
    scenario = {"actions": [{"actor": "agent", "expected_response": {"tool_calls": [{"name": "get_order"}]}}]}
    workspace.write("calls.json", {"runs": {"s": scenario}})
    workspace.write("tools.json", [{"name": "get_ticket", "annotations": {"readOnlyHint": False}}])

    config = workspace.call("agents", "suggest-config", "calls.json", "--tools", "tools.json", "--json").document
    workspace.write("good.json", config)
    workspace.write("bad.json", {"grading_config": {"side_efects": {}}})

    assert config == {"grading_config": {"side_effects": {"get_order": False, "get_ticket": True}}}
    assert workspace.call("agents", "create", "Suggested", "--config", "good.json").out
    assert "did you mean 'side_effects'" in workspace.call("agents", "create", "B", "--config", "bad.json").error(2)
