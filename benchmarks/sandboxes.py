"""Measure sandboxes: creation, commands, listings of many files, and the growth over many sandboxes.

python benchmarks/sandboxes.py [--engine bubblewrap]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ashr_labs.local.sandbox.engines import open_engine
from ashr_labs.local.sandbox.protocol import SandboxRequest
from ashr_labs.local.sandbox.state import difference

if TYPE_CHECKING:
    from collections.abc import Callable

    from ashr_labs.local.sandbox.protocol import Engine, Sandbox

ROUNDS = 40
FILES = 10_000
IN_TURN = 200


def main() -> None:
    """Print each figure with its target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", help="the engine; by default the first one that works")
    engine = open_engine(parser.parse_args().engine)
    plain = median(lambda: subprocess.run(["true"], check=True))  # noqa: S607 - the program of this machine
    print(f"a plain process {plain:.1f} ms, load {Path('/proc/loadavg').read_text().split()[0]}, engine {engine.name}")
    created, first = creation(engine)
    print(f"create {created:.1f} ms (target 25), first command {first:.1f} ms")
    sandbox = engine.create(SandboxRequest("benchmark"))
    print(f"exec true {median(lambda: sandbox.exec(['true'])) - plain:.1f} ms over a plain process (target 8)")
    listings(sandbox)
    sandbox.destroy()
    in_turn(engine)
    engine.close()


def median(action: Callable[[], object]) -> float:
    """Return the median duration of an action in milliseconds."""
    return statistics.median(timed(action) for _ in range(ROUNDS))


def timed(action: Callable[[], object]) -> float:
    """Return the duration of an action in milliseconds."""
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1000


def creation(engine: Engine) -> tuple[float, float]:
    """Return the medians of the creation and of the first command."""
    created: list[float] = []
    first: list[float] = []
    for number in range(ROUNDS):
        start = time.perf_counter()
        sandbox = engine.create(SandboxRequest(f"benchmark-{number}"))
        created.append((time.perf_counter() - start) * 1000)
        first.append(timed(lambda sandbox=sandbox: sandbox.exec(["true"])))  # type: ignore[misc]
        sandbox.destroy()
    return statistics.median(created), statistics.median(first)


def listings(sandbox: Sandbox) -> None:
    """Print the durations of a listing with and without knowing the checksums, and of a difference."""
    sandbox.exec(
        f"for d in $(seq 100); do mkdir d$d; for f in $(seq {FILES // 100}); do echo $d-$f > d$d/$f; done; done"
    )
    start = time.perf_counter()
    before = sandbox.list()
    cold = (time.perf_counter() - start) * 1000
    warm = statistics.median(timed(lambda: difference(before, sandbox.list())) for _ in range(10))
    print(f"diff of {FILES:,} files {warm:.0f} ms warm (target 300), first listing {cold:.0f} ms")


def in_turn(engine: Engine) -> None:
    """Print what many sandboxes in turn leave behind."""
    before = held()
    for number in range(IN_TURN):
        sandbox = engine.create(SandboxRequest(f"turn-{number}"))
        sandbox.exec(["true"])
        sandbox.destroy()
    growth = ", ".join(f"{name} {after - before[name]:+}" for name, after in held().items())
    print(f"{IN_TURN} sandboxes in turn: {growth}")


def held() -> dict[str, int]:
    """Return the descriptors, threads and memory of this process."""
    status = Path("/proc/self/status").read_text("ascii")
    return {
        "descriptors": len(list(Path("/proc/self/fd").iterdir())),
        "threads": int(status.partition("Threads:")[2].split()[0]),
        "KiB": int(status.partition("VmRSS:")[2].split()[0]),
    }


if __name__ == "__main__":
    main()
