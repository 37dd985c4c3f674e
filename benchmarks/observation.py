"""Cost per turn of observing an agent: `run()` beside a checkout that does not observe.

    git worktree add --detach FOLDER 1355379
    python benchmarks/observation.py FOLDER

Scenarios have six turns. The two versions are processes of their own and take turns: the cost is the median of the
differences of the rounds. The last row is an agent that records two spans per turn, beside the same agent without them.
"""

from __future__ import annotations

import argparse
import os
import statistics
from pathlib import Path

from eval_loop import Candidate, Work

SCENARIOS = 300
TURNS = 6
GOAL = 2.0
"""Microseconds per turn of an agent that records nothing."""

SETUP = (
    f"TURNS = {TURNS}"
    + """
import gc, json, sys, time
from ashr_labs import EvalRunner, current_span

def source(number):
    said = [{"actor": "user", "content": f"message {turn}"} for turn in range(TURNS)]
    heard = [{"actor": "agent", "content": "It has shipped."}] * TURNS
    actions = [action for pair in zip(said, heard) for action in pair]
    return {"runs": {f"s{n}": {"actions": actions} for n in range(number)}}

class Silent:
    def reset(self): ...
    def respond(self, message):
        return {"text": "It has shipped.", "tool_calls": []}

class Recording(Silent):
    def respond(self, message):
        for _ in range(2):
            current_span().span("search", input={"q": message}).end(output={"hits": 3})
        return {"text": "It has shipped.", "tool_calls": []}

AGENTS = {"silent": Silent, "recording": Recording}
SOURCES = {}
"""
)

PROGRAM = """
def play(agent, number, seconds, workers):
    return EvalRunner(SOURCES.setdefault(number, source(number))).run(AGENTS[agent]())
"""


def differences(first: tuple[Candidate, Work], second: tuple[Candidate, Work], rounds: int) -> list[float]:
    """Return by how many microseconds of processor time per turn the first takes longer, for each round."""
    pair = (first, second)
    for candidate, work in pair:
        candidate.start(work)
    for number in range(rounds):
        for candidate, work in pair if number % 2 else pair[::-1]:
            candidate.play(work)
    for candidate, _ in pair:
        candidate.stop()
        if candidate.why_absent:
            raise SystemExit(f"{candidate.name}: {candidate.why_absent}")
    both = zip(first[0].times, second[0].times, strict=True)
    return [(mine[1] - other[1]) / SCENARIOS / TURNS * 1e6 for mine, other in both]


def report(title: str, found: list[float], goal: float | None = None) -> None:
    """Print the median of the rounds and the half of them around it."""
    low, middle, high = statistics.quantiles(found, n=4)
    verdict = "" if goal is None else f"   limit {goal:g}: {'holds' if middle <= goal else 'MISSED'}"
    print(f"{title:52}{middle:7.2f} us per turn (half of the rounds: {low:.2f} to {high:.2f}){verdict}", flush=True)


def main() -> None:
    """Print both costs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("other", type=Path, help="folder of the checkout that does not observe")
    parser.add_argument("--rounds", type=int, default=60)
    options = parser.parse_args()
    other = options.other.resolve()
    silent, recording = ("silent", SCENARIOS, 0.0, 1), ("recording", SCENARIOS, 0.0, 1)

    def ours() -> Candidate:
        return Candidate("run()", PROGRAM, setup=SETUP)

    before = Candidate("before", PROGRAM, path=os.pathsep.join(map(str, (other, other / "generated"))), setup=SETUP)
    report("an agent that records nothing", differences((ours(), silent), (before, silent), options.rounds), GOAL)
    report("two spans per turn", differences((ours(), recording), (ours(), silent), options.rounds // 2))


if __name__ == "__main__":
    main()
