"""Turns while servers, agents and readers are killed: nothing is lost, nothing is there twice, no stream hangs."""

from __future__ import annotations

import json
import logging
import os
import random
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from ashr_labs._http.sse import SSEDecoder
from ashr_labs.local.hosting.servers import LEASE_SECONDS
from support.hosting import file
from support.postgresql import PostgreSQLServer
from support.sandboxes import engine_or_skip
from support.serving import KEY, Served, served

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]
ROUNDS = int(os.environ.get("ROUNDS", "50"))
PARTS = 8
AGENT = r"""
import json, sys, time
def send(**event): print(json.dumps(event), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    if asked["command"] != "query": continue
    turn, prompt = asked["id"], asked["prompt"]
    for part in range(PARTS):
        blocks = [{"type": "text", "text": f"{prompt} part {part}"}]
        send(id=turn, event="message", data={"type": "assistant", "message": {"content": blocks}})
        time.sleep(0.015)
    open("turns.txt", "a").write(prompt + "\n")
    send(id=turn, event="message", data={"type": "result", "result": prompt, "num_turns": 1})
    send(id=turn, event="done")
""".replace("PARTS", str(PARTS))
READER = """
import sys, httpx
with httpx.stream("GET", sys.argv[1], headers={"authorization": f"Bearer {sys.argv[2]}"}, timeout=60) as answer:
    for data in answer.iter_raw():
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
"""


@dataclass
class Turns:
    """The turns of one session."""

    marker: str
    """Is in the command line of the agent."""
    session_id: str = ""
    asked: list[str] = field(default_factory=list)
    begun: set[str] = field(default_factory=set)
    """The prompts whose stream has begun."""
    seen: list[tuple[int, str]] = field(default_factory=list)
    ended: set[str] = field(default_factory=set)
    """The prompts whose stream has ended with `done`."""

    def deploy(self, client: httpx.Client) -> None:
        command = f'command = ["python3", "agent.py", "{self.marker}"]'
        files = [file("agent.py", AGENT), file("agent.toml", command)]
        assert 201 == client.post("/api/agents", json={"name": "own", "files": files}).status_code
        self.session_id = client.post("/api/sessions", json={"agent": "own"}).json()["session"]["id"]

    def resume(self, client: httpx.Client) -> None:
        answer = client.post(f"/api/sessions/{self.session_id}/resume")
        assert 200 == answer.status_code, answer.text

    def sending(self, url: str) -> threading.Thread:
        """Send the next prompt in a thread; `seen` gets the id and the type of each event that arrives."""
        self.seen = []
        prompt = f"prompt {len(self.asked)}."
        self.asked.append(prompt)
        thread = threading.Thread(target=self._send, args=(url, prompt, self.seen))
        thread.start()
        return thread

    def _send(self, url: str, prompt: str, seen: list[tuple[int, str]]) -> None:
        with suppress(httpx.HTTPError), httpx.Client(base_url=url, headers=headers(), timeout=60) as client:
            body = {"content": prompt}
            with client.stream("POST", f"/api/sessions/{self.session_id}/messages", json=body) as answer:
                for event in events_of(answer.iter_raw()):
                    self.begun.add(prompt)
                    seen.append(event)
        if seen and seen[-1][1] == "done":
            self.ended.add(prompt)

    def await_some(self, moments: random.Random, sender: threading.Thread) -> None:
        """Wait until a random number of events has arrived, and a moment longer."""
        count = moments.randrange(PARTS + 4)
        while len(self.seen) < count and sender.is_alive():
            time.sleep(0.0005)
        time.sleep(moments.uniform(0, 0.015))

    def rest(self, client: httpx.Client, after: int) -> list[tuple[int, str]]:
        """Return the events behind an id; the stream has to end."""
        with client.stream("GET", f"/api/sessions/{self.session_id}/messages/stream?after={after}") as answer:
            assert 200 == answer.status_code
            found = [*events_of(answer.iter_raw())]
        assert "done" == found[-1][1], found
        return found

    def check(self, client: httpx.Client) -> None:
        """Check the history and the usage: complete, in order, nothing twice."""
        messages: list[Any] = []
        while found := client.get(f"/api/sessions/{self.session_id}/messages?limit=1000&after={len(messages)}").json()[
            "messages"
        ]:
            messages += found
        assert [*range(1, len(messages) + 1)] == [one["sequence"] for one in messages]
        contents = [json.loads(one["content"]) for one in messages]
        said: dict[str, list[str]] = {}
        for content in contents:
            if content["type"] == "user":
                assert content["content"] not in said
                current = said[content["content"]] = []
            else:
                current.append(text_of(content))
        prompts = [*said]
        assert prompts == sorted(prompts, key=self.asked.index)
        assert self.begun <= said.keys()
        for prompt, texts in said.items():
            whole = [*(f"{prompt} part {part}" for part in range(PARTS)), prompt]
            assert whole[: len(texts)] == texts, prompt
        completed = {prompt for prompt, texts in said.items() if len(texts) == PARTS + 1}
        stats = client.get("/api/usage/stats").json()["stats"]
        assert len(said) == stats["totalMessages"]
        files = client.post(f"/api/sessions/{self.session_id}/exec", json={"command": "cat turns.txt"}).json()
        written = files["stdout"].splitlines()
        assert len(written) == len(set(written))
        assert completed <= set(written)
        counts = f"{len(self.asked)} sent, {len(said)} begun, {len(completed)} completed, {len(self.ended)} seen to end"
        logging.getLogger(__name__).warning(counts)


