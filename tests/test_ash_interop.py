"""The public package `ash-ai-sdk`, unchanged, against the embedded platform over HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from ashr_labs.local import open_platform
from ashr_labs.local.server.app import running_server
from support.sandboxes import engine_or_skip

pytestmark = pytest.mark.integration

VERSION = "0.0.22"
PROGRAM = """
import asyncio, json, sys
from ash_sdk import AshClient, AuthenticatedClient
from ash_sdk.api.agents import get_api_agents
from ash_sdk.api.sessions import (
    get_api_sessions_id_events, get_api_sessions_id_logs, get_api_sessions_id_messages, post_api_sessions
)
from ash_sdk.models import PostApiSessionsBody

url, key = sys.argv[1:]
client = AshClient(url, token=key)
session = client.create_session("my-agent", model="scripted", mcp_servers={"a": {"command": "x"}}, betas=["b"])

async def turn():
    return [type(event).__name__ async for event in client.asend_message_stream(session.id, "again")]

events = client.send_message_stream(session.id, "Hello!", include_partial_messages=True)
seen = {
    "health": client.health()["status"],
    "agents": [agent.name for agent in client.list_agents()],
    "agent": client.get_agent("my-agent").version,
    "turn": [type(event).__name__ for event in events],
    "async": asyncio.run(turn()),
    "states": [
        change(session.id).status
        for change in (client.pause_session, client.resume_session, client.stop_session, client.resume_session,
                       client.fork_session, client.get_session, client.end_session)
    ],
    "sessions": len(client.list_sessions(agent="my-agent")),
}
with AuthenticatedClient(base_url=url, token=key) as c:
    body = PostApiSessionsBody(agent="my-agent", system_prompt="You are helpful.")
    seen["generated"] = [
        len(get_api_agents.sync(client=c).agents),
        post_api_sessions.sync(client=c, body=body).session.status,
        len(get_api_sessions_id_messages.sync(session.id, client=c).messages),
        get_api_sessions_id_events.sync(session.id, client=c, type_="lifecycle").events[0].type_,
        get_api_sessions_id_logs.sync(session.id, client=c).source,
    ]
client.delete_agent("my-agent")
print(json.dumps(seen))
"""


@pytest.fixture(name="package", scope="module")
def _package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the package into a folder."""
    folder = tmp_path_factory.mktemp("ash")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--retries", "1", "--timeout", "10"]
    command += ["--target", str(folder), f"ash-ai-sdk=={VERSION}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"ash-ai-sdk=={VERSION} cannot be downloaded from a package index: {done.stderr[-200:]}")
    return folder


def test_public_package_works_against_the_platform(package: Path) -> None:
    """Its client and its endpoint functions deploy, talk, change states and read the history, for threads and async."""
    engine_or_skip("bubblewrap").close()
    platform = open_platform()
    key = platform.bootstrap()
    with running_server(platform) as url:
        agent = {"name": "my-agent", "systemPrompt": "Be brief."}
        assert httpx.post(f"{url}/api/agents", json=agent, headers={"authorization": f"Bearer {key}"}).is_success
        command = [sys.executable, "-c", PROGRAM, url, key]
        environment = {**os.environ, "PYTHONPATH": str(package)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    platform.close()

    assert "" == done.stderr
    deltas = ["TextDeltaEvent"] * 3
    end = ["MessageEvent", "TurnCompleteEvent", "MessageEvent", "DoneEvent"]
    assert {
        "health": "ok",
        "agents": ["my-agent"],
        "agent": 1,
        "turn": ["SessionStartEvent", *deltas, *end],
        "async": ["SessionStartEvent", *end],
        "states": ["paused", "active", "stopped", "active", "paused", "active", "ended"],
        "sessions": 2,
        "generated": [1, "active", 6, "lifecycle", "sandbox"],
    } == json.loads(done.stdout)
