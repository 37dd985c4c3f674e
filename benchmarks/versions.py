"""Compare the speed of this checkout with another one: paired, interleaved rounds of the same operations.

    git worktree add ../before SOME_COMMIT
    python benchmarks/versions.py ../before --rounds 20

Each checkout has a process of its own, which is warmed up and then runs one operation whenever it is asked to; in each
round both take their turn, in alternating order. The table shows the geometric mean of the ratios (below 1: this
checkout is faster) with its 95 % bootstrap interval over the rounds, by the clock and by processor time. Only public
names are used, so that any two versions that have them can be compared.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
from pathlib import Path

from ashr_labs.results import bootstrap_interval

ROOT = Path(__file__).resolve().parent.parent
Times = tuple[float, float]
"""Seconds: by the clock, and of processor time."""

PROGRAM = r"""
import asyncio, json, subprocess, sys, time

KEY = "tp_0123456789abcdef0123456789abcdef"
RUN = {"id": 7, "dataset_id": 1, "result": {"aggregate_metrics": {"tests_passed": 3}}}
BODY = json.dumps({"status": "ok", "run": RUN, "trace_id": "x"}).encode()


async def answer(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].split()[0]))
            head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
            writer.write(head % len(BODY) + BODY)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def serve():
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if sys.argv[1] == "serve":
    asyncio.run(serve())

url = f"http://127.0.0.1:{sys.argv[1]}"
from ashr_labs import AshrLabsClient, AsyncAshrLabsClient, EvalRunner, compare, grade, text_similarity, traced
from ashr_labs.results import RunResults, html_report

client = AshrLabsClient(KEY, url)
local = AshrLabsClient.local()


def scenario(n):
    said = [{"actor": "user", "content": f"message {n} {turn}", "name": "asks"} for turn in range(3)]
    call = {"name": "look", "arguments_json": json.dumps({"order": n})}
    heard = [{"actor": "agent", "content": "It has shipped.", "expected_response": {"tool_calls": [call]}}] * 3
    return {"title": "T", "actions": [action for pair in zip(said, heard) for action in pair]}


class Agent:
    def reset(self): ...

    def respond(self, message):
        return {"text": "It has shipped.", "tool_calls": [{"name": "look", "arguments": {"order": 1}}]}


class AsyncAgent:
    async def reset(self): ...

    async def respond(self, message):
        return {"text": "It has shipped.", "tool_calls": [{"name": "look", "arguments": {"order": 1}}]}


source = {"runs": {f"s{n}": scenario(n) for n in range(300)}}
built = EvalRunner(source).run(Agent()).build()
graded = grade(built, {})
small = EvalRunner({"runs": {f"s{n}": scenario(n) for n in range(5)}}).run(Agent()).build()
dataset = local.create_dataset("D", {"runs": {"a": scenario(1)}})
run_id = local.create_run(dataset["id"], small)["id"]
TEXT = "Order **ORD-123** ships [here](https://x.com/track/1), $12.50 on 2024-05-06, sorry for the damaged item! "


async def calls_at_once():
    async with AsyncAshrLabsClient(KEY, url) as one:
        await asyncio.gather(*(one.get_run(7) for _ in range(100)))


def small_calls():
    for _ in range(100):
        client.get_run(7)


def new_clients():
    for _ in range(10):
        with AshrLabsClient(KEY, url) as one:
            one.get_run(7)


def spans():
    for _ in range(50):
        with client.trace("t") as trace:
            for _ in range(20):
                trace.span("tool:search", input={"q": "refunds"}).end(output={"hits": 3})


def traces():
    for _ in range(100):
        client.trace("t").end()
    client.tracing.flush(10)


double = traced("double", lambda number: 2 * number)


def decorated():
    with client.trace("t"):
        for number in range(1000):
            double(number)


def platform_reads():
    for _ in range(50):
        local.get_run(run_id)


def platform_writes():
    for _ in range(10):
        local.create_run(dataset["id"], small)


