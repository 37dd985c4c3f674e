"""Turns of deployed agents: traces, usage, interruptions, forks of earlier turns."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Generator
from typing import Any

import pytest

from ashr_labs._http.sse import SSEDecoder
from ashr_labs.local.hosting.summary import TurnOrigin, TurnSummary
from ashr_labs.local.settings import Settings
from ashr_labs.pricing import PricingTable
from support.hosting import begun, changed, events_of, file, session, turn
from support.local_api import Api
from support.sandboxes import engine_or_skip

AGENT = r"""
import json, sys, threading, time
def send(**event): print(json.dumps(event), flush=True)
stop = threading.Event()
def answer(asked):
    turn, prompt = asked["id"], asked["prompt"]
    def message(**data): send(id=turn, event="message", data=data)
    def block(**content): message(type="assistant", message={"model": "claude-sonnet-4-5", "content": [content]})
    if prompt == "hang": block(type="text", text="..."); time.sleep(600)
    if prompt == "obey":
        block(type="text", text="begun")
        stop.wait(600)
        return send(id=turn, event="done")
    if prompt == "tools":
        block(type="tool_use", id="t1", name="Search", input={"q": "x"})
        message(type="user", message={"content": [{"type": "tool_result", "tool_use_id": "t1", "content": "found"}]})
        block(type="tool_use", id="t2", name="Pay", input={})
        failed = {"type": "tool_result", "tool_use_id": "t2", "content": "no money", "is_error": True}
        message(type="user", message={"content": [failed]})
    if prompt == "x": block(type="text", text="said")
    open("turns.txt", "a").write(prompt + "\n")
    usage = {"input_tokens": 11, "output_tokens": 7, "cache_creation_input_tokens": 3, "cache_read_input_tokens": 2}
    message(type="result", subtype="success", is_error=prompt == "fail", num_turns=1, result="said", usage=usage,
            **({"total_cost_usd": 0.25} if prompt == "tools" else {}))
    send(id=turn, event="done")
for line in sys.stdin:
    asked = json.loads(line)
    if asked["command"] == "query": stop.clear(); threading.Thread(target=answer, args=(asked,), daemon=True).start()
    if asked["command"] == "interrupt": stop.set()
