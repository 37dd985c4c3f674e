"""`Keystone.sandboxes` and `Keystone.specs` against real sandboxes, from outside and from inside of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ashr_labs.errors import ConfigurationError
from ashr_labs.keystone import Keystone, KeystoneError
from ashr_labs.keystone.sandboxes import SandboxHandle
from ashr_labs.keystone.types import CommandResult, Sandbox, StateDiff, StateSnapshot
from ashr_labs.local.server.app import running_server
from support.local_api import Api
from support.sandboxes import engine_or_skip

SPEC = """
id: fix-failing-test
description: a failing test
setup:
  files:
    - {path: src/main.ts, content: "export const one = 1\\n"}
    - {path: tmp/cache.bin, content: "x"}
secrets:
  - ANTHROPIC_API_KEY
  - {name: OTHER, source: "env:MY_OTHER"}
"""
EVENT = {"event_type": "tool_call", "tool": "search", "phase": "complete", "status": "ok", "span_id": "a" * 16}
CREATION = """
sb = ks.sandboxes.create(
    spec_id="fix-failing-test",
    timeout="10m",
    metadata={"run": "ci-7821"},
    secrets={"ANTHROPIC_API_KEY": "..."},
    spec_path="./specs/fix-failing-test.yaml",   # auto-forwards declared secrets
)
"""
METHODS = """
found = ks.sandboxes.get("sb-abc")
listed = ks.sandboxes.list()                                                          # list[Sandbox]

ran = ks.sandboxes.run_command("sb-abc", "npm test", timeout="2m")                  # CommandResult
read = ks.sandboxes.read_file("sb-abc", "src/main.ts")                                # bytes
ks.sandboxes.write_file("sb-abc", "config.json", '{"x": 1}')
ks.sandboxes.delete_file("sb-abc", "tmp/cache.bin")

state = ks.sandboxes.state("sb-abc")                                                   # StateSnapshot
diff = ks.sandboxes.diff("sb-abc")                                                    # StateDiff

ingested = ks.sandboxes.ingest_trace("sb-abc", events)                                   # POST /v1/sandboxes/:id/trace
trace = ks.sandboxes.get_trace("sb-abc")                                              # dict

ks.sandboxes.destroy("sb-abc")
"""
MISSING = """
try:
    ks.sandboxes.create(spec_id="missing")
except KeystoneError as err:
    print(err.status_code, err.message)
"""
INSIDE = """
from {package} import Keystone
ks, sb = Keystone.from_sandbox()
db = sb.services["db"]
sent = ks.sandboxes.ingest_trace(sb.id, [{event}])
try:
    ks.sandboxes.list()
except Exception as error:
    print(type(error).__name__, error.status_code)
print(sb.id, sb.state, db.host, db.port, db.ready, sent["ingested"], len(ks.sandboxes.get_trace(sb.id)["events"]))
"""


@pytest.fixture(scope="module", name="served")
def _served() -> Iterator[tuple[Api, str]]:
    engine_or_skip("bubblewrap").close()
    with Api.opened() as api, running_server(api.platform) as url:
        yield api, url


@pytest.fixture(name="ks")
def _ks(served: tuple[Api, str]) -> Iterator[Keystone]:
    api, url = served
    with Keystone(api_key=api.key, base_url=url) as client:
        client.specs.create(SPEC)
        yield client
        for one in client.sandboxes.list():
            one.destroy()


def test_calls_of_the_reference(
    ks: Keystone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The documented calls run as they are written, except for the id, and return the documented classes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MY_OTHER", "from here")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "not this one")
    Path("specs").mkdir()
    Path("specs/fix-failing-test.yaml").write_text(SPEC)
    names: dict[str, Any] = {"ks": ks, "events": [EVENT], "KeystoneError": KeystoneError}

    exec(CREATION, names)
    made: SandboxHandle = names["sb"]
    made.write("package.json", '{"scripts": {"test": "exit 3"}}')
    exec(METHODS.replace("sb-abc", made.id).replace("npm test", "echo $ANTHROPIC_API_KEY $OTHER; exit 3"), names)
    exec(MISSING, names)
    found = SimpleNamespace(**names)

    assert isinstance(made, Sandbox)
    assert ("ready", {"run": "ci-7821"}, "/workspace") == (made.state, made.metadata, made.path)
    assert [made.id] == [one.id for one in found.listed]
    assert found.found == made
    assert CommandResult(found.ran.command, "... from here\n", "", 3, found.ran.duration_ms) == found.ran
    assert b"export const one = 1\n" == found.read
    assert {"config.json", "package.json", "src/main.ts"} == found.state.files.keys()
    assert StateDiff(["config.json", "package.json"], ["tmp/cache.bin"], []) == found.diff
    assert isinstance(found.state, StateSnapshot)
    assert ({"ingested": 1}, "search") == (found.ingested, found.trace["events"][0]["tool"])
    assert "destroyed" == ks.sandboxes.get(made.id).state
    assert capsys.readouterr().out.startswith("404 there is no spec 'missing'")


def test_handle_has_the_methods_of_the_service(ks: Keystone) -> None:
    """The methods of the public package's handle work, one that is made without a request included."""
    with ks.sandboxes.create("fix-failing-test", secrets={"ANTHROPIC_API_KEY": "k", "OTHER": "o"}, timeout=60) as made:
        handle = ks.sandboxes.handle(made.id)
        assert ("", "ready") == (handle.state, handle.refresh().state)
        handle.write("bytes.bin", b"\0\xff")
        handle.write("folder/text.txt", "tëxt")
        assert (b"\0\xff", "tëxt".encode()) == (handle.read("bytes.bin"), handle.read("/workspace/folder/text.txt"))
        handle.delete("bytes.bin")
        late = handle.exec("echo begun; sleep 60", timeout="300ms")
        assert ("begun\n", 124) == (late.stdout, late.exit_code)
        assert 0 == handle.exec("true", timeout=5).exit_code
        assert ["folder/text.txt"] == handle.diff().added
        assert "folder/text.txt" in handle.get_state().files
        assert {"ingested": 2} == handle.ingest_trace([EVENT, {**EVENT, "span_id": "b" * 16}])
        assert 2 == handle.get_trace()["metrics"]["tool_calls"]
        assert made.info == ks.sandboxes.get_info(made.id)
        assert dataclasses.asdict(made.info) == dataclasses.asdict(made)

    assert "destroyed" == made.refresh().state