def text_of(content: dict[str, Any]) -> str:
    text: str = content["result"] if content["type"] == "result" else content["message"]["content"][0]["text"]
    return text


def headers() -> dict[str, str]:
    return {"authorization": f"Bearer {KEY}"}


def events_of(parts: Iterator[bytes]) -> Iterator[tuple[int, str]]:
    decoder = SSEDecoder()
    for data in parts:
        for event in decoder.feed(data):
            yield int(event.id), event.event


def processes(marker: str) -> list[int]:
    """Return the processes whose command line has a marker."""
    found: list[int] = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if marker.encode() in path.read_bytes():
                found.append(int(path.parent.name))
    return found


def agent_of(marker: str) -> int:
    """Return the process of the agent, and not one that has started it."""
    return max(pid for pid in processes(marker) if Path(f"/proc/{pid}/comm").read_text().startswith("python"))


@pytest.fixture(name="turns")
def _turns() -> Turns:
    engine_or_skip("bubblewrap").close()
    return Turns(f"marker-{uuid.uuid4().hex}")


def await_end(act: Callable[[], object], reason: str) -> None:
    deadline = time.monotonic() + 30
    while not act():
        assert time.monotonic() < deadline, reason
        threading.Event().wait(0.01)


def check_ids(seen: list[tuple[int, str]], rest: list[tuple[int, str]]) -> None:
    """Check that two parts of a stream are one without gaps and repeats, as far as anything was seen."""
    ids = [number for number, _ in [*seen, *rest]]
    assert not ids or [*range(ids[0], ids[0] + len(ids))] == ids


def test_server_is_killed_during_turns(turns: Turns, tmp_path: Path) -> None:
    """After each kill the session is paused with all that was stored, its stream goes on by id and ends."""
    moments = random.Random(1)
    for number in range(ROUNDS):
        with served(tmp_path / "evals.db") as server, server.client() as client:
            if not number:
                turns.deploy(client)
            else:
                turns.resume(client)
            sender = turns.sending(server.url)
            turns.await_some(moments, sender)
            server.process.kill()
            server.process.wait()
            sender.join()
        await_end(lambda: not processes(turns.marker), "a process of the session is left")
        with served(tmp_path / "evals.db") as server, server.client() as client:
            status = client.get(f"/api/sessions/{turns.session_id}").json()["session"]["status"]
            assert "paused" == status
            if turns.seen and turns.seen[-1][1] != "done":
                check_ids(turns.seen, turns.rest(client, turns.seen[-1][0]))
    with served(tmp_path / "evals.db") as server, server.client() as client:
        turns.resume(client)
        turns.check(client)


