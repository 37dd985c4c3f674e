"""Turns that are interrupted: functions of each kind, and commands that the built-in agent runs."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from ashr_labs.local.hosting.launching import launch_of, start_process
from ashr_labs.local.hosting.manifest import Manifest
from ashr_labs.local.sandbox.protocol import Engine, Process, Sandbox, SandboxRequest
from ashr_labs.local.settings import Settings
from support.providers import Answer, Call, ProviderServer, provider_server
from support.sandboxes import engine_or_skip

pytestmark = pytest.mark.integration

AGENT = """
import asyncio, time

def mark():
    open("waiting", "w").close()

def plain(prompt):
    if prompt == "wait": mark(); time.sleep(600)
    return "ok"

async def later(prompt):
    if prompt == "wait":
        mark()
        try: await asyncio.sleep(600)
        finally: print("cleaned up")
    return "ok"

def pieces(messages):
    yield "begun"
    if messages[-1]["content"] == "wait": mark(); time.sleep(600)
    yield f"{len(messages)}"
"""


@pytest.fixture(name="engine", scope="module")
def _engine() -> Generator[Engine]:
    engine = engine_or_skip("bubblewrap")
    yield engine
    engine.close()


@pytest.fixture(name="server", scope="module")
def _server() -> Generator[ProviderServer]:
    with provider_server() as server:
        yield server


@contextmanager
def begun(engine: Engine, manifest: Manifest, name: str) -> Generator[tuple[Sandbox, Process]]:
    """Start the process of an agent in a sandbox of its own, until the end of the block."""
    launch = launch_of(manifest, None, {}, Settings(agent_private_addresses=True))
    request = SandboxRequest(name, launch.environment, allowed_hosts=launch.hosts)
    sandbox = engine.create(request)
    sandbox.write("agent.py", AGENT.encode())
    sandbox.write("CLAUDE.md", b"Help.")
    process = start_process(sandbox, launch)
    try:
        yield sandbox, process
    finally:
        process.close()
        sandbox.destroy()


def events_of(process: Process) -> Iterator[dict[str, Any]]:
    for stream, data in process.output():
        if stream == "stdout":
            yield from map(json.loads, data.splitlines())


def ask(process: Process, number: int, prompt: str) -> None:
    process.write(json.dumps({"id": number, "command": "query", "prompt": prompt}).encode() + b"\n")


def interrupt(process: Process, number: int) -> None:
    process.write(json.dumps({"id": number, "command": "interrupt"}).encode() + b"\n")


def kinds_until_done(events: Iterator[dict[str, Any]]) -> list[str]:
    found: list[str] = []
    for event in events:
        found.append(str(event.get("error") or event["event"]))
        if event["event"] == "done":
            break
    return found


@pytest.mark.parametrize("name", ["plain", "later", "pieces"])
def test_function_is_interrupted(engine: Engine, name: str) -> None:
    """An interrupt ends the turn that it names, with a reason, and no other one; the process answers the next."""
    with begun(engine, Manifest(entry=f"agent:{name}"), f"sb-{name}") as (sandbox, process):
        events = events_of(process)

        ask(process, 1, "wait")
        interrupt(process, 1)  # perhaps before it has begun
        assert ["the turn was interrupted", "done"] == kinds_until_done(events)[-2:]
        ask(process, 2, "wait")
        interrupt(process, 1)  # of a turn that has ended
        while sandbox.exec("rm waiting").exit_code:
            """It does not wait yet."""
        interrupt(process, 2)
        assert ["the turn was interrupted", "done"] == kinds_until_done(events)[-2:]
        ask(process, 3, "x")

        assert ["message", "message", "done"] == kinds_until_done(events)


def test_command_of_the_built_in_agent_is_interrupted(engine: Engine, server: ProviderServer) -> None:
    """A command that the agent runs is ended with its turn, and the conversation goes on without the call."""
    server.says(Answer(calls=(Call("Bash", {"command": "touch begun; sleep 600"}),)), Answer("ok"))
    manifest = Manifest(model="gpt-5", base_url=server.openai_url)
    with begun(engine, manifest, "sb-built-in") as (sandbox, process):
        events = events_of(process)

        ask(process, 1, "wait")
        while sandbox.exec("test -e begun").exit_code:
            """The command has not begun."""
        interrupt(process, 1)
        assert ["message", "the turn was interrupted", "done"] == kinds_until_done(events)
        assert 1 == sandbox.exec("pgrep -x sleep || exit 1").exit_code
        ask(process, 2, "go on")

        assert ["message", "message", "done"] == kinds_until_done(events)
        assert ["wait", "go on"] == [one["content"] for one in server.asked[-1].body["messages"][1:]]
