"""Tests of journals: what is done survives the end of the process, at any moment, and is not done again."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from ashr_labs import ConfigurationError, EvalRunner
from support.eval_data import ScriptedAgent, agent, source, user

MANY = source(**{f"s{n}": [user(f"message {n}"), agent(f"message {n}")] for n in range(12)})

PROGRAM = r"""
import os, sys, time
from ashr_labs import EvalRunner

def answer(message):
    with open("asked", "a") as asked:
        asked.write(message + "\n")
    time.sleep(0.01)
    if message.endswith("7"):
        raise ValueError("no answer")
    return message

runs = {f"s{n}": {"actions": [{"actor": "user", "content": f"message {n}"}]} for n in range(40)}
result = EvalRunner({"runs": runs}).run(answer, journal="j", resume=True, repeats=2, max_workers=4).build()
print([(test["test_id"], test["repeat"], test["status"]) for test in result["tests"]], result["aggregate_metrics"])
"""


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    return tmp_path / "journal"


def ids(result: Any) -> list[Any]:
    return [(test["test_id"], test.get("repeat"), test["status"]) for test in result["tests"]]


def messages(player: ScriptedAgent) -> list[str]:
    return [said for said in player.heard if said != "(reset)"]


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_a_killed_run_goes_on_where_it_was(tmp_path: Path) -> None:
    """Killed at any moment, and again, a run plays only what is missing, and its totals are those of an even run."""
    command = [sys.executable, "-c", PROGRAM]
    (tmp_path / "even").mkdir()
    even = subprocess.run(command, cwd=tmp_path / "even", capture_output=True, text=True, check=True)
    chance = random.Random(7)
    for _ in range(3):
        process = subprocess.Popen(command, cwd=tmp_path)
        while not (tmp_path / "j").exists() and process.poll() is None:
            time.sleep(0.005)
        time.sleep(chance.uniform(0.02, 0.12))
        process.send_signal(signal.SIGKILL)
        process.wait()
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    asked = (tmp_path / "asked").read_text().splitlines()

    assert even.stdout == done.stdout
    assert 80 <= len(asked) <= 80 + 3 * 4  # at most what was under way when it was killed


def test_what_is_cut_off_in_a_line_is_played_again(path: Path) -> None:
    """Wherever the journal is cut off, what was not wholly written is played, and nothing else."""
    EvalRunner(MANY).run(ScriptedAgent(), journal=path)
    content = path.read_bytes()
    ends = [place for place, character in enumerate(content) if character == ord("\n")]
    for end in [*range(ends[3] - 3, ends[3] + 4), ends[0] + 1, ends[0] - 5, len(content)]:
        path.write_bytes(content[:end])
        player = ScriptedAgent()
        result = EvalRunner(MANY).run(player, journal=path, resume=True).build()
        whole = max(0, sum(place < end for place in ends) - 1)

        assert [(name, None, "completed") for name in MANY["runs"]] == ids(result)
        assert 12 - whole == len(messages(player))


def test_only_what_failed_is_played_again(path: Path) -> None:
    """With rerun_failed, what failed is played again, what was completed is not, and the new results count."""

    def answer(message: str) -> str:
        if message in {"message 2", "message 5"}:
            raise ValueError
        return message

    first = EvalRunner(MANY).run(ScriptedAgent(answer), journal=path).build()
    resumed = ScriptedAgent()
    kept = EvalRunner(MANY).run(resumed, journal=path, resume=True).build()
    player = ScriptedAgent()
    repaired = EvalRunner(MANY).run(player, journal=path, rerun_failed=True).build()

    assert [] == resumed.heard
    assert first["tests"] == kept["tests"]
    assert ["message 2", "message 5"] == messages(player)
    assert (2, 0) == tuple(one["aggregate_metrics"]["tests_failed"] for one in (first, repaired))
    assert repaired["tests"] == EvalRunner(MANY).run(player, journal=path, resume=True).build()["tests"]


def test_results_are_in_the_journal_before_they_are_told(path: Path) -> None:
    """When on_result is called, the journal has the result already."""
    kept = list[Any]()
    EvalRunner(MANY).run(
        ScriptedAgent,
        journal=path,
        max_workers=3,
        on_result=lambda test: kept.append(json.loads(path.read_text().splitlines()[-1])["test"] == test),
    )

    assert [True] * 12 == kept


@pytest.mark.parametrize(
    ("dataset", "options"),
    [
        (MANY, {"limit": 3}),
        (MANY, {"repeats": 2}),
        (MANY, {"shuffle": 2}),
        (source(**{**MANY["runs"], "s1": [user("another message")]}), {}),
    ],
)
def test_another_selection_is_refused(dataset: Any, options: Any, path: Path) -> None:
    """A journal of other scenarios, contents, repeats or orders is refused, and stays as it is."""
    EvalRunner(MANY).run(ScriptedAgent(), journal=path)
    before = path.read_bytes()
    player = ScriptedAgent()

    with pytest.raises(ConfigurationError, match="is of other scenarios"):
        EvalRunner(dataset).run(player, journal=path, resume=True, **options)
    assert [] == player.heard
    assert before == path.read_bytes()


@pytest.mark.parametrize("line", [b"{", b"[]", b'{"scenario": "s1"}'])
def test_a_damaged_journal_is_refused(line: bytes, path: Path) -> None:
    """A whole line that is no result is told with its number."""
    EvalRunner(MANY).run(ScriptedAgent(), journal=path)
    lines = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join([*lines[:4], line, *lines[5:], b""]))

    with pytest.raises(ConfigurationError, match="line 5 of the journal"):
        EvalRunner(MANY).run(ScriptedAgent(), journal=path, resume=True)


def test_a_journal_is_not_overwritten(path: Path) -> None:
    """An existing journal is refused unless it shall be resumed; there is nothing to resume without one."""
    EvalRunner(MANY).run(ScriptedAgent(), journal=str(path))

    with pytest.raises(ConfigurationError, match="exists; go on with it"):
        EvalRunner(MANY).run(ScriptedAgent(), journal=path)
    with pytest.raises(ConfigurationError, match="need a journal"):
        EvalRunner(MANY).run(ScriptedAgent(), resume=True)
