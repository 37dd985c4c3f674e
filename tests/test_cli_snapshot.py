"""`ashr-labs snapshot`, and experiments of snapshots, through the program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.cli import Workspace
from support.sandboxes import engine_or_skip

GUIDE = Path(__file__).resolve().parent.parent / "docs" / "snapshots.md"


def block(text: str, pattern: str) -> str:
    """Return what a pattern finds in a guide."""
    found = re.search(pattern, text, re.DOTALL)
    assert found, pattern
    return found[1]


def without_chance(text: str) -> str:
    """Return text without ids and times."""
    return re.sub(r"exp-[0-9a-f]+|[0-9]+ ms", "*", text)


@pytest.fixture(name="workspace")
def _workspace(tmp_path: Path) -> Workspace:
    workspace = Workspace.at(tmp_path)
    (workspace.folder / "agent").mkdir()
    (workspace.folder / "agent" / "main.py").write_text("print('hello')")
    (workspace.folder / "agent" / ".env").write_text("KEY=secret")
    (workspace.folder / "auth.tpl").write_text("key = {{ secrets.KEY }}")
    return workspace


def test_snapshots_are_managed(workspace: Workspace) -> None:
    """A folder is uploaded with its needs, shown, listed by tag and version, downloaded and deleted."""
    needs = ["--needs", "KEY", "--config-file", "~/.tool/auth=auth.tpl"]
    first = workspace.call(
        "snapshot", "upload", "support", "agent", "--runtime", "python3", "--tag", "stable", *needs, "--",
        "python", "main.py", "--fast",
    )  # fmt: skip
    second = workspace.call("snapshot", "upload", "support", "agent", "python", "main.py", "--json").document

    assert ("snap_1\n", 2) == (first.out, second["version"])
    assert "uploaded support@1, " in first.err
    shown = workspace.call("snapshot", "show", "support@1").out
    assert "entrypoint    python main.py --fast" in shown
    assert "config_files  ~/.tool/auth" in shown
    record = workspace.call("snapshot", "show", "support:stable", "--json").document
    assert [{"path": "~/.tool/auth", "template": "key = {{ secrets.KEY }}"}] == record["auth"]["config_files"]
    assert [second] == workspace.call("snapshot", "list", "--json").document["snapshots"]
    assert [2, 1] == [
        one["version"] for one in workspace.call("snapshot", "list", "support", "--json").document["snapshots"]
    ]
    tags = workspace.call("snapshot", "tags", "support", "--json").document["tags"]
    assert [("latest", 2), ("stable", 1)] == [(one["tag"], one["version"]) for one in tags]
    assert {"path": "copy"} == workspace.call("snapshot", "download", "support", "copy", "--json").document
    assert ["main.py"] == [path.name for path in (workspace.folder / "copy").iterdir()]
    assert {"deleted": "support@1"} == workspace.call("snapshot", "delete", "support@1", "--json").document
    assert "there is no snapshot 'support@1'" in workspace.call("snapshot", "show", "support@1").error(2)


def test_mistakes_are_usage_errors(workspace: Workspace) -> None:
    """A template that is not there, and an option without a path."""
    upload = ["snapshot", "upload", "support", "agent", "--config-file"]

    assert "cannot read no.tpl" in workspace.call(*upload, "x=no.tpl", "python", "main.py").error(2)
    assert "--config-file must be PATH=TEMPLATE, got 'x'" in workspace.call(*upload, "x", "python", "main.py").error(2)


@pytest.mark.integration
def test_guide_shows_what_the_agent_left_behind(tmp_path: Path) -> None:
    """The agent says that it is done; the file, the row and the mailbox say that it is not, and the diff shows why."""
    engine_or_skip("bubblewrap").close()
    guide = GUIDE.read_text("utf-8")
    workspace = Workspace.at(tmp_path)
    (workspace.folder / "support-agent").mkdir()
    (workspace.folder / "support-agent" / "main.py").write_text(block(guide, r'write_text\("""\n(.*?)"""\)'))
    (workspace.folder / "refund.yaml").write_text(block(guide, r"```yaml\n(# refund.yaml\n.*?)```"))
    upload, run = (line.split()[2:] for line in block(guide, r"```console\n(\$ .*?)```").splitlines())
    shown = block(guide, r"experiment run --spec refund\.yaml\n```\n\n```text\n(.*?)```")

    assert 0 == workspace.call(*upload).code
    done = workspace.call(*run)
    assert 1 == done.code
    assert without_chance(shown) == without_chance(done.out)