def failing_calls(ks: Keystone) -> list[tuple[int, str, Callable[[], object]]]:
    """Return calls that fail, with status and message."""
    ended = ks.sandboxes.create("fix-failing-test", secrets={"ANTHROPIC_API_KEY": "k", "OTHER": "o"})
    ended.destroy()
    alive = ks.sandboxes.create("fix-failing-test", secrets={"ANTHROPIC_API_KEY": "k", "OTHER": "o"})
    return [
        (404, "there is no sandbox 'sb-0'", lambda: ks.sandboxes.get("sb-0")),
        (404, "there is no sandbox 'a/b?c#d'", lambda: ks.sandboxes.get("a/b?c#d")),
        (409, "takes no requests", lambda: ended.exec("true")),
        (
            422,
            "2 secrets of the spec 'fix-failing-test' must be given",
            lambda: ks.sandboxes.create("fix-failing-test"),
        ),
        (404, "no-such", lambda: alive.read("no-such")),
        (422, "..", lambda: alive.write("../x", "")),
        (404, "there is no spec 'none'", lambda: ks.specs.get("none")),
        (422, "the text must be YAML", lambda: ks.specs.create("id: [")),
    ]


def test_errors_have_status_and_message(ks: Keystone) -> None:
    """A refused request is a `KeystoneError` with the platform's status and sentence."""
    for status, message, call in failing_calls(ks):
        with pytest.raises(KeystoneError) as raised:
            call()
        assert status == raised.value.status_code, raised.value
        assert message in raised.value.message


def test_secrets_of_the_file_need_consent_for_commands(ks: Keystone, tmp_path: Path) -> None:
    """A `command:` source runs only where it is allowed, and not at all for a secret that is given."""
    spec = tmp_path / "spec.yaml"
    spec.write_text(f"id: commands\nsecrets: [{{name: TOKEN, source: 'command:echo found; touch {tmp_path}/ran'}}]\n")
    ks.specs.create_from_file(spec)

    with pytest.raises(ConfigurationError, match="allow_commands=True"):
        ks.sandboxes.create("commands", spec_path=spec)
    given = ks.sandboxes.create("commands", spec_path=spec, secrets={"TOKEN": "given"})
    assert not (tmp_path / "ran").exists()
    allowed = ks.sandboxes.create("commands", spec_path=spec, allow_commands=True)

    assert ["given\n", "found\n"] == [one.exec("echo $TOKEN").stdout for one in (given, allowed)]


def test_arguments_are_checked_before_anything_is_sent(ks: Keystone) -> None:
    """A duration that is none, and a file of a spec that is missing, are errors of the arguments."""
    for timeout in ("soon", 0, -1):
        with pytest.raises(ValueError, match="timeout"):
            ks.sandboxes.create("fix-failing-test", timeout=timeout)
    with pytest.raises(FileNotFoundError):
        ks.sandboxes.create("fix-failing-test", spec_path="no-such.yaml")


@pytest.mark.parametrize("package", ["ashr_labs.keystone", "polarity_keystone"])
def test_both_packages_work_inside(ks: Keystone, package: str) -> None:
    """`from_sandbox()` of ours, and of the public package, unchanged, finds the sandbox and its services."""
    pytest.importorskip(package)
    ks.specs.create("id: inside\nservices: [{name: db, type: http_mock, ports: [5432]}]")
    with ks.sandboxes.create("inside") as made:
        made.write("agent.py", INSIDE.format(package=package, event={**EVENT, "span_id": package}))
        done = made.exec("python3 agent.py")

    assert ("", f"KeystoneError 403\n{made.id} running db 5432 True 1 1\n") == (done.stderr, done.stdout)
