"""Tests of threads that are left behind: by agents that block, and by agents that start their own."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ashr_labs import EvalRunner
from ashr_labs.eval.drivers import executors, threads
from ashr_labs.eval.player import Call
from support.cli import Workspace
from support.eval_data import WAYS, agent, entries, source, user

MANY = source(**{f"s{n}": [user(f"message {n}"), agent(f"message {n}")] for n in range(30)})


BY_ALL_WAYS = pytest.mark.parametrize("way", WAYS)


def eval_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("ashr-eval")]


@BY_ALL_WAYS
def test_leaked_agent_threads_do_not_affect_the_run(way: str) -> None:
    """Threads that an agent starts and forgets are its own: every scenario is played, and no thread of ours is left."""
    over = threading.Event()
    leaked = list[threading.Thread]()

    def answer(message: str) -> str:
        leaked.append(threading.Thread(target=over.wait, name="leaked", daemon=True))
        leaked[-1].start()
        return message

    run = WAYS[way](EvalRunner(MANY), answer, timeout=30)
    alive = [thread.is_alive() for thread in leaked]
    over.set()
    for thread in leaked:
        thread.join(30)
    for _ in range(100):  # helpers end by themselves, a moment after the run
        if not eval_threads():
            break
        time.sleep(0.05)

    assert [f"message {n}" for n in range(30)] == [entries(test)[-1][3] for test in run.build()["tests"]]
    assert [True] * 30 == alive
    assert [] == eval_threads()


@BY_ALL_WAYS
def test_blocked_calls_are_counted_and_capped(
    way: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """However a blocking agent is run, at most MAX_HUNG threads are left behind; further scenarios fail at once."""
    monkeypatch.setattr(threads, "MAX_HUNG", 4)
    monkeypatch.setattr(executors, "_hung", threads.HungThreads())
    over = threading.Event()
    asked = list[str]()

    def answer(message: str) -> None:
        asked.append(message)
        over.wait(60)

    with caplog.at_level(logging.WARNING, "ashr_labs.eval"):
        tests = WAYS[way](EvalRunner(MANY), lambda: answer, timeout=0.05).build()["tests"]
    left = len(eval_threads())
    over.set()

    assert 4 <= len(asked) < 4 + 3  # each worker may have asked before it could know
    assert len(asked) == left
    assert {"timeout"} == {test["error"]["kind"] for test in tests}
    assert 30 - len(asked) == [test["error"]["type"] for test in tests].count("TooManyAbandoned")
    assert way == "executor" or f"{len(asked)} calls of the agent did not return" in caplog.text


def test_returned_threads_are_not_counted() -> None:
    """A call that was late, but came back, gives its place free."""
    abandoned = threads.HungThreads()
    over = threading.Event()
    late = [threads.AgentThread() for _ in range(threads.MAX_HUNG)]
    for helper in late:
        helper.submit(Call(over.wait), lambda _: None)
        abandoned.add(helper)
    refused = abandoned.limit_error()
    over.set()
    for _ in range(200):
        if not abandoned.count:
            break
        time.sleep(0.05)

    assert refused is not None
    assert "TooManyAbandoned" == refused.type
    assert abandoned.limit_error() is None


PROGRAM = """
import asyncio, sys, threading, time
from concurrent.futures import ThreadPoolExecutor
from ashr_labs import EvalRunner

async def hold(message):
    while True:
        try:
            await asyncio.sleep(600)
        except asyncio.CancelledError:
            pass

def block(message):
    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
    time.sleep(600)

runner = EvalRunner({"runs": {f"s{n}": {"actions": [{"actor": "user", "content": ""}]} for n in range(6)}})
runs = [
    runner.run(block, timeout=0.05),
    runner.run(block, timeout=0.05, max_workers=3),
    runner.run(hold, timeout=0.05, max_workers=3),
    asyncio.run(runner.arun(block, timeout=0.05, max_workers=3)),
]
with ThreadPoolExecutor(2) as executor:
    runs.append(runner.run(block, timeout=0.05, executor=executor))
print([{test["error"]["kind"] for test in run.build()["tests"]} for run in runs])
"""


def test_process_exits_despite_blocked_agents() -> None:
    """Neither blocked calls nor threads that an agent left keep the process from exiting."""
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=True)

    assert str([{"timeout"}] * 5) == done.stdout.strip()
    assert "6 tasks of the agent could not be cancelled" in done.stderr
    assert time.monotonic() - started < 30


def test_command_exits_despite_leftover_threads(tmp_path: Path) -> None:
    """`ashr-labs eval` ends soon, with its exit code, when an agent left threads that Python would wait for."""
    workspace = Workspace.at(tmp_path)
    (tmp_path / "leaky.py").write_text(
        "import atexit, threading, time\n"
        "atexit.register(lambda: open('ended', 'w').close())\n"
        "def answer(message):\n"
        "    threading.Thread(target=time.sleep, args=(600,), name='leaked').start()\n"
        "    return message\n"
    )
    done = workspace.run("eval", "data.json", "--agent", "leaky:answer", "--json", "--min-pass-rate", "1")

    assert 1 == done.code
    assert 2 == len(done.document["tests"])
    assert "2 threads of the agent still run: leaked, leaked" in done.err
    assert (tmp_path / "ended").exists()
