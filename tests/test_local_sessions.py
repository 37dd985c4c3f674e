"""Sessions of deployed agents in sandboxes: turns, states, faults of agents, recovery, tenants."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from ashr_labs import AshrLabsClient
from ashr_labs.client._outgoing import resource
from ashr_labs.local.server.app import running_server
from ashr_labs.local.settings import Settings
from support.hosting import AGENT, begun, changed, deploy, events_of, file, said, session, turn
from support.local_api import Api, database_with_tenants
from support.processes import child_processes
from support.sandboxes import engine_or_skip
from support.serving import KEY, served

UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module", autouse=True, name="engine")
def _engine() -> str:
    engine_or_skip("bubblewrap").close()
    return "bubblewrap"


@pytest.fixture(name="api", scope="module")
def _api() -> Generator[Api]:
    with Api.opened() as api:
        deploy(api)
        yield api


def test_turn_of_the_scripted_runtime(api: Api) -> None:
    """The events of a turn come in the order of the wire; messages and events are in the history; tools really run."""
    session_id = session(api, extraEnv={"TOKEN": "t-1"})

    events = turn(api, session_id, "list it", includePartialMessages=True)

    assert [
        *("session_start", "tool_use", "message", "tool_result", "tool_use", "message", "tool_result"),
        *(
            "tool_use",
            "message",
            "tool_result",
            "text_delta",
            "text_delta",
            "message",
            "turn_complete",
            "message",
            "done",
        ),
    ] == [event for event, _ in events]
    results = [(data["content"], data["is_error"]) for event, data in events if event == "tool_result"]
    assert [("CLAUDE.md\nscript.jsonl\nt-1\n", False), ("written", False), ("no such file", True)] == results
    history = api.got(f"/api/sessions/{session_id}/messages")["messages"]
    assert ["user", *["assistant"] * 5] == [message["role"] for message in history]
    assert {"type": "user", "content": "list it"} == json.loads(history[0]["content"])
    kinds = [event["type"] for event in api.got(f"/api/sessions/{session_id}/events?limit=4")["events"]]
    assert ["lifecycle", "tool_start", "tool_result", "tool_start"] == kinds
    assert 1 == len(api.got(f"/api/sessions/{session_id}/events?type=turn_complete")["events"])
    assert history[2:4] == api.got(f"/api/sessions/{session_id}/messages?after=2&limit=2")["messages"]
    changed(api, session_id, "", "DELETE")


def test_workspace_of_a_session(api: Api) -> None:
    """Files are listed and read, and commands run beside the agent with an exit code and both streams."""
    session_id = session(api)
    turn(api, session_id, "list it")
    run = {"command": "cat out/a.txt; echo bad >&2; exit 3"}

    listed = api.got(f"/api/sessions/{session_id}/files")["files"]
    assert ["CLAUDE.md", "out/a.txt", "script.jsonl"] == [one["path"] for one in listed]
    assert b"hi" == api.send("GET", f"/api/sessions/{session_id}/files/out/a.txt").content
    assert "hi" == api.send("GET", f"/api/sessions/{session_id}/files/out/a.txt?format=json").body["content"]
    assert 404 == api.send("GET", f"/api/sessions/{session_id}/files/missing").status
    assert 400 == api.send("GET", f"/api/sessions/{session_id}/files/../../etc/passwd").status
    assert {"exitCode": 3, "stdout": "hi", "stderr": "bad\n"} == api.send(
        "POST", f"/api/sessions/{session_id}/exec", run
    ).body
    late = api.send("POST", f"/api/sessions/{session_id}/exec", {"command": "sleep 60", "timeout": 50})
    assert 1 == late.body["exitCode"]
    changed(api, session_id, "", "DELETE")


def test_states_of_a_session(api: Api) -> None:
    """A session is paused, resumed, stopped, resumed with files and history, forked and ended, but not otherwise."""
    session_id = session(api)
    turn(api, session_id, "list it")

    assert "paused" == changed(api, session_id, "/pause")
    assert (400, f"the session {session_id} has the status `paused`; resume it first") == changed(
        api, session_id, "/pause"
    )
    assert 400 == api.send("POST", f"/api/sessions/{session_id}/messages", {"content": "x"}).status
    assert "active" == changed(api, session_id, "/resume")
    assert "active" == changed(api, session_id, "/resume")
    assert "stopped" == changed(api, session_id, "/stop")
    assert "active" == changed(api, session_id, "/resume")
    assert "turn 2: again" == said(turn(api, session_id, "again"))
    assert b"hi" == api.send("GET", f"/api/sessions/{session_id}/files/out/a.txt").content

    fork = api.send("POST", f"/api/sessions/{session_id}/fork").body["session"]
    assert ("paused", session_id) == (fork["status"], fork["parentSessionId"])
    assert "active" == changed(api, fork["id"], "/resume")
    assert "turn 3: forked" == said(turn(api, fork["id"], "forked"))
    assert b"hi" == api.send("GET", f"/api/sessions/{fork['id']}/files/out/a.txt").content
    contents = [message["content"] for message in api.got(f"/api/sessions/{fork['id']}/messages")["messages"]]
    assert any("turn 2: again" in content for content in contents)

    assert ["ended", "ended"] == [changed(api, session_id, "", "DELETE") for _ in range(2)]
    assert 410 == changed(api, session_id, "/resume")[0]
    assert api.got(f"/api/sessions/{session_id}/messages")["messages"]
    paths = [
        json.loads(event["data"]) for event in api.got(f"/api/sessions/{session_id}/events?type=lifecycle")["events"]
    ]
    assert ["created", "paused", "resumed", "stopped", "resumed", "ended"] == [one["action"] for one in paths]
    assert ["warm", "cold"] == [one["path"] for one in paths if one["action"] == "resumed"]
    changed(api, fork["id"], "", "DELETE")


def test_agent_with_a_command_and_its_options(api: Api) -> None:
    """The agent's own process gets the options of the session and of the message, which have precedence."""
    session_id = session(api, "own", model="m-1", allowedTools=["Read"])

    first = said(turn(api, session_id, "x", maxTurns=3))
    api.send("PATCH", f"/api/sessions/{session_id}/config", {"allowedTools": ["Bash"]})
    second = said(turn(api, session_id, "x", model="m-2"))

    assert {"model": "m-1", "maxTurns": 3, "allowedTools": ["Read"]} == json.loads(first)
    assert {"model": "m-2", "maxTurns": None, "allowedTools": ["Bash"]} == json.loads(second)
    changed(api, session_id, "", "DELETE")


