"""`ashr-labs sandbox`: commands and files of the sandboxes of a served platform."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest

from ashr_labs.local import open_platform
from ashr_labs.local.server.app import running_server
from support.cli import PROGRAM, Workspace
from support.local_api import Api
from support.sandboxes import engine_or_skip


@pytest.fixture(name="workspace")
def _workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Workspace]:
    """A folder and the environment of a user of a served platform that has the spec `demo`."""
    engine_or_skip("bubblewrap").close()
    platform = open_platform()
    key = platform.bootstrap()
    spec = b"id: demo\nsecrets: [API_KEY]\nsetup: {commands: ['mkdir below']}"
    Api(platform, key).send("POST", "/v1/specs", spec, content_type="application/x-yaml")
    with running_server(platform) as url:
        monkeypatch.setenv("ASHR_LABS_BASE_URL", url)
        monkeypatch.setenv("ASHR_LABS_API_KEY", key)
        monkeypatch.setenv("API_KEY", "k3y")
        yield Workspace.at(tmp_path)
    platform.close()


def fed(stdin: str, *arguments: str) -> str:
    """Return what a successful command prints that reads this from its standard input."""
    return subprocess.run([PROGRAM, *arguments], input=stdin, capture_output=True, text=True, check=True).stdout


def test_sandbox_from_creation_to_destruction(workspace: Workspace) -> None:
    """A sandbox is created, used by commands and files, compared, listed and destroyed."""
    made = workspace.call("sandbox", "create", "demo", "--secret", "API_KEY", "--metadata", "run=7", "--timeout", "5m")
    name = made.out.strip()
    (workspace.folder / "local.bin").write_bytes(b"\0\xff")

    written = workspace.call("sandbox", "write", name, "below/file", "local.bin")
    ran = workspace.call("sandbox", "exec", name, "echo $API_KEY; echo err >&2; exit 7")
    document = workspace.call("sandbox", "exec", name, "wc -c < below/file", "--json").document

    assert (0, "2 bytes written to below/file\n") == (written.code, written.err)
    assert (7, "k3y\n", "err\n") == (ran.code, ran.out, ran.err)
    assert ("2\n", 0) == (document["stdout"], document["exit_code"])
    assert "A below/file\n" == workspace.call("sandbox", "diff", name).out
    assert ["below/file"] == workspace.call("sandbox", "diff", name, "--json").document["added"]
    read = subprocess.run([PROGRAM, "sandbox", "read", name, "below/file"], capture_output=True, check=True)
    assert b"\0\xff" == read.stdout
    shown = workspace.call("sandbox", "get", name).out
    assert "loopback only" in shown
    assert "bubblewrap:" in shown
    assert {"path": "text", "size": 5} == json.loads(fed("tëxt", "sandbox", "write", name, "text", "-", "--json"))
    shown_text = workspace.call("sandbox", "read", name, "text", "--json").document
    assert {"path": "text", "size": 5, "content": "tëxt"} == shown_text
    assert "AP8=" == workspace.call("sandbox", "read", name, "below/file", "--json").document["content_base64"]
    assert [name] == [one["id"] for one in workspace.call("sandbox", "list", "--json").document["sandboxes"]]
    assert f"{name} is destroyed\n" == workspace.call("sandbox", "destroy", name).err
    assert {"destroyed": [name]} == workspace.call("sandbox", "destroy", name, "--json").document
    assert 2 == workspace.call("sandbox", "exec", name, "true").code


def test_shell_runs_lines_in_one_folder(workspace: Workspace) -> None:
    """Each line runs in the folder that the one before it left; the sandbox of --spec ends with the shell."""
    lines = "cd below\npwd\n\nfalse\necho 'quoted  text' >&2; echo out\nexit\necho never\n"
    done = subprocess.run(
        [PROGRAM, "sandbox", "shell", "--spec", "demo", "--secret", "API_KEY"],
        input=lines,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, "/workspace/below\nout\n", "quoted  text\n") == (done.returncode, done.stdout, done.stderr)
    assert [] == workspace.call("sandbox", "list", "--json").document["sandboxes"]


def test_shell_with_json_is_one_object(workspace: Workspace) -> None:
    """With --json the results of all lines are one object at the end."""
    name = workspace.call("sandbox", "create", "demo", "--secret", "API_KEY").out.strip()
    document = json.loads(fed("cd below\necho out; exit 3\n", "sandbox", "shell", name, "--json"))

    found = [(one["command"], one["stdout"], one["exit_code"], one["folder"]) for one in document["results"]]
    assert [
        ("cd below", "", 0, "/workspace/below"),
        ("echo out; exit 3", "out\n", 3, "/workspace/below"),
    ] == found


def test_findings_say_which_rules_were_broken(workspace: Workspace) -> None:
    """Rules that were kept exit with 0, one that was broken with 1 and its details, and no rules say so."""
    spec = "id: ruled\nforbidden: {file_writes_outside: [src]}\naudit: {file_changes: true}"
    (workspace.folder / "ruled.yaml").write_text(spec)
    workspace.call("spec", "create", "ruled.yaml", "--remote")
    name = workspace.call("sandbox", "create", "ruled").out.strip()
    plain = workspace.call("sandbox", "create", "demo", "--secret", "API_KEY").out.strip()

    before = workspace.call("sandbox", "findings", name)
    workspace.call("sandbox", "exec", name, "touch elsewhere")
    after = workspace.call("sandbox", "findings", name)
    document = workspace.call("sandbox", "findings", name, "--json").document

    assert (0, "file_writes_outside  kept\n") == (before.code, before.out)
    assert (1, "file_writes_outside  broken  elsewhere was added\n") == (after.code, after.out)
    assert ["elsewhere"] == document["audit"]["file_changes"]["added"]
    without = workspace.call("sandbox", "findings", plain)
    assert (0, "", "the spec has no rules in `forbidden`\n") == (without.code, without.out, without.err)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("create", "demo", "--secret", "NOT_THERE"), "the environment has no variable NOT_THERE"),
        (("create", "demo", "--metadata", "x"), "--metadata must be NAME=VALUE, got 'x'"),
        (("create", "demo"), "API_KEY"),
        (("create", "none"), "there is no spec 'none'"),
        (("shell",), "give either the id of a sandbox or --spec"),
        (("get", "sb-0"), "there is no sandbox 'sb-0'"),
    ],
)
def test_mistakes_are_named(workspace: Workspace, arguments: tuple[str, ...], message: str) -> None:
    """A mistake is a usage error in one line."""
    done = workspace.call("sandbox", *arguments)

    assert (2, 1) == (done.code, len(done.err.splitlines()))
    assert message in done.err
