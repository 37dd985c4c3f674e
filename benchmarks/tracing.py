"""Benchmark of tracing: its cost for the traced code, and the speed and reliability of delivery.

    python benchmarks/tracing.py --peer FOLDER --peers-python PYTHON

FOLDER holds an unpacked `ashr_labs` of PyPI; PYTHON is an interpreter with other libraries (OpenTelemetry's SDK,
langfuse, langsmith, logfire, mlflow-tracing, opik, braintrust), of which those that are absent are left out. Spans are
measured in rounds in which the candidates take turns: read the ratios, not the times.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from span_programs import HARNESS, OURS, PROGRAMS, PUBLIC_PACKAGE

if TYPE_CHECKING:
    from collections.abc import Generator

KEY = "tp_0123456789abcdef0123456789abcdef"

SERVER = """
import asyncio, re, sys
async def serve(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\\r\\n\\r\\n")
            await reader.readexactly(int(re.search(rb"content-length: (\\d+)", head.lower())[1]))
            await asyncio.sleep(float(sys.argv[1]))
            body = b'{"status": "ok", "trace_id": "x"}'
            writer.write(b"HTTP/1.1 200 OK\\r\\ncontent-type: application/json\\r\\n")
            writer.write(b"content-length: %d\\r\\n\\r\\n" % len(body) + body)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[2]))
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""

CLIENT = """
import json, resource, sys, threading, time
from ashr_labs import AshrLabsClient
url, number = sys.argv[1], int(sys.argv[2])
client = AshrLabsClient({key!r}, url, timeout=31)
def make(number):
    for _ in range(number):
        with client.trace("t") as trace:
            for _ in range(5):
                trace.span("s", input={{"a": 1}}).end(output=2)
"""

ENDS = """
client.trace("first").end()
times = []
for n in range(number):
    trace = client.trace("t")
    for _ in range(5):
        trace.span("s", input={"a": 1}).end(output=2)
    start = time.perf_counter()
    trace.end()
    times.append((time.perf_counter() - start) * 1e6)
    time.sleep(0.002)
client.tracing.configure(exit_timeout=0.0)
print(json.dumps(sorted(times)))
"""

DELIVERY = """
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start = time.perf_counter()
make(number)
made = time.perf_counter() - start
threads = threading.active_count() - 1
counts = client.tracing.flush(120)
took = time.perf_counter() - start
grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
print(json.dumps([counts["sent"] / took, made, counts["sent"] / time.process_time(), threads, grown, counts]))
"""

FIRST = """
start, used = time.perf_counter(), time.thread_time()
trace = client.trace("first")
print((time.perf_counter() - start) * 1e3, (time.thread_time() - used) * 1e3)
client.tracing.configure(exit_timeout=0.0)
"""

BACKLOG = """
start = time.perf_counter()
counts = client.tracing.flush(600)
print(json.dumps([counts["sent"] / (time.perf_counter() - start), counts]))
"""

EXIT = "make(number)\nprint(time.time(), flush=True)\n"
NEXT = "print(json.dumps(client.tracing.flush(60)))\n"


class Candidate:
    """A process that measures spans on request."""

    def __init__(self, program: str, python: str = sys.executable, folder: str = "") -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own code
            [python, "-c", program + HARNESS],
            cwd=folder or None,  # the first place that a program is looked for
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def measure(self) -> float | None:
        """Return microseconds per span, or None if the library is missing or of another version."""
        assert self._process.stdin is not None  # noqa: S101 - opened above
        assert self._process.stdout is not None  # noqa: S101 - opened above
        try:
            self._process.stdin.write("go\n")
            self._process.stdin.flush()
            return float(self._process.stdout.readline())
        except (BrokenPipeError, ValueError):
            return None

    def stop(self) -> None:
        """End it without waiting for what it would still deliver."""
        self._process.kill()
        self._process.communicate()


def measure_spans(peer: str, python: str, rounds: int) -> None:
    """Print what starting and ending a span costs."""
    candidates = {"ashr_labs": Candidate(OURS)}
    if peer:
        candidates["ashr-labs of PyPI"] = Candidate(PUBLIC_PACKAGE, folder=peer)
    own_needs = "ashr_labs"
    for name, program in PROGRAMS.items():
        candidates[name] = Candidate(program, sys.executable if own_needs in program else python)
    times = {name: [one.measure() for _ in range(2)][1:] for name, one in candidates.items()}  # the first warms up
    for _ in range(rounds):
        for name, one in candidates.items():
            times[name].append(one.measure())
    medians = {name: statistics.median(found) for name, all_of in times.items() if (found := _numbers(all_of))}
    for name, median in medians.items():
        ratio = medians["ashr_labs"] / median
        print(f"span, start and end   {name:32} {median:9.2f} us   ashr_labs / it = {ratio:.2f}")
    print("not there:", ", ".join(candidates.keys() - medians.keys()) or "none")
    for one in candidates.values():
        one.stop()