def test_output_that_is_no_event_is_logged(api: Api) -> None:
    """Output that is not an event of the turn in progress goes to the log, which is kept; the turn goes on."""
    session_id = session(api, "own")
    events = [event for event, _ in turn(api, session_id, "garbage")]
    changed(api, session_id, "", "DELETE")

    logs = api.got(f"/api/sessions/{session_id}/logs")["logs"]
    assert ["session_start", "turn_complete", "message", "done"] == events
    lines = {(one["level"], one.get("severity"), one["text"]) for one in logs}
    assert {("stderr", None, "oops"), ("system", "info", "a line")} <= lines
    assert 3 == sum("not an event" in one["text"] for one in logs)
    assert [one["index"] for one in logs] == [*range(len(logs))]
    assert logs[2:] == api.got(f"/api/sessions/{session_id}/logs?after=1")["logs"]


@pytest.mark.parametrize(("prompt", "reason"), [("crash", "with exit code 3"), ("long", "a line of more than 1 MiB")])
def test_agent_that_dies_ends_its_turn(api: Api, prompt: str, reason: str) -> None:
    """When the process ends during a turn, the stream ends with an error, and the session can be resumed."""
    session_id = session(api, "own")

    events = turn(api, session_id, prompt)

    assert ["session_start", "error", "done"] == [event for event, _ in events]
    assert reason in events[1][1]["error"]
    assert "error" == api.got(f"/api/sessions/{session_id}")["session"]["status"]
    assert "active" == changed(api, session_id, "/resume")
    assert "done" == turn(api, session_id, "again")[-1][0]
    changed(api, session_id, "", "DELETE")


def test_agent_that_cannot_be_started(api: Api) -> None:
    """A session whose program does not exist gets the status `error`, with the reason among its events."""
    session_id = session(api, "broken")
    deadline = time.monotonic() + 20
    while api.got(f"/api/sessions/{session_id}")["session"]["status"] != "error":
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)

    [event] = api.got(f"/api/sessions/{session_id}/events?type=error")["events"]
    assert "exit code 127" in event["data"]
    assert (400, f"the session {session_id} has the status `error`; resume it first") == changed(
        api, session_id, "/pause"
    )


