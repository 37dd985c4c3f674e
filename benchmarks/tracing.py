"""What tracing costs the traced code, and how fast it delivers; run it with `python benchmarks/tracing.py`.

Spans are measured as the median of rounds in which the candidates take turns: read the ratios, not the times.
`--peer` names a folder to import the public package from, to compare with.
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
import threading
import time

KEY = "tp_0123456789abcdef0123456789abcdef"
ROUNDS, SPANS = 15, 2_000

SERVER = """
import asyncio, re
async def serve(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\\r\\n\\r\\n")
            await reader.readexactly(int(re.search(rb"content-length: (\\d+)", head.lower())[1]))
            await asyncio.sleep(0.05)
            body = b'{"status": "ok", "trace_id": "x"}'
            writer.write(b"HTTP/1.1 200 OK\\r\\ncontent-type: application/json\\r\\n")
            writer.write(b"content-length: %d\\r\\n\\r\\n" % len(body) + body)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""

SPAN_ROUND = """
import sys, time
from ashr_labs.tracing import Trace
from types import SimpleNamespace
try:
    from ashr_labs.tracing.settings import Settings
    trace = Trace("t", tracing=SimpleNamespace(settings=Settings()))
except ImportError:
    trace = Trace(None, "t")
for _ in sys.stdin:
    start = time.perf_counter()
    for _ in range({spans}):
        trace.span("tool:search", input={{"q": "refunds"}}).end(output={{"hits": 3}})
    print((time.perf_counter() - start) / {spans} * 1e6, flush=True)
"""


class Spans:
    """A process that measures spans when it is told to."""

    def __init__(self, folder: str | None) -> None:
        path = f"import sys; sys.path.insert(0, {folder!r})\n" if folder else ""
        code = path + SPAN_ROUND.format(spans=SPANS)
        self._process = subprocess.Popen(  # noqa: S603 - our own code
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def measure(self) -> float:
        """Return microseconds per span."""
        assert self._process.stdin is not None  # noqa: S101 - opened above
        assert self._process.stdout is not None  # noqa: S101 - opened above
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())


def measure_spans(peer: str | None) -> None:
    """Print what starting and ending a span costs."""
    candidates = {"ashr_labs": Spans(None)} | ({"peer": Spans(peer)} if peer else {})
    rounds = {name: list[float]() for name in candidates}
    for _ in range(ROUNDS):
        for name, one in candidates.items():
            rounds[name].append(one.measure())
    own = statistics.median(rounds["ashr_labs"])
    for name, times in rounds.items():
        median = statistics.median(times)
        print(f"span, start and end   {name:10} {median:8.2f} us   ashr_labs / it = {own / median:.2f}")


def measure_ends(name: str, url: str) -> None:
    """Print what ending a trace costs with one kind of platform."""
    from ashr_labs import AshrLabsClient  # noqa: PLC0415 - after the environment is set

    client = AshrLabsClient(KEY, url)
    client.trace("first").end()
    times: list[float] = []
    for _ in range(500):
        trace = client.trace("t")
        for _ in range(5):
            trace.span("s", input={"a": 1}).end(output=2)
        start = time.perf_counter()
        trace.end()
        times.append((time.perf_counter() - start) * 1e6)
    print(f"trace.end()           {name:10} {statistics.median(times):8.2f} us   p99 {sorted(times)[494]:.0f} us")


def measure_delivery(url: str, number: int) -> None:
    """Print how many traces of five spans are delivered per second by a platform that answers in 50 ms."""
    from ashr_labs import AshrLabsClient  # noqa: PLC0415 - after the environment is set

    client = AshrLabsClient(KEY, url, timeout=31)
    start = time.perf_counter()
    for _ in range(number):
        with client.trace("t") as trace:
            for _ in range(5):
                trace.span("s", input={"a": 1}).end(output=2)
    threads = threading.active_count() - 1
    counts = client.tracing.flush(120)
    rate = counts["sent"] / (time.perf_counter() - start)
    print(f"delivery, 50 ms       {number} traces: {rate:.0f} traces/s, {threads} threads, {json.dumps(counts)}")


def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", help="a folder to import the public package from")
    parser.add_argument("--traces", type=int, default=10_000)
    arguments = parser.parse_args()
    measure_spans(arguments.peer)
    server = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours
    assert server.stdout is not None  # noqa: S101 - opened above
    url = f"http://127.0.0.1:{int(server.stdout.readline())}"
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as silent:
        os.environ["ASHR_LABS_SPOOL_DIR"] = folder
        measure_ends("slow", url)
        measure_ends("refused", "http://127.0.0.1:9")
        measure_ends("silent", f"http://127.0.0.1:{silent.getsockname()[1]}")
        measure_delivery(url, arguments.traces)
    server.terminate()
    server.wait()


if __name__ == "__main__":
    main()
