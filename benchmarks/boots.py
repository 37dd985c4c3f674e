"""How long the boot of a spec takes, by what is in it; run it with `python benchmarks/boots.py [COUNT]`.

The first boot with PostgreSQL makes the empty cluster, and is shown apart from the others.
"""

from __future__ import annotations

import statistics
import sys
import time
from functools import partial
from typing import TYPE_CHECKING

from ashr_labs.local.boot import Booter, BootRequest
from ashr_labs.local.sandbox.engines import open_engine
from ashr_labs.specs import parse_spec

if TYPE_CHECKING:
    from collections.abc import Callable

FILES = ", ".join(f"{{path: f{number}, content: x}}" for number in range(10))
SPECS = {
    "nothing": "",
    "10 files and a command": f"setup: {{files: [{FILES}], commands: ['true']}}",
    "redis": "services: [{name: cache, image: redis}]",
    "http_mock": "services: [{name: mock, type: http_mock}]",
    "postgres": "services: [{name: db, image: postgres}]",
    "postgres, redis and http_mock": "services: [{name: db, image: postgres}, {name: cache, image: redis}, "
    "{name: mock, type: http_mock}]",
}


def main() -> None:
    """Boot each spec a number of times, and print the times in milliseconds."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    engine = open_engine()
    booter = Booter(engine)
    whole = "\n".join(
        [
            "forbidden: {db_writes_outside: [], file_writes_outside: []}",
            "services: [{name: db, image: postgres}]",
            "setup: {commands: ['for i in $(seq 1000); do echo $i > f$i; done']}",
        ]
    )
    print(f"{'boot of':32} {'first':>8} {'median':>8} {'longest':>8}")
    for name, text in SPECS.items():
        show(name, [timed(partial(boot, booter, text)) for _ in range(count)])
    booted = booter.boot(parse_spec(f"id: bench\n{whole}"), BootRequest("bench", {}, {}))
    show("findings, 1,000 files, a database", [timed(booted.findings) for _ in range(count)])
    engine.close()


def boot(booter: Booter, text: str) -> None:
    """Boot a spec and destroy its sandbox."""
    booter.boot(parse_spec(f"id: bench\n{text}"), BootRequest("bench", {}, {})).sandbox.destroy()


def timed(act: Callable[[], object]) -> float:
    """Return how many milliseconds a call takes."""
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


def show(name: str, times: list[float]) -> None:
    """Print a line of the table."""
    rest = times[1:] or times
    print(f"{name:32} {times[0]:8.1f} {statistics.median(rest):8.1f} {max(rest):8.1f}")


if __name__ == "__main__":
    main()
