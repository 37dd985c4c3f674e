"""How long the eval loop takes beside others that do the same work: ratios of interleaved rounds.

    python benchmarks/eval_loop.py --peer FOLDER --peers-python PYTHON --peers-python PYTHON

FOLDER holds an unpacked `ashr_labs` of PyPI; each PYTHON is an interpreter with other libraries (pydantic-evals,
braintrust, langsmith, inspect-ai), since they do not all fit into one. What is absent is said and left out. Each
candidate is a process of its own, warmed up once; they take turns, so read the ratios, not the times. "CPU" is the
ratio of processor times, which a busy machine disturbs less.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from eval_programs import BARE, HARNESS, OURS, OURS_BUILT, PEERS, SCENARIOS

from ashr_labs.comparators import fuzzy_str_match, strip_markdown, text_similarity, tokenize

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Work = tuple[str, int, float, int]
"""The agent's kind, the number of scenarios, seconds per reply, and how many scenarios play at a time."""

_WARM_UP = 10
TEXT = "Order **ORD-123** ships [here](https://x.com/track/1), $12.50 on 2024-05-06, sorry for the damaged item! "
HOSTILE = ("[", "\n", "[a](", "\n ", "track.a", "*", "İ", "](", "ab ")


@dataclass
class Candidate:
    """A process that plays when it is told to."""

    name: str
    program: str
    python: str = sys.executable
    path: str = ""
    fewer: int = 1
    """By how much fewer scenarios it plays; its times are multiplied."""
    setup: str = SCENARIOS
    """Definitions that the program uses."""
    times: list[tuple[float, float]] = field(default_factory=list)
    """Seconds of each round: by the clock, and of processor time."""
    why_absent: str = ""

    def fresh(self) -> Candidate:
        """Return the same, not yet started."""
        return replace(self, times=[], why_absent="")

    def start(self, work: Work) -> None:
        """Start the process and let it play a little, so that everything is loaded."""
        self._process = subprocess.Popen(  # noqa: S603 - an interpreter of the caller's, on the programs beside this
            python_command(self.python, self.setup + self.program + HARNESS),
            env=child_environment(self.path),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        if self._line():
            self.play((work[0], _WARM_UP, 0.0, work[3]))
            self.times.clear()

    def play(self, work: Work) -> None:
        """Play, and keep how long it took."""
        if self.why_absent:
            return
        if self._process.stdin:
            self._process.stdin.write(json.dumps((work[0], max(1, work[1] // self.fewer), *work[2:])) + "\n")
            self._process.stdin.flush()
        if line := self._line():
            wall, cpu = json.loads(line)
            self.times.append((wall * self.fewer, cpu * self.fewer))

    def stop(self) -> None:
        """End the process."""
        self._process.communicate()

    def median(self, column: int) -> float:
        """Return the median of its rounds by the clock (0) or of processor time (1)."""
        return statistics.median(times[column] for times in self.times)

    def _line(self) -> str:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            self.why_absent = (self._process.communicate()[1].strip().splitlines() or ["it ended"])[-1]
        return line


def installed(
    programs: Mapping[str, tuple[str, str, int]], pythons: Sequence[str], setup: str = SCENARIOS
) -> Iterator[Candidate]:
    """Yield the libraries that one of the interpreters has; say which are nowhere."""
    for name, (module, program, fewer) in programs.items():
        python = next((python for python in pythons if _has(python, module)), None)
        if python is None:
            print(f"{name} is not measured: no --peers-python has it; install it with pip")
        else:
            yield Candidate(name, program, python, fewer=fewer, setup=setup)


def compare(
    title: str,
    work: Work,
    ours: Candidate,
    others: Sequence[Candidate],
    rounds: int,
    goal: str,
    parts: tuple[int, str] = (6, "action"),
) -> None:
    """Print how long we take, and the ratio to each of the others; `parts` says what one scenario consists of."""
    everyone = [ours, *others]
    for candidate in everyone:
        candidate.start(work)
    for _ in range(rounds):
        for candidate in everyone:
            candidate.play(work)
    for candidate in everyone:
        candidate.stop()
    number, part = work[1] * parts[0], parts[1]
    print(f"\n{title} (goal: {goal})")
    print(f"  {ours.name:<16} {ours.median(0):8.3f} s {ours.median(1) / number * 1e6:9.1f} us of CPU per {part}")
    for other in others:
        if other.why_absent:
            print(f"  {other.name:<16} not measured: {other.why_absent}")
            continue
        by_clock, by_cpu = (ours.median(column) / other.median(column) for column in (0, 1))
        cpu = f"{other.median(1) / number * 1e6:9.1f} us of CPU per {part}"
        print(f"  {other.name:<16} {other.median(0):8.3f} s {cpu}   ratio {by_clock:5.2f}, of CPU {by_cpu:5.2f}")


def compare_loops(peer: str, pythons: Sequence[str], rounds: int) -> None:
    """Compare instant agents, and agents that take 50 ms."""
    found = list(installed(PEERS, pythons))

    def libraries() -> list[Candidate]:
        return [one.fresh() for one in found]

    def public() -> list[Candidate]:
        return [Candidate("ashr-labs 0.3.1", OURS, path=peer)] if peer else []

    instant = "instant agent, 1,000 scenarios of 6 actions"
    compare(
        f"{instant}, run()", ("sync", 1_000, 0, 1), Candidate("run()", OURS), public() + libraries(), rounds, "0.50"
    )
    built = [Candidate("ashr-labs 0.3.1", OURS_BUILT, path=peer)] if peer else []
    compare(
        f"{instant}, run() and build()", ("sync", 1_000, 0, 1), Candidate("build()", OURS_BUILT), built, rounds, "0.50"
    )
    compare(f"{instant}, 8 tasks", ("async", 1_000, 0, 8), Candidate("run()", OURS), libraries(), rounds, "0.50")
    for kind, limits in (("async", {8: 1.03, 64: 1.03, 500: 1.15}), ("sync", {8: 1.05, 64: 1.05, 500: 1.15})):
        for workers, limit in limits.items():
            title = f"50 ms per reply, 500 scenarios of 3 turns, {kind}, {workers} at a time"
            bare = Candidate("gather" if kind == "async" else "thread pool", BARE)
            others = [bare, *public()] if kind == "sync" else [bare]
            compare(title, (kind, 500, 0.05, workers), Candidate("run()", OURS), others, rounds, f"{limit:.2f} of bare")


COMPARATORS = r"""
import json, random, sys, time
from ashr_labs import comparators
names = ["text_similarity", "tokenize", "strip_markdown", "fuzzy_str_match"]
words = (sys.argv[1] * 40).split() + [f"word{n}" for n in range(200)]
chance = random.Random(7)
for line in sys.stdin:
    name, length = json.loads(line)
    function = getattr(comparators, name)
    chance.seed(length)
    pairs = [[" ".join(chance.choices(words, k=length)) for _ in range(2)] for _ in range(8)]
    arguments = [pair[: 2 if name in ("text_similarity", "fuzzy_str_match") else 1] for pair in pairs]
    started = time.process_time()
    for _ in range(max(1, 4000 // length)):
        for each in arguments:
            answers = function(*each)
    seconds = (time.process_time() - started) / max(1, 4000 // length) / len(pairs)
    print(json.dumps([seconds, [function(*each) for each in arguments]]), flush=True)
"""


def compare_comparators(peer: str, rounds: int) -> None:
    """Compare the comparators at three lengths, and check that they answer the same."""
    print("\ncomparators, us per call (goal: 0.40)")
    for name in ("text_similarity", "tokenize", "strip_markdown", "fuzzy_str_match"):
        for length in (10, 100, 5_000):
            case = json.dumps([name, length]) + "\n"
            answers: list[Any] = [_comparator_rounds(path, case, rounds) for path in ("", peer)]
            mine, theirs = (statistics.median(seconds for seconds, _ in rows) for rows in answers)
            same = "same answers" if answers[0][0][1] == answers[1][0][1] else "OTHER ANSWERS"
            print(
                f"  {name:<16} {length:>5} words {mine * 1e6:9.1f} {theirs * 1e6:9.1f}   {mine / theirs:5.2f}   {same}"
            )


def time_hostile_texts() -> None:
    """Print the longest that a comparator takes on 1 MB of a hostile text."""
    slowest = (0.0, "")
    for unit in HOSTILE:
        text = (unit * (1_000_000 // len(unit) + 1))[:1_000_000]
        for call, arguments in (
            (strip_markdown, (text,)),
            (tokenize, (text,)),
            (text_similarity, (text, text[1:])),
            (fuzzy_str_match, (text, text[1:] + "x")),
        ):
            started = time.process_time()
            call(*arguments)
            slowest = max(slowest, (time.process_time() - started, f"{call.__name__} on {unit!r}"))
    print(f"\n1 MB of hostile text: at most {slowest[0]:.2f} s, by {slowest[1]} (goal: 1 s)")


def _comparator_rounds(path: str, case: str, rounds: int) -> list[Any]:
    done = subprocess.run(  # noqa: S603 - this interpreter, on the program above
        [*python_command(sys.executable, COMPARATORS), TEXT],
        env=child_environment(path),
        input=case * rounds,
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def python_command(python: str, program: str) -> list[str]:
    """Return the command without the current folder in the path: it may be the one of this package."""
    return [python, "-P", "-c", program]


def child_environment(path: str) -> dict[str, str]:
    """Return the environment in which modules are imported from `path` first."""
    environment = {**os.environ, **({"PYTHONPATH": path} if path else {})}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment


def _has(python: str, module: str) -> bool:
    command = [python, "-c", f"import importlib.util, sys; sys.exit(importlib.util.find_spec({module!r}) is None)"]
    return subprocess.run(command, check=False).returncode == 0  # noqa: S603 - an interpreter of the caller's


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", default="", help="a folder with the public package's `ashr_labs`")
    parser.add_argument("--peers-python", action="append", default=[], help="an interpreter with other libraries")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    compare_loops(options.peer, options.peers_python or [sys.executable], options.rounds)
    if options.peer:
        compare_comparators(options.peer, options.rounds)
    time_hostile_texts()


if __name__ == "__main__":
    main()
