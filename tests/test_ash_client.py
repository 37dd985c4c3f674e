"""`AshClient` of `ashr_labs.ash` against the platform: agents, sessions, streams, errors; and both seed documents."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ashr_labs import ConfigurationError
from ashr_labs._http.sse import encode_event
from ashr_labs.ash import AshApiError, AshClient, streaming
from ashr_labs.ash.streaming import (
    DoneEvent,
    ErrorEvent,
    MessageEvent,
    SessionStartEvent,
    StreamEvent,
    TextDeltaEvent,
    ThinkingDeltaEvent,
    ToolResultEvent,
    ToolUseEvent,
    TurnCompleteEvent,
    event_of,
    parse_sse_stream,
)
from ashr_labs.local import open_platform
from ashr_labs.local.server.app import running_server
from support.sandboxes import engine_or_skip
from support.scripted_server import Answer, ScriptedServer


@pytest.fixture(name="client", scope="module")
def _client() -> Generator[AshClient]:
    engine_or_skip("bubblewrap").close()
    platform = open_platform()
    with running_server(platform) as url, AshClient(server_url=url, api_key=platform.bootstrap()) as client:
        yield client
    platform.close()


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    (tmp_path / "CLAUDE.md").write_text("Be brief.")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.txt").write_text("a")
    return tmp_path


def test_agents_and_sessions(client: AshClient, folder: Path) -> None:
    """A folder is deployed, and sessions go through their states, by the methods that the documents name."""
    agent = client.deploy_agent(name="my-agent", path=folder)
    assert ("my-agent", 1) == (agent.name, agent.version)
    assert [agent] == client.list_agents()
    assert agent == client.get_agent("my-agent")

    session = client.create_session("my-agent", system_prompt="You are brief.", allowed_tools=["Read"])
    assert "active" == session.status
    paused = client.pause_session(session.id)
    resumed = client.resume_session(session.id)
    stopped = client.stop_session(session.id)
    fork = client.fork_session(session.id)
    ended = client.end_session(session.id)
    states = [one.status for one in (paused, resumed, stopped, fork, ended)]
    assert ["paused", "active", "stopped", "paused", "ended"] == states
    assert [fork.id] == [one.id for one in client.list_sessions(agent="my-agent", status="paused")]
    assert "ok" == client.health()["status"]
    client.delete_agent("my-agent")
    assert [] == client.list_agents()


def test_turn_as_the_readme_shows_it(client: AshClient, folder: Path) -> None:
    """A turn is read by the classes of its events, and by `type` and `data`."""
    client.deploy_agent("readme", folder)
    session = client.create_session("readme", model="scripted")
    seen: list[Any] = []
    for event in client.send_message_stream(session.id, "Hello!", include_partial_messages=True, max_turns=5):
        if isinstance(event, MessageEvent):
            seen.append(event.data["type"])
        elif isinstance(event, TextDeltaEvent):
            seen.append(event.delta)
        elif isinstance(event, DoneEvent):
            seen.append(event.session_id)
    texts = [
        block["text"]
        for event in client.send_message_stream(session.id, "Again")
        if event.type == "message" and event.data.get("type") == "assistant"
        for block in event.data["message"]["content"]
    ]

    assert ["turn ", "1: ", "Hello! ", "assistant", "result", session.id] == seen
    assert ["turn 2: Again"] == texts
    client.end_session(session.id)


def test_turn_in_an_event_loop(client: AshClient, folder: Path) -> None:
    """`asend_message_stream` yields the same events for `async for`."""
    client.deploy_agent("looped", folder)
    session = client.create_session("looped")

    async def main() -> list[str]:
        return [event.type async for event in client.asend_message_stream(session.id, "Hello!")]

    assert ["session_start", "message", "turn_complete", "message", "done"] == asyncio.run(main())
    client.end_session(session.id)


def test_errors(client: AshClient, folder: Path) -> None:
    """A refused request is an `AshApiError` with status, message and body; a stream too, when it is first read."""
    with pytest.raises(AshApiError) as caught:
        client.create_session(agent="nonexistent")
    assert (404, "there is no deployed agent 'nonexistent'") == (caught.value.status_code, caught.value.message)
    assert {"error": caught.value.message, "statusCode": 404} == caught.value.body
    unknown = "00000000-0000-4000-8000-000000000000"
    with pytest.raises(AshApiError, match=f"no session '{unknown}'"):
        next(client.send_message_stream(unknown, "x"))
    with pytest.raises(AshApiError, match=r"no deployed agent 'x/\.\./\.\./sessions"):
        client.get_agent("x/../../sessions?a=1")
    with AshClient(client.base_url, "tp_wrong") as stranger, pytest.raises(AshApiError, match=r"\[401\]"):
        stranger.list_agents()
    (folder / "link").symlink_to("CLAUDE.md")
    with pytest.raises(ConfigurationError, match="link is a link, which cannot be deployed"):
        client.deploy_agent("linked", folder)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({}, "no URL"),
        ({"base_url": "localhost:1"}, "base_url"),
        ({"base_url": "http://h", "token": "a\nb"}, "token"),
        ({"base_url": "http://h", "timeout": 0}, "timeout"),
    ],
)
def test_options_are_checked(arguments: dict[str, Any], reason: str) -> None:
    """An option that cannot be used is refused before anything is sent, and a key is not shown."""
    with pytest.raises(ConfigurationError, match=reason):
        AshClient(**arguments)
    assert "secret" not in repr(AshClient("http://h/", "tp_secret_secret_secret"))
    assert "http://h" == AshClient("http://h/").base_url


def test_broken_stream_of_a_turn_is_resumed() -> None:
    """When the stream breaks off, the rest of the turn is read by id; the message is not sent again."""
    first = encode_event("text_delta", '{"delta": "a"}', id="4")
    rest = encode_event("text_delta", '{"delta": "b"}', id="5") + encode_event("done", '{"sessionId": "s"}', id="6")
    server = ScriptedServer()
    kind = {"Content-Type": "text/event-stream"}
    server.on("POST /api/sessions/s/messages", Answer(200, first, kind))
    server.on("GET /api/sessions/s/messages/stream?after=4", Answer(200, rest, kind))
    with server.running(), AshClient(server.url, "tp_key") as client:
        events = [*client.send_message_stream("s", "x")]

    assert [TextDeltaEvent("a"), TextDeltaEvent("b"), DoneEvent("s")] == events
    assert ["POST", "GET"] == [one.method for one in server.asked]


@pytest.mark.parametrize(
    ("event", "data", "expected"),
    [
        ("message", {"type": "x"}, MessageEvent({"type": "x"})),
        ("thinking_delta", {"delta": "a"}, ThinkingDeltaEvent("a")),
        ("tool_use", {"id": "1", "name": "Bash", "input": {}}, ToolUseEvent("1", "Bash", {})),
        ("tool_result", {"tool_use_id": "1", "content": "x", "is_error": False}, ToolResultEvent("1", "x")),
        ("turn_complete", {"numTurns": 1, "result": "x"}, TurnCompleteEvent(1, "x")),
        ("session_start", {"sessionId": "s", "version": None}, SessionStartEvent("s")),
        ("error", {"error": "x"}, ErrorEvent("x")),
        ("session_start", {"sessionId": "s", "version": "1", "traceId": "t"}, SessionStartEvent("s", "1", "t")),
        ("done", {"sessionId": "s"}, DoneEvent("s")),
        ("done", {"sessionId": "s", "traceId": "t", "status": "failed"}, DoneEvent("s", "t", "failed")),
        ("novelty", [1], StreamEvent("novelty", [1])),
        ("text_delta", {}, StreamEvent("text_delta", {})),
        ("text_delta", "text", StreamEvent("text_delta", "text")),
    ],
)
def test_events(event: str, data: Any, expected: Any) -> None:
    """Each event has its class, and its type and data as they were sent; an unknown one is a `StreamEvent`."""
    found = event_of(event, data)

    assert expected == found
    assert (event, data) == (found.type, found.data)


def test_stream_of_a_response_of_httpx() -> None:
    """`parse_sse_stream` reads a response; a line separator inside of a line does not split it."""
    content = encode_event("text_delta", json.dumps({"delta": "a\u2028b"}, ensure_ascii=False))

    assert [TextDeltaEvent("a\u2028b")] == [*parse_sse_stream(httpx.Response(200, content=content))]
    assert [] == [name for name in streaming.__all__ if not hasattr(streaming, name)]
