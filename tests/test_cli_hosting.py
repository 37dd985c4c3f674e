"""`ashr-labs deploy`, `chat` and `sessions`: agents are deployed, talked to and evaluated from the command line."""

from __future__ import annotations

import base64
import io
import json
import os
import pty
import re
import subprocess
from collections.abc import Generator

import pytest

from ashr_labs.local import open_platform
from ashr_labs.local.server.app import running_server
from support.cli import PROGRAM, Done, Workspace, scenario
from support.sandboxes import engine_or_skip

pytestmark = pytest.mark.integration

STEPS = [
    {"match": "files", "tools": [{"name": "Bash", "input": {"command": "ls data"}}], "say": "There is a.txt."},
    {"match": "break", "tools": [{"name": "Bash"}]},
    {"match": "Hello", "say": "Hello there, how can I help?"},
]


@pytest.fixture(name="workspace", scope="module")
def _workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A folder with the folder of an agent, which is deployed to `ashr.db`."""
    engine_or_skip("bubblewrap").close()
    workspace = Workspace.at(tmp_path_factory.mktemp("hosting"))
    folder = workspace.folder / "helper"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "a.txt").write_text("an a")
    (folder / "CLAUDE.md").write_text("Be brief.")
    (folder / "script.jsonl").write_text("".join(f"{json.dumps(step)}\n" for step in STEPS))
    done = workspace.call("deploy", "helper")
    assert (0, "helper\n", "version 1; talk to it with: ashr-labs chat helper\n") == (done.code, done.out, done.err)
    return workspace


def fed(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, stdin: str, *arguments: str) -> Done:
    """Run a command with this as its standard input."""
    monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
    return workspace.call(*arguments)


def words(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()]


def test_lines_of_stdin_are_messages(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers go to stdout; calls of tools, failures and the way to go on to stderr; the session goes on later."""
    done = fed(workspace, monkeypatch, "hi\n\nwhich files?\nbreak\n", "chat", "helper")

    assert ["turn 1: hi", "There is a.txt."] == words(done.out)
    assert ['[Bash] {"command": "ls data"}', "a.txt", "the turn failed: KeyError: 'input'"] == words(done.err)[:3]
    assert (1, "error: a turn failed: KeyError: 'input'") == (done.code, words(done.err)[-1])
    [session] = workspace.call("sessions", "list", "--json").document["sessions"]
    assert f"ashr-labs chat helper --session {session['id']}\n" in done.err
    assert ("helper", "paused") == (session["agentName"], session["status"])

    continued = workspace.call("chat", "helper", "--session", session["id"], "--message", "on", "--json").document
    fork = workspace.call("chat", "helper", "--fork", session["id"], "--message", "off", "--end", "--json").document

    assert ("turn 4: on", session["id"]) == (continued["replies"][0]["text"], continued["session_id"])
    assert ("turn 5: off", "ended") == (fork["replies"][0]["text"], fork["status"])
    assert "user: hi\n\nassistant: turn 1: hi\n" in workspace.call("sessions", "show", session["id"]).out
    assert '[Bash] {"command": "ls data"}' in workspace.call("sessions", "show", session["id"]).out
    ended = workspace.call("sessions", "list", "--status", "ended").out
    assert [fork["session_id"]] == [line.split()[0] for line in ended.splitlines()[1:]]
    assert "has ended" in workspace.call("chat", "helper", "--session", fork["session_id"]).error(2)


def test_chat_in_a_terminal(workspace: Workspace) -> None:
    """In a terminal the user is asked for each message, and Ctrl-D ends the chat."""
    ours, theirs = pty.openpty()
    command = [PROGRAM, "chat", "helper", "--end"]
    with subprocess.Popen(command, cwd=workspace.folder, stdin=theirs, stdout=subprocess.PIPE, text=True) as chat:
        os.write(ours, b"hi\n\x04")
        shown, _ = chat.communicate(timeout=60)
    os.close(theirs)
    os.close(ours)

    assert 0 == chat.returncode
    assert ["> turn 1: hi", ">"] == words(shown)


def test_deployed_agent_is_evaluated(workspace: Workspace) -> None:
    """`--agent hosted:NAME` plays each scenario in a session, `hosted:NAME@SESSION` in a fork, side by side."""
    runs = {name: scenario(name) for name in ("first", "second")}
    for run in runs.values():
        del run["actions"][1]["expected_response"]
    workspace.write("hosted.json", {"runs": runs})
    session = workspace.call("chat", "helper", "--message", "hello", "--json").document["session_id"]

    for agent in ("hosted:helper", f"hosted:helper@{session}"):
        done = workspace.run("eval", "hosted.json", "--agent", agent, "--max-workers", "2", "--json")
        assert (0, 2) == (done.code, done.document["metrics"]["tests_passed"])
    assert "no deployed agent 'absent'" in workspace.run("eval", "hosted.json", "--agent", "hosted:absent").error(2)
    absent = "00000000-0000-4000-8000-000000000000"
    assert "no session" in workspace.run("eval", "hosted.json", "--agent", f"hosted:helper@{absent}").error(2)