def _numbers(times: list[float | None]) -> list[float]:
    return [one for one in times if one is not None]


def run(program: str, url: str, number: int) -> str:
    """Run a program with a client in a process of its own, and return its output."""
    code = CLIENT.format(key=KEY) + program
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code, url, str(number)], capture_output=True, text=True, check=True
    )
    return done.stdout


def measure_ends(name: str, url: str, rounds: int = 5) -> None:
    """Print what ending a trace costs with one kind of platform: medians over several processes."""
    processes: list[list[float]] = [json.loads(run(ENDS, url, 500)) for _ in range(rounds)]
    median = statistics.median(statistics.median(times) for times in processes)
    p99 = statistics.median(times[-len(times) // 100] for times in processes)
    print(f"trace.end()           {name:32} {median:9.2f} us   p99 {p99:.0f} us")


def measure_first(rounds: int) -> None:
    """Print how long the first trace of a process blocks its thread."""
    outputs = [run(FIRST, "http://127.0.0.1:9", 0).split() for _ in range(rounds)]
    times, of_processor = (sorted(float(number) for number in column) for column in zip(*outputs, strict=True))
    print(f"first client.trace()  {'refused':32} {statistics.median(times):9.2f} ms   max {times[-1]:.0f} ms, ", end="")
    print(f"{statistics.median(of_processor):.2f} ms of processor")


def measure_backlog(number: int) -> None:
    """Print how many traces of a dead process are delivered per second by a platform that answers in 50 ms."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    run(EXIT, f"http://127.0.0.1:{port}", number)
    with platform(0.05, port) as url:
        rate, counts = json.loads(run(BACKLOG, url, 0))
    print(f"backlog, 50 ms        {number} traces of a dead process: {rate:.0f} traces/s, {json.dumps(counts)}")


def measure_delivery(url: str, number: int) -> None:
    """Print how many traces of five spans are delivered per second by a platform that answers in 50 ms."""
    rate, made, per_cpu, threads, grown, counts = json.loads(run(DELIVERY, url, number))
    print(f"delivery, 50 ms       {number} traces made in {made:.2f} s: {rate:.0f} traces/s, ", end="")
    print(f"{per_cpu:.0f} per second of processor, {threads} threads, memory +{grown:.0f} MB, {json.dumps(counts)}")


def measure_exit(number: int) -> None:
    """Print how long a process takes to end with undelivered traces and a dead platform, and what the next delivers."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    last_word = float(run(EXIT, url, number))
    print(f"exit, dead platform   {number} traces of 5 spans: {time.time() - last_word:.2f} s", end="")
    with platform(0.0, port):
        print(f", the next process: {run(NEXT, url, 0).strip()}")


@contextmanager
def platform(seconds: float, port: int = 0) -> Generator[str]:
    """Run a platform that responds after `seconds`; yield its URL."""
    server = subprocess.Popen(  # noqa: S603 - our own code
        [sys.executable, "-c", SERVER, str(seconds), str(port)], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None  # noqa: S101 - opened above
    try:
        yield f"http://127.0.0.1:{int(server.stdout.readline())}"
    finally:
        server.terminate()
        server.wait()


def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", default="", help="a folder with the public package's `ashr_labs`")
    parser.add_argument("--peers-python", default=sys.executable, help="an interpreter with other libraries")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--traces", type=int, default=10_000)
    arguments = parser.parse_args()
    measure_spans(arguments.peer, arguments.peers_python, arguments.rounds)
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as silent:
        os.environ["ASHR_LABS_SPOOL_DIR"] = str(Path(folder))
        with platform(0.0) as url:
            measure_ends("healthy", url)
        with platform(0.05) as url:
            measure_ends("slow", url)
            measure_delivery(url, arguments.traces)
        measure_ends("refused", "http://127.0.0.1:9")
        measure_ends("silent", f"http://127.0.0.1:{silent.getsockname()[1]}")
        measure_first(arguments.rounds)
        measure_backlog(arguments.traces)
        measure_exit(400)
        measure_exit(2_000)


if __name__ == "__main__":
    main()
