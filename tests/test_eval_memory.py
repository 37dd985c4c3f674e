"""Tests of what a big run costs in memory, and of how soon it begins: in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads the memory of a process on Linux")

PROGRAM = r"""
import json, os, sys, time
from ashr_labs import EvalRunner

number, how = int(sys.argv[1]), sys.argv[2]

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

def scenario(n):
    actions = []
    for turn in range(3):
        call = {"name": "look", "arguments_json": json.dumps({"order": n})}
        actions.append({"actor": "user", "content": f"message {n} {turn}", "name": "asks"})
        actions.append(
            {"actor": "agent", "content": "It has shipped.", "expected_response": {"tool_calls": [call]}}
        )
    return {"title": "T", "actions": actions}

def answer(message):
    global called
    if called is None:
        called = time.process_time()
    return {"text": "It has shipped.", "tool_calls": [{"name": "look", "arguments": {"order": 1}}]}

called = None
scenarios = ((f"s{n}", scenario(n)) for n in range(number))
if how == "kept":
    runner, options = EvalRunner({"runs": dict(scenarios)}), {}
else:
    runner, options = EvalRunner(scenarios), {"journal": "journal", "keep_results": False}
before, started = resident(), time.process_time()
run = runner.run(answer, **options)
grown = resident() - before
statuses = [test["status"] for test in run.iter_tests()] if how != "kept" else []
print(json.dumps({
    "grown": grown,
    "seconds_to_first_call": called - started,
    "played": statuses.count("completed"),
    "grown_when_read": resident() - before,
}))
"""


def measured(number: int, how: str, folder: Path) -> Any:
    """Return the cost of a run of `number` scenarios of six actions, in a process of its own."""
    command = [sys.executable, "-c", PROGRAM, str(number), how]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=500, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("number", "most"),
    [(2_500, 15_000_000), pytest.param(100_000, 200_000_000, marks=[pytest.mark.long, pytest.mark.timeout(600)])],
)
def test_streamed_run_uses_constant_memory(number: int, most: int, tmp_path: Path) -> None:
    """Scenarios of an iterator whose results stay in the journal leave next to nothing in memory, also when read."""
    told = measured(number, "streamed", tmp_path)

    assert number == told["played"]
    assert max(told["grown"], told["grown_when_read"]) < most


@pytest.mark.parametrize("number", [2_000, pytest.param(20_000, marks=pytest.mark.long)])
def test_results_are_compact_and_first_call_is_immediate(number: int, tmp_path: Path) -> None:
    """A scenario of six actions adds at most 5 KB until it is built; the agent is asked within 50 ms."""
    told = measured(number, "kept", tmp_path)
    seconds: float = told["seconds_to_first_call"]
    if seconds > 0.05:  # the first process compiles the modules
        seconds = measured(number, "kept", tmp_path)["seconds_to_first_call"]

    assert told["grown"] / number < 5_000
    assert seconds < 0.05
