"""Speed and memory at size: large runs, beside the public package, and what is done with their results.

    pip download ashr-labs==0.3.1 --no-deps && python -m zipfile -e ashr_labs-0.3.1-*.whl FOLDER
    python benchmarks/size.py --peer FOLDER

Times of runs are ratios of rounds in which both versions take turns; memory is what `tracemalloc` counts in processes
of their own. The other rows need no peer. Backlogs are measured in `tracing.py`, concurrent calls in `client.py`.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval_loop import Candidate, child_environment, compare, python_command
from eval_programs import OURS_BUILT, SCENARIOS

from ashr_labs import EvalRunner
from ashr_labs.results import RunResults
from ashr_labs.results import compare as compare_runs

if TYPE_CHECKING:
    from collections.abc import Sequence

MEMORY = """
import tracemalloc
from ashr_labs import EvalRunner
number = int(sys.argv[1])
runner = EvalRunner(source(number))
EvalRunner(source(10)).run(Agent(0)).build()
gc.collect()
tracemalloc.start()
run = runner.run(Agent(0))
gc.collect()
played = tracemalloc.get_traced_memory()[0]
result = run.build()
gc.collect()
print(json.dumps([played / number / 1000, tracemalloc.get_traced_memory()[0] / number / 1000]))
"""


def compare_runs_at_size(peer: str, rounds: int) -> None:
    """Compare `run()` and `build()` of small and large datasets."""
    for scenarios in (1_000, 20_000):
        theirs = [Candidate("ashr-labs 0.3.1", OURS_BUILT, path=peer)] if peer else []
        title = f"run() and build(), {scenarios:,} scenarios of 6 actions"
        number = rounds if scenarios < 10_000 else max(3, rounds // 2)
        compare(title, ("sync", scenarios, 0, 1), Candidate("this", OURS_BUILT), theirs, number, "0.50")


def compare_memory(peer: str, scenarios: int = 5_000) -> None:
    """Print what a scenario takes after `run()` and after `build()`."""
    print(f"\nmemory per scenario of 6 actions, of {scenarios:,} (goal: 10 KB after build())")
    for name, path in (("this", ""), *((("ashr-labs 0.3.1", peer),) if peer else ())):
        command = [*python_command(sys.executable, SCENARIOS + MEMORY), str(scenarios)]
        done = subprocess.run(  # noqa: S603 - this interpreter, on the program above
            command, env=child_environment(path), capture_output=True, text=True, check=True
        )
        played, built = json.loads(done.stdout)
        print(f"  {name:<16} {played:6.1f} KB after run(), {built:6.1f} KB after build()")


def time_comparison(tests: int = 100_000, rounds: int = 3) -> None:
    """Print how long it takes to compare two large runs, read and unread."""
    chance = random.Random(3)  # noqa: S311 - sizes and outcomes, not secrets

    def run(rate: float) -> dict[str, Any]:
        verdicts = ["passed" if chance.random() < rate else "failed" for _ in range(tests)]
        return {
            "tests": [{"test_id": f"s{n}", "status": "completed", "verdict": one} for n, one in enumerate(verdicts)]
        }

    before, after = run(0.8), run(0.82)
    read = RunResults.of(before), RunResults.of(after)
    both = min(_seconds(lambda: compare_runs(before, after)) for _ in range(rounds))
    only = min(_seconds(lambda: compare_runs(*read)) for _ in range(rounds))
    print(f"\ncompare() of {tests:,} tests: {both:.2f} s, {only:.2f} s of runs that are read (goal: 3 s)")


def time_resuming(scenarios: int = 20_000) -> None:
    """Print how long resuming a finished journal takes beside playing it."""
    action = {"actor": "user", "content": "Where is my order?"}
    actions = [action, {"actor": "agent", "content": "It has shipped."}] * 3
    runner = EvalRunner({"runs": {f"s{n}": {"actions": actions} for n in range(scenarios)}})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.jsonl"
        played = _seconds(lambda: runner.run(lambda message: message, journal=path))
        resumed = _seconds(lambda: runner.run(lambda message: message, journal=path, resume=True))
    print(f"\njournal of {scenarios:,} scenarios: played in {played:.2f} s, ", end="")
    print(f"resumed in {resumed:.2f} s, ratio {resumed / played:.2f} (goal: 0.50)")


def _seconds(function: Any) -> float:
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def main(arguments: Sequence[str] | None = None) -> None:
    """Print all rows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", default="", help="a folder with the public package's `ashr_labs`")
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args(arguments)
    compare_runs_at_size(options.peer, options.rounds)
    compare_memory(options.peer)
    time_comparison()
    time_resuming()


if __name__ == "__main__":
    main()
