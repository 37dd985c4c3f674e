"""The code of the documents of `ash-ai-sdk`, its site and its README, with another import, block by block."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Generator
from pathlib import Path

import pytest

from ashr_labs.ash import AshApiError
from ashr_labs.local import open_platform
from ashr_labs.local.server.app import running_server
from support.sandboxes import engine_or_skip

# The documents leave their clients open.
pytestmark = pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")

SITE = """
from ash_ai import AshClient

client = AshClient(
    server_url="http://localhost:4100",
    api_key="your-api-key",
)
---
agent = client.deploy_agent(name="my-agent", path="/path/to/agent")
print(f"Deployed: {agent.name} v{agent.version}")
---
session = client.create_session(agent="my-agent")
print(f"Session ID: {session.id}")
print(f"Status: {session.status}")
---
for event in client.send_message_stream(session.id, "Analyze this code"):
    if event.type == "message":
        data = event.data
        if data.get("type") == "assistant" and data.get("message", {}).get("content"):
            for block in data["message"]["content"]:
                if block.get("type") == "text":
                    print(block["text"])
    elif event.type == "error":
        print(f"Error: {event.data['error']}")
    elif event.type == "done":
        print("Turn complete.")
---
paused = client.pause_session(session.id)
print(f"Status: {paused.status}")  # 'paused'

resumed = client.resume_session(session.id)
print(f"Status: {resumed.status}")  # 'active'
---
ended = client.end_session(session.id)
print(f"Status: {ended.status}")  # 'ended'
---
session = client.create_session(agent="my-agent")

questions = [
    "What files are in the workspace?",
    "Read the main config file.",
    "Summarize what this project does.",
]

for question in questions:
    print(f"\\n> {question}")
    for event in client.send_message_stream(session.id, question):
        if event.type == "message":
            data = event.data
            if data.get("type") == "assistant":
                content = data.get("message", {}).get("content", [])
                for block in content:
                    if block.get("type") == "text":
                        print(block["text"], end="")
    print()

client.end_session(session.id)
---
agents = client.list_agents()
for agent in agents:
    print(f"{agent.name} (v{agent.version})")

sessions = client.list_sessions(agent="my-agent")
for s in sessions:
    print(f"{s.id} - {s.status}")
---
from ash_ai import AshApiError

try:
    session = client.create_session(agent="nonexistent")
except AshApiError as e:
    print(f"API error ({e.status_code}): {e.message}")
except Exception as e:
    print(f"Connection error: {e}")
"""
"""The site writes its second and its last block without indentation; they are the same otherwise."""

README = """
from ash_sdk import AshClient
from ash_sdk.streaming import MessageEvent, TextDeltaEvent, ErrorEvent, DoneEvent

client = AshClient("http://localhost:4100", token="your-api-key")

session = client.create_session(
    "my-agent",
    system_prompt="You are a helpful assistant.",
    model="claude-sonnet-4-20250514",
)

for event in client.send_message_stream(session.id, "Hello!"):
    if isinstance(event, MessageEvent):
        print(event.data)
    elif isinstance(event, TextDeltaEvent):
        print(event.delta, end="", flush=True)
    elif isinstance(event, ErrorEvent):
        print(f"Error: {event.error}")
    elif isinstance(event, DoneEvent):
        print("\\n[Done]")

client.end_session(session.id)
---
session = client.create_session(
    "my-agent",
    model="claude-sonnet-4-20250514",
    system_prompt="You are a coding assistant.",
    permission_mode="bypassPermissions",
    allowed_tools=["Read", "Write", "Bash"],
    mcp_servers={
        "my-server": {
            "command": "npx",
            "args": ["-y", "@my/mcp-server"],
        }
    },
    betas=["interleaved-thinking"],
)
---
import asyncio
from ash_sdk import AshClient
from ash_sdk.streaming import MessageEvent

async def main():
    client = AshClient("http://localhost:4100", token="your-api-key")
    session = client.create_session("my-agent")

    async for event in client.asend_message_stream(session.id, "Hello!"):
        if isinstance(event, MessageEvent):
            print(event.data)

    client.end_session(session.id)