@pytest.fixture(name="served")
def _served(workspace: Workspace) -> Generator[dict[str, str]]:
    platform = open_platform()
    with running_server(platform) as url:
        yield {"ASHR_LABS_BASE_URL": url, "ASHR_LABS_API_KEY": platform.bootstrap()}
    platform.close()


def test_sessions_of_a_server(workspace: Workspace, served: dict[str, str]) -> None:
    """On a server sessions live on between commands, and go through their states."""
    deployed = workspace.call("deploy", "helper", "--name", "other", "--json", **served).document
    chat = workspace.call("chat", "other", "--message", "hi", "--env", "HOME", "--json", **served).document
    name = chat["session_id"]

    def act(*arguments: str) -> str:
        done = workspace.call("sessions", arguments[0], name, *arguments[1:], **served)
        assert 0 == done.code, done
        return done.out

    assert ("other", 1) == (deployed["name"], deployed["version"])
    states = [
        workspace.call("sessions", change, name, "--json", **served).document["status"]
        for change in ("resume", "pause", "resume")
    ]
    assert ["active", "paused", "active"] == states
    assert "data/a.txt" in act("files")
    read = workspace.call("sessions", "files", name, "data/a.txt", "--json", **served).document
    assert (b"an a", 4) == (base64.b64decode(read["content_base64"]), read["size"])
    assert "an a" == act("files", "data/a.txt")
    assert "" == act("logs")
    assert name != act("fork").strip()
    assert 0 == workspace.call("sessions", "stop", name, **served).code
    assert f"{name} is ended\n" == workspace.call("sessions", "end", name, **served).err
    assert "has ended" in workspace.call("sessions", "resume", name, **served).error(2)


def test_credentials_and_queue(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys come from stdin or a variable, and are not shown; prompts of the queue are answered and counted."""
    key = fed(workspace, monkeypatch, "k3y-value\n", "credentials", "create", "custom", "--label", "mine").out.strip()
    other = workspace.call("credentials", "create", "openai", "--key-from", "MY_KEY", "--json", MY_KEY="k4y").document
    listed = workspace.call("credentials", "list", "--json")
    chat = workspace.call("chat", "helper", "--credential", key, "--message", "hi", "--end", "--json")
    answered = workspace.call("queue", "add", "helper", "Hello", "--priority", "2", "--wait")
    failed = workspace.call("queue", "add", "absent", "x", "--max-retries", "0", "--wait")
    [first, *_] = workspace.call("queue", "list", "--status", "completed", "--json").document["items"]

    assert {key, other["id"]} == {one["id"] for one in listed.document["credentials"]}
    assert not {"k3y-value", "k4y"} & set(re.findall(r"[\w-]+", listed.out))
    assert "turn 1: hi" == chat.document["replies"][0]["text"]
    assert (0, "Hello there, how can I help?\n") == (answered.code, answered.out)
    assert "it failed" in failed.error(1)
    shown = workspace.call("queue", "show", first["id"], "--json").document
    assert (2, "completed") == (first["priority"], shown["status"])
    assert "pending" in workspace.call("queue", "cancel", first["id"]).error(2)
    assert 1 == workspace.call("queue", "stats", "--json").document["completed"]
    assert f"deleted {key}\n" == workspace.call("credentials", "delete", key).err
    for command in (("credentials", "delete"), ("queue", "show"), ("queue", "cancel")):
        workspace.call(*command, "00000000-0000-4000-8000-000000000000").error(2)
    assert "MY_KEY has none" in workspace.call("credentials", "create", "custom", "--key-from", "MY_KEY").error(2)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("chat", "helper", "--session", "a", "--fork", "b"), "give one of --session and --fork"),
        (("chat", "helper", "--session", "a", "--model", "m"), "without --model, --credential and --env"),
        (("chat", "helper", "--env", "NOT_THERE"), "no variable NOT_THERE"),
        (("deploy", "empty"), "CLAUDE.md or AGENTS.md"),
        (("deploy", "helper", "--name", "a b"), "name"),
    ],
)
def test_what_is_refused(workspace: Workspace, arguments: tuple[str, ...], reason: str) -> None:
    """Options that exclude each other, and folders that are not agents, are exit code 2 with the reason."""
    (workspace.folder / "empty").mkdir(exist_ok=True)
    (workspace.folder / "empty" / "README").touch()
    assert reason in workspace.call(*arguments).error(2)
