"""Experiments outlive their servers: each scenario has one result, and no sandbox is left behind."""

from __future__ import annotations

import base64
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.experiments import ENDED, spec_text, wait_until
from support.local_api import Place
from support.postgresql import PostgreSQLServer
from support.sandboxes import engine_or_skip, processes_of_session
from support.serving import Served, served

pytestmark = pytest.mark.integration

TIMES = [3, pytest.param(50, marks=[pytest.mark.long, pytest.mark.timeout(900)])]
SETTINGS = {"ASHR_EXPERIMENT_PARALLEL": "3", "ASHR_SECRETS_KEY": base64.urlsafe_b64encode(b"k" * 32).decode()}
TOKEN = "s3cret-of-the-agent"
AGENT = f'test "$API_TOKEN" = {TOKEN} && (sleep 100 &) && sleep 0.2 && echo $SCENARIO_ID > done.txt'
SPEC = spec_text(
    AGENT,
    secrets=["API_TOKEN"],
    parallelism={"replicas": 2, "matrix": {"N": [1, 2, 3, 4]}},
    invariants={"done": {"gate": True, "check": {"type": "file_exists", "path": "done.txt"}}},
)
SCENARIOS = 8


@pytest.fixture(scope="module", autouse=True, name="engine")
def _engine() -> None:
    engine_or_skip("bubblewrap").close()


class Observer:
    """Starts experiments, and remembers each result that a server has shown."""

    def __init__(self) -> None:
        self.experiments: list[str] = []
        self.shown: dict[tuple[str, str], str] = {}
        """The sandbox of each result."""
        self.has_ended = True

    def look(self, client: httpx.Client) -> None:
        """Start an experiment if none runs, and read the results of the last one."""
        if self.has_ended:
            self.experiments.append(begun(client, SPEC, {"API_TOKEN": TOKEN}))
            self.has_ended = False
        results = read(client, self.experiments[-1])
        self._keep(results)
        self.has_ended = results["status"] in ENDED

    def check(self, client: httpx.Client) -> None:
        """Wait until all experiments have ended; each scenario has one result, that which was shown first."""
        for experiment in self.experiments:
            results = read_ended(client, experiment)
            self._keep(results)
            assert ("completed", SCENARIOS, SCENARIOS) == (
                results["status"],
                results["total_scenarios"],
                results["passed"],
            ), [one.get("error") for one in results["scenarios"]]
            assert SCENARIOS == len({one["scenario_id"] for one in results["scenarios"]}) == len(results["scenarios"])
            assert TOKEN not in str(results)
        assert SCENARIOS * len(self.experiments) == len(set(self.shown.values()))

    def _keep(self, results: dict[str, Any]) -> None:
        for one in results["scenarios"]:
            if one["status"] in {"pass", "fail", "error"}:
                key = results["experiment_id"], one["scenario_id"]
                assert self.shown.setdefault(key, one["sandbox_id"]) == one["sandbox_id"]


def begun(client: httpx.Client, spec: str, secrets: dict[str, str]) -> str:
    stored = client.post("/v1/specs", content=spec, headers={"content-type": "application/x-yaml"}).raise_for_status()
    body = {"name": "x", "spec_id": stored.json()["id"], "secrets": secrets}
    made: str = client.post("/v1/experiments", json=body).raise_for_status().json()["id"]
    client.post(f"/v1/experiments/{made}/run").raise_for_status()
    return made


def read(client: httpx.Client, experiment: str) -> dict[str, Any]:
    results: dict[str, Any] = client.get(f"/v1/experiments/{experiment}").raise_for_status().json()
    return results


def read_ended(client: httpx.Client, experiment: str) -> dict[str, Any]:
    wait_until(lambda: read(client, experiment)["status"] in ENDED, timeout=120)
    return read(client, experiment)


def watch_until_ended(server: Served, observer: Observer, seconds: float, end: Callable[[], object]) -> None:
    """Look at experiments until the server is gone; nothing of it or of its sandboxes is left then."""
    with server.client() as client:
        observer.look(client)
        killer = threading.Timer(seconds, end)
        killer.start()
        try:
            while True:
                observer.look(client)
                time.sleep(0.02)
        except httpx.TransportError:
            killer.join()
    server.process.wait()
    wait_until(lambda: processes_of_session(server.process.pid) == set(), timeout=20)


@pytest.mark.parametrize("times", TIMES)
def test_killed_server_plays_each_scenario_once(kept_place: Place, times: int) -> None:
    """After kills at random moments the next server goes on; no result is lost or replaced, no process is left."""
    moments, observer = random.Random(times), Observer()
    for _ in range(times):
        with served(kept_place, **SETTINGS) as server:
            watch_until_ended(server, observer, moments.uniform(0.0, 1.2), server.process.kill)

    with served(kept_place, **SETTINGS) as server, server.client() as client:
        observer.check(client)
        assert [] == client.get("/v1/sandboxes").raise_for_status().json()


def test_stopped_server_goes_on_after_its_restart(kept_place: Place) -> None:
    """A server that is told to stop ends its sandboxes, and their scenarios are played again by the next one."""
    moments, observer = random.Random(2), Observer()
    for _ in range(2):
        with served(kept_place, **SETTINGS) as server:
            watch_until_ended(server, observer, moments.uniform(0.1, 0.8), server.process.terminate)

    with served(kept_place, **SETTINGS) as server, server.client() as client:
        observer.check(client)


@pytest.mark.parametrize("times", TIMES)
def test_two_servers_survive_kills_of_one(postgresql: PostgreSQLServer, times: int) -> None:
    """When one of two servers on a database is killed repeatedly, each scenario has one result."""
    moments, observer = random.Random(times), Observer()
    with postgresql.platform() as url, served(url, **SETTINGS) as lasting, lasting.client() as client:
        for _ in range(times):
            with served(url, **SETTINGS) as killed:
                watch_until_ended(killed, observer, moments.uniform(0.0, 1.2), killed.process.kill)
            observer.look(client)

        observer.check(client)
        assert [(0,)] == postgresql.execute("SELECT count(*) FROM jobs", url=url)


def memory_of(pid: int) -> float:
    """Return the resident memory of a process in MiB."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def played(client: httpx.Client, replicas: int) -> str:
    """Run an experiment to its end, and return its id; its results are not read, as they take memory of the server."""
    spec = spec_text("echo done > done.txt", parallelism={"replicas": replicas})
    experiment = begun(client, spec, {})

    def passed() -> int:
        time.sleep(0.3)  # the server is on the same processors
        totals = client.get(f"/v1/experiments/{experiment}?scenarios=false").raise_for_status().json()
        return int(totals["passed"])

    wait_until(lambda: passed() == replicas, timeout=800)
    return experiment


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_memory_does_not_grow_with_scenarios(tmp_path: Path) -> None:
    """Once a server has the 1,000 ended sandboxes that it remembers, 1,000 more scenarios take no more memory."""
    with served(tmp_path / "many.db", ASHR_EXPERIMENT_PARALLEL="4") as server, server.client() as client:
        for replicas in (1000, 500):
            played(client, replicas)
        before = memory_of(server.process.pid)
        experiment = played(client, 1000)
        after = memory_of(server.process.pid)

        assert after - before < 5
        assert 1000 == len({one["sandbox_id"] for one in read_ended(client, experiment)["scenarios"]})
        assert processes_of_session(server.process.pid) == {server.process.pid}
