"""The queue of prompts for deployed agents: results, priorities, retries, cancelling, restarts."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from ashr_labs.local.settings import Settings
from support.hosting import changed, file, session
from support.local_api import Api, database_with_tenants
from support.sandboxes import engine_or_skip

AGENT = r"""
import json, sys, time
from pathlib import Path
for line in sys.stdin:
    asked = json.loads(line)
    if asked["command"] != "query": continue
    turn, prompt = asked["id"], asked["prompt"]
    def send(**event): print(json.dumps({"id": turn, **event}), flush=True)
    if prompt == "crash": sys.exit(3)
    if prompt == "wait": time.sleep(600)
    if prompt.startswith("hold"):
        while not Path("go").exists(): time.sleep(0.005)
    if prompt == "fail": send(event="error", error="no model")
    send(event="message", data={"type": "result", "result": f"answer to {prompt}", "num_turns": 1})
    send(event="done")
"""
FILES = [file("agent.py", AGENT), file("agent.toml", 'command = ["python3", "agent.py"]')]


class Clock:
    """A clock controlled by a test."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(name="api", scope="module")
def _api() -> Generator[Api]:
    engine_or_skip("bubblewrap").close()
    with Api.opened(settings=Settings(queue_parallel=2)) as api:
        assert 201 == api.send("POST", "/api/agents", {"name": "own", "files": FILES}).status
        yield api


def added(api: Api, prompt: str, **options: Any) -> str:
    answer = api.send("POST", "/api/queue", {"agentName": "own", "prompt": prompt, **options})
    assert 201 == answer.status, answer.body
    assert ("pending", 0, None) == tuple(answer.body["item"][name] for name in ("status", "retryCount", "result"))
    item_id: str = answer.body["item"]["id"]
    return item_id


def item_of(api: Api, item_id: str) -> dict[str, Any]:
    item: dict[str, Any] = api.got(f"/api/queue/{item_id}")["item"]
    return item


def reached(api: Api, item_id: str, *statuses: str) -> dict[str, Any]:
    """Return an item as soon as it has one of some statuses."""
    deadline = time.monotonic() + 30
    while (item := item_of(api, item_id))["status"] not in statuses:
        assert time.monotonic() < deadline, item
        threading.Event().wait(0.01)
    return item


def ended(api: Api, item_id: str) -> dict[str, Any]:
    return reached(api, item_id, "completed", "failed")


def test_prompt_is_answered_in_a_session_of_its_own(api: Api) -> None:
    """Without a session one is made, whose history has the answer; its process ends with the turn."""
    item = ended(api, added(api, "hello"))

    assert ("completed", "answer to hello", None) == (item["status"], item["result"], item["error"])
    assert item["createdAt"] <= item["startedAt"] <= item["completedAt"]
    assert "stopped" == api.got(f"/api/sessions/{item['sessionId']}")["session"]["status"]
    assert 2 == len(api.got(f"/api/sessions/{item['sessionId']}/messages")["messages"])
    assert "answer to hello" == api("get_observability_trace", trace_id=item["traceId"])["trace"]["output"]
    assert item == api.got("/api/queue?status=completed&limit=1")["items"][0]


def test_prompts_of_one_session_follow_each_other(api: Api) -> None:
    """Prompts of one session are answered one after the other; a paused session is resumed."""
    session_id = session(api, "own")
    changed(api, session_id, "/pause")
    items = [ended(api, one) for one in [added(api, f"p{number}", sessionId=session_id) for number in range(4)]]

    assert {"completed"} == {item["status"] for item in items}
    assert {session_id} == {item["sessionId"] for item in items}
    messages = [one["content"] for one in api.got(f"/api/sessions/{session_id}/messages")["messages"]]
    assert 8 == len(messages)
    assert sorted(f"answer to p{number}" for number in range(4)) == sorted(item["result"] for item in items)
    assert "active" == api.got(f"/api/sessions/{session_id}")["session"]["status"]
    changed(api, session_id, "", "DELETE")


def test_higher_priorities_come_first() -> None:
    """Of the items that wait, the one of the highest priority is next, and of equal ones the oldest."""
    with Api.opened(settings=Settings(queue_parallel=1)) as api:
        assert 201 == api.send("POST", "/api/agents", {"name": "own", "files": FILES}).status
        session_id = session(api, "own")
        first = added(api, "hold", sessionId=session_id)
        reached(api, first, "processing")
        wanted = [("low", 0), ("middle", 5), ("high", 9), ("also low", 0)]
        ids = {name: added(api, name, priority=number, sessionId=session_id) for name, number in wanted}
        last = added(api, "cancelled", sessionId=session_id)

        assert "cancelled" == api.send("DELETE", f"/api/queue/{last}").body["item"]["status"]
        assert {"pending": 4, "processing": 1, "completed": 0, "failed": 0, "cancelled": 1} == api.got(
            "/api/queue/stats"
        )["stats"]
        run = {"command": "touch go"}
        assert 0 == api.send("POST", f"/api/sessions/{session_id}/exec", run).body["exitCode"]
        done = {name: ended(api, item_id)["completedAt"] for name, item_id in ids.items()}
        assert ["high", "middle", "low", "also low"] == sorted(done, key=lambda name: done[name])
        assert "cancelled" == item_of(api, last)["status"]


