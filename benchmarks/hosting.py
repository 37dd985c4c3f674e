"""Measure sessions of deployed agents: their creation, and the delay of events with many sessions.

python benchmarks/hosting.py [--idle 200] [--speaking 20] [--seconds 10]

The server is a process of its own; this one reads all streams, on the same processors.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from ashr_labs._http.sse import SSEDecoder

if TYPE_CHECKING:
    from collections.abc import Generator

KEY = "tp_of_a_benchmark_of_hosting"
ROUNDS = 30
PAUSE_SECONDS = 0.1
AGENT = """
import json, sys, time
def send(**event):
    print(json.dumps(event), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    if asked["command"] != "query":
        continue
    for _ in range(int(asked["prompt"])):
        time.sleep(PAUSE)
        blocks = [{"type": "text", "text": "x" * 200}]
        data = {"type": "assistant", "message": {"content": blocks}, "at": time.time()}
        send(id=asked["id"], event="message", data=data)
    send(id=asked["id"], event="done")
""".replace("PAUSE", str(PAUSE_SECONDS))


def main() -> None:
    """Print each figure with its target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--idle", type=int, default=200, help="sessions that do nothing")
    parser.add_argument("--speaking", type=int, default=20, help="sessions in a turn, each with 10 events a second")
    parser.add_argument("--seconds", type=int, default=10, help="length of these turns")
    given = parser.parse_args()
    print(f"{os.cpu_count()} processors, load {Path('/proc/loadavg').read_text().split()[0]}")
    with served() as url, httpx.Client(base_url=url, headers=headers(), timeout=120) as client:
        deploy(client)
        creation(client)
        asyncio.run(first_event(url, create(client, "speaker")))
        ids = [create(client, "speaker") for _ in range(given.speaking)]
        start = time.perf_counter()
        for _ in range(given.idle):
            create(client, "scripted")
        print(f"{given.idle} sessions created in {time.perf_counter() - start:.1f} s")
        asyncio.run(many(url, ids, int(given.seconds / PAUSE_SECONDS), given.idle))


@contextmanager
def served() -> Generator[str]:
    """Serve a new database until the end of the block, and yield its URL."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "ashr_labs", "serve", "--database", f"{folder}/evals.db", "--port", "0"]
        variables = {"ASHR_LABS_BOOTSTRAP_KEY": KEY, "ASHR_SANDBOX_LIMIT": "1000"}
        with subprocess.Popen(  # noqa: S603 - this program
            [*command, "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **variables},
            text=True,
        ) as process:
            if process.stdout is None:
                raise AssertionError
            try:
                yield json.loads(process.stdout.readline())["url"]
            finally:
                process.terminate()


def headers() -> dict[str, str]:
    """Return the headers of each request."""
    return {"authorization": f"Bearer {KEY}"}


def deploy(client: httpx.Client) -> None:
    """Deploy an agent with the scripted runtime, and one that says when it has printed each message."""
    texts = {"agent.py": AGENT, "agent.toml": 'command = ["python3", "agent.py"]'}
    files = [{"path": path, "content": base64.b64encode(text.encode()).decode()} for path, text in texts.items()]
    for body in ({"name": "scripted", "systemPrompt": "Be brief."}, {"name": "speaker", "files": files}):
        client.post("/api/agents", json=body).raise_for_status()


def create(client: httpx.Client, agent: str) -> str:
    """Create a session and return its id."""
    session_id: str = client.post("/api/sessions", json={"agent": agent}).raise_for_status().json()["session"]["id"]
    return session_id


def creation(client: httpx.Client) -> None:
    """Print how long creating a session takes."""
    durations: list[float] = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        session_id = create(client, "scripted")
        durations.append((time.perf_counter() - start) * 1000)
        client.delete(f"/api/sessions/{session_id}").raise_for_status()
    print(f"session creation {described(durations)} (target: median 150)")


async def first_event(url: str, session_id: str) -> None:
    """Print the delay of the first message of a turn, with no other session in a turn."""
    delays: list[float] = []
    async with httpx.AsyncClient(base_url=url, headers=headers(), timeout=120) as client:
        for _ in range(ROUNDS):
            delays += await turn(client, session_id, 1)
    print(f"first event {described(delays)} after the line of the agent (target: median 20)")


async def many(url: str, ids: list[str], count: int, idle: int) -> None:
    """Print the delay of messages while several sessions are in a turn."""
    limits = httpx.Limits(max_connections=len(ids))
    async with httpx.AsyncClient(base_url=url, headers=headers(), timeout=120, limits=limits) as client:
        found = await asyncio.gather(*(turn(client, session_id, count) for session_id in ids))
    delays = [delay for one in found for delay in one]
    load = Path("/proc/loadavg").read_text().split()[0]
    print(f"{len(ids)} sessions speaking, {idle} idle: {described(delays)} (target: p99 100), load {load}")


async def turn(client: httpx.AsyncClient, session_id: str, count: int) -> list[float]:
    """Send a message, and return the delay of each message of the answer in milliseconds."""
    delays: list[float] = []
    decoder = SSEDecoder()
    body = {"content": str(count)}
    async with client.stream("POST", f"/api/sessions/{session_id}/messages", json=body) as answer:
        async for data in answer.aiter_raw():
            now = time.time()
            for event in decoder.feed(data):
                if event.event == "message":
                    message: dict[str, Any] = json.loads(event.data)
                    delays.append((now - message["at"]) * 1000)
    if len(delays) != count:
        raise AssertionError(f"{len(delays)} messages of {count}")
    return delays


def described(values: list[float]) -> str:
    """Return the median and high quantiles of durations in milliseconds."""
    cuts = statistics.quantiles(values, n=100)
    return f"median {cuts[49]:.1f} ms, p90 {cuts[89]:.1f}, p99 {cuts[98]:.1f}, maximum {max(values):.1f}"


if __name__ == "__main__":
    main()
