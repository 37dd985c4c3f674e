"""Every command against every kind of failure: the exit code says which kind it was."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile

import click
import pytest

from ashr_labs import ServerError
from ashr_labs.cli._main import PROGRAM
from ashr_labs.local import open_platform
from ashr_labs.local.server.app import running_server
from support.cli import SOURCE, Done, Workspace
from support.graded_runs import graded_run
from support.scripted_server import Answer, ScriptedServer

KEY = "tp_a_key_for_the_tests"


@dataclass(frozen=True)
class Command:
    """A command that works, in a folder and on a platform that have what it needs."""

    arguments: str
    looks_up: str = ""
    """The argument that is an id or a file, to be replaced by a missing one."""
    stores: bool = False
    """Whether it makes the database where there is none."""
    has_platform: bool = True
    codes: tuple[int, ...] = (0,)


TRACE = "0123456789abcdef0123456789abcdef"
SPEC = "id: box\nsetup: {env: {LEVEL: 3}}\n"
COMMANDS = {
    "eval": Command("data.json --agent agents:Greeter", "data.json", stores=True),
    "compare": Command("1 run.json", "1"),
    "plan": Command("1 run.json --scenarios 9", "1"),
    "report": Command("1", "1"),
    "coverage": Command("data.json --tools tools.json", "tools.json", has_platform=False),
    "runs list": Command(""),
    "runs get": Command("1", "1"),
    "runs watch": Command("1", "1"),
    "runs cancel": Command("2", "2"),
    "runs delete": Command("1", "1"),
    "datasets list": Command(""),
    "datasets get": Command("1", "1"),
    "datasets generate": Command("config.json", "config.json", stores=True),
    "datasets import": Command("data.json", "data.json", stores=True),
    "datasets export": Command("1 out.json", "1"),
    "agents list": Command(""),
    "agents get": Command("1", "1"),
    "agents create": Command("Second --config tools.json", "tools.json", stores=True),
    "agents update": Command("1 --description D", "1"),
    "agents suggest-config": Command("data.json", "data.json", has_platform=False),
    "agents delete": Command("1", "1"),
    "prompts list": Command(""),
    "prompts versions": Command("greeting", "greeting"),
    "prompts get": Command("greeting", "greeting"),
    "prompts create": Command("second agents.py", "agents.py", stores=True),
    "prompts tag": Command("greeting live 1", "greeting"),
    "prompts untag": Command("greeting live", "live"),
    "prompts render": Command("greeting name=Ada", "greeting"),
    "prompts delete": Command("greeting", "greeting"),
    "records list": Command(""),
    "records show": Command("RECORDS", "RECORDS"),
    "records create": Command("second records.jsonl", "records.jsonl", stores=True),
    "records add": Command("RECORDS records.jsonl", "RECORDS"),
    "records remove": Command("RECORDS first", "RECORDS"),
    "records export": Command("RECORDS", "RECORDS"),
    "records from-traces": Command("third"),
    "records delete": Command("RECORDS", "RECORDS"),
    "spec validate": Command("box.yaml", "box.yaml", has_platform=False),
    "spec schema": Command("", has_platform=False),
    "spec create": Command("box.yaml", "box.yaml", stores=True),
    "spec list": Command(""),
    "spec show": Command("box", "box"),
    "spec delete": Command("box", "box"),
    "score-rules list": Command(""),
    "score-rules get": Command("RULE", "RULE"),
    "score-rules create": Command("polite contains --value thanks", stores=True),
    "score-rules update": Command("RULE --inactive", "RULE"),
    "score-rules summary": Command("RULE", "RULE"),
    "score-rules delete": Command("RULE", "RULE"),
    "alert list": Command(""),
    "alert get": Command("failing", "failing"),
    "alert create": Command("slow p95_wall_ms>9000", stores=True),
    "alert firings": Command("failing", "failing"),
    "alert delete": Command("failing", "failing"),
    "labels list": Command(""),
    "labels queue": Command("1", "1"),
    "labels test": Command("1 first --passed", "first"),
    "labels trace": Command(f"{TRACE} --failed", TRACE),
    "labels agreement": Command(""),
    "labels delete": Command("LABEL", "LABEL"),
    "keys list": Command(""),
    "keys create": Command("another --scope read --days 1", stores=True),
    "keys revoke": Command("1", "1"),
    "traces list": Command(""),
    "traces get": Command(TRACE, TRACE),
    "traces analytics": Command(""),
    "traces tail": Command("", codes=(130,)),
    "sandbox create": Command("box", "box", has_platform=False),
    "sandbox list": Command("", has_platform=False),
    "sandbox get": Command("sb-1", "sb-1", has_platform=False),
    "sandbox exec": Command("sb-1 true", "sb-1", has_platform=False),
    "sandbox read": Command("sb-1 file", "sb-1", has_platform=False),
    "sandbox write": Command("sb-1 file agents.py", "sb-1", has_platform=False),
    "sandbox diff": Command("sb-1", "sb-1", has_platform=False),
    "sandbox findings": Command("sb-1", "sb-1", has_platform=False),
    "sandbox destroy": Command("sb-1", "sb-1", has_platform=False),
    "sandbox shell": Command("sb-1", "sb-1", has_platform=False),
    "snapshot upload": Command("second agents.py python agents.py", "agents.py", stores=True),
    "snapshot list": Command(""),
    "snapshot show": Command("held", "held"),
    "snapshot tags": Command("held", "held"),
    "snapshot download": Command("held new", "held"),
    "snapshot delete": Command("held@1", "held@1"),
    "experiment create": Command("x play", "play", stores=True),
    "experiment run": Command("EXPERIMENT", "EXPERIMENT", stores=True, codes=(0, 4)),
    "experiment show": Command("EXPERIMENT", "EXPERIMENT"),
    "experiment list": Command(""),
    "experiment compare": Command("CANCELLED CANCELLED", "CANCELLED"),
    "experiment cancel": Command("EXPERIMENT", "EXPERIMENT", codes=(2,)),
    "deploy": Command("hosted", "hosted", stores=True),
    "chat": Command("helper", "helper", stores=True, codes=(0, 3)),
    "sessions list": Command(""),
    "sessions show": Command("ENDED", "ENDED"),
    "sessions fork": Command("ENDED", "ENDED"),
    "sessions pause": Command("ENDED", "ENDED", codes=(2,)),
    "sessions resume": Command("ENDED", "ENDED", codes=(2,)),
    "sessions stop": Command("ENDED", "ENDED", codes=(2,)),
    "sessions end": Command("ENDED", "ENDED"),
    "sessions trace": Command("ENDED", "ENDED", codes=(2,)),
    "sessions logs": Command("ENDED", "ENDED"),
    "sessions files": Command("ENDED", "ENDED", codes=(2,)),
    # tests/test_cli_hosting.py runs these against a platform that has them.
    "credentials list": Command("", codes=(0, 3)),
    "credentials create": Command("custom --key-from HOME", stores=True, codes=(0, 3)),
    "credentials delete": Command("absent", codes=(2, 3)),
    "queue add": Command("helper hello", stores=True, codes=(0, 3)),
    "queue list": Command("", codes=(0, 3)),
    "queue show": Command("absent", codes=(2, 3)),
    "queue cancel": Command("absent", codes=(2, 3)),
    "queue stats": Command("", codes=(0, 3)),
    "experiment export": Command("EXPERIMENT", "EXPERIMENT"),
    "experiment score": Command("EXPERIMENT", "EXPERIMENT"),
    "experiment delete": Command("EXPERIMENT", "EXPERIMENT"),
    "view": Command("run.json", "run.json", has_platform=False, codes=(130,)),
    "serve": Command("--database new.db", has_platform=False, codes=(130,)),
    "init": Command("new", has_platform=False),
    "doctor": Command("", has_platform=False),
    "completion": Command("bash", has_platform=False),
}
IDS: dict[str, str] = {}
"""Ids that the platform chose, by their words in the arguments."""
SANDBOX_COMMANDS = [name for name in COMMANDS if name.startswith("sandbox ")]
"""Commands that need a served platform; tests/test_cli_sandbox.py runs them with an engine."""
PLATFORM_COMMANDS = [name for name, command in COMMANDS.items() if command.has_platform]


def leaves(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[str]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from leaves(below, (*path, name))
    else:
        yield " ".join(path)


def test_every_command_is_covered() -> None:
    """A new command must say how it fails."""
    assert set(COMMANDS) == set(leaves(PROGRAM))


def furnish(folder: Path) -> Workspace:
    """Put the files that the commands need into a folder."""
    workspace = Workspace.at(folder)
    workspace.write("run.json", graded_run({"first": [True], "second": [True]}))
    workspace.write("tools.json", {"tool_definitions": [{"name": "greet"}]})
    agent = {"name": "Greeter", "description": "Greets", "tools": [{"name": "greet", "description": "Greets"}]}
    options = {"scenario_count": 1}
    (workspace.folder / "box.yaml").write_text(SPEC, "utf-8")
    (workspace.folder / "hosted").mkdir()
    (workspace.folder / "hosted" / "CLAUDE.md").write_text("Be brief.", "utf-8")
    (workspace.folder / "records.jsonl").write_text('{"input": "Hi"}\n', "utf-8")
    workspace.write("config.json", {"agent": agent, "context": {"domain": "d"}, "generation_options": options})
    return workspace


@pytest.fixture(name="workspace")
def _workspace(tmp_path: Path) -> Workspace:
    return furnish(tmp_path)


@pytest.fixture(name="stocked", scope="module")
def _stocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database that has one of each thing."""
    workspace = Workspace.at(tmp_path_factory.mktemp("stocked"))
    path = workspace.folder / "ashr.db"
    platform = open_platform(path)
    platform.bootstrap(KEY)
    platform.close()
    with workspace.client("ashr.db") as client:
        client.create_agent("First")
        client.hosting.deploy("helper", system_prompt="Be brief.")
        with suppress(ServerError), client.hosting.create_session("helper") as session:  # where sandboxes can be made
            IDS["ENDED"] = session.id
        client.create_api_key("first")
        client.prompts.create("greeting", "Hello {name}", tag="live")
        IDS["RECORDS"] = client.records.create("answers").id
        client.records.add(IDS["RECORDS"], [{"id": "first", "input": 1}])
        client.alerts.create("failing", "pass_rate < 0.8", "none", id="failing")
        client.snapshots.upload("held", workspace.folder / "agents.py", ["python", "agents.py"])
        client.specs.create(SPEC)
        client.specs.create("id: play\nagent: {type: cli, command: 'true'}\n")
        IDS["EXPERIMENT"] = client.experiments.create("draft", "play").id
        cancelled = client.experiments.create("cancelled", "play")
        cancelled.run()
        cancelled.cancel()
        IDS["CANCELLED"] = cancelled.id
        IDS["RULE"] = client.scoring.create_rule("thanks", "contains", {"value": "thanks"})["id"]
        dataset = client.create_dataset("data", SOURCE)
        client.poll_run(client.create_run(dataset["id"], graded_run({"first": [True]}))["id"])
        client.start_run(dataset["id"])
        client.ingest_observability_trace({"id": TRACE, "name": "t", "observations": []})
        IDS["LABEL"] = client.labels.label_trace(TRACE, "passed")["id"]
    return path


