"""The guide to deployed agents: a newcomer's files and commands do what it shows, without an account."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from support.cli import Workspace
from support.sandboxes import engine_or_skip

GUIDE = Path(__file__).resolve().parent.parent / "docs" / "deployed-agents.md"
SESSION = "5f1b7c1e-6d0a-4c59-9d0e-0c8a3f2b7a11"


def timeless(line: str) -> str:
    """Return a line without how long something took."""
    return re.sub(r"[0-9.,]+ (ms|s)$", "T", line.strip())


@pytest.mark.integration
def test_ten_minutes(tmp_path: Path) -> None:
    """Each file is written as the guide says, and each command prints the lines that are shown below it."""
    engine_or_skip("bubblewrap").close()
    text = GUIDE.read_text("utf-8").partition("In Python, ")[0]
    files = re.findall(r"`([\w./-]+\.\w+)`[^`\n]*\n\n```(?:text|json)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    for name, content in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, "utf-8")
    [block] = re.findall(r"^```console\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    workspace, session = Workspace(tmp_path), ""

    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, *lines = part.splitlines()
        done = workspace.run(*shlex.split(command.replace(SESSION, session))[1:])
        assert 0 == done.code, done
        printed = [timeless(line) for line in (done.out + done.err).splitlines()]
        session = session or next((line.split()[0] for line in printed if "is paused" in line), "")
        assert [] == [line for line in lines if timeless(line).replace(SESSION, session) not in printed]

    assert ["CLAUDE.md", "7.txt", "script.jsonl", "orders.json"] == [Path(name).name for name, _ in files]
    assert 4 == len(re.findall(r"^\$ ", block, flags=re.MULTILINE))
