"""`ashr-labs serve`: a platform for other processes."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import stat
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen
from typing import Any

import httpx
import pytest

from ashr_labs import AshrLabsClient, AuthenticationError
from support.cli import PROGRAM, Workspace
from support.postgresql import PostgreSQLServer

KEY = "tp_a_key_for_the_tests"


@pytest.fixture(name="workspace")
def _workspace(tmp_path: Path) -> Workspace:
    return Workspace.at(tmp_path)


@contextmanager
def serving(workspace: Workspace, *options: str, **settings: str) -> Generator[tuple[Popen[str], dict[str, Any]]]:
    """Serve on a free port while the block runs; yield the process and the object that it wrote."""
    with workspace.start("serve", "--port", "0", "--json", *options, **settings) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, process.communicate()[1]
            yield process, json.loads(line)
        finally:
            process.kill()


def end(process: Popen[str], number: signal.Signals = signal.SIGTERM) -> tuple[str, str]:
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert "Traceback" not in err
    return out, err


def test_first_start_writes_key_file(workspace: Workspace) -> None:
    """The object on stdout tells the URL, the database and the key's file, which only its owner can read."""
    with serving(workspace) as (process, ready):
        key_file = Path(ready["key_file"])
        key = key_file.read_text("utf-8").strip()
        with AshrLabsClient(key, ready["url"]) as client:
            assert "ok" == client.health_check()["status"]
        out, err = end(process)

    assert {"url", "database", "key_file"} == ready.keys()
    assert str(workspace.folder / "ashr.db") == ready["database"]
    assert workspace.folder / "ashr.db.key" == key_file
    assert "" == out
    assert ready["url"] in err
    assert "ashr.db.key" in err
    assert key not in err
    if sys.platform != "win32":
        assert 0o600 == stat.S_IMODE(key_file.stat().st_mode)


def test_ready_file_appears_once_server_responds(workspace: Workspace) -> None:
    """The ready file appears once calls are answered, holds what a client needs, and is for its owner only."""
    ready_file = workspace.folder / "ready.env"
    ready_file.write_text("export ASHR_LABS_BASE_URL=http://of-an-earlier-server\n", "utf-8")
    with serving(workspace, "--ready-file", "ready.env") as (process, ready):
        done = workspace.run_command(["sh", "-c", f". ./ready.env && {PROGRAM} doctor --remote"])
        text = ready_file.read_text("utf-8")
        end(process)

    assert "accepts the key of" in done.out, done
    assert f"export ASHR_LABS_BASE_URL={ready['url']}\n" in text
    assert Path(ready["key_file"]).read_text("utf-8").strip() in text
    if sys.platform != "win32":
        assert 0o600 == stat.S_IMODE(ready_file.stat().st_mode)


def test_bootstrap_key_is_used(workspace: Workspace) -> None:
    """ASHR_LABS_BOOTSTRAP_KEY is the first key; no file is written and the key is not shown."""
    with serving(workspace, "--database", "own.db", ASHR_LABS_BOOTSTRAP_KEY=KEY) as (process, ready):
        with AshrLabsClient(KEY, ready["url"]) as client:
            assert "ok" == client.health_check()["status"]
        with AshrLabsClient(f"{KEY}_not", ready["url"]) as client, pytest.raises(AuthenticationError):
            client.health_check()
        _, err = end(process)

    assert ready["key_file"] is None
    assert str(workspace.folder / "own.db") == ready["database"]
    assert KEY not in err
    assert not [name for name in workspace.names() if name.endswith(".key")]


SECRET = "s3cret"
NOWHERE = f"postgresql://me:{SECRET}@127.0.0.1:1/evals"


def test_unreachable_database_is_named_without_password(workspace: Workspace) -> None:
    """A server that is not there costs one line, which has no password; nothing is written."""
    before = workspace.names()
    done = workspace.run("serve", "--port", "0", ASHR_LABS_DATABASE=NOWHERE)

    assert "cannot use postgresql://me@127.0.0.1:1/evals" in done.error(3)
    assert SECRET not in done.out + done.err
    assert before == workspace.names()


def test_file_commands_reject_database_url(workspace: Workspace) -> None:
    """A URL in the place of a file is refused unseen, with the way to reach such a database."""
    done = workspace.run("datasets", "list", "--database", NOWHERE)

    assert "ashr-labs serve" in done.error(2)
    assert SECRET not in done.out + done.err


