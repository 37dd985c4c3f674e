"""`ashr-labs serve` that is killed while it makes sandboxes leaves none, and serves again."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from pathlib import Path

import httpx
import pytest

from ashr_labs.local.sandbox.cgroups import find_hierarchy
from support.sandboxes import engine_or_skip, processes_of_session, processes_with
from support.serving import Served, served

SPEC = "id: demo\nsetup: {commands: ['echo made > file']}"


def work(server: Served, command: str, is_over: threading.Event, destroyed: list[str]) -> None:
    """Make sandboxes in which processes run in sessions of their own, until the server is gone."""
    with server.client() as client:
        while not is_over.is_set():
            try:
                made = client.post("/v1/sandboxes", json={"spec_id": "demo"})
                if made.status_code != 201:  # at capacity
                    continue
                at = f"/v1/sandboxes/{made.json()['id']}"
                client.post(f"{at}/commands", json={"command": f"setsid {command} & (setsid {command} &); cat file"})
                if client.delete(at).status_code == 204:
                    destroyed.append(at)
            except httpx.HTTPError:
                return


def killed(database: Path, moment: float, marker: str, destroyed: list[str]) -> int:
    """Serve, kill the server at a moment of its work, and return its session."""
    is_over = threading.Event()
    with served(database) as server:
        with server.client() as client:
            stored = client.post("/v1/specs", content=SPEC, headers={"content-type": "application/x-yaml"})
            assert 201 == stored.status_code, stored.text
            at = f"/v1/sandboxes/{client.post('/v1/sandboxes', json={'spec_id': 'demo'}).json()['id']}"
            assert 204 == client.delete(at).status_code
            destroyed.append(at)
        workers = [
            threading.Thread(target=work, args=(server, f"sleep {marker}", is_over, destroyed)) for _ in range(3)
        ]
        for worker in workers:
            worker.start()
        is_over.wait(moment)
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        is_over.set()
        for worker in workers:
            worker.join()
    return server.process.pid


def all_end(session: int, seconds: float = 30) -> bool:
    """Return whether all processes of a session end in time."""
    until = time.monotonic() + seconds
    while processes_of_session(session) and time.monotonic() < until:
        threading.Event().wait(0.02)
    return not processes_of_session(session)


@pytest.mark.parametrize(
    "times",
    [
        pytest.param(3, marks=pytest.mark.integration),
        pytest.param(50, marks=[pytest.mark.long, pytest.mark.timeout(1200)]),
    ],
)
def test_nothing_is_left_by_a_killed_server(tmp_path: Path, times: int) -> None:
    """Whenever the server is killed, its sandboxes end and stay destroyed, and the next one makes sandboxes again."""
    engine_or_skip("bubblewrap").close()
    chance = random.Random(times)
    mounts = Path("/proc/self/mounts").read_text().count("\n")
    destroyed: list[str] = []
    for attempt in range(times):
        marker = f"{5_000_000 + os.getpid() * 100 + attempt}"
        session = killed(tmp_path / "ashr.db", chance.uniform(0, 1.5), marker, destroyed)

        assert all_end(session)
        assert [] == processes_with(f"sleep\0{marker}")
    with served(tmp_path / "ashr.db") as server, server.client() as client:
        known = client.get("/v1/sandboxes").json()
        states = {client.get(at).json().get("state") for at in destroyed[-900:]}
        made = client.post("/v1/sandboxes", json={"spec_id": "demo"})
        groups = find_hierarchy()
        left = 0 if groups is None else groups.remove_left_over()

    assert ([], 201, 0) == (known, made.status_code, left)
    assert {"destroyed"} == states
    assert mounts == Path("/proc/self/mounts").read_text().count("\n")