asyncio.run(main())
---
for event in client.send_message_stream(
    session.id,
    "Explain quantum computing",
    model="claude-sonnet-4-20250514",
    max_turns=5,
    max_budget_usd=0.50,
    effort="high",
    thinking={"type": "enabled", "budgetTokens": 10000},
):
    ...
---
from ash_sdk import AuthenticatedClient
from ash_sdk.api.sessions import post_api_sessions
from ash_sdk.api.agents import get_api_agents
from ash_sdk.models import PostApiSessionsBody

client = AuthenticatedClient(base_url="http://localhost:4100", token="your-api-key")

with client as c:
    agents = get_api_agents.sync(client=c)

    session = post_api_sessions.sync(
        client=c,
        body=PostApiSessionsBody(
            agent="my-agent",
            system_prompt="You are helpful.",
        ),
    )
"""


AGENT = """
import json, sys

turn = 0
for line in sys.stdin:
    asked = json.loads(line)
    if asked["command"] == "query":
        turn += 1
        text = f"turn {turn}: {asked['prompt']}"
        said = {"type": "assistant", "message": {"content": [{"type": "text", "text": text}]}}
        for data in (said, {"type": "result", "num_turns": 1, "result": text}):
            print(json.dumps({"id": asked["id"], "event": "message", "data": data}))
        print(json.dumps({"id": asked["id"], "event": "done"}), flush=True)
"""
"""An agent that takes any model, without its key."""


@pytest.fixture(name="names")
def _names(tmp_path: Path) -> Generator[dict[str, str]]:
    """Serve a platform, and yield its URL, its key and the folder of an agent by the words of the documents."""
    engine_or_skip("bubblewrap").close()
    (tmp_path / "agent.py").write_text(AGENT)
    (tmp_path / "agent.toml").write_text('command = ["python3", "agent.py"]')
    platform = open_platform()
    with running_server(platform) as url:
        yield {"http://localhost:4100": url, "your-api-key": platform.bootstrap(), "/path/to/agent": str(tmp_path)}
    platform.close()


def run_blocks(document: str, names: dict[str, str]) -> dict[str, object]:
    """Run the blocks of a document one after the other, as far as the last one."""
    namespace: dict[str, object] = {}
    for name, value in names.items():
        document = document.replace(name, value)
    for block in re.sub(r"\bash_(sdk|ai)\b", "ashr_labs.ash", document).split("---\n"):
        exec(compile(textwrap.dedent(block), "document", "exec"), namespace)
    return namespace


def test_site(names: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """Each block of the page about the Python SDK runs, and prints what its comments say."""
    run_blocks(SITE, names)
    lines = capsys.readouterr().out.splitlines()

    assert "Deployed: my-agent v1" == lines[0]
    assert ["Status: active", "turn 1: Analyze this code", "Turn complete.", "Status: paused"] == lines[2:6]
    assert ["Status: active", "Status: ended"] == lines[6:8]
    assert ["> Read the main config file.", "turn 2: Read the main config file."] == lines[12:14]
    assert ["my-agent (v1)", " - ended", " - ended"] == [lines[17], lines[18][36:], lines[19][36:]]
    assert "API error (404): there is no deployed agent 'nonexistent'" == lines[20]


def test_readme(names: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """Each block of the README runs; the last ones leave a client, the agents and a session."""
    run_blocks(SITE.partition("session = ")[0], names)
    found = run_blocks(README, names)
    shown = capsys.readouterr().out

    assert 2 == shown.count("turn 1: Hello!'}]")
    assert "\n[Done]\n" in shown
    assert ["my-agent"] == [agent.name for agent in found["agents"].agents]  # type: ignore[attr-defined]
    assert "active" == found["session"].session.status  # type: ignore[attr-defined]


def test_connection_error_of_the_site() -> None:
    """The last clause of the site's example catches what is not an answer."""
    with pytest.raises(Exception, match=r"connect|refused") as caught:
        run_blocks(SITE.partition("---")[0] + "client.list_agents()", {"http://localhost:4100": "http://127.0.0.1:9"})

    assert not isinstance(caught.value, AshApiError)