def test_error_of_an_agent_is_followed_by_done(api: Api) -> None:
    """An error that the agent reports does not end the session."""
    session_id = session(api, "own")
    events = turn(api, session_id, "fail")

    assert [("error", {"error": "no model"})] == events[1:2]
    assert "done" == events[-1][0]
    assert "done" == turn(api, session_id, "x")[-1][0]
    changed(api, session_id, "", "DELETE")


def test_one_turn_at_a_time(api: Api) -> None:
    """A second message during a turn is refused; commands run beside it; stopping cuts it off with an error."""
    session_id = session(api, "own")
    parts = begun(api, session_id, "wait")
    next(parts)

    answer = api.send("POST", f"/api/sessions/{session_id}/messages", {"content": "x"})
    assert (409, True) == (answer.status, "is in a turn" in answer.body["error"])
    assert 0 == api.send("POST", f"/api/sessions/{session_id}/exec", {"command": "true"}).body["exitCode"]
    assert [409, 409] == [changed(api, session_id, action)[0] for action in ("/pause", "/fork")]
    assert "stopped" == changed(api, session_id, "/stop")
    rest = events_of(parts)
    assert [("error", {"error": "the session was stopped during the turn"}), "done"] == [rest[-2], rest[-1][0]]
    changed(api, session_id, "", "DELETE")


def test_message_that_is_sent_again_is_one_turn(api: Api) -> None:
    """A message with the key of an earlier one is not sent twice: its stream is that of the first."""
    session_id = session(api)
    target, body = f"/api/sessions/{session_id}/messages", {"content": "once"}

    first, second = (api.send("POST", target, body, idempotency_key="k-1") for _ in range(2))
    assert first.stream is not None
    assert second.stream is not None

    assert events_of(first.stream.parts()) == events_of(second.stream.parts())
    assert 3 == len(api.got(target)["messages"])
    changed(api, session_id, "", "DELETE")


def test_reader_that_leaves_loses_nothing(api: Api) -> None:
    """A turn goes on without readers; another reader gets it from its start or behind an event, over HTTP too."""
    session_id = session(api, "own")
    parts = begun(api, session_id, "big")
    next(parts)
    parts.close()
    target = f"/api/sessions/{session_id}/messages/stream"

    with running_server(api.platform) as url, AshrLabsClient(api.key, url) as client:
        events = [*client._transport.events(resource("get_api_sessions_id_messages_stream", path={"id": session_id}))]
    assert ["session_start", "message", "turn_complete", "message", "done"] == [event.type for event in events]
    assert "\u2028" == events[1].data["message"]["content"][0]["text"][0]
    again = api.send("GET", f"{target}?after=4")
    assert again.stream is not None
    assert ["done"] == [event for event, _ in events_of(again.stream.parts())]
    changed(api, session_id, "", "DELETE")


@pytest.mark.parametrize(
    ("status", "method", "target", "body", "reason"),
    [
        (404, "POST", "/api/sessions", {"agent": "missing"}, "no deployed agent 'missing'"),
        (400, "POST", "/api/sessions", {}, "agent"),
        (400, "POST", "/api/sessions", {"agent": "own", "permissionMode": "all"}, "permissionMode"),
        (400, "POST", "/api/sessions", {"agent": "own", "extraEnv": {"A": 1}}, "extraEnv.A"),
        (400, "POST", "/api/sessions", {"agent": "own", "extraEnv": {"A=B": "x"}}, "the names in `extraEnv` must have"),
        (400, "POST", "/api/sessions", {"agent": "own", "credentialId": "x"}, "there is no credential 'x'"),
        (400, "GET", "/api/sessions/no-id", None, 'id: "no-id" does not match'),
        (404, "GET", f"/api/sessions/{UNKNOWN}", None, f"no session '{UNKNOWN}'"),
        (404, "POST", f"/api/sessions/{UNKNOWN}/messages", {"content": "x"}, f"no session '{UNKNOWN}'"),
        (400, "POST", f"/api/sessions/{UNKNOWN}/messages", {}, "content"),
        (404, "GET", f"/api/sessions/{UNKNOWN}/messages/stream", None, f"no session '{UNKNOWN}'"),
    ],
)
def test_bad_requests(api: Api, status: int, method: str, target: str, body: Any, reason: str) -> None:
    """Each bad request gets the documented status and its reason."""
    import re

    answer = api.send(method, target, body)

    assert status == answer.status, answer.body
    assert re.search(reason, answer.body["error"])