@contextmanager
def serving(path: Path) -> Generator[dict[str, str]]:
    """Serve a database and yield the settings of its clients."""
    platform = open_platform(path)
    with running_server(platform) as url:
        yield {"ASHR_LABS_API_KEY": KEY, "ASHR_LABS_BASE_URL": url}
    platform.close()


@pytest.fixture(name="served", scope="module")
def _served(stocked: Path) -> Generator[dict[str, str]]:
    """Serve the database for those who change nothing."""
    with serving(stocked) as settings:
        yield settings


def called(workspace: Workspace, name: str, *more: str, arguments: str | None = None, **settings: str) -> Done:
    given = COMMANDS[name].arguments if arguments is None else arguments
    if "ENDED" in given.split() and "ENDED" not in IDS:
        pytest.skip("this machine makes no sandboxes")
    given = " ".join(IDS.get(word, word) for word in given.split())
    act = workspace.run if name == "eval" else workspace.call  # it imports a module, and sends away what that prints
    return act(*name.split(), *given.split(), *more, **settings)


def missing(name: str) -> str:
    """Return a command's arguments with an id or file in them that is not there."""
    command = COMMANDS[name]
    kinds = {"1": "999999", TRACE: "f" * 32}
    absent = kinds.get(command.looks_up, "absent.json")
    return " ".join(absent if one == command.looks_up else one for one in command.arguments.split())