"""
MOMENT = "2026-01-01T00:00:01.000000Z"


@pytest.fixture(name="api", scope="module")
def _api() -> Generator[Api]:
    engine_or_skip("bubblewrap").close()
    with Api.opened(settings=Settings(interrupt_grace=0.2)) as api:
        files = [file("agent.py", AGENT), file("agent.toml", 'command = ["python3", "agent.py"]')]
        assert 201 == api.send("POST", "/api/agents", {"name": "tools", "files": files}).status
        yield api


@pytest.fixture(name="session_id")
def _session_id(api: Api) -> Generator[str]:
    session_id = session(api, "tools")
    yield session_id
    changed(api, session_id, "", "DELETE")


def trace_of(api: Api, events: list[tuple[str, Any]]) -> dict[str, Any]:
    trace: dict[str, Any] = api("get_observability_trace", trace_id=events[-1][1]["traceId"])["trace"]
    return trace


def test_turn_is_a_trace(api: Api, session_id: str) -> None:
    """A turn is stored as a trace of its session, with its tool calls and their results, its usage and its cost."""
    events = turn(api, session_id, "tools")
    trace = trace_of(api, events)
    root, generation, search, pay = trace["observations"]

    assert events[0][1]["traceId"] == trace["id"]
    assert "completed" == events[-1][1]["status"]
    assert ("tools", session_id, "said") == (trace["name"], trace["session_id"], trace["output"])
    assert ("turn 1", "tools", "said") == (root["name"], root["input"], root["output"])
    assert root["start_time"] <= search["start_time"] <= search["end_time"] <= root["end_time"]
    assert ("claude-sonnet-4-5", 0.25, 16) == (
        generation["model"],
        generation["usage"]["cost"],
        generation["usage"]["input_tokens"],
    )
    assert ("tool:Search", {"q": "x"}, "found") == (search["name"], search["input"], search["output"])
    assert ("tool:Pay", "no money", "ERROR") == (pay["name"], pay["output"], pay["level"])
    assert [root["id"]] * 3 == [one["parent_observation_id"] for one in trace["observations"][1:]]
    [listed] = api("list_observability_traces", session_id=session_id)["traces"]
    assert trace["id"] == listed["id"]


def test_failed_turn_has_a_failed_trace(api: Api, session_id: str) -> None:
    """The trace of a turn whose agent states an error has that as its status."""
    root = trace_of(api, turn(api, session_id, "fail"))["observations"][0]

    assert ("ERROR", "said") == (root["level"], root["status_message"])


def test_usage_of_turns(api: Api, session_id: str) -> None:
    """Usage is counted by turn: tokens as the wire counts them, tool calls, messages, time, and the cost if known."""
    turn(api, session_id, "tools")
    turn(api, session_id, "x")

    stats = api.got(f"/api/usage/stats?sessionId={session_id}")["stats"]
    events = api.got(f"/api/usage?sessionId={session_id}")["events"]
    assert (22, 14, 6, 4, 2, 2) == tuple(
        stats[f"total{name}"]
        for name in ("InputTokens", "OutputTokens", "CacheCreationTokens", "CacheReadTokens", "ToolCalls", "Messages")
    )
    # 0.25 as stated, and by the price of the model: 11 new, 7 out, 3 written, 2 read
    assert 0.25 + (11 * 3 + 7 * 15 + 3 * 3.75 + 2 * 0.3) / 1e6 == pytest.approx(stats["totalCostUsd"])
    assert stats["totalComputeSeconds"] > 0
    kinds = ["input_tokens", "output_tokens", "cache_creation_tokens", "cache_read_tokens"]
    assert [*kinds, "cost_usd", "compute_seconds", "message"] == [one["eventType"] for one in events[:7]]
    assert [*kinds, "tool_call", "cost_usd", "compute_seconds", "message"] == [one["eventType"] for one in events[7:]]
    assert len(events) == len({one["id"] for one in events})
    assert events[:3] == api.got(f"/api/usage?sessionId={session_id}&limit=3")["events"]
    newest = events[0]["createdAt"]
    assert events[:7] == api.got(f"/api/usage?after={newest}&before={newest}")["events"]
    assert 0 == api.got("/api/usage/stats?agentName=other")["stats"]["totalMessages"]
    assert None is api.got("/api/usage/stats?before=2000-01-01T00:00:00Z")["stats"]["totalCostUsd"]
    assert "`after` must be a time" in api.send("GET", "/api/usage?after=yesterday").body["error"]


def interrupted(api: Api, session_id: str) -> tuple[str, bool]:
    answer = api.send("POST", f"/api/sessions/{session_id}/interrupt")
    assert 200 == answer.status, answer.body
    return answer.body["session"]["status"], answer.body["interrupted"]


@pytest.mark.parametrize(("prompt", "rest"), [("obey", ["done"]), ("hang", ["error", "done"])])
def test_turn_is_interrupted(api: Api, session_id: str, prompt: str, rest: list[str]) -> None:
    """An interrupted turn ends, by the agent or by its end; the session stays active, and the next turn works."""
    parts = begun(api, session_id, prompt)
    first = next(parts)
    while b"message" not in first:
        first = next(parts)

    assert ("active", True) == interrupted(api, session_id)
    events = events_of([first, *parts])
    assert ["message", *rest] == [event for event, _ in events][-len(rest) - 1 :]
    assert "interrupted" == events[-1][1]["status"]
    assert ("active", False) == interrupted(api, session_id)
    assert "completed" == turn(api, session_id, "x")[-1][1]["status"]
    assert "ERROR" == trace_of(api, events)["observations"][0]["level"]


def test_interrupt_of_a_session_that_is_not_active(api: Api) -> None:
    """A session without a process has no turn that could be interrupted."""
    session_id = session(api, "tools")
    changed(api, session_id, "", "DELETE")

    assert 400 == changed(api, session_id, "/interrupt")[0]


def fork(api: Api, session_id: str, **body: Any) -> Any:
    return api.send("POST", f"/api/sessions/{session_id}/fork", body)


def test_fork_of_an_earlier_turn(api: Api, session_id: str) -> None:
    """A fork after a message has the messages and files as of the end of its turn, even while another one runs."""
    for prompt in ("one", "two", "three"):
        turn(api, session_id, prompt)
    messages = api.got(f"/api/sessions/{session_id}/messages")["messages"]
    parts = begun(api, session_id, "hang")
    next(parts)

    of_second = next(one for one in messages if "two" in one["content"])
    forked = fork(api, session_id, after=of_second["id"]).body["session"]
    copied = api.got(f"/api/sessions/{forked['id']}/messages")["messages"]
    assert [one["content"] for one in messages[:4]] == [one["content"] for one in copied]
    assert "active" == changed(api, forked["id"], "/resume")
    assert b"one\ntwo\n" == api.send("GET", f"/api/sessions/{forked['id']}/files/turns.txt").content
    turn(api, forked["id"], "other")
    assert b"one\ntwo\nother\n" == api.send("GET", f"/api/sessions/{forked['id']}/files/turns.txt").content
    running = api.got(f"/api/sessions/{session_id}/messages")["messages"][-1]
    assert 409 == fork(api, session_id, after=running["id"]).status
    assert 409 == fork(api, session_id).status
    assert 404 == fork(api, session_id, after=str(uuid.uuid4())).status
    changed(api, session_id, "", "DELETE")
    assert 1 == api.got(f"/api/usage/stats?sessionId={forked['id']}")["stats"]["totalMessages"]
    changed(api, forked["id"], "", "DELETE")


def test_fork_of_a_fork_from_its_own_turns_only(api: Api, session_id: str) -> None:
    """The turns that a fork has from its parent can be forked from the parent only, except for the last of them."""
    for prompt in ("one", "two"):
        turn(api, session_id, prompt)
    forked = fork(api, session_id).body["session"]["id"]
    first, *_, last = api.got(f"/api/sessions/{forked}/messages")["messages"]

    assert 410 == fork(api, forked, after=first["id"]).status
    assert 201 == fork(api, forked, after=last["id"]).status


def test_summary_bounds_what_it_keeps() -> None:
    """Huge inputs and outputs are left out of a trace, which says so; calls are counted nevertheless."""
    summary = TurnSummary(TurnOrigin("t", "s", "a", 1, 0.0, "prompt"))
    for number in range(6):
        summary.add([("tool_use", {"id": str(number), "name": "Read", "input": "x" * 1_000_000})], MOMENT)

    trace = summary.trace("completed", MOMENT, PricingTable())
    assert 6 == summary.tool_calls
    assert {"agent": "a", "turn": 1, "status": "completed", "is_truncated": True} == trace["metadata"]
    assert 4_000_000 <= len(json.dumps(trace)) < 4_500_000


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ({"usage": {"input_tokens": 5, "output_tokens": 2}, "total_cost_usd": -1}, (5, 2, None)),
        ({"usage": {"input_tokens": 5}, "total_cost_usd": 0}, (5, 0, 0.0)),
        ({"usage": "many", "total_cost_usd": True}, (4, 2, None)),
        ({}, (4, 2, None)),
    ],
)
def test_usage_without_a_total(result: dict[str, Any], expected: tuple[int, int, float | None]) -> None:
    """Without a usable total the answers of the turn are added up, each once, however often it is repeated."""
    summary = TurnSummary(TurnOrigin("t", "s", "a", 1, 0.0, "prompt", "unknown-model"))
    usage = {"input_tokens": 2, "output_tokens": 1}
    for message_id in ("m1", "m1", "m2"):
        summary.add([("message", {"type": "assistant", "message": {"id": message_id, "usage": usage}})], MOMENT)
    summary.add([("message", {"type": "result", **result})], MOMENT)

    columns = summary.columns(PricingTable())
    assert expected == (columns["input_tokens"], columns["output_tokens"], columns["cost"])


def test_two_messages_at_once(api: Api, session_id: str) -> None:
    """Of messages that are sent at the same time, one begins a turn, and the others are refused."""
    together, statuses = threading.Barrier(8), list[int]()

    def send() -> None:
        together.wait()
        answer = api.send("POST", f"/api/sessions/{session_id}/messages", {"content": "obey"})
        statuses.append(answer.status)

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [200, *[409] * 7] == sorted(statuses)


class Clock:
    """The clock of the machine, and what a test adds."""

    def __init__(self) -> None:
        self.added = 0.0

    def __call__(self) -> float:
        return time.time() + self.added


def deployed(api: Api) -> Api:
    files = [file("agent.py", AGENT), file("agent.toml", 'command = ["python3", "agent.py"]')]
    assert 201 == api.send("POST", "/api/agents", {"name": "tools", "files": files}).status
    return api


def test_idle_session_is_paused() -> None:
    """A session that is not used for a while is paused without its process; a resume brings its files back."""
    clock = Clock()
    with Api.opened(now=clock, settings=Settings(session_idle=60)) as api:
        session_id = session(deployed(api), "tools")
        turn(api, session_id, "x")
        clock.added = 59
        api.platform._hosting.tidy()
        assert "active" == api.got(f"/api/sessions/{session_id}")["session"]["status"]
        assert 0 == api.send("POST", f"/api/sessions/{session_id}/exec", {"command": "echo y > new"}).body["exitCode"]
        clock.added = 118
        api.platform._hosting.tidy()
        assert "active" == api.got(f"/api/sessions/{session_id}")["session"]["status"]

        clock.added = 120
        api.platform._hosting.tidy()
        found = api.got(f"/api/sessions/{session_id}")["session"]
        assert ("paused", None) == (found["status"], found["runnerId"])
        assert "active" == changed(api, session_id, "/resume")
        assert b"y\n" == api.send("GET", f"/api/sessions/{session_id}/files/new").content
        events = api.got(f"/api/sessions/{session_id}/events?type=lifecycle")["events"]
        assert {"action": "paused", "reason": "idle"} == json.loads(events[-2]["data"])
        assert {"action": "resumed", "path": "cold"} == json.loads(events[-1]["data"])


def test_events_of_turns_are_kept_for_a_day() -> None:
    """Later a stream has the end of the turn only, and the numbers of events go on; the history stays."""
    clock = Clock()
    with Api.opened(now=clock) as api:
        session_id = session(deployed(api), "tools")
        first = [event for event, _ in turn(api, session_id, "x")]
        clock.added = 90_000
        last = SSEDecoder().feed(b"".join(begun(api, session_id, "x")))

        assert len(first) + 1 == int(last[0].id)
        answer = api.send("GET", f"/api/sessions/{session_id}/messages/stream?after=0")
        assert answer.stream is not None
        assert ["done"] == [event for event, _ in events_of(answer.stream.parts())]
        assert 6 == len(api.got(f"/api/sessions/{session_id}/messages")["messages"])


def test_turn_that_takes_too_long_is_ended() -> None:
    """A turn beyond the limit is interrupted with the reason, and the session stays active."""
    clock = Clock()
    with Api.opened(now=clock, settings=Settings(turn_seconds=60, interrupt_grace=0.1)) as api:
        session_id = session(deployed(api), "tools")
        parts = begun(api, session_id, "hang")
        next(parts)
        clock.added = 61
        api.platform._hosting.tidy()

        assert [("error", {"error": "the turn took longer than 60 seconds"}), "done"] == [
            (rest := events_of(parts))[-2],
            rest[-1][0],
        ]
        assert "completed" == turn(api, session_id, "x")[-1][1]["status"]


def test_paused_session_makes_room() -> None:
    """When there is no place for another sandbox, that of the session that was paused first is given up."""
    with Api.opened(settings=Settings(sandbox_limit=2)) as api:
        first, second = (session(deployed(api), "tools") for _ in range(2))
        assert 503 == api.send("POST", "/api/sessions", {"agent": "tools"}).status
        assert ["paused", "paused"] == [changed(api, one, "/pause") for one in (second, first)]

        third = session(api, "tools")
        assert "active" == changed(api, first, "/resume")  # warm
        assert 503 == changed(api, second, "/resume")[0]
        changed(api, third, "", "DELETE")
        assert "active" == changed(api, second, "/resume")