def test_failed_prompt_is_repeated_later(api: Api) -> None:
    """A prompt that fails is tried as often as asked for, with a growing delay; the last reason is kept."""
    clock = Clock()
    with Api.opened(now=clock) as slow:
        assert 201 == slow.send("POST", "/api/agents", {"name": "own", "files": FILES}).status
        item_id = added(slow, "fail", maxRetries=2)
        once = failed_attempt(slow, item_id, 1)
        assert ("pending", "no model", None) == (once["status"], once["error"], once["completedAt"])
        clock.now += 4
        assert once == item_of(slow, item_id)
        clock.now += 2
        added(slow, "x")  # wakes the worker, which waits by the time of the machine
        item = ended(slow, item_id)
    assert ("failed", 2, "no model", None) == tuple(item[name] for name in ("status", "retryCount", "error", "result"))


def failed_attempt(api: Api, item_id: str, count: int) -> dict[str, Any]:
    deadline = time.monotonic() + 30
    while (item := item_of(api, item_id))["retryCount"] < count:
        assert time.monotonic() < deadline, item
        threading.Event().wait(0.01)
    return item


def test_prompt_that_cannot_succeed_is_not_repeated(api: Api) -> None:
    """An agent or session that does not exist, or has ended, fails an item at once; so does the only attempt."""
    session_id = session(api, "own")
    changed(api, session_id, "", "DELETE")
    nowhere = str(uuid.uuid4())

    missing = ended(api, added(api, "x", agentName="missing"))
    assert ("there is no deployed agent 'missing'", 1) == (missing["error"], missing["retryCount"])
    assert f"there is no session {nowhere!r}" == ended(api, added(api, "x", sessionId=nowhere))["error"]
    assert "has ended" in ended(api, added(api, "x", sessionId=session_id))["error"]
    assert "exit code 3" in ended(api, added(api, "crash", maxRetries=0))["error"]


def test_refused_requests(api: Api) -> None:
    """Only what waits is cancelled, and statuses and prompts are checked."""
    item_id = added(api, "x")
    ended(api, item_id)

    answer = api.send("DELETE", f"/api/queue/{item_id}")
    assert (400, f"the item {item_id} has the status `completed`; only a pending one is cancelled") == (
        answer.status,
        answer.body["error"],
    )
    assert [404, 404] == [api.send(method, f"/api/queue/{uuid.uuid4()}").status for method in ("GET", "DELETE")]
    assert 400 == api.send("GET", "/api/queue?status=nope").status
    for body in ({"prompt": "x"}, {"agentName": "a"}, {"agentName": "a", "prompt": ""}):
        assert 400 == api.send("POST", "/api/queue", body).status


def test_item_that_was_in_progress_at_a_restart(tmp_path: Path) -> None:
    """A turn that a restart has cut off is a failed attempt; an item that waited is answered afterwards."""
    with Api.opened(tmp_path / "evals.db", settings=Settings(queue_parallel=1)) as api:
        assert 201 == api.send("POST", "/api/agents", {"name": "own", "files": FILES}).status
        cut = added(api, "wait", maxRetries=0)
        deadline = time.monotonic() + 30
        while item_of(api, cut)["traceId"] is None:
            assert time.monotonic() < deadline
            threading.Event().wait(0.01)
        waiting = added(api, "later")

    with Api.opened(tmp_path / "evals.db") as api:
        item = ended(api, cut)
        assert ("failed", 1) == (item["status"], item["retryCount"])
        assert "the platform was stopped" in item["error"]
        assert "answer to later" == ended(api, waiting)["result"]


def test_items_belong_to_a_tenant(tmp_path: Path) -> None:
    """Items of another tenant are in no answer."""
    keys = database_with_tenants(tmp_path / "evals.db")
    with Api.opened(tmp_path / "evals.db") as owner:
        first, second = (Api(owner.platform, key) for key in keys)
        item_id = added(first, "x")

        assert [404, 404] == [second.send(method, f"/api/queue/{item_id}").status for method in ("GET", "DELETE")]
        assert [] == second.got("/api/queue")["items"]
        assert {0} == set(second.got("/api/queue/stats")["stats"].values())
        assert 0 == second.got("/api/usage/stats")["stats"]["totalMessages"]
        ended(first, item_id)
