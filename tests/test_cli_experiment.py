"""`ashr-labs experiment`: plays of agents, with and without a server, and its exit codes."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ashr_labs.cli._experiment_text import results_text
from ashr_labs.experiments import RunResults, ScenarioResult
from ashr_labs.local import open_platform
from ashr_labs.local.server.app import running_server
from support.cli import Workspace
from support.local_api import database_on, database_with_tenants
from support.sandboxes import engine_or_skip
from support.stored_experiments import store_experiment

EXAMPLE = Path(__file__).resolve().parent.parent / "examples/specs/fix-failing-test.yaml"


@pytest.fixture(name="workspace")
def _workspace(tmp_path: Path) -> Workspace:
    engine_or_skip("bubblewrap").close()
    return Workspace.at(tmp_path)


def spec_with(workspace: Workspace, name: str, command: str) -> str:
    """Write the example spec with another agent, and return the name of its file."""
    text = EXAMPLE.read_text("utf-8")
    assert "command: python3 agent.py" in text
    (workspace.folder / name).write_text(text.replace("command: python3 agent.py", f"command: {command}"))
    return name


LAZY = "echo I fixed the code and all tests pass now."
RIGHT = "sed -i 's/return int(.*/return (price_in_cents * (100 + percent) + 50) \\/\\/ 100/' prices.py && echo Done."
CHEATING = "echo > test_prices.py && echo All tests pass."


def test_words_do_not_pass_the_example(workspace: Workspace) -> None:
    """An agent that says it has fixed the test, and did nothing, fails with what did not hold and the missing diff."""
    done = workspace.call("experiment", "run", "--spec", spec_with(workspace, "lazy.yaml", LAZY))

    assert 1 == done.code
    assert "0 of 1 scenario passed, 1 failed" in done.out
    assert "FAIL default-r1" in done.out
    assert "tests_pass: " in done.out
    assert "the agent said: I fixed the code and all tests pass now." in done.out
    assert "no file was changed" in done.out
    assert "the pass rate is 0, it must be at least 1" in done.err


@pytest.mark.parametrize(
    ("result", "line"),
    [
        ({"exit_code": 127, "agent_stderr": "starting\ncobol: not found\n"}, "exit code 127: cobol: not found"),
        ({"exit_code": 137}, "the agent ended with the exit code 137\n"),
        ({"exit_code": 124, "timed_out": True}, "the agent ran out of time\n"),
    ],
)
def test_failure_says_how_the_agent_ended(result: dict[str, Any], line: str) -> None:
    """A program that is missing, or is killed, is told apart from one that did its work badly."""
    scenario = ScenarioResult(scenario_id="a", status="fail", **result)

    text = results_text(RunResults(total_scenarios=1, failed=1, scenarios=[scenario]))

    assert line in text
    assert 1 == text.count("the agent ")


def test_work_passes_the_example(workspace: Workspace) -> None:
    """An agent that fixes the code passes; one that changes the test in place of it does not, and the diff shows it."""
    right = workspace.call("experiment", "run", "--spec", spec_with(workspace, "right.yaml", RIGHT), "--json")
    cheating = workspace.call("experiment", "run", "--spec", spec_with(workspace, "cheating.yaml", CHEATING))

    (scenario,) = right.document["scenarios"]
    assert (0, "pass", 1.0) == (right.code, scenario["status"], scenario["composite_score"])
    assert ["prices.py"] == scenario["diff"]["modified"]
    assert 1 == cheating.code
    assert "file_writes_outside: test_prices.py was modified" in cheating.out
    assert "M test_prices.py" in cheating.out


def test_experiments_are_listed_shown_and_compared(workspace: Workspace) -> None:
    """The other commands work with the ids, in text and as JSON."""
    spec_with(workspace, "lazy.yaml", LAZY)
    spec_with(workspace, "right.yaml", RIGHT)
    ids: list[str] = []
    for name in ("lazy", "right"):
        ids.append(workspace.call("experiment", "create", name, f"{name}.yaml").out.strip())
        workspace.call("experiment", "run", ids[-1])
    listed = workspace.call("experiment", "list", "--json").document["experiments"]
    compared = workspace.call("experiment", "compare", *ids)
    back = workspace.call("experiment", "compare", *reversed(ids), "--fail-on", "regression", "--json")

    assert [ids[1], ids[0]] == [one["id"] for one in listed]
    assert "FAIL default-r1" in workspace.call("experiment", "show", ids[0]).out
    assert 1 == workspace.call("experiment", "show", ids[1], "--json").document["passed"]
    assert 0 == compared.code
    assert "cannot tell: the pass rate differs by +100.0% over 1 scenario" in compared.out
    assert (1, True) == (back.code, "pass_rate" in back.document["regressions"])
    assert 0 == workspace.call("experiment", "compare", *reversed(ids), "--fail-on", "worse").code
    assert 2 == workspace.call("experiment", "cancel", ids[0]).code


def test_experiment_without_verdict_is_not_a_success(workspace: Workspace) -> None:
    """If no scenario could be played the exit code is 4, and the reason is shown."""
    (workspace.folder / "broken.yaml").write_text(
        "id: broken\nagent: {type: cli, command: 'true'}\nsetup: {commands: ['exit 9']}"
    )
    done = workspace.call("experiment", "run", "--spec", "broken.yaml")

    assert 4 == done.code
    assert "setup.commands[0]: the command ended with exit code 9" in done.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run"], "give either the id of an experiment or --spec"),
        (["run", "exp-1", "--spec", "x"], "give either the id of an experiment or --spec"),
        (["run", "exp-1", "--seed", "3"], "--seed, --scenario and --secret need --spec"),
        (["run", "exp-1"], "there is no experiment 'exp-1'"),
        (["run", "--spec", "missing.yaml"], "missing.yaml"),
        (["run", "--spec", "nothing"], "there is no spec 'nothing'"),
        (["create", "x", "y", "--secret", "NOT_SET"], "the environment has no variable NOT_SET"),
    ],
)
def test_wrong_uses_are_one_line(workspace: Workspace, arguments: list[str], message: str) -> None:
    """Wrong arguments are one line that says what to do, with exit code 2."""
    done = workspace.call("experiment", *arguments)

    assert 2 == done.code, done.err
    assert message in done.err
    assert 1 == done.err.count("error: ")


def test_run_on_a_server_returns_at_once(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a server, `run` prints the id and returns; `--wait` waits, and `cancel` ends the run."""
    platform = open_platform()
    key = platform.bootstrap()
    (workspace.folder / "slow.yaml").write_text("id: slow\nagent: {type: cli, command: sleep 60}")
    with running_server(platform) as url:
        monkeypatch.setenv("ASHR_LABS_BASE_URL", url)
        monkeypatch.setenv("ASHR_LABS_API_KEY", key)
        started = workspace.call("experiment", "run", "--spec", "slow.yaml")
        late = workspace.call("experiment", "run", "--spec", "slow", "--wait", "--timeout", "0.1")
        cancelled = workspace.call("experiment", "cancel", started.out.strip(), "--json")
    platform.close()

    assert (0, True) == (started.code, started.out.startswith("exp-"))
    assert "cancelled" == cancelled.document["status"]
    assert 3 == late.code
    assert "has not ended after 0.1 s" in late.err


