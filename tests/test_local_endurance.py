"""Endurance: a server killed under load, and many concurrent writers."""

from __future__ import annotations

import random
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.local_api import Place
from support.postgresql import PostgreSQLServer
from support.run_results import made, pair, played, result_of
from support.serving import Served, call, served, side_by_side

RESULT = result_of(played({"actor": "agent", "action_type": "tool_call", "tool_calls": [pair(made(), made())]}))


def settled(client: httpx.Client, run_ids: list[int]) -> set[str]:
    """Return the grading statuses of runs once all are final."""
    deadline = time.monotonic() + 300
    statuses = set()
    for run_id in run_ids:
        while (status := call(client, "get_run", run_id=run_id)["run"]["grading_status"]) in {"pending", "running"}:
            assert time.monotonic() < deadline
            threading.Event().wait(0.01)
        statuses.add(status)
    return statuses


def write_until_killed(server: Served, dataset_id: int, seconds: float) -> list[int]:
    """Write from eight threads, kill the server meanwhile, and return the acknowledged runs."""
    with server.client() as client:

        def write(_: int) -> list[int]:
            acknowledged = []
            try:
                while True:
                    acknowledged.append(create_run(client, dataset_id))
            except httpx.TransportError:
                return acknowledged

        call(client, "init")
        killer = threading.Timer(seconds, server.process.kill)
        killer.start()
        found = side_by_side(8, write)
    killer.join()
    server.process.wait()
    return found


def create_run(client: httpx.Client, dataset_id: int) -> int:
    run_id: int = call(client, "create_run", tenant_id=1, dataset_id=dataset_id, result=RESULT)["run"]["id"]
    return run_id


@pytest.mark.timeout(600)
@pytest.mark.parametrize("times", [2, pytest.param(50, marks=pytest.mark.long)])
def test_killed_server_loses_no_acknowledged_run(kept_place: Place, times: int) -> None:
    """After kills at random moments under load, every acknowledged run exists once and is graded."""
    moments = random.Random(4)
    acknowledged: list[int] = []
    with served(kept_place) as server, server.client() as client:
        dataset_id = call(client, "create_dataset", name="d", dataset_source={})["dataset"]["id"]
    for _ in range(times):
        with served(kept_place) as server:
            acknowledged += write_until_killed(server, dataset_id, moments.uniform(0.05, 0.6))

    assert len(set(acknowledged)) == len(acknowledged) > times
    with served(kept_place) as server, server.client() as client:
        assert {"completed"} == settled(client, acknowledged)
        assert {"completed"} == settled(client, [run["id"] for run in all_runs(client)])


@pytest.mark.timeout(600)
@pytest.mark.parametrize("times", [1, pytest.param(50, marks=pytest.mark.long)])
def test_two_servers_survive_kills_of_one(postgresql: PostgreSQLServer, times: int) -> None:
    """When one of two servers on a database is killed repeatedly, every acknowledged run is graded once."""
    moments = random.Random(5)
    acknowledged: list[int] = []
    with postgresql.platform() as url, served(url) as lasting, lasting.client() as client:
        dataset_id = call(client, "create_dataset", name="d", dataset_source={})["dataset"]["id"]
        for _ in range(times):
            with served(url) as killed, ThreadPoolExecutor(1) as beside:
                over = threading.Event()
                lasted = beside.submit(write_until, over, client, dataset_id)
                acknowledged += write_until_killed(killed, dataset_id, moments.uniform(0.1, 0.6))
                over.set()
                acknowledged += lasted.result()

        assert len(set(acknowledged)) == len(acknowledged) > times
        assert {"completed"} == settled(client, acknowledged)
        assert {"completed"} == settled(client, [run["id"] for run in all_runs(client)])
        assert [(0,)] == postgresql.execute("SELECT count(*) FROM jobs", url=url)


def write_until(over: threading.Event, client: httpx.Client, dataset_id: int) -> list[int]:
    written = []
    while not over.is_set():
        written.append(create_run(client, dataset_id))
    return written


def all_runs(client: httpx.Client) -> list[Any]:
    runs: list[Any] = []
    cursor: dict[str, int] = {}
    while True:
        page = call(client, "list_runs", tenant_id=1, limit=1000, **cursor)
        runs += page["runs"]
        if page["next_cursor"] is None:
            return runs
        cursor = {"cursor": page["next_cursor"]}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seconds", [1.0, pytest.param(30.0, marks=pytest.mark.long)])
def test_concurrent_writers_lose_no_rows(kept_place: Place, seconds: float) -> None:
    """32 concurrent writers get a response to each call, and each row exists."""
    with served(kept_place) as server, server.client() as client:
        dataset_id = call(client, "create_dataset", name="d", dataset_source={})["dataset"]["id"]
        end = time.monotonic() + seconds

        def write(_: int) -> list[int]:
            written = []
            while time.monotonic() < end:
                written.append(create_run(client, dataset_id))
            return written

        written = side_by_side(32, write)

        assert sorted(written, reverse=True) == [run["id"] for run in all_runs(client)]
        assert {"completed"} == settled(client, written[-100:])


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
def test_stop_under_load_is_clean(tmp_path: Path) -> None:
    """SIGTERM during writes ends the server soon and cleanly; acknowledged runs exist and are graded."""
    path = tmp_path / "evals.db"
    with served(path) as server, server.client() as client:
        dataset_id = call(client, "create_dataset", name="d", dataset_source={"runs": {}})["dataset"]["id"]
        answers: list[int] = []

        def write(_: int) -> list[int]:
            acknowledged = []
            body = {"function": "create_run", "tenant_id": 1, "dataset_id": dataset_id, "result": RESULT}
            try:
                while True:
                    answer = client.post("", json=body)
                    answers.append(answer.status_code)
                    acknowledged.append(answer.json()["run"]["id"])
            except httpx.TransportError:
                return acknowledged

        stopper = threading.Timer(0.5, server.process.terminate)
        stopper.start()
        run_ids = side_by_side(8, write)
        code = server.process.wait(timeout=30)

    assert (0, {200}) == (code, set(answers))
    with served(path) as server, server.client() as client:
        assert {"completed"} == settled(client, run_ids)