def test_sessions_belong_to_a_tenant(tmp_path: Path) -> None:
    """Another tenant's session does not exist for any operation, and its secrets are in no answer."""
    keys = database_with_tenants(tmp_path / "evals.db")
    with Api.opened(tmp_path / "evals.db") as owner:
        first, second = (Api(owner.platform, key) for key in keys)
        deploy(first)
        session_id = session(first, extraEnv={"TOKEN": "t-secret"})

        assert [] == second.got("/api/sessions")["sessions"]
        for method, action in (
            *(("POST", f"/{verb}") for verb in ("pause", "resume", "stop", "fork")),
            *(
                ("GET", f"/{what}")
                for what in ("", "messages", "messages/stream", "events", "logs", "files", "files/x")
            ),
            ("DELETE", ""),
        ):
            assert 404 == second.send(method, f"/api/sessions/{session_id}{action}".rstrip("/")).status, action
        for action, body in (("messages", {"content": "x"}), ("exec", {"command": "true"})):
            assert 404 == second.send("POST", f"/api/sessions/{session_id}/{action}", body).status
        assert b"t-secret" not in first.send("GET", f"/api/sessions/{session_id}/events").content
        assert b"t-secret" not in first.send("GET", f"/api/sessions/{session_id}").content
        assert b"t-secret" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_restart_pauses_sessions(tmp_path: Path) -> None:
    """After a restart sessions are paused, a turn in progress has ended with an error, and no process is left."""
    before = child_processes()
    with Api.opened(tmp_path / "evals.db") as api:
        deploy(api)
        session_id = session(api, "own")
        turn(api, session_id, "x")
        parts = begun(api, session_id, "wait")
        next(parts)
        reader = threading.Thread(target=lambda: [*parts])
        reader.start()
    reader.join(20)

    with Api.opened(tmp_path / "evals.db") as api:
        assert "paused" == api.got(f"/api/sessions/{session_id}")["session"]["status"]
        stream = api.send("GET", f"/api/sessions/{session_id}/messages/stream").stream
        assert stream is not None
        rest = events_of(stream.parts())
        assert ("error", "done") == (rest[-2][0], rest[-1][0])
        assert "stopped during the turn" in rest[-2][1]["error"]
        assert "active" == changed(api, session_id, "/resume")
        assert "done" == turn(api, session_id, "x")[-1][0]
    assert set() == child_processes() - before


def test_full_platform(api: Api) -> None:
    """More sessions than sandboxes are refused with 503."""
    with Api.opened(settings=Settings(sandbox_limit=1)) as small:
        deploy(small)
        session_id = session(small)
        assert 503 == small.send("POST", "/api/sessions", {"agent": "own"}).status
        changed(small, session_id, "/stop")
        session(small)


@pytest.mark.long
def test_killed_server(tmp_path: Path) -> None:
    """When the server is killed during turns, the history is complete, and the sessions go on after a restart."""
    database = tmp_path / "evals.db"
    body = {"name": "own", "files": [file("agent.py", AGENT), file("agent.toml", 'command = "python3 agent.py"')]}
    session_id = ""
    for round_number in range(10):
        with served(database) as server, server.client() as client:
            if not session_id:
                assert 201 == client.post("/api/agents", json=body).status_code
                session_id = client.post("/api/sessions", json={"agent": "own"}).json()["session"]["id"]
            else:
                assert "paused" == client.get(f"/api/sessions/{session_id}").json()["session"]["status"]
            assert 200 == client.post(f"/api/sessions/{session_id}/resume").status_code
            sender = threading.Thread(target=send_once, args=(server.url, session_id), daemon=True)
            sender.start()
            threading.Event().wait(0.005 * round_number)
            server.process.kill()
            server.process.wait()
            sender.join()
    with served(database) as server, server.client() as client:
        messages = client.get(f"/api/sessions/{session_id}/messages").json()["messages"]
        assert [*range(1, len(messages) + 1)] == [message["sequence"] for message in messages]
        assert "event: done" in client.get(f"/api/sessions/{session_id}/messages/stream").text


def send_once(url: str, session_id: str) -> None:
    with httpx.Client(base_url=url, headers={"authorization": f"Bearer {KEY}"}) as client, suppress(httpx.HTTPError):
        client.post(f"/api/sessions/{session_id}/messages", json={"content": "x"})
