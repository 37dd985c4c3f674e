"""Deployed agents, their sessions and turns, for tests."""

from __future__ import annotations

import base64
import json
from typing import Any

from ashr_labs._http.sse import SSEDecoder
from support.local_api import Api

SCRIPT = [
    {
        "match": "list",
        "tools": [
            {"name": "Bash", "input": {"command": "ls; echo $TOKEN; cat"}},
            {"name": "Write", "input": {"file_path": "out/a.txt", "content": "hi"}},
            {"name": "Read", "input": {"file_path": "missing"}},
        ],
        "say": "two files",
    }
]
AGENT = r"""
import json, os, sys, time
def send(**event): print(json.dumps(event), flush=True)
def text(content): return {"type": "assistant", "message": {"content": [{"type": "text", "text": content}]}}
for line in sys.stdin:
    asked = json.loads(line)
    if asked["command"] != "query": continue
    turn, prompt = asked["id"], asked["prompt"]
    if prompt == "crash": os._exit(3)
    if prompt == "wait": send(id=turn, event="message", data=text("...")); time.sleep(600)
    if prompt == "long": print("x" * 2_000_000, flush=True)
    if prompt == "garbage":
        sys.stdout.buffer.write(b"\xff\xfe not JSON\n[1]\nnull\n")
        send(id=99, event="done")
        print("oops", file=sys.stderr, flush=True)
        send(event="log", level="info", text="a line")
        send(id=turn, event="novelty")
    if prompt == "fail": send(id=turn, event="error", error="no model")
    if prompt == "big": send(id=turn, event="message", data=text("\u2028" + "y" * 900_000))
    options = json.dumps({key: asked.get(key) for key in ("model", "maxTurns", "allowedTools")})
    send(id=turn, event="message", data={"type": "result", "result": options, "num_turns": 1})
    send(id=turn, event="done")
"""


def file(path: str, content: str) -> dict[str, str]:
    return {"path": path, "content": base64.b64encode(content.encode()).decode()}


def deploy(api: Api) -> None:
    script = "\n".join(map(json.dumps, SCRIPT))
    agents: dict[str, dict[str, Any]] = {
        "scripted": {"systemPrompt": "Be brief.", "files": [file("script.jsonl", script)]},
        "own": {"files": [file("agent.py", AGENT), file("agent.toml", 'command = ["python3", "agent.py"]')]},
        "broken": {"files": [file("agent.toml", 'command = ["/missing/program"]')]},
    }
    for name, body in agents.items():
        assert 201 == api.send("POST", "/api/agents", {"name": name, **body}).status


def session(api: Api, agent: str = "scripted", **options: Any) -> str:
    answer = api.send("POST", "/api/sessions", {"agent": agent, **options})
    assert 201 == answer.status, answer.body
    found: str = answer.body["session"]["id"]
    return found


def begun(api: Api, session_id: str, content: str, **options: Any) -> Any:
    """Send a message and return the parts of its stream."""
    answer = api.send("POST", f"/api/sessions/{session_id}/messages", {"content": content, **options})
    assert answer.stream is not None, answer.body
    return answer.stream.parts()


def events_of(parts: Any) -> list[tuple[str, Any]]:
    return [(event.event, json.loads(event.data)) for event in SSEDecoder().feed(b"".join(parts))]


def turn(api: Api, session_id: str, content: str, **options: Any) -> list[tuple[str, Any]]:
    """Return the events of a turn."""
    return events_of(begun(api, session_id, content, **options))


def changed(api: Api, session_id: str, action: str, method: str = "POST") -> Any:
    answer = api.send(method, f"/api/sessions/{session_id}{action}")
    return answer.body["session"]["status"] if answer.status < 300 else (answer.status, answer.body["error"])


def said(events: list[tuple[str, Any]]) -> str:
    return next(str(data["result"]) for event, data in events if event == "turn_complete")
