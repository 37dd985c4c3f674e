"""How fast the embedded platform is; run it with `python benchmarks/local_platform.py [--full]`.

The load comes from another process on the same machine, so client and server share its processors: 16 connections,
each sending the next call as soon as it has read the answer. `--full` takes the time that the targets are meant for.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sqlalchemy import insert

from ashr_labs import AshrLabsClient, grade
from ashr_labs._time import isoformat
from ashr_labs.local.otlp.decoding import from_json
from ashr_labs.local.store.engine import Database
from ashr_labs.local.store.schema import observations, traces
from ashr_labs.local.store.trace_rows import split_trace

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

KEY = "tp_of_the_platform_benchmark"
CONNECTIONS = 16
CALLS_OF_A_RUN = 20
OBSERVATIONS_OF_A_TRACE = 10
OTLP_BATCH = 512
"""Spans of a request, as exporters send them by default."""
WEEK = 7 * 24 * 60 * 60


def main() -> None:
    """Measure everything and print it beside its target."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="30 seconds of load, 1,000,000 observations")
    full = parser.parse_args().full
    with tempfile.TemporaryDirectory() as folder:
        measure_load(Path(folder) / "load.db", seconds=30 if full else 5)
        measure_in_process()
        measure_grading()
        measure_otlp(Path(folder) / "otlp.db", count=100_000 if full else 20_000)
        measure_observations(Path(folder) / "traces.db", count=1_000_000 if full else 100_000)


def measure_load(database: Path, *, seconds: float) -> None:
    """Read and write runs over HTTP, and watch the server's memory."""
    with served(database) as (process, url):
        run = {"function": "create_run", "tenant_id": 1, "dataset_id": 1, "result": result_of(CALLS_OF_A_RUN)}
        call(url, {"function": "create_dataset", "name": "d", "dataset_source": {"runs": {}}})
        run_id = call(url, run)["run"]["id"]
        load(url, run, 1)
        for name, body, target in (
            ("get_run", {"function": "get_run", "run_id": run_id}, 1000),
            ("create_run", run, 300),
        ):
            before = resident_megabytes(process.pid)
            times = load(url, body, seconds)
            report(f"{name} over HTTP, {CONNECTIONS} clients", len(times) / seconds, "/s", at_least=target)
            report("  p99", statistics.quantiles(times, n=100)[-1] * 1e3, "ms", at_most=60)
            report("  growth of the server's memory", resident_megabytes(process.pid) - before, "MB", at_most=20)


def measure_in_process() -> None:
    """Read a run without a socket."""
    with AshrLabsClient.local() as client:
        dataset_id = client.create_dataset(name="d", dataset_source={"runs": {}})["id"]
        run_id = client.create_run(dataset_id, result_of(CALLS_OF_A_RUN))["id"]
        client.poll_run(run_id)
        report("get_run in process", median(lambda: client.get_run(run_id), 500) * 1e3, "ms", at_most=0.6)


def measure_grading() -> None:
    """Grade calls whose arguments differ in what graders forgive."""
    result = result_of(5_000)
    report("grading", 5_000 / median(lambda: grade(result), 3), "calls/s", at_least=5_000)


