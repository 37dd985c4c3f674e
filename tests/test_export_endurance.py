"""Exports of any size take constant memory, of the server and of the client."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from support.local_api import database_on, database_with_tenants
from support.serving import KEY, Served, served
from support.stored_experiments import store_experiment

pytestmark = [pytest.mark.integration, pytest.mark.long, pytest.mark.timeout(1800)]

SPANS, TRACE, SCENARIOS = 100_000, 5_000, 20
CLIENT = """
from pathlib import Path
from ashr_labs import AshrLabsClient
count = size = 0
with AshrLabsClient() as client:
    peaks = []
    for name in ("exp-small", "exp-large"):
        for part in client.export.iter_bytes(name):
            count += part.count(b"\\n")
            size += len(part)
        if name == "exp-large":
            for span in client.export.traces(experiment_id=name, limit=1000):
                count += 1
        peaks.append(int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]))
print(count, size, *peaks)
"""


def peak_of(pid: int) -> float:
    """Return the largest resident memory that a process has had, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def forget_peak(pid: int) -> None:
    """Let the peak of a process begin with its present memory."""
    Path(f"/proc/{pid}/clear_refs").write_text("5", "ascii")


def report(client: httpx.Client, sandbox: str, count: int, trace: str) -> None:
    for start in range(0, count, 1000):
        events = [
            {
                "span_id": f"{trace}-{number:06}",
                "root_span_id": trace,
                "event_type": "llm_call",
                "tool": "openai.create",
                "ts": f"2026-01-01T00:{number // 60 % 60:02}:{number % 60:02}Z",
                "input": "What is the weather like in Paris today? " * 5,
                "output": "It is sunny. " * 10,
                "metadata": {"gen_ai.system": "openai", "number": number},
            }
            for number in range(start, start + 1000)
        ]
        client.post(f"/v1/sandboxes/{sandbox}/trace", json={"events": events}).raise_for_status()


def store(client: httpx.Client, name: str, traces: int) -> None:
    for number in range(traces):
        report(client, f"sb-{name}-{number % SCENARIOS}", TRACE, f"{name}-{number}")


def exported(server: Served, client: httpx.Client, name: str, media: str) -> tuple[float, int]:
    """Return the server's peak of memory during an export, in MiB, and the number of bytes."""
    forget_peak(server.process.pid)
    with client.stream("GET", f"/v1/experiments/{name}/export?format={media}") as response:
        response.raise_for_status()
        size = sum(map(len, response.iter_bytes()))
    return peak_of(server.process.pid), size


def test_exports_of_100_000_spans_take_constant_memory(tmp_path: Path) -> None:
    """20 times as many spans take no more memory, of the server in both formats, nor of a client that reads them."""
    path = tmp_path / "spans.db"
    [key] = database_with_tenants(path, 1)
    with closing(database_on(path)) as database, database.write() as connection:
        for name in ("exp-small", "exp-large"):
            store_experiment(connection, [(f"p{number}", "pass") for number in range(SCENARIOS)], name=name)

    with served(path, ASHR_LABS_BOOTSTRAP_KEY=KEY) as server, server.client() as client:
        client.headers["authorization"] = f"Bearer {key}"
        store(client, "exp-small", 1)
        store(client, "exp-large", SPANS // TRACE)
    # Another one, whose memory has no room that large requests have left behind.
    with served(path, ASHR_LABS_BOOTSTRAP_KEY=KEY) as server, server.client() as client:
        client.headers["authorization"] = f"Bearer {key}"
        exported(server, client, "exp-small", "ndjson")  # once, for what is loaded on first use

        figures = {
            (name, media): exported(server, client, name, media)
            for name in ("exp-small", "exp-large")
            for media in ("json", "ndjson")
        }
        environment = {"ASHR_LABS_API_KEY": key, "ASHR_LABS_BASE_URL": server.url}
        read = subprocess.run(
            [sys.executable, "-c", CLIENT], env=environment, capture_output=True, text=True, check=True
        )
        count, _, small, large = map(int, read.stdout.split())

    for (name, media), (peak, length) in figures.items():
        sys.stdout.write(f"{name} as {media}: peak of the server {peak:.1f} MiB for {length:,} bytes\n")
    sys.stdout.write(
        f"peak of the client: {small / 1024:.1f} MiB for 5,000 spans, {large / 1024:.1f} MiB for 100,000\n"
    )
    assert 2 * (SCENARIOS + 3) + TRACE + 2 * SPANS == count
    for media in ("json", "ndjson"):
        assert figures["exp-large", media][1] > 15 * figures["exp-small", media][1]
        assert figures["exp-large", media][0] < figures["exp-small", media][0] + 8
    assert large - small < 8 * 1024
