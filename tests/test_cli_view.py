"""`ashr-labs view`: results of runs as pages, without a database."""

from __future__ import annotations

import json
import re
import signal
from pathlib import Path

import httpx
import pytest

from support.cli import Workspace
from support.dashboard import refund_test, result, visible_text

VERDICTS = {"a": True, "b": False, "c": True}


@pytest.fixture(name="workspace")
def _workspace(tmp_path: Path) -> Workspace:
    return Workspace.at(tmp_path)


def written(workspace: Workspace, name: str, **changed: bool) -> str:
    verdicts = {**VERDICTS, **changed}
    tests = [refund_test(scenario, passed) for scenario, passed in verdicts.items()]
    tests[0] = {**tests[0], "verdict": "failed", "verdict_reasons": ["a person says so"]}
    (workspace.folder / name).write_text(json.dumps(result(*tests)), "utf-8")
    return name


def test_files_are_shown_with_their_verdicts(workspace: Workspace) -> None:
    """The pages have the verdicts of the files, also those that grading would not give, and a comparison."""
    files = [written(workspace, "before.json"), written(workspace, "after.json", b=True)]

    with workspace.start("view", *files) as process, httpx.Client(follow_redirects=True) as client:
        assert process.stderr is not None
        line = process.stderr.readline()
        found = re.search(r"http://\S+", line)
        assert found is not None, line
        first = client.get(found[0])
        base = found[0].partition("/app/")[0]
        run = client.get(f"{base}/app/runs/1")
        test = client.get(f"{base}/app/runs/1/test?id=a")
        compared = client.get(f"{base}/app/compare?baseline=1&candidate=2")
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=20)

    assert "after.json" in visible_text(first.text)
    assert "1 of 3 passed" in visible_text(run.text)
    assert "a person says so" in visible_text(test.text)
    assert "fixed 1" in visible_text(compared.text)
    assert "Traceback" not in err
    assert not list(workspace.folder.glob("*.db*"))


@pytest.mark.parametrize(("content", "message"), [("[]", "must hold the result of a run"), (None, "cannot read")])
def test_files_that_are_not_runs_are_refused(workspace: Workspace, content: str | None, message: str) -> None:
    """A file that is missing or not a run is one line that says so, and nothing is served."""
    if content is not None:
        (workspace.folder / "run.json").write_text(content, "utf-8")

    done = workspace.run("view", "run.json")

    assert done.code != 0
    assert message in done.err
    assert 1 == len(done.err.splitlines())