@pytest.mark.parametrize("name", [one for one in PLATFORM_COMMANDS if COMMANDS[one].codes == (0,)])
@pytest.mark.parametrize("is_remote", [False, True], ids=["embedded", "remote"])
def test_commands_succeed_locally_and_over_http(
    workspace: Workspace, stocked: Path, name: str, is_remote: bool
) -> None:
    """On the embedded platform and over HTTP each command works, and with `--json` says so in one object."""
    copyfile(stocked, workspace.folder / "ashr.db")
    if is_remote:
        with serving(workspace.folder / "ashr.db") as settings:
            done = called(workspace, name, "--remote", "--json", **settings)
    else:
        done = called(workspace, name, "--database=ashr.db", "--json")

    assert 0 == done.code, done
    assert "error" not in done.document


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_json_option(name: str) -> None:
    """Each command has `--json`."""
    command: click.Command = PROGRAM
    for part in name.split():
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), part)
        assert found is not None
        command = found

    assert "--json" in [flag for parameter in command.params for flag in parameter.opts]


@pytest.mark.parametrize("name", COMMANDS)
def test_unknown_option_is_usage_error(workspace: Workspace, name: str) -> None:
    """An option that no command has is exit code 2."""
    called(workspace, name, "--nonsense").error(2)


@pytest.mark.parametrize("name", [name for name, command in COMMANDS.items() if command.looks_up])
def test_unknown_id_or_file_is_usage_error(
    workspace: Workspace, stocked: Path, served: dict[str, str], name: str
) -> None:
    """An unknown id or file is exit code 2, in both worlds."""
    worlds = [["--remote"], [f"--database={stocked}"]] if COMMANDS[name].has_platform else [[]]

    for where in worlds:
        called(workspace, name, *where, arguments=missing(name), **served).error(2)