def test_experiments_are_exported_scored_and_deleted(workspace: Workspace) -> None:
    """A run is written in both formats, to stdout or a file that is never there in part, scored, and deleted."""
    database = workspace.folder / "ashr.db"
    database_with_tenants(database, 1)
    with closing(database_on(database)) as stored, stored.write() as connection:
        store_experiment(connection, [("a", "pass"), ("b", "fail")])

    whole = json.loads(workspace.call("experiment", "export", "exp-1").out)
    lines = workspace.call("experiment", "export", "exp-1", "--format", "ndjson").out.splitlines()
    assert whole["scenarios"] == [one["data"] for one in map(json.loads, lines) if one["type"] == "scenario"]
    assert whole == workspace.call("experiment", "export", "exp-1", "--json").document
    options = ["--format", "ndjson", "--output", "run.ndjson", "--json"]
    written = workspace.call("experiment", "export", "exp-1", *options).document
    content = (workspace.folder / "run.ndjson").read_bytes()
    assert (lines, len(content)) == (content.decode().splitlines(), written["bytes"])
    assert "no experiment" in workspace.call("experiment", "export", "exp-2", "--output", "none.json").error(2)
    assert [] == [*workspace.folder.glob("none.json*")]

    scored = workspace.call("experiment", "score", "exp-1", "--scorer", "contains:a-r1").out
    assert ["a-r1", "contains:a-r1", "1.0", "True", "scored"] == scored.splitlines()[1].split()
    assert scored == workspace.call("experiment", "score", "exp-1").out
    assert {"deleted": "exp-1"} == workspace.call("experiment", "delete", "exp-1", "--json").document
    assert "no experiment" in workspace.call("experiment", "score", "exp-1").error(2)
