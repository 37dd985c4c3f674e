"""Tests of journals: what is done survives the end of the process, at any moment, and is not done again."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
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
options = {"journal": "j", "resume": True, "repeats": 2, "max_workers": 4}
if sys.argv[1] == "dict":
    result = EvalRunner({"runs": runs}).run(answer, **options).build()
else:
    result = EvalRunner(iter(runs.items())).run(answer, **options, keep_results=False).build()
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
@pytest.mark.parametrize("how", ["dict", "iterator"])
def test_killed_run_resumes(how: str, tmp_path: Path) -> None:
    """Killed at any moment, and again, a run plays only what is missing, and its totals are those of an even run."""
    command = [sys.executable, "-c", PROGRAM, how]
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
    assert 80 <= len(asked) <= 80 + 3 * 4  # at most what was in progress when it was killed


def test_truncated_line_is_played_again(path: Path) -> None:
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


def test_rerun_failed_plays_only_failures(path: Path) -> None:
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


def test_result_is_journaled_before_on_result(path: Path) -> None:
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
def test_journal_of_other_selection_is_rejected(dataset: Any, options: Any, path: Path) -> None:
    """A journal of other scenarios, contents, repeats or orders is refused, and stays as it is."""
    EvalRunner(MANY).run(ScriptedAgent(), journal=path)
    before = path.read_bytes()
    player = ScriptedAgent()

    with pytest.raises(ConfigurationError, match="belongs to other scenarios"):
        EvalRunner(dataset).run(player, journal=path, resume=True, **options)
    assert [] == player.heard
    assert before == path.read_bytes()


@pytest.mark.parametrize(
    ("number", "key", "wrong", "problem"),
    [
        (1, "journal", "jounral", "must have the keys journal, samples, selection, got .*mean 'journal' by 'jounral'"),
        (1, "selection", "chosen", "must have the keys journal, samples, selection, got journal, samples, chosen"),
        (3, "scenario", "scenaro", "has an unknown key; did you mean 'scenario' by 'scenaro'"),
        (4, "repeat", "repaet", "has an unknown key; did you mean 'repeat' by 'repaet'"),
    ],
)
def test_misspelt_key_of_a_journal_is_rejected(number: int, key: str, wrong: str, problem: str, path: Path) -> None:
    """A key that would be ignored, so that its scenario would be played again, is named with its line."""
    EvalRunner(MANY).run(ScriptedAgent(), journal=path)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[number - 1] = lines[number - 1].replace(f'"{key}":'.encode(), f'"{wrong}":'.encode(), 1)
    path.write_bytes(b"".join(lines))

    with pytest.raises(ConfigurationError, match=f"line {number} of journal .* {problem}"):
        EvalRunner(MANY).run(ScriptedAgent(), journal=path, resume=True)


@pytest.mark.parametrize("line", [b"{", b"[]", b'{"scenario": "s1"}'])
def test_damaged_journal_is_rejected(line: bytes, path: Path) -> None:
    """A complete line that is not a result is refused with its number."""
    EvalRunner(MANY).run(ScriptedAgent(), journal=path)
    lines = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join([*lines[:4], line, *lines[5:], b""]))

    with pytest.raises(ConfigurationError, match="line 5 of journal"):
        EvalRunner(MANY).run(ScriptedAgent(), journal=path, resume=True)


def test_checksum_mismatch_is_rejected(path: Path) -> None:
    """A line whose content does not fit its checksum is refused with its number, although it is JSON."""
    EvalRunner(MANY).run(ScriptedAgent(), journal=path)
    path.write_bytes(path.read_bytes().replace(b'"text":"message 3"', b'"text":"massage 3"'))

    with pytest.raises(ConfigurationError, match="line 5 of journal"):
        EvalRunner(MANY).run(ScriptedAgent(), journal=path, resume=True)


def test_journal_without_checksums_is_resumed(path: Path) -> None:
    """Journals of earlier versions, whose lines have no checksum, are read like others."""
    run = EvalRunner(MANY).run(ScriptedAgent(raising_at("message 4")), journal=path)
    header, *lines = path.read_bytes().splitlines()
    old = [{key: value for key, value in json.loads(line).items() if key not in {"status", "crc32"}} for line in lines]
    path.write_bytes(b"\n".join([header, *(json.dumps(line).encode() for line in old), b""]))
    player = ScriptedAgent()
    resumed = EvalRunner(MANY).run(player, journal=path, resume=True)

    assert [] == messages(player)
    assert run.build()["tests"] == resumed.build()["tests"]
    EvalRunner(MANY).run(player, journal=path, rerun_failed=True)
    assert ["message 4"] == messages(player)


def raising_at(wrong: str) -> Any:
    def answer(message: str) -> str:
        if message == wrong:
            raise ValueError
        return message

    return answer


def test_existing_journal_is_not_overwritten(path: Path) -> None:
    """An existing journal is refused without `resume`, and `resume` needs a journal."""
    EvalRunner(MANY).run(ScriptedAgent(), journal=str(path))

    with pytest.raises(ConfigurationError, match="exists; resume it"):
        EvalRunner(MANY).run(ScriptedAgent(), journal=path)
    with pytest.raises(ConfigurationError, match="need a journal"):
        EvalRunner(MANY).run(ScriptedAgent(), resume=True)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("missing/j", "cannot be opened: No such file"),
        (".", "cannot be opened: Is a dir"),
        ("/dev/null", "is not a regular file"),
    ],
)
def test_invalid_journal_path_is_rejected_before_the_run(name: str, problem: str, tmp_path: Path) -> None:
    """A path that cannot hold a journal is refused before the agent hears anything."""
    player = ScriptedAgent()

    with pytest.raises(ConfigurationError, match=problem):
        EvalRunner(MANY).run(player, journal=tmp_path / name)
    assert [] == player.heard


@pytest.mark.skipif(os.name == "nt", reason="needs a limit for the size of files")
@pytest.mark.parametrize("workers", [1, 4])
def test_full_disk_ends_the_run_without_loss(workers: int, tmp_path: Path) -> None:
    """When the journal cannot grow, the run ends and says so; what is in it is whole, and the run can go on."""
    code = (
        "import resource, sys; from ashr_labs import EvalRunner\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (5000, resource.RLIM_INFINITY))\n"
        "runs = {f's{n}': {'actions': [{'actor': 'user', 'content': f'message {n}'}]} for n in range(40)}\n"
        "try:\n"
        f"    EvalRunner({{'runs': runs}}).run(lambda message: message, journal='j', max_workers={workers})\n"
        "except Exception as error:\n"
        "    print(type(error).__name__, error)\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))\n"
        "asked = []\n"
        "answer = lambda message: asked.append(message) or message\n"
        "result = EvalRunner({'runs': runs}).run(answer, journal='j', resume=True).build()\n"
        "print(len(result['tests']), result['aggregate_metrics']['tests_passed'], 0 < len(asked) < 40)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    told, resumed = done.stdout.splitlines()

    assert told.startswith("AshrLabsError cannot write journal j: File too large; the results in it are safe")
    assert "40 40 True" == resumed


ENDLESS = r"""
import os, sys, time
from ashr_labs import EvalRunner

