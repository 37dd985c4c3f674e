"""Tests of Ctrl-C during a run, on real processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows cannot send SIGINT to one process")

PROGRAM = r"""
import asyncio, json, os, sys, time
from ashr_labs import EvalRunner

def ask(message, seconds):
    os.write(1, b"asked\n")
    time.sleep(seconds)
    return message

async def ask_later(message):
    os.write(1, b"asked\n")
    await asyncio.sleep(0.5)
    return message

agents = {"slow": lambda message: ask(message, 0.5), "stuck": lambda message: ask(message, 600), "async": ask_later}
source = {"runs": {f"s{n}": {"actions": [{"actor": "user", "content": "hi"}]} for n in range(100)}}
run = EvalRunner(source).run(agents[sys.argv[1]], max_workers=int(sys.argv[2]))
print(json.dumps(run.build()))
"""


@contextmanager
def started(agent: str, workers: int) -> Generator[subprocess.Popen[str]]:
    """Start a run, and wait until its workers have asked their agents."""
    command = [sys.executable, "-c", PROGRAM, agent, str(workers)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert ["asked\n"] * workers == [process.stdout.readline() for _ in range(workers)]
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize(("agent", "workers"), [("slow", 1), ("slow", 3), ("async", 3)])
def test_first_interrupt_finishes_running_scenarios(agent: str, workers: int) -> None:
    """At the first Ctrl-C nothing more starts, what plays is finished and kept, and the run is cancelled."""
    with started(agent, workers) as process:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)

    result = json.loads(out.splitlines()[-1])
    assert 0 == process.returncode
    assert "press Ctrl-C again to stop at once" in err
    assert "cancelled" == result["status"]
    assert workers <= len(result["tests"]) < 10
    assert {"completed"} == {test["status"] for test in result["tests"]}


@pytest.mark.parametrize("workers", [1, 2])
def test_second_interrupt_ends_the_process(workers: int) -> None:
    """A second Ctrl-C is raised although the agents never answer, and the process ends."""
    with started("stuck", workers) as process:
        assert process.stderr is not None
        process.send_signal(signal.SIGINT)
        assert ["\n", "interrupted"] == [process.stderr.readline(), process.stderr.read(11)]
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)

    assert "KeyboardInterrupt" in err
    assert process.returncode not in {None, 0}


POOL = r"""
import json, os, sys, time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from ashr_labs import EvalRunner

def answer(message):
    os.write(1, b"asked\n")
    time.sleep(0.3)
    return message

if __name__ == "__main__":
    runs = {f"s{n}": {"actions": [{"actor": "user", "content": "hi"}]} for n in range(100)}
    make = ThreadPoolExecutor if sys.argv[1] == "threads" else ProcessPoolExecutor
    options = {} if sys.argv[1] == "threads" else {"mp_context": get_context("fork")}
    with make(2, **options) as executor:
        run = EvalRunner({"runs": runs}).run(answer, executor=executor)
    print(json.dumps(run.build()))
"""


@pytest.mark.parametrize("pool", ["threads", "processes"])
def test_interrupt_of_process_group_ends_executor_run(pool: str, tmp_path: Path) -> None:
    """A terminal's Ctrl-C reaches the processes of a pool too: what was done is kept, nothing else is recorded."""
    (tmp_path / "pool.py").write_text(POOL)
    command = [sys.executable, "pool.py", pool]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        assert ["asked\n"] * 5 == [process.stdout.readline() for _ in range(5)]
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=30)

    result = json.loads(out.splitlines()[-1])
    assert 0 == process.returncode
    assert "press Ctrl-C again to stop at once" in err
    assert "cancelled" == result["status"]
    assert 2 <= len(result["tests"]) < 10
    assert {"completed"} == {test["status"] for test in result["tests"]}