def test_platform_on_postgresql_is_served(workspace: Workspace, postgresql: PostgreSQLServer) -> None:
    """A URL is served as a file is; the key is written to the current folder."""
    with postgresql.platform() as url, serving(workspace, "--database", url) as (process, ready):
        key = (workspace.folder / "ashr.key").read_text("utf-8").strip()
        with AshrLabsClient(key, ready["url"]) as client:
            assert "ok" == client.health_check()["status"]
        _, err = end(process)

    assert str(workspace.folder / "ashr.key") == ready["key_file"]
    assert ready["database"].startswith("postgresql://postgres@")
    assert "ashr.key" in err


def test_data_and_keys_survive_restart(workspace: Workspace) -> None:
    """After a stop, the next start has the same data under the same key; the command line works with both."""
    with serving(workspace) as (process, ready):
        remote = {
            "ASHR_LABS_API_KEY": Path(ready["key_file"]).read_text("utf-8").strip(),
            "ASHR_LABS_BASE_URL": ready["url"],
        }
        imported = workspace.run("datasets", "import", "data.json", "--remote", **remote)
        assert "1\n" == imported.out, imported
        end(process)

    with serving(workspace) as (process, again):
        remote["ASHR_LABS_BASE_URL"] = again["url"]
        done = workspace.run("eval", "1", "--agent", "agents:Greeter", "--json", **remote)
        assert 2 == done.document["metrics"]["tests_passed"]
        assert ready["key_file"] == again["key_file"]
        in_use = workspace.run("eval", "1", "--agent", "agents:Greeter", "--database", "ashr.db")
        assert "ashr.db is in use by another process" in in_use.error(3)


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_signal_stops_server_cleanly(number: signal.Signals, workspace: Workspace) -> None:
    """SIGTERM and Ctrl-C end the server with exit code 0, and the database can be opened at once."""
    with serving(workspace) as (process, ready):
        end(process, number)

    assert 0 == process.returncode
    with workspace.client("ashr.db") as client:
        assert "ok" == client.health_check()["status"]
    assert ready["url"]


def test_stdout_is_empty_without_json_option(workspace: Workspace) -> None:
    """People read where the platform is on stderr."""
    process = workspace.start("serve", "--port", "0")
    try:
        assert process.stderr is not None
        lines = [process.stderr.readline(), process.stderr.readline()]
        out, _ = end(process)
    finally:
        process.kill()

    assert "" == out
    assert "serving ashr.db at http://127.0.0.1:" in lines[0]
    assert 'ASHR_LABS_API_KEY="$(cat ashr.db.key)"' in lines[1]


def test_closed_stdout_does_not_stop_server(workspace: Workspace) -> None:
    """The server keeps serving after the reader of its stdout has gone."""
    with workspace.start("serve", "--port", "0", "--json", ASHR_LABS_BOOTSTRAP_KEY=KEY) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        url = process.stderr.readline().split()[3]
        with AshrLabsClient(KEY, url) as client:
            assert "ok" == client.health_check()["status"]
        process.terminate()
        rest = process.stderr.read()

    assert 0 == process.returncode
    assert "error" not in rest.lower()


@pytest.mark.parametrize(
    ("options", "settings", "code", "message"),
    [
        (["--host", "203.0.113.7"], {}, 3, "cannot listen on 203.0.113.7"),
        (["--database", "nowhere/x.db"], {}, 2, "there is no folder nowhere"),
        (["--database", "agents.py"], {}, 3, "agents.py"),
        ([], {"ASHR_LABS_BOOTSTRAP_KEY": "tp_short"}, 2, "the given API key must be"),
    ],
)
def test_failed_start_reports_reason(
    options: list[str], settings: dict[str, str], code: int, message: str, workspace: Workspace
) -> None:
    """A failed start is one line and an exit code; stdout has only the error."""
    done = workspace.run("serve", "--port", "0", "--json", *options, **settings)

    assert message in done.error(code)
    assert {"error", "type"} == done.document.keys()


