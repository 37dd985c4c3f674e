"""Tests of `ashr-labs init` and `ashr-labs datasets generate`."""

from __future__ import annotations

import sys
from pathlib import Path

from support.cli import Workspace

CONFIG = {
    "agent": {"name": "Greeter", "description": "Greets", "tools": [{"name": "greet", "description": "Greets"}]},
    "context": {"domain": "greetings"},
    "generation_options": {"scenario_count": 2},
}


def test_new_project_passes_its_own_tests(tmp_path: Path) -> None:
    """The new project passes its own evaluation and its own test at once."""
    workspace = Workspace(tmp_path)

    assert 0 == workspace.run("init").code

    evaluated = workspace.run("eval", "ashr_dataset.json", "--agent", "ashr_agent:MyAgent", "--min-pass-rate", "1")
    tested = workspace.run_command([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"])
    assert (0, 0) == (evaluated.code, tested.code), (evaluated, tested)
    assert "2 passed" in tested.out


def test_new_project_detects_broken_agent(tmp_path: Path) -> None:
    """An agent that stops calling its tool fails the scenario that expects the call, and the report says so."""
    workspace = Workspace(tmp_path)
    assert 0 == workspace.run("init").code
    agent = tmp_path / "ashr_agent.py"
    agent.write_text(agent.read_text("utf-8").replace('"tool_calls": [call]', '"tool_calls": []'), "utf-8")

    done = workspace.run("eval", "ashr_dataset.json", "--agent", "ashr_agent:MyAgent", "--min-pass-rate", "1")

    assert "pass_rate is 50.0 %" in done.error(1)
    assert '- called cancel_order(order_id="1042")' in done.out


def test_workflow_keeps_reports_and_comments(tmp_path: Path) -> None:
    """The workflow installs this version and the user's requirements, keeps the reports, and comments."""
    assert 0 == Workspace(tmp_path).run("init").code
    workflow = (tmp_path / ".github" / "workflows" / "agent.yml").read_text("utf-8")

    for words in (
        "ashr-labs[cli,local]>=0.4",
        "requirements.txt",
        "upload-artifact",
        "GITHUB_STEP_SUMMARY",
        "pr comment",
    ):
        assert words in workflow


def test_existing_files_are_not_overwritten(tmp_path: Path) -> None:
    """A file that is there stays as it is, and is named."""
    workspace = Workspace(tmp_path)
    (tmp_path / "ashr_agent.py").write_text("mine", "utf-8")

    document = workspace.run("init", "--json").document

    assert "mine" == (tmp_path / "ashr_agent.py").read_text("utf-8")
    assert ["ashr_agent.py"] == document["kept"]
    assert "ashr_dataset.json" in document["written"]
    assert [] == workspace.run("init", "--json").document["written"]


def test_missing_directory_is_created(tmp_path: Path) -> None:
    """The folder may be a new one."""
    assert 0 == Workspace(tmp_path).run("init", "new/project").code
    assert (tmp_path / "new" / "project" / "ashr_dataset.json").exists()


def test_generate_prints_dataset_id(tmp_path: Path) -> None:
    """The platform makes a dataset from a config, and its id is printed."""
    workspace = Workspace.at(tmp_path)
    workspace.write("config.json", CONFIG)
    workspace.write("list.json", [])

    document = workspace.run("datasets", "generate", "config.json", "--json").document

    stored = workspace.run("datasets", "get", "1", "--json").document
    assert {"dataset_id": 1, "scenarios": len(stored["dataset_source"]["runs"])} == document
    assert document["scenarios"]
    assert "must be a JSON object" in workspace.run("datasets", "generate", "list.json").error(2)
    assert "cannot read" in workspace.run("datasets", "generate", "absent.json").error(2)
