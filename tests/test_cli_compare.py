"""Tests of `ashr-labs compare`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support.cli import PROGRAM, SOURCE, Workspace
from support.graded_runs import graded_run, graded_test


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = Workspace.at(tmp_path)
    workspace.write("good.json", graded_run([True] * 9))
    workspace.write("bad.json", graded_run([False] * 9))
    workspace.write("unsure.json", graded_run([True] * 8 + [False]))
    workspace.write("other.json", graded_run({"elsewhere": [True]}))
    workspace.write("empty.json", {"tests": []})
    return workspace


@pytest.mark.parametrize(
    ("baseline", "candidate", "verdict"),
    [("bad", "good", "better"), ("good", "bad", "worse"), ("good", "unsure", "cannot tell")],
)
def test_verdict_alone_exits_with_zero(workspace: Workspace, baseline: str, candidate: str, verdict: str) -> None:
    """Without a gate the command tells, and exits with 0, whatever it tells."""
    done = workspace.call("compare", f"{baseline}.json", f"{candidate}.json")

    assert (0, f"verdict: {verdict}") == (done.code, done.out.splitlines()[0]), done
    assert verdict == workspace.call("compare", f"{baseline}.json", f"{candidate}.json", "--json").document["verdict"]


@pytest.mark.parametrize(
    ("candidate", "options", "code", "words"),
    [
        ("bad", ["--no-regression"], 1, "p = 0.004: worse"),
        ("bad", ["--min-pass-rate", "0.5"], 1, "pass_rate is 0.0 %, below 50.0 %"),
        ("good", ["--min-score", "tone=1"], 1, "tone is unknown"),
        ("good", ["--min-tag", "money=1", "--max-errors", "0"], 1, "tag money is unknown"),
        ("bad", ["--min-scenario", "3=1"], 1, "scenario 3 is 0.0 %"),
        ("good", ["--min-tag", "money"], 2, "write it as NAME=NUMBER"),
        ("good", ["--min-tag", "money=2"], 2, "range"),
        ("good", ["--metric", "charm"], 2, "is not a metric of both runs"),
        ("absent", [], 2, "cannot read"),
        ("other", [], 4, "no scenario has a verdict in both"),
        ("empty", ["--no-regression"], 4, "no scenario has a verdict in both"),
    ],
)
def test_gates_and_errors_have_documented_exit_codes(
    workspace: Workspace, candidate: str, options: list[str], code: int, words: str
) -> None:
    """A failed gate is 1, a wrong call 2, and nothing to compare 4; one line says why."""
    done = workspace.call("compare", "good.json", f"{candidate}.json", *options)

    assert words in done.error(code)


def test_passing_all_gates_exits_with_zero(workspace: Workspace) -> None:
    """All gates may be used together; *cannot tell* is not a regression."""
    gates = ["--no-regression", "--max-errors", "0", "--min-pass-rate", "0.8", "--min-scenario", "0=1"]

    assert 0 == workspace.call("compare", "good.json", "unsure.json", *gates).code


def test_crashed_candidate_is_reported(workspace: Workspace) -> None:
    """A candidate without a finished test is reported as such, not as worse."""
    error = {"kind": "agent", "message": "boom"}
    tests: list[Any] = [graded_test(str(n), True, error=error) for n in range(9)]
    workspace.write("crashed.json", {"tests": tests})

    assert "nothing ran" in workspace.call("compare", "good.json", "crashed.json").error(4)


def test_failed_gate_is_in_json_output(workspace: Workspace) -> None:
    """With --json the comparison is there together with the gates that failed."""
    document = workspace.call("compare", "good.json", "bad.json", "--no-regression", "--json").document

    assert "worse" == document["verdict"]
    assert 1 == len(document["gates"])
    assert "GateFailed" == document["type"]


def test_stored_runs_are_compared_by_id(workspace: Workspace) -> None:
    """Ids are looked up in the database; a run compared with itself shows no difference."""
    evaluated = workspace.run(
        "eval", "data.json", "--agent", "agents:Greeter", "--database", "evals.db", "--output", "graded.json", "--json"
    )
    run_id = str(evaluated.document["run_id"])

    done = workspace.call("compare", run_id, "graded.json", "--database", "evals.db", "--json")

    assert len(SOURCE["runs"]) == done.document["scenarios"]
    assert (f"run {run_id}", "graded.json", "cannot tell") == tuple(
        done.document[key] for key in ("baseline", "candidate", "verdict")
    )
    assert "999" in workspace.call("compare", "999", "good.json", "--database", "evals.db").error(2)
    assert "no database" in workspace.call("compare", "1", "good.json", "--database", "absent.db").error(2)


def test_journal_file_and_stored_run_are_accepted(workspace: Workspace) -> None:
    """`compare`, `report` and `plan` take each kind of run; of a file, its content says which it is."""
    arguments = ["--database", "evals.db", "--output", "graded.json", "--journal", "kept.jsonl", "--json"]
    run_id = str(workspace.run("eval", "data.json", "--agent", "agents:Greeter", *arguments).document["run_id"])
    references = [run_id, "graded.json", "kept.jsonl"]

    for baseline, candidate in zip(references, references[1:] + references[:1], strict=True):
        document = workspace.call("compare", baseline, candidate, "--database", "evals.db", "--json").document
        assert ("cannot tell", 2, []) == (document["verdict"], document["scenarios"], document["regressed"])
    assert "2 of 2 passed" in workspace.call("report", "kept.jsonl").out
    assert 0 == workspace.call("plan", "kept.jsonl", "graded.json", "--scenarios", "9").code


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("settings", "is_coloured"), [({"NO_COLOR": ""}, True), ({"NO_COLOR": "1"}, False)], ids=str)
def test_verdict_is_coloured_on_terminal(workspace: Workspace, settings: dict[str, str], is_coloured: bool) -> None:
    """On a terminal the verdict is green or red, unless NO_COLOR is set."""
    import pty

    ours, theirs = pty.openpty()
    done = subprocess.run(
        [PROGRAM, "compare", "bad.json", "good.json"],
        cwd=workspace.folder,
        env={**os.environ, "TERM": "xterm-256color", **settings},
        stdout=theirs,
        check=False,
        timeout=60,
    )
    text = os.read(ours, 65536).decode()
    os.close(ours)
    os.close(theirs)

    assert 0 == done.returncode
    assert "verdict: better" in text
    assert is_coloured == ("\x1b[32m" in text)