def test_port_in_use_is_rejected(workspace: Workspace) -> None:
    """A port that another process listens on gives exit code 3 and names the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        done = workspace.run("serve", "--port", port)

    assert f"cannot listen on 127.0.0.1, port {port}" in done.error(3)


def test_port_in_use_creates_no_files(workspace: Workspace) -> None:
    """If the port is taken, the server fails before it creates a database or a key."""
    before = workspace.names()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        failed = workspace.run("serve", "--port", str(port))

    assert f"port {port}" in failed.error(3)
    assert before == workspace.names()


def test_wildcard_host_prints_usable_url(workspace: Workspace) -> None:
    """`--host 0.0.0.0` tells a URL that this machine can open, and that others can reach it too."""
    with serving(workspace, "--host", "0.0.0.0") as (process, ready):
        with AshrLabsClient(Path(ready["key_file"]).read_text("utf-8").strip(), ready["url"]) as client:
            assert "ok" == client.health_check()["status"]
        _, err = end(process)

    assert ready["url"].startswith("http://127.0.0.1:")
    assert "every address of this machine" in err


def test_access_log_is_json_on_stderr(workspace: Workspace) -> None:
    """With --access-log each request is one line of JSON on stderr, without the key."""
    with serving(workspace, "--access-log", ASHR_LABS_BOOTSTRAP_KEY=KEY) as (process, ready):
        with AshrLabsClient(KEY, ready["url"]) as client:
            client.health_check()
        _, err = end(process)
    logged = [json.loads(line) for line in err.splitlines() if line.startswith("{")]

    assert "keep_alive" in [line["operation"] for line in logged] or "init" in [line["operation"] for line in logged]
    assert KEY not in err


def test_prices_and_forwarding_are_options(workspace: Workspace) -> None:
    """A table of prices is read from a file, and half of the settings for passing traces on are refused."""
    (workspace.folder / "prices.json").write_text('{"m": {"input": 1000000, "output": 0}}', "utf-8")
    usage = {"input_tokens": 2, "output_tokens": 0}
    generation: Any = {"id": "1", "type": "generation", "name": "g", "model": "m", "usage": usage}
    with (
        serving(workspace, "--prices", "prices.json", ASHR_LABS_BOOTSTRAP_KEY=KEY) as (_, ready),
        AshrLabsClient(KEY, ready["url"]) as client,
    ):
        client.ingest_observability_trace({"name": "t", "observations": [generation]})
        assert 2.0 == client.get_observability_analytics()["overview"]["total_cost"]
    refused = workspace.run("serve", "--port", "0", "--forward-to", "langfuse")

    assert "LANGFUSE_PUBLIC_KEY is required" in refused.error(3)


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed")
def test_what_specs_may_use_of_the_machine_are_options(workspace: Workspace) -> None:
    """`--fixtures` names the folder of fixtures, and with `--allow-install` packages are installed into the cache."""
    (workspace.folder / "shared" / "files").mkdir(parents=True)
    (workspace.folder / "shared" / "files" / "a.txt").write_text("from the operator")
    cache = workspace.folder / "cache"
    settings = {"ASHR_LABS_BOOTSTRAP_KEY": KEY, "XDG_CACHE_HOME": str(cache), "PIP_NO_INDEX": "1"}
    with (
        serving(workspace, "--fixtures", "shared", "--allow-install", **settings) as (_, ready),
        httpx.Client(base_url=ready["url"], headers={"authorization": f"Bearer {KEY}"}, timeout=60) as client,
    ):
        for text in (
            "{id: files, fixtures: [{type: directory, path: ., source: 'fixtures:files'}]}",
            "{id: packages, setup: {packages: [no-such-package]}}",
        ):
            client.post("/v1/specs", content=text, headers={"content-type": "application/x-yaml"}).raise_for_status()
        sandbox = client.post("/v1/sandboxes", json={"spec_id": "files"}).json()
        content = client.get(f"/v1/sandboxes/{sandbox['id']}/files/a.txt").text
        refused = client.post("/v1/sandboxes", json={"spec_id": "packages"}).json()

    assert "from the operator" == content
    assert "no-such-package" in refused["error"]
    assert (cache / "ashr-labs" / "packages").is_dir()


def test_commands_without_isolation_are_not_served_to_others(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the engine that does not isolate, the platform refuses to listen on other addresses than the loopback."""
    monkeypatch.setenv("ASHR_SANDBOX_ENGINE", "unsafe-subprocess")

    done = workspace.call("serve", "--host", "0.0.0.0", "--port", "0")

    assert 0 != done.code
    assert "must listen on 127.0.0.1 only" in done.err
