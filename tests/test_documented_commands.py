"""The commands of the README and the guides work; those that a test cannot run are listed with the reason."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from support.cli import PROGRAM, Workspace
from support.eval_data import agent, call, source, user
from support.graded_runs import graded_test

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

NOT_RUN = {
    r"make \w+": "the targets run these tests; test_readme.py runs what `make demo` runs",
    r"pip install .*": "needs a package index or a new environment: test_packaging.py",
    r"ashr-labs serve .*--host 0\.0\.0\.0.*": "serves every interface until it is ended: test_cli_serve.py",
    r"ashr-labs snapshot upload support .*": "needs a sandbox: test_cli_snapshot.py runs it with the next command",
    r"ashr-labs experiment run --spec refund.yaml": "needs a sandbox: test_cli_snapshot.py",
    r"createdb .*": "needs a PostgreSQL server: test_local_postgresql.py starts one",
    r"export ASHR_LABS_DATABASE=postgresql:.*": "needs a PostgreSQL server: test_local_postgresql.py starts one",
    r"inspect view .*": "serves until it is ended; test_exporting.py checks the file that it reads",
    r"ashr-labs (deploy|chat|sessions) .*|ashr-labs eval .*hosted:.*": "files of a guide: test_hosting_guide.py",
    r".*\bsqlite3 .*": "is a program of SQLite; test_local_store.py makes the backup with Python's module",
}
"""Patterns of the commands that are not run here, and why."""

TEXT = "Your refund is on its way."
SOURCE = source(first=[user("A refund, please"), agent(TEXT, call("refund"))])
AGENT = f"""
class Agent:
    def reset(self): ...
    def respond(self, message):
        return {{"text": {TEXT!r}, "tool_calls": [{{"name": "refund", "arguments": {{}}}}]}}

MyAgent = Agent
"""
CHECKS = """
from ashr_labs.scorers import Scorer

@Scorer(gate=True)
def no_failed_calls(calls):
    return not any("error" in call for call in calls)
"""

TRACE = "4be1c80b9d3f4c1aa2f0d7c2e1b7a955"
"""The id of a trace in the guides."""


class Command(NamedTuple):
    """A documented command."""

    text: str
    fails: bool
    """Whether an error is shown below it."""


def blocks(document: Path) -> list[list[Command]]:
    """Return the commands of each console block of a document."""
    texts = re.findall(r"^```console\n(.*?)^```$", document.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    parts = [re.split(r"^\$ ", text, flags=re.MULTILINE)[1:] for text in texts]
    return [
        [Command(one.splitlines()[0].partition("  #")[0].rstrip(), "\nerror: " in one) for one in block]
        for block in parts
    ]


def is_run(command: str) -> bool:
    return not any(re.fullmatch(pattern, command) for pattern in NOT_RUN)


def program(name: str) -> str:
    """Return a program of this environment."""
    return sys.executable if name == "python" else PROGRAM if name == "ashr-labs" else name


def prepared(folder: Path) -> Workspace:
    """Return a folder with the files, the stored dataset and the trace that the guides speak of."""
    workspace = Workspace(folder)
    (folder / "my_package").mkdir()
    for name in ("my_package/agent.py", "agents.py"):
        (folder / name).write_text(AGENT, "utf-8")
    (folder / "checks.py").write_text(CHECKS, "utf-8")
    for name in ("dataset.json", "data.json"):
        workspace.write(name, SOURCE)
    (folder / "spec.yaml").write_text("id: fix-failing-test\n", "utf-8")
    workspace.write("tools.json", [{"name": "refund"}, {"name": "cancel"}])
    chat = [{"role": "user", "content": "Where is it?"}, {"role": "assistant", "content": "On its way."}]
    workspace.write("chats.jsonl", {"messages": chat})
    for name in ("trial0", "trial1", "main", "branch"):
        workspace.write(
            f"{name}.json", {"tests": [graded_test(str(number), passed=True, tags=["money"]) for number in range(25)]}
        )
    return workspace


def stored_trace(workspace: Workspace) -> str:
    """Store a dataset and a trace; return the id of the trace."""
    with workspace.client("ashr.db") as client:
        client.create_dataset(name="Stored", dataset_source=SOURCE)
        with client.trace("chat") as trace, trace.generation("answer", model="m", input="Where is it?") as answer:
            answer.end(output="On its way.")
        trace.end(wait=True)
        return trace.trace_id


CASES = [
    pytest.param(block, id=f"{document.name}:{block[0].text[:40]}")
    for document in DOCUMENTS
    for block in blocks(document)
    if any(is_run(command.text) for command in block)
]


def check_in_shell(workspace: Workspace, texts: list[str]) -> None:
    """Run commands in one shell, which ends those in the background."""
    # A free port in place of the default one, on which something else may listen.
    commands = [text.replace("ashr-labs serve", "ashr-labs serve --port 0") for text in texts]
    before = [f"PATH={Path(PROGRAM).parent}:$PATH", "trap 'kill $(jobs -p)' EXIT", "set -e"]
    done = workspace.run_command(["bash", "-c", "\n".join([*before, *commands, "test $ASHR_LABS_BASE_URL"])])
    assert 0 == done.code, done


def check(workspace: Workspace, text: str, fails: bool) -> None:
    """Run one command."""
    name, *arguments = shlex.split(text)
    # Some commands write to the file of stdout itself, which only a process has.
    in_process = name == "ashr-labs" and arguments[0] != "eval"
    done = workspace.call(*arguments) if in_process else workspace.run_command([program(name), *arguments])
    assert fails == (done.code != 0), done


@pytest.mark.parametrize("block", CASES)
def test_documented_commands_work(block: list[Command], tmp_path: Path) -> None:
    """Each command ends well, or with the error that is shown."""
    workspace = prepared(tmp_path)
    trace_id = "" if any("init" in command.text for command in block) else stored_trace(workspace)
    if block[-1].fails:
        (tmp_path / "chats.jsonl").write_text('{"messages": [{"role": "assistant", "tool_calls": [{}]}]}', "utf-8")
    commands = [Command(text.replace(TRACE, trace_id), fails) for text, fails in block if is_run(text)]

    if any(command.text.endswith("&") for command in commands):
        check_in_shell(workspace, [command.text for command in commands])
    else:
        for command in commands:
            check(workspace, *command)


def test_every_reason_is_needed() -> None:
    """Each pattern of commands that are not run matches one, so that the list does not outlive the guides."""
    texts = [command.text for document in DOCUMENTS for block in blocks(document) for command in block]

    assert [] == [pattern for pattern in NOT_RUN if not any(re.fullmatch(pattern, text) for text in texts)]