@pytest.mark.parametrize("name", [name for name in PLATFORM_COMMANDS if not COMMANDS[name].stores])
def test_missing_database_is_usage_error(workspace: Workspace, name: str) -> None:
    """A command that reads a database does not create it: exit code 2."""
    assert "there is no database absent.db" in called(workspace, name, "--database", "absent.db").error(2)
    assert "absent.db" not in workspace.names()


@pytest.mark.parametrize("name", PLATFORM_COMMANDS)
def test_broken_platform_exits_with_3(workspace: Workspace, served: dict[str, str], name: str) -> None:
    """A broken database, a missing or unknown key, and a URL at which something else answers, are the platform's."""
    (workspace.folder / "broken.db").write_text("not a database " * 99, "utf-8")
    url = served["ASHR_LABS_BASE_URL"]

    called(workspace, name, "--database", "broken.db").error(3)
    assert "ASHR_LABS_API_KEY" in called(workspace, name, "--remote").error(3)
    called(workspace, name, "--remote", ASHR_LABS_API_KEY="tp_unknown_key", ASHR_LABS_BASE_URL=url).error(3)
    wrong = called(workspace, name, "--remote", **{**served, "ASHR_LABS_BASE_URL": f"{url}/wrong/path"}).error(3)
    assert "check ASHR_LABS_BASE_URL" in wrong


@pytest.mark.parametrize("name", SANDBOX_COMMANDS)
def test_sandbox_commands_need_a_served_platform(workspace: Workspace, served: dict[str, str], name: str) -> None:
    """Without a key, with an unknown one, and without an answer, a command about sandboxes exits with 3."""
    assert "ASHR_LABS_API_KEY" in called(workspace, name).error(3)
    called(workspace, name, **{**served, "ASHR_LABS_API_KEY": "tp_unknown_key"}).error(3)
    called(workspace, name, **{**served, "ASHR_LABS_BASE_URL": "http://127.0.0.1:1"}).error(3)


@pytest.mark.parametrize("name", ["runs list", "datasets import", "compare"])
@pytest.mark.parametrize(
    "answer", [None, Answer(200, b"<html>a portal</html>"), Answer.of({"status": "error", "message": "down"}, 501)]
)
def test_unresponsive_platform_exits_with_3(
    workspace: Workspace, server: ScriptedServer, name: str, answer: Answer | None
) -> None:
    """No answer, an answer of something else, and an error of the platform's own are exit code 3."""
    for function in ("init", "list_runs", "create_dataset", "get_run"):
        server.on(function, answer or {})
    url = server.url if answer else "http://127.0.0.1:1"

    called(workspace, name, "--remote", ASHR_LABS_API_KEY=KEY, ASHR_LABS_BASE_URL=url).error(3)


@pytest.mark.parametrize("is_remote", [False, True], ids=["embedded", "remote"])
def test_rejected_content_is_usage_error(workspace: Workspace, served: dict[str, str], is_remote: bool) -> None:
    """A dataset, a config or a name that the platform cannot take is exit code 2."""
    where = "--remote" if is_remote else "--database=new.db"
    deep: object = "deep"
    for _ in range(250):
        deep = {"below": deep}
    workspace.write("deep.json", {"runs": {"a": {"actions": [{"actor": "user", "content": "hi"}], "metadata": deep}}})
    workspace.write("deep_config.json", {"metadata": deep})

    assert "nested" in called(workspace, "datasets import", where, arguments="deep.json", **served).error(2)
    assert "nested" in called(
        workspace, "agents create", where, arguments="N --config deep_config.json", **served
    ).error(2)
    called(workspace, "datasets import", where, arguments=f"data.json --name {'n' * 501}", **served).error(2)


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
@pytest.mark.parametrize("name", ["runs list", "runs watch", "datasets import", "traces get", "agents create"])
def test_ctrl_c_exits_with_130(workspace: Workspace, server: ScriptedServer, name: str) -> None:
    """A command that is interrupted while it waits for the platform says so, and leaves no traceback."""

    def interrupt(_: object) -> Answer:
        os.kill(os.getpid(), signal.SIGINT)
        return Answer(pause=0.2)

    for function in ("init", "list_runs", "get_run", "create_dataset", "get_observability_trace", "create_agent"):
        server.on(function, interrupt)
    environment = {"ASHR_LABS_API_KEY": KEY, "ASHR_LABS_BASE_URL": server.url}

    assert "error: interrupted" == called(workspace, name, "--remote", **environment).error(130)