def test_agent_is_killed_during_turns(turns: Turns, tmp_path: Path) -> None:
    """After each kill the stream of the turn ends, and a resume goes on with files and history."""
    moments = random.Random(2)
    with served(tmp_path / "evals.db") as server, server.client() as client:
        turns.deploy(client)
        for _ in range(ROUNDS):
            turns.resume(client)
            await_end(lambda: processes(turns.marker), "the agent has not started")
            sender = turns.sending(server.url)
            turns.await_some(moments, sender)
            with suppress(ProcessLookupError):
                os.kill(agent_of(turns.marker), signal.SIGKILL)
            sender.join()
            if turns.seen:
                assert "done" == turns.seen[-1][1]
                check_ids(turns.seen, [])
            await_end(lambda: is_at_rest(client, turns), "the session was not found to have failed")
        turns.resume(client)
        turns.check(client)
    assert [] == processes(turns.marker)


def is_at_rest(client: httpx.Client, turns: Turns) -> bool:
    status = client.get(f"/api/sessions/{turns.session_id}").json()["session"]["status"]
    return bool(status == "error")


def test_reader_is_killed_during_turns(turns: Turns, tmp_path: Path) -> None:
    """A reader that is killed loses nothing: another one goes on behind the last id, and no turn is cut off."""
    moments = random.Random(3)
    with served(tmp_path / "evals.db") as server, server.client() as client:
        turns.deploy(client)
        after = 0
        for _ in range(ROUNDS):
            with reader(server, turns.session_id, after) as process:
                sender = turns.sending(server.url)
                turns.await_some(moments, sender)
                process.kill()
                assert process.stdout is not None
                read = [*events_of(iter([process.stdout.read()]))]
            sender.join()
            is_over = bool(read) and read[-1][1] == "done"
            rest = [] if is_over else turns.rest(client, read[-1][0] if read else after)
            check_ids(read, rest)
            assert turns.seen == [*read, *rest]
            after = turns.seen[-1][0]
        turns.check(client)
        assert set(turns.asked) == turns.ended


def reader(server: Served, session_id: str, after: int) -> subprocess.Popen[bytes]:
    """Return a process that waits for the events of the next turn."""
    url = f"{server.url}/api/sessions/{session_id}/messages/stream?after={after}"
    return subprocess.Popen([sys.executable, "-c", READER, url, KEY], stdout=subprocess.PIPE)


@pytest.mark.integration
def test_one_of_two_servers_is_killed(turns: Turns, postgresql: PostgreSQLServer) -> None:
    """On PostgreSQL another server takes the session of a killed one over, and its own readers see the turn end."""
    moments = random.Random(4)
    with postgresql.platform() as url, served(url) as kept, kept.client() as client:
        for number in range(max(ROUNDS // 10, 2)):
            with served(f"{url}&application_name=another") as server, server.client() as other:
                if not number:
                    turns.deploy(other)
                else:
                    assert "stopped" == other_stop(client, turns)
                    turns.resume(other)
                sender = turns.sending(server.url)
                turns.await_some(moments, sender)
                server.process.kill()
                server.process.wait()
                sender.join()
            if turns.seen and turns.seen[-1][1] != "done":
                check_ids(turns.seen, turns.rest(client, turns.seen[-1][0]))
            deadline = time.monotonic() + 3 * LEASE_SECONDS
            while (answer := client.post(f"/api/sessions/{turns.session_id}/resume")).status_code != 200:
                assert (421, True) == (answer.status_code, time.monotonic() < deadline), answer.text
                time.sleep(0.5)
        turns.check(client)


def other_stop(client: httpx.Client, turns: Turns) -> str:
    status: str = client.post(f"/api/sessions/{turns.session_id}/stop").json()["session"]["status"]
    return status
