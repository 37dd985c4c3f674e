"""A tenant with a sandbox, experiments and a session, and the pages about them."""

from __future__ import annotations

import base64
import json
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ashr_labs.local import open_platform
from ashr_labs.local.dashboard.site import Dashboard
from support.dashboard import Browser
from support.experiments import ended, spec_text, started, stored_spec
from support.local_api import Api, database_with_tenants
from support.markup import EVIL

AGENT = "echo done; echo '<b>oops</b>' >&2; mkdir out; echo hi > 'out/<b>x.txt'"
WRITE = {"name": "Write", "input": {"file_path": "out/a.txt", "content": EVIL}}
SAY = [{"match": "list", "tools": [WRITE], "say": EVIL}]


@dataclass(frozen=True)
class World:
    """A tenant with a sandbox, experiments and a session, and another tenant."""

    api: Api
    dashboard: Dashboard
    sandbox: str
    experiment: str
    other_experiment: str
    session: str
    stranger: str
    """The key of the other tenant."""

    def browser(self, key: str | None = None) -> Browser:
        return Browser(self.dashboard).sign_in(key or self.api.key)

    def targets(self) -> list[str]:
        return [
            f"sandboxes/{self.sandbox}",
            f"sandboxes/{self.sandbox}?q=txt",
            f"sandboxes/{self.sandbox}/file?path=a.txt",
            f"sandboxes/{self.sandbox}/trace",
            f"experiments/{self.experiment}",
            f"experiments/{self.experiment}?show=failed",
            f"experiments/compare?baseline={self.other_experiment}&candidate={self.experiment}",
            *(f"sessions/{self.session}?show={name}" for name in ("messages", "events", "log", "files")),
        ]


LISTS = ("sandboxes", "experiments", "sessions")


@contextmanager
def opened_world(place: Path) -> Generator[World]:
    """Open a platform with two tenants; where users and agents of the first one write texts, they are markup."""
    keys = database_with_tenants(place)
    platform = open_platform(place)
    with closing(platform):
        api = Api(platform, keys[0], 1)
        sandbox = new_sandbox(api)
        checks = {
            "wrote <b>": {"description": EVIL, "check": {"type": "file_exists", "path": "out/<b>x.txt"}},
            "quiet": {"description": EVIL, "check": {"type": "file_absent", "path": "out"}},
        }
        text = spec_text(AGENT, invariants=checks)
        experiment, other = started(api, text, name=EVIL), started(api, text)
        for one in (experiment, other):
            ended(api, one)
        yield World(api, Dashboard(platform), sandbox, experiment, other, _session(api), keys[1])


def new_sandbox(api: Api) -> str:
    spec = stored_spec(api, json.dumps({"id": "box", "setup": {"files": [{"path": "a.txt", "content": EVIL}]}}))
    answer = api.send("POST", "/v1/sandboxes", {"spec_id": spec, "metadata": {"note": EVIL}})
    assert 201 == answer.status, answer.body
    sandbox_id: str = answer.body["id"]
    written = api.send("POST", f"/v1/sandboxes/{sandbox_id}/files", {"path": "<i>b.txt", "content": "1"})
    assert 204 == written.status, written.body
    event = {"events": [{"span_id": "1", "tool": EVIL, "event_type": EVIL, "input": EVIL, "status": "error"}]}
    assert 200 == api.send("POST", f"/v1/sandboxes/{sandbox_id}/trace", event).status
    return sandbox_id


def _session(api: Api) -> str:
    script = base64.b64encode("\n".join(map(json.dumps, SAY)).encode()).decode()
    body: dict[str, Any] = {
        "name": "scripted",
        "systemPrompt": EVIL,
        "files": [{"path": "script.jsonl", "content": script}],
    }
    answer = api.send("POST", "/api/agents", body)
    assert 201 == answer.status, answer.body
    answer = api.send("POST", "/api/sessions", {"agent": "scripted"})
    assert 201 == answer.status, answer.body
    session: str = answer.body["session"]["id"]
    turn = api.send("POST", f"/api/sessions/{session}/messages", {"content": f"list {EVIL}"})
    assert turn.stream is not None, turn.body
    assert b"turn_complete" in b"".join(turn.stream.parts())
    return session
