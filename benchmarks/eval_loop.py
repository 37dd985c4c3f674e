"""How long the eval loop takes beside others that do the same work: ratios of interleaved rounds.

    python benchmarks/eval_loop.py --peer FOLDER

FOLDER holds an unpacked `ashr_labs` of PyPI; without it, only the floor is measured. Each round runs in a process of
its own, so that two packages of one name do not meet.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys

WORK = r"""
import asyncio, concurrent.futures, json, sys, time

def scenario(n):
    said = [{"actor": "user", "content": f"message {n} {turn}", "name": "asks"} for turn in range(3)]
    call = {"name": "look", "arguments_json": json.dumps({"order": n})}
    heard = [{"actor": "agent", "content": "It has shipped.", "expected_response": {"tool_calls": [call]}}] * 3
    return {"title": "T", "actions": [action for pair in zip(said, heard) for action in pair]}

def source(number):
    return {"runs": {f"s{n}": scenario(n) for n in range(number)}}

class Agent:
    seconds = 0.0
    def reset(self): ...
    def respond(self, message):
        time.sleep(self.seconds) if self.seconds else None
        call = {"name": "look", "arguments": {"order": 1}}
        return {"text": "It has shipped.", "tool_calls": [call]}

class AsyncAgent:
    seconds = 0.0
    async def reset(self): ...
    async def respond(self, message):
        await asyncio.sleep(self.seconds)
        return {"text": "It has shipped.", "tool_calls": [{"name": "look", "arguments": {"order": 1}}]}

async def bare_tasks(number, turns, seconds, workers):
    gate = asyncio.Semaphore(workers)
    async def one():
        async with gate:
            for _ in range(turns):
                await asyncio.sleep(seconds)
    await asyncio.gather(*(one() for _ in range(number)))

def bare_threads(number, turns, seconds, workers):
    def one(_):
        for _ in range(turns):
            time.sleep(seconds)
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        list(pool.map(one, range(number)))

what, workers = sys.argv[1], int(sys.argv[2])
from ashr_labs import EvalRunner
Agent.seconds = AsyncAgent.seconds = 0.05
if what in {"run", "run and build"}:
    Agent.seconds = 0.0
    runner = EvalRunner(source(1000))
    started = time.perf_counter()
    run = runner.run(Agent())
    if what == "run and build":
        run.build()
elif what == "threads":
    runner = EvalRunner(source(500))
    started = time.perf_counter()
    runner.run(Agent(), max_workers=workers)
elif what == "tasks":
    runner = EvalRunner(source(500))
    started = time.perf_counter()
    runner.run(AsyncAgent(), max_workers=workers)
elif what == "bare threads":
    started = time.perf_counter()
    bare_threads(500, 3, 0.05, workers)
else:
    started = time.perf_counter()
    asyncio.run(bare_tasks(500, 3, 0.05, workers))
print(json.dumps(time.perf_counter() - started))
"""


def seconds(what: str, workers: int = 1, peer: str = "") -> float:
    """Return how long one round takes in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": peer} if peer else dict(os.environ)
    done = subprocess.run(  # noqa: S603 - this interpreter, on the program above
        [sys.executable, "-c", WORK, what, str(workers)], env=environment, capture_output=True, text=True, check=True
    )
    return float(json.loads(done.stdout))


def compare(title: str, goal: float, ours: tuple[str, int], other: tuple[str, int, str], rounds: int) -> None:
    """Print the ratio of the medians of interleaved rounds."""
    times = [(seconds(*ours), seconds(*other)) for _ in range(rounds)]
    mine, theirs = (statistics.median(column) for column in zip(*times, strict=True))
    print(f"{title:<58} {mine:8.3f} s {theirs:8.3f} s   ratio {mine / theirs:5.2f}   goal {goal:.2f}")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", default="", help="a folder with the public package's `ashr_labs`")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if options.peer:
        for what in ("run", "run and build"):
            title = f"instant agent, 1,000 scenarios of 6 actions, {what}"
            compare(title, 0.5, (what, 1), (what, 1, options.peer), options.rounds)
    for kind, goals in (("tasks", {8: 1.03, 64: 1.03, 500: 1.15}), ("threads", {8: 1.05, 64: 1.05, 500: 1.15})):
        for workers, goal in goals.items():
            title = f"50 ms per reply, 500 scenarios of 3 turns, {workers} {kind}"
            compare(title, goal, (kind, workers), (f"bare {kind}", workers, ""), options.rounds)


if __name__ == "__main__":
    main()