def measure_observations(database: Path, *, count: int) -> None:
    """Ask a week of traces for pages and totals."""
    fill(database, count // OBSERVATIONS_OF_A_TRACE)
    with AshrLabsClient.local(database) as client:
        pages = count // OBSERVATIONS_OF_A_TRACE // 100
        name = f"{count:,} observations"
        report(f"{name}: first page", median(lambda: client.list_observability_traces(limit=100), 5) * 1e3, "ms", 50)
        last = median(lambda: client.list_observability_traces(limit=100, page=pages), 5)
        report(f"{name}: last page", last * 1e3, "ms", at_most=50)
        cursor = client.list_observability_traces(limit=100, page=pages // 2)["next_cursor"]
        by_cursor = median(lambda: client.list_observability_traces(limit=100, cursor=cursor), 5)
        report(f"{name}: a page by cursor", by_cursor * 1e3, "ms", at_most=50)
        search = median(lambda: client.list_observability_traces(limit=100, search="user 42"), 5)
        report(f"{name}: a page of what a search finds", search * 1e3, "ms", at_most=50)
        analytics = median(lambda: client.get_observability_analytics(days=7), 3)
        report(f"{name}: analytics of 7 days", analytics * 1e3, "ms", at_most=500)


def measure_otlp(database: Path, *, count: int) -> None:
    """Receive spans by OTLP over HTTP: 512 in a request, ten in a trace, on one connection."""
    with served(database) as (_, url):
        batches = count // OTLP_BATCH
        as_json = [json.dumps(otlp_request(number)).encode() for number in range(batches)]
        as_protobuf = [from_json(otlp_request(batches + number)).SerializeToString() for number in range(batches)]
        for name, media_type, bodies in (
            ("JSON", "application/json", as_json),
            ("protobuf", "application/x-protobuf", as_protobuf),
        ):
            send_otlp(url, media_type, bodies[:2])  # loads the libraries
            spent = timed(partial(send_otlp, url, media_type, bodies))
            report(
                f"OTLP in {name}, {len(bodies[0]) // OTLP_BATCH} bytes per span",
                count / spent,
                "spans/s",
                at_least=1_000,
            )


def send_otlp(url: str, media_type: str, bodies: list[bytes]) -> None:
    """Send requests one after the other."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    for body in bodies:
        headers = {"authorization": f"Bearer {KEY}", "content-type": media_type}
        connection.request("POST", "/otlp/v1/traces", body, headers)
        answer = connection.getresponse()
        if (answer.status, len(answer.read())) not in ((200, 0), (200, 2)):
            raise SystemExit(f"a request of OTLP was answered with {answer.status}, or not all spans were taken")
    connection.close()


def otlp_request(number: int) -> dict[str, Any]:
    """Return a request of OTLP in JSON, whose spans are calls of a model."""
    chance = random.Random(number)  # noqa: S311 - the same spans each time
    spans: list[dict[str, Any]] = []
    for place in range(OTLP_BATCH):
        if place % OBSERVATIONS_OF_A_TRACE == 0:
            trace, root = f"{chance.getrandbits(128):032x}", f"{chance.getrandbits(64):016x}"
        started = time.time_ns()
        attributes = {
            "gen_ai.operation.name": {"stringValue": "chat"},
            "gen_ai.request.model": {"stringValue": "some-model"},
            "gen_ai.usage.input_tokens": {"intValue": str(chance.randrange(1000))},
            "gen_ai.usage.output_tokens": {"intValue": str(chance.randrange(1000))},
            "gen_ai.input.messages": {"stringValue": json.dumps([{"role": "user", "content": "w" * 200}])},
            "gen_ai.output.messages": {"stringValue": json.dumps([{"role": "assistant", "content": "w" * 200}])},
            "server.address": {"stringValue": "api.example.com"},
        }
        spans.append(
            {
                "traceId": trace,
                "spanId": root if place % OBSERVATIONS_OF_A_TRACE == 0 else f"{chance.getrandbits(64):016x}",
                **({} if place % OBSERVATIONS_OF_A_TRACE == 0 else {"parentSpanId": root}),
                "name": "chat some-model",
                "kind": 3,
                "startTimeUnixNano": str(started),
                "endTimeUnixNano": str(started + 1_000_000),
                "attributes": [{"key": name, "value": value} for name, value in attributes.items()],
            }
        )
    return {"resourceSpans": [{"resource": {}, "scopeSpans": [{"scope": {"name": "benchmark"}, "spans": spans}]}]}


def report(name: str, value: float, unit: str, at_most: float | None = None, *, at_least: float | None = None) -> None:
    """Print a figure beside its target."""
    is_met = (at_most is None or value <= at_most) and (at_least is None or value >= at_least)
    target = f"at most {at_most:g}" if at_most is not None else f"at least {at_least:g}"
    print(f"{name:55} {value:12,.2f} {unit:8} {target:16} {'' if is_met else 'MISSED'}")


def median(act: Callable[[], object], times: int) -> float:
    """Return the median time of an action, in seconds."""
    act()
    return statistics.median(timed(act) for _ in range(times))


def timed(act: Callable[[], object]) -> float:
    """Return how long an action takes, in seconds."""
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def result_of(calls: int) -> dict[str, Any]:
    """Return a run result with `calls` tool calls, ten in each test."""

    def entry(number: int) -> dict[str, Any]:
        expected = {"order": number, "date": "2026-05-17", "note": "Please send it to the usual address."}
        actual = {"order": float(number), "date": "May 17, 2026", "note": "please send it to the usual address"}
        return {
            "expected": {"name": "send", "arguments": expected},
            "actual": {"name": "send", "arguments": actual},
            "match_status": "partial",
        }

    def test(number: int) -> dict[str, Any]:
        entries = [entry(number * 10 + place) for place in range(10)]
        action = {"actor": "agent", "action_type": "tool_call", "action_index": 0, "tool_calls": entries}
        return {"test_id": str(number), "status": "completed", "action_results": [action]}

    tests = [test(number) for number in range(calls // 10)]
    return {"status": "completed", "tests": tests, "aggregate_metrics": {"total_tests": len(tests)}}


@contextmanager
def served(database: Path) -> Generator[tuple[subprocess.Popen[str], str]]:
    """Run `ashr-labs serve` on a free port."""
    command = [sys.executable, "-m", "ashr_labs", "serve", "--database", str(database), "--port", "0", "--json"]
    environment = {**os.environ, "ASHR_LABS_BOOTSTRAP_KEY": KEY}
    with subprocess.Popen(  # noqa: S603 (our own program)
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, text=True
    ) as process:
        line = process.stdout.readline() if process.stdout else ""
        try:
            yield process, json.loads(line)["url"]
        finally:
            process.terminate()


def resident_megabytes(pid: int) -> float:
    """Return how much memory a process holds, by the kernel's account; 0 where there is none to ask."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return 0.0
    line = next(line for line in status.read_text("ascii").splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def load(url: str, body: dict[str, Any], seconds: float) -> list[float]:
    """Send a call over all connections for a while; return how long each answer took."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(send_all, (url, body, seconds))


def send_all(url: str, body: dict[str, Any], seconds: float) -> list[float]:
    """Do the sending, in a process of its own."""
    times: list[list[float]] = [[] for _ in range(CONNECTIONS)]
    end = time.perf_counter() + seconds
    senders = [threading.Thread(target=send, args=(url, body, end, taken)) for taken in times]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    return [taken for one in times for taken in one]


def send(url: str, body: dict[str, Any], end: float, times: list[float]) -> None:
    """Send a call again and again over one connection."""
    request = request_of(url, body)
    with connection_to(url) as connection:
        while time.perf_counter() < end:
            started = time.perf_counter()
            connection.sendall(request)
            status, _ = answer_on(connection)
            times.append(time.perf_counter() - started)
            if status != 200:
                raise RuntimeError(f"the server answered {status}")


def call(url: str, body: dict[str, Any]) -> Any:
    """Send one call and return its answer."""
    with connection_to(url) as connection:
        connection.sendall(request_of(url, body))
        return json.loads(answer_on(connection)[1])


def connection_to(url: str) -> socket.socket:
    """Connect, and send without delay."""
    address = urlsplit(url)
    connection = socket.create_connection((address.hostname or "", address.port or 0), timeout=60)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def request_of(url: str, body: dict[str, Any]) -> bytes:
    """Write a call as HTTP."""
    content = json.dumps(body).encode()
    head = (
        f"POST / HTTP/1.1\r\nhost: {urlsplit(url).netloc}\r\nauthorization: Bearer {KEY}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def answer_on(connection: socket.socket) -> tuple[int, bytes]:
    """Read one answer: its status and its body."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(262_144)
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(262_144)
    return int(head.split(None, 2)[1]), body


def fill(database: Path, count: int) -> None:
    """Store a week of traces."""
    AshrLabsClient.local(database).close()
    chance = random.Random(1)  # noqa: S311 (no secret)
    store = Database(database)
    now = time.time()
    for first in range(0, count, 1000):
        numbers = range(first, min(first + 1000, count))
        moments = {number: isoformat(now - WEEK * (1 - number / count) * 0.999) for number in numbers}
        rows = {number: split_trace(trace_of(number, chance)) for number in numbers}
        keys = {number: {"tenant_id": 1, "created_at": moments[number]} for number in numbers}
        with store.write() as connection:
            connection.execute(insert(traces), [{**keys[n], "id": f"{n:032x}", **rows[n].trace} for n in numbers])
            connection.execute(
                insert(observations),
                [
                    {**keys[n], "trace_id": f"{n:032x}", "position": place, **row}
                    for n in numbers
                    for place, row in enumerate(rows[n].observations)
                ],
            )
    store.close()


def trace_of(number: int, chance: random.Random) -> Any:
    """Return a trace of five generations and five tool calls."""
    return {
        "name": "chat",
        "user_id": f"user {number % 100}",
        "observations": [observation(place, chance) for place in range(OBSERVATIONS_OF_A_TRACE)],
    }


def observation(place: int, chance: random.Random) -> dict[str, Any]:
    """Return a generation or a tool call of up to five seconds."""
    is_tool = place % 2
    return {
        "id": f"{place:016x}",
        "type": "span" if is_tool else "generation",
        "name": f"tool:tool{chance.randrange(20)}" if is_tool else "answer",
        "start_time": "2026-01-01T00:00:00.000000Z",
        "end_time": f"2026-01-01T00:00:{chance.random() * 5:09.6f}Z",
        "model": None if is_tool else f"model{chance.randrange(6)}",
        "usage": {"input_tokens": 100, "output_tokens": 20},
        "level": "ERROR" if chance.random() < 0.01 else "DEFAULT",
        "input": {"question": "x" * 200},
        "output": "y" * 200,
    }


if __name__ == "__main__":
    main()
