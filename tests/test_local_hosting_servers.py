"""Sessions on PostgreSQL: servers that share a database, and what happens when one of them ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from contextlib import ExitStack
from typing import Any

import pytest

from ashr_labs.local.hosting.servers import LEASE_SECONDS
from support.hosting import begun, changed, deploy, events_of, said, session, turn
from support.local_api import Api
from support.postgresql import PostgreSQLServer
from support.processes import child_processes
from support.sandboxes import engine_or_skip


class Clock:
    """The clock of the machine, and what a test adds."""

    def __init__(self) -> None:
        self.added = 0.0

    def __call__(self) -> float:
        return time.time() + self.added


@pytest.fixture(name="url")
def _url(postgresql: PostgreSQLServer) -> Generator[str]:
    engine_or_skip("bubblewrap").close()
    with postgresql.platform() as url:
        yield url


@pytest.fixture(name="clock")
def _clock() -> Clock:
    return Clock()


@pytest.fixture(name="apis")
def _apis(url: str, clock: Clock) -> Generator[list[Api]]:
    """Open one database twice, as two servers do; the second one's clock can be put forward."""
    with ExitStack() as stack:
        first = stack.enter_context(Api.opened(url))
        second = stack.enter_context(Api.opened(f"{url}&application_name=another", now=clock))
        deploy(first)
        yield [first, second]


def stream_of(api: Api, session_id: str) -> Any:
    answer = api.send("GET", f"/api/sessions/{session_id}/messages/stream")
    assert answer.stream is not None, answer.body
    return answer.stream.parts()


def test_session_is_with_one_server(apis: list[Api]) -> None:
    """Every server answers what is stored, and follows turns; what needs the process is refused with the server."""
    first, second = apis
    session_id = session(first, "own")
    parts = begun(first, session_id, "x")
    elsewhere = [event for event, _ in events_of(stream_of(second, session_id))]

    assert [event for event, _ in events_of(parts)] == elsewhere
    runner = second.got(f"/api/sessions/{session_id}")["session"]["runnerId"]
    assert 2 == len(second.got(f"/api/sessions/{session_id}/messages")["messages"])
    reason = f"the session {session_id} runs on another server of this platform, {runner}; send the request there"
    for action, body in (("messages", {"content": "x"}), ("exec", {"command": "true"}), ("interrupt", None)):
        answer = second.send("POST", f"/api/sessions/{session_id}/{action}", body)
        assert (421, reason) == (answer.status, answer.body["error"]), action
    assert [421] * 4 == [changed(second, session_id, action)[0] for action in ("/pause", "/resume", "/stop")] + [
        changed(second, session_id, "", "DELETE")[0]
    ]
    assert "stopped" == changed(first, session_id, "/stop")
    assert "active" == changed(second, session_id, "/resume")
    assert "done" == turn(second, session_id, "again")[-1][0]
    assert 421 == changed(first, session_id, "/pause")[0]
    fork = first.send("POST", f"/api/sessions/{session_id}/fork").body["session"]
    assert "active" == changed(first, fork["id"], "/resume")


def test_sessions_of_a_lost_server_are_taken_over(apis: list[Api], clock: Clock) -> None:
    """When a server was not seen for a lease, another one ends its turns; what it sends later is not stored."""
    first, second = apis
    session_id = session(first, "own")
    turn(first, session_id, "x")
    parts = begun(first, session_id, "wait")
    next(parts)
    late = first.platform._hosting._live[session_id]
    clock.added = LEASE_SECONDS + 1

    assert "active" == changed(second, session_id, "/resume")
    ended = events_of(parts)
    assert ("error", "done", "interrupted") == (ended[-2][0], ended[-1][0], ended[-1][1]["status"])
    assert "the platform was stopped" in ended[-2][1]["error"]
    assert "done" == turn(second, session_id, "again")[-1][0]
    before = second.got(f"/api/sessions/{session_id}/messages")["messages"]
    roles = [one["role"] for one in before]  # between them: what the lost server has stored of its turn
    assert ("user assistant user", "user assistant") == (" ".join(roles[:3]), " ".join(roles[-2:]))
    assert len(roles) in {5, 6}
    late.process.kill()  # its end would be an error of the session
    deadline = time.monotonic() + 20
    while not late.is_ended:
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)
    assert "active" == second.got(f"/api/sessions/{session_id}")["session"]["status"]
    assert before == second.got(f"/api/sessions/{session_id}/messages")["messages"]
    assert 3 == second.got("/api/usage/stats")["stats"]["totalMessages"]


def test_server_that_comes_back_gives_its_sessions_up(apis: list[Api], clock: Clock) -> None:
    """A server that was thought to be lost ends the processes of sessions that are not its own any more."""
    first, second = apis
    kept, lost = session(first, "own"), session(first, "own")
    clock.added = LEASE_SECONDS + 1
    second.platform._hosting.servers.pause_lost()
    assert ["paused"] * 2 == [second.got(f"/api/sessions/{one}")["session"]["status"] for one in (kept, lost)]

    first.platform._hosting.tidy()
    assert {} == {one: live for one, live in first.platform._hosting._live.items() if live.is_alive}
    clock.added = 0
    assert "active" == changed(first, kept, "/resume")
    assert "active" == changed(second, lost, "/resume")


def test_closed_server_pauses_its_sessions(url: str) -> None:
    """A server that is closed pauses its sessions at once, for others to resume; nothing of it is left."""
    before = child_processes()
    with Api.opened(url) as second:
        deploy(second)
        with Api.opened(f"{url}&application_name=another") as first:
            session_id = session(first, "own")
            parts = begun(first, session_id, "wait")
            next(parts)
            reader = stream_of(second, session_id)
        assert ("error", "done") == tuple(event for event, _ in events_of(reader)[-2:])
        assert "paused" == second.got(f"/api/sessions/{session_id}")["session"]["status"]
        assert "active" == changed(second, session_id, "/resume")
        assert '"model": null' in said(turn(second, session_id, "x"))
    assert set() == child_processes() - before


def test_queue_of_several_servers(apis: list[Api]) -> None:
    """Items are answered once each, whichever server claims them, also those of a session of one server."""
    first, second = apis
    session_id = session(second, "own")
    ids = [
        first.send("POST", "/api/queue", {"agentName": "own", "prompt": f"p{number}", **options}).body["item"]["id"]
        for number in range(3)
        for options in ({}, {"sessionId": session_id})
    ]
    deadline = time.monotonic() + 60
    while first.got("/api/queue/stats")["stats"]["completed"] < len(ids):
        assert time.monotonic() < deadline, first.got("/api/queue")
        threading.Event().wait(0.05)

    assert {0} == {item["retryCount"] for item in second.got("/api/queue")["items"]}
    assert 6 == len(second.got(f"/api/sessions/{session_id}/messages")["messages"])
    assert 6 == second.got("/api/usage/stats")["stats"]["totalMessages"]
