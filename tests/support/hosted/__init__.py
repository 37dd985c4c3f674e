"""Deployed agents for tests, and their sessions through the API."""

from __future__ import annotations

import base64
import json
from typing import Any

from ashr_labs._http.sse import SSEDecoder
from support.local_api import Api


def file(path: str, content: str) -> dict[str, str]:
    """Return a file of an agent."""
    return {"path": path, "content": base64.b64encode(content.encode()).decode()}


def deploy(api: Api, name: str, **files: str) -> None:
    """Deploy an agent; `__` in the names of files stands for a dot."""
    listed = [file(path.replace("__", "."), content) for path, content in files.items()]
    answer = api.send("POST", "/api/agents", {"name": name, "files": listed})
    assert answer.status == 201, answer.body


def session(api: Api, agent: str, **options: Any) -> str:
    """Create a session, and return its id."""
    answer = api.send("POST", "/api/sessions", {"agent": agent, **options})
    assert answer.status == 201, answer.body
    return str(answer.body["session"]["id"])


def refused(api: Api, agent: str, **options: Any) -> str:
    """Return why a session cannot be created."""
    answer = api.send("POST", "/api/sessions", {"agent": agent, **options})
    assert answer.status in {400, 422, 501}, answer.body
    return str(answer.body["error"])


def turn(api: Api, session_id: str, content: str, **options: Any) -> list[tuple[str, Any]]:
    """Send a message, and return the events of the turn."""
    answer = api.send("POST", f"/api/sessions/{session_id}/messages", {"content": content, **options})
    assert answer.stream is not None, answer.body
    return [(event.event, json.loads(event.data)) for event in SSEDecoder().feed(b"".join(answer.stream.parts()))]


def said(events: list[tuple[str, Any]]) -> str:
    """Return the answer of a turn."""
    complete = [data["result"] for event, data in events if event == "turn_complete"]
    assert complete, events
    return str(complete[0])


def result_of(events: list[tuple[str, Any]]) -> Any:
    """Return the message with the totals of a turn."""
    found = [data for event, data in events if event == "message" and data["type"] == "result"]
    assert len(found) == 1, events
    return found[0]


def of_kind(events: list[tuple[str, Any]], kind: str) -> list[Any]:
    """Return the data of the events of a kind."""
    return [data for event, data in events if event == kind]


def again(api: Api, session_id: str) -> None:
    """Stop a session, and resume it in a new sandbox."""
    for action in ("stop", "resume"):
        answer = api.send("POST", f"/api/sessions/{session_id}/{action}")
        assert answer.status == 200, answer.body


def forked(api: Api, session_id: str) -> str:
    """Fork a session, and return the id of the new one, which is active."""
    answer = api.send("POST", f"/api/sessions/{session_id}/fork")
    assert answer.status == 201, answer.body
    fork = str(answer.body["session"]["id"])
    assert api.send("POST", f"/api/sessions/{fork}/resume").status == 200
    return fork


def end(api: Api, *session_ids: str) -> None:
    """End sessions."""
    for session_id in session_ids:
        api.send("DELETE", f"/api/sessions/{session_id}")


def logs(api: Api, session_id: str) -> list[str]:
    """Return the lines of the log of a session."""
    return [one["text"] for one in api.got(f"/api/sessions/{session_id}/logs")["logs"]]