def answer(message):
    if message == "message 3":
        if sys.argv[1] == "fork" and os.fork() == 0:
            os.close(1), os.close(2)
            open("forked", "w").close()
            time.sleep(20)
            os._exit(0)
        while sys.argv[1] == "fork" and not os.path.exists("forked"):
            time.sleep(0.01)
        os.write(1, b"asked\n")
        time.sleep(600)
    return message

runs = {f"s{n}": {"actions": [{"actor": "user", "content": f"message {n}"}]} for n in range(12)}
EvalRunner({"runs": runs}).run(answer, journal="j", max_workers=int(sys.argv[2]))
"""
SAME = {"runs": {f"s{n}": {"actions": [{"actor": "user", "content": f"message {n}"}]} for n in range(12)}}


@contextmanager
def endless(folder: Path, how: str, workers: int = 1) -> Generator[subprocess.Popen[str]]:
    """Start a run whose fourth scenario does not end, and wait until it plays."""
    command = [sys.executable, "-c", ENDLESS, how, str(workers)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=folder, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            assert process.stdout is not None
            assert "asked\n" == process.stdout.readline()
            yield process
        finally:
            process.kill()


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL and fork")
@pytest.mark.parametrize("how", ["alone", "fork"])
def test_journal_is_locked(how: str, tmp_path: Path) -> None:
    """A journal that another process is writing is refused; once that is gone, though a child is left, it is not."""
    with endless(tmp_path, how) as process:
        with pytest.raises(ConfigurationError, match="is being written by another run"):
            EvalRunner(SAME).run(ScriptedAgent(), journal=tmp_path / "j", resume=True)
        process.kill()
        process.wait()
    player = ScriptedAgent()
    result = EvalRunner(SAME).run(player, journal=tmp_path / "j", resume=True).build()

    assert [f"message {n}" for n in range(3, 12)] == messages(player)
    assert 12 == result["aggregate_metrics"]["tests_passed"]


@pytest.mark.skipif(os.name == "nt", reason="needs SIGINT")
@pytest.mark.parametrize("workers", [1, 3])
def test_second_interrupt_keeps_journaled_results(workers: int, tmp_path: Path) -> None:
    """Ended at once by a second Ctrl-C, a run has in its journal what was done, and goes on from there."""
    with endless(tmp_path, "alone", workers) as process:
        assert process.stderr is not None
        process.send_signal(signal.SIGINT)
        assert "press Ctrl-C again" in process.stderr.readline() + process.stderr.readline()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    player = ScriptedAgent()
    result = EvalRunner(SAME).run(player, journal=tmp_path / "j", resume=True).build()

    assert process.returncode not in {None, 0}
    assert "message 3" in messages(player)
    assert not {"message 0", "message 1"} & set(messages(player))
    assert 12 == result["aggregate_metrics"]["tests_passed"]


def test_interrupted_rerun_resumes(path: Path) -> None:
    """A scenario that a rerun has repaired is not played again by the next rerun; one that failed again is."""

    def answer(message: str) -> str:
        if message in {"message 2", "message 5"}:
            raise ValueError
        return message

    EvalRunner(MANY).run(ScriptedAgent(answer), journal=path)
    EvalRunner(MANY).run(ScriptedAgent(), journal=path, rerun_failed=True)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]) + lines[-1][:40])  # cut off when the second one was written
    player = ScriptedAgent()
    result = EvalRunner(MANY).run(player, journal=path, rerun_failed=True).build()

    assert ["message 5"] == messages(player)
    assert [(name, None, "completed") for name in MANY["runs"]] == ids(result)
