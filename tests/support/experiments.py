"""Experiments on an embedded platform, for tests."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

from support.local_api import Api

ENDED = {"completed", "failed", "cancelled"}
_numbers = iter(range(10**6))


def spec_text(command: str = "true", **keys: Any) -> str:
    """Return a spec whose agent is a command, with further keys; JSON is YAML."""
    agent = {"type": "cli", "command": command, "timeout": "30s"}
    return json.dumps({"id": f"spec-{next(_numbers)}", "agent": agent, **keys})


def stored_spec(api: Api, text: str) -> str:
    """Store a spec and return its id."""
    answer = api.send("POST", "/v1/specs", text.encode(), content_type="application/x-yaml")
    assert 201 == answer.status, answer.body
    name: str = answer.body["id"]
    return name


def created(api: Api, text: str, **body: Any) -> str:
    """Store a spec and create an experiment of it; return its id."""
    answer = api.send("POST", "/v1/experiments", {"name": "test", "spec_id": stored_spec(api, text), **body})
    assert 201 == answer.status, answer.body
    experiment: str = answer.body["id"]
    return experiment


def started(api: Api, text: str, **body: Any) -> str:
    """Do the same, and start its run."""
    experiment = created(api, text, **body)
    answer = api.send("POST", f"/v1/experiments/{experiment}/run")
    assert 202 == answer.status, answer.body
    return experiment


def ended(api: Api, experiment: str, *, timeout: float = 60.0) -> dict[str, Any]:
    """Return the results as soon as the run has ended."""
    wait_until(lambda: api.got(f"/v1/experiments/{experiment}?scenarios=false")["status"] in ENDED, timeout=timeout)
    results: dict[str, Any] = api.got(f"/v1/experiments/{experiment}")
    return results


def played(api: Api, text: str, **body: Any) -> dict[str, Any]:
    """Run an experiment of a spec, and return its results."""
    return ended(api, started(api, text, **body))


def wait_until(condition: Callable[[], object], *, timeout: float = 60.0) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)
