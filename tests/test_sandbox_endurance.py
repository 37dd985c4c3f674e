"""Sandboxes leave nothing behind: not many in turn, and not those of a server that is killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path

import pytest

from ashr_labs.local.sandbox.cgroups import find_hierarchy
from ashr_labs.local.sandbox.protocol import Engine
from support.processes import child_processes
from support.sandboxes import engine_or_skip, processes_of_session, processes_with, sandbox_of


@pytest.fixture(scope="module", name="engine")
def _engine() -> Generator[Engine]:
    engine = engine_or_skip("bubblewrap")
    yield engine
    engine.close()


def resources() -> dict[str, int]:
    """Return what this process and the machine use: descriptors, threads, children, mounts and control groups."""
    hierarchy = find_hierarchy()
    groups = [] if hierarchy is None else [one for folder in hierarchy.folders.values() for one in folder.iterdir()]
    return {
        "descriptors": len(list(Path("/proc/self/fd").iterdir())),
        "threads": len(list(Path("/proc/self/task").iterdir())),
        "processes": len(child_processes()),
        "mounts": len(Path("/proc/self/mountinfo").read_bytes().splitlines()),
        "groups": len([one for one in groups if one.name.startswith(f"ashr-sandbox.{os.getpid()}.")]),
    }


def memory() -> int:
    """Return the resident memory of this process in KiB."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmRSS:")[2].split()[0])


def use(engine: Engine, times: int) -> None:
    for number in range(times):
        with sandbox_of(engine) as sandbox:
            sandbox.write("file", b"x" * 10_000)
            sandbox.exec("cat file; sleep 100 &")
            sandbox.list()
            if number % 5 == 0:
                sandbox.spawn(["sleep", "100"]).close()


@pytest.mark.parametrize("times", [20, pytest.param(200, marks=pytest.mark.long)])
def test_sandboxes_in_turn_leave_nothing(engine: Engine, times: int) -> None:
    """After many sandboxes there are no more descriptors, threads, processes, mounts or groups than before."""
    use(engine, 5)
    before, used = resources(), memory()

    use(engine, times)

    assert before == resources()
    assert memory() - used < 4_000 + 20 * times


OWNER = """
import sys, threading
from ashr_labs.local.sandbox.bubblewrap import Bubblewrap
from ashr_labs.local.sandbox.protocol import SandboxRequest

engine = Bubblewrap()
print("started", flush=True)

def work(number):
    while True:
        sandbox = engine.create(SandboxRequest(f"sb-{number}"))
        sandbox.write("file", b"x" * 100_000)
        process = sandbox.spawn(["sh", "-c", "setsid sleep MARKER & sleep MARKER"])
        sandbox.exec("setsid sleep MARKER & (setsid sleep MARKER &); echo done")
        sandbox.list()
        if number % 2:
            process.close()
            sandbox.destroy()

threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(3)]
for thread in threads:
    thread.start()
threads[0].join()
"""


def kill_owner(moment: float, marker: str) -> int:
    """Start a program that makes sandboxes all the time, and kill it; return its session."""
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER.replace("MARKER", marker)], stdout=subprocess.PIPE, start_new_session=True
    )
    assert owner.stdout is not None
    try:
        assert b"started\n" == owner.stdout.readline()
        time.sleep(moment)
    finally:
        owner.send_signal(signal.SIGKILL)
        owner.wait()
        owner.stdout.close()
    return owner.pid


@pytest.mark.parametrize("times", [2, pytest.param(50, marks=[pytest.mark.long, pytest.mark.timeout(600)])])
def test_nothing_outlives_a_killed_server(times: int) -> None:
    """Whenever the server is killed, all processes of its sandboxes end, and the next one removes their groups."""
    engine_or_skip("bubblewrap").close()
    chance = random.Random(times)
    for attempt in range(times):
        marker = f"{4_000_000 + os.getpid() * 100 + attempt}"

        session = kill_owner(chance.uniform(0, 0.7), marker)

        until = time.monotonic() + 20
        while processes_of_session(session) and time.monotonic() < until:
            time.sleep(0.02)
        assert set() == processes_of_session(session)
        assert [] == processes_with(f"sleep\0{marker}")
    engine_or_skip("bubblewrap").close()
    hierarchy = find_hierarchy()
    if hierarchy is not None:
        assert 0 == hierarchy.remove_left_over()


UNPRIVILEGED = """
from ashr_labs.local.sandbox.bubblewrap import Bubblewrap
from ashr_labs.local.sandbox.protocol import Limits, SandboxRequest

engine = Bubblewrap()
sandbox = engine.create(SandboxRequest("sb", limits=Limits(memory=100 << 20, processes=30)))
big = sandbox.exec(["python3", "-c", "bytearray(300 << 20)"])
sandbox.write("a/b", b"content")
alive = sandbox.exec("cat a/b; id -u")
forks = sandbox.exec(["python3", "-c", "import os\\nfor _ in range(100): os.fork() or os._exit(os.system('sleep 1'))"])
print(big.exit_code, b"MemoryError" in big.stderr, b"BlockingIOError" in forks.stderr, alive.stdout)
print(sandbox.in_force["memory"], "|", sandbox.in_force["cpus"])
engine.close()
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="it becomes another user")
def test_other_users_need_no_privileges(tmp_path: Path) -> None:
    """An unprivileged user makes the same sandboxes; limits are those of each process, and that is told."""
    engine_or_skip("bubblewrap").close()
    python = next(
        (one for one in ("/usr/bin/python3.13", "/usr/bin/python3.12", "/usr/bin/python3.11") if Path(one).exists()),
        None,
    )
    if python is None:
        pytest.skip("no Python that other users can run")
    paths = [
        str(Path(__file__).parent.parent),
        *(one for one in sys.path if one.endswith(("site-packages", "generated"))),
    ]
    done = subprocess.run(
        [python, "-c", UNPRIVILEGED],
        env={"PYTHONPATH": ":".join(paths), "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
        user=65534,
        group=65534,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )

    assert (
        "1 True True b'content1000\\n'\n104857600 bytes per process | not limited on this machine\n" == done.stdout
    ), done
