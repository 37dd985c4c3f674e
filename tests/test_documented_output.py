"""The guides show the actual output of commands."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from support.cli import Workspace
from support.graded_runs import rewarded_run
from support.replay import DATA, WHY_SKIPPED

DOCS = Path(__file__).resolve().parent.parent / "docs"
with_data = pytest.mark.skipif(not DATA.is_dir(), reason=WHY_SKIPPED)


def shown(document: str, command: str) -> list[str]:
    """Return the lines that a guide shows below a command."""
    text = (DOCS / document).read_text("utf-8")
    block = re.search(rf"^\$ {re.escape(command)}\n(.*?)^(```|\$ )", text, re.DOTALL | re.MULTILINE)
    assert block, f"{document} does not show {command}"
    return block.group(1).splitlines()


def written(workspace: Workspace, command: str) -> list[str]:
    """Return what a command writes: stdout and stderr, each in its order."""
    done = workspace.call(*shlex.split(command)[1:])
    return sorted([*done.out.splitlines(), *done.err.splitlines()])


def chat(question: str, arguments: str = "{}", system: str | None = None) -> str:
    """Return a conversation as a line of OpenAI's format."""
    call = {"id": "1", "type": "function", "function": {"name": "track", "arguments": arguments}}
    messages = [{"role": "user", "content": question}, {"role": "assistant", "tool_calls": [call]}]
    return json.dumps({"messages": [*([{"role": "system", "content": system}] if system else []), *messages]})


@pytest.mark.parametrize(
    ("command", "lines"),
    [
        (
            'ashr-labs datasets import chats.jsonl --name "Support chats"',
            [chat(question, system="Help.") for question in ("one", "two", "three")],
        ),
        ("ashr-labs datasets import chats.jsonl", [chat("one"), chat("two", "[1]")]),
    ],
)
def test_import_guide_matches_output(tmp_path: Path, command: str, lines: list[str]) -> None:
    """Notes, faults and ids are as the guide says."""
    (tmp_path / "chats.jsonl").write_text("\n".join(lines), "utf-8")

    assert sorted(shown("importing.md", command)) == written(Workspace(tmp_path), command)


def test_coverage_guide_matches_output(tmp_path: Path) -> None:
    """Things, failures and pairs are as the guide says."""
    calls = [{"name": "track"}, {"name": "refund", "arguments": {"reason": "late"}}]
    action = {"actor": "agent", "expected_response": {"tool_calls": calls}}
    parameters = {"type": "object", "properties": {"reason": {"enum": ["late", "broken"]}}}
    workspace = Workspace(tmp_path)
    workspace.write("dataset.json", {"runs": {"a": {"actions": [action]}}})
    workspace.write("tools.json", [{"name": "track"}, {"name": "refund", "parameters": parameters}, {"name": "cancel"}])
    command = "ashr-labs coverage dataset.json --tools tools.json --cov-fail-under 0.8"

    assert sorted(shown("deciding.md", command)) == written(workspace, command)


@with_data
@pytest.mark.parametrize(
    "command", ["ashr-labs compare trial0.json trial1.json", "ashr-labs plan --scenarios 25 trial0.json trial1.json"]
)
def test_comparison_guide_matches_real_runs(tmp_path: Path, command: str) -> None:
    """The two trials of one model on the airline tasks are compared and planned with as the guide says."""
    workspace = Workspace(tmp_path)
    for trial in (0, 1):
        workspace.write(f"trial{trial}.json", rewarded_run("tau_airline", "gpt-4o", trial))

    assert sorted(shown("deciding.md", command)) == written(workspace, command)