OPERATIONS = {
    "100 calls": small_calls,
    "10 new clients with a call": new_clients,
    "100 asynchronous calls at once": lambda: asyncio.run(calls_at_once()),
    "run() of 300 scenarios": lambda: EvalRunner(source).run(Agent()),
    "run() and build() of 300 scenarios": lambda: EvalRunner(source).run(Agent()).build(),
    "arun() of 300 scenarios": lambda: asyncio.run(EvalRunner(source).arun(AsyncAgent())),
    "run() in 8 threads": lambda: EvalRunner(source).run(Agent(), max_workers=8),
    "grade() of 300 tests": lambda: grade(built, {}),
    "compare() of 300 tests": lambda: compare(graded, graded),
    "html_report() of 300 tests": lambda: html_report(RunResults.of(graded)),
    "text_similarity()": lambda: [text_similarity(TEXT * 5, TEXT * 4) for _ in range(100)],
    "1,000 spans": spans,
    "1,000 decorated calls": decorated,
    "100 traces delivered": traces,
    "50 runs read from the embedded platform": platform_reads,
    "10 runs stored on the embedded platform": platform_writes,
    "import and a client": lambda: subprocess.run(
        [sys.executable, "-c", "from ashr_labs import AshrLabsClient, EvalRunner"], check=True
    ),
}
print(json.dumps(list(OPERATIONS)), flush=True)
for line in sys.stdin:
    operation = OPERATIONS[json.loads(line)]
    try:
        begin, cpu = time.perf_counter(), time.process_time()
        operation()
        times = [time.perf_counter() - begin, time.process_time() - cpu]
    except Exception as error:
        times = repr(error)
    print(json.dumps(times), flush=True)
"""


class Version:
    """A process that runs operations with the package of one checkout."""

    def __init__(self, folder: Path, port: str) -> None:
        self.folder = folder
        self._process = start(folder, port)
        self.operations: list[str] = json.loads(self._read())

    def measure(self, operation: str) -> tuple[float, float]:
        """Run an operation once and return its seconds: by the clock, and of processor time."""
        if self._process.stdin is not None:
            self._process.stdin.write(f"{json.dumps(operation)}\n")
            self._process.stdin.flush()
        found = json.loads(self._read())
        if isinstance(found, str):
            raise SystemExit(f"{operation} fails in {self.folder}: {found}")
        return found[0], found[1]

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()

    def _read(self) -> str:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise SystemExit(f"the process of {self.folder} ended with {self._process.wait()}")
        return line


def main() -> None:
    """Measure every operation in both checkouts and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("other", type=Path, help="folder of the other checkout")
    parser.add_argument("--rounds", type=int, default=20, help="rounds of each operation")
    parser.add_argument("--only", default="", help="measure the operations with this in their name")
    arguments = parser.parse_args()
    server = start(ROOT, "serve")
    port = (server.stdout.readline() if server.stdout else "").strip()
    ours, other = versions = (Version(ROOT, port), Version(arguments.other.resolve(), port))
    print(f"{'operation':42}{'this, ms':>10}{'other, ms':>10}   ratio by the clock      ratio of processor time")
    try:
        for operation in ours.operations:
            if arguments.only in operation:
                report(operation, measured(ours, other, operation, arguments.rounds))
    finally:
        for version in versions:
            version.stop()
        server.kill()
        server.wait()


def measured(ours: Version, other: Version, operation: str, rounds: int) -> list[tuple[Times, Times]]:
    """Return the times of each round, this checkout's first."""
    for version in (ours, other):
        version.measure(operation)  # warm up
    found: list[tuple[Times, Times]] = []
    for number in range(rounds):
        if number % 2:
            theirs = other.measure(operation)
            found.append((ours.measure(operation), theirs))
        else:
            found.append((ours.measure(operation), other.measure(operation)))
    return found


def report(operation: str, rounds: list[tuple[Times, Times]]) -> None:
    """Print one row."""
    middle = [statistics.median(times[side][0] for times in rounds) * 1000 for side in (0, 1)]
    ratios = "   ".join(ratio_text([ours[kind] / max(other[kind], 1e-9) for ours, other in rounds]) for kind in (0, 1))
    print(f"{operation:42}{middle[0]:>10.2f}{middle[1]:>10.2f}   {ratios}", flush=True)


def ratio_text(ratios: list[float]) -> str:
    """Return the geometric mean of the ratios with its interval."""
    logarithms = [math.log(max(ratio, 1e-9)) for ratio in ratios]
    interval = bootstrap_interval(logarithms)
    low, middle, high = (math.exp(value) for value in (interval.low, statistics.fmean(logarithms), interval.high))
    return f"{middle:5.2f} ({low:4.2f} to {high:4.2f})"


def start(folder: Path, argument: str) -> subprocess.Popen[str]:
    """Start the program with the package of a checkout."""
    path = os.pathsep.join(map(str, (folder, folder / "generated")))
    return subprocess.Popen(  # noqa: S603 - this interpreter, on the program above
        [sys.executable, "-c", PROGRAM, argument],
        cwd=folder,  # Python looks there first
        env=os.environ | {"PYTHONPATH": path, "ASHR_LABS_TRACING_SPOOL": "off"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


if __name__ == "__main__":
    main()
