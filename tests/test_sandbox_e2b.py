"""The engine for E2B on a fake of its HTTP API: what it asks for, refuses, and leaves behind.

tests/test_sandbox_engines.py runs what all engines share on the same fake.
"""

from __future__ import annotations

import json
import os
import socket
import struct
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest

from ashr_labs._secret import Secret
from ashr_labs.errors import ConfigurationError, ValidationError
from ashr_labs.local.boot import Booter, BootRequest
from ashr_labs.local.sandbox.e2b import E2B
from ashr_labs.local.sandbox.e2b_api import Daemon, E2BSettings
from ashr_labs.local.sandbox.engines import open_engine, survey
from ashr_labs.local.sandbox.errors import SandboxError, SandboxGoneError, SandboxUnavailableError
from ashr_labs.local.sandbox.protocol import Limits, SandboxRequest
from ashr_labs.specs import parse_spec
from support.boots import booted, output
from support.e2b_service import KEY, Service, e2b_service
from support.sandboxes import engine_or_skip, sandbox_of


@pytest.fixture(name="service")
def _service(monkeypatch: pytest.MonkeyPatch) -> Generator[Service]:
    with closing(engine_or_skip("bubblewrap")) as isolating, e2b_service(isolating) as service:
        for variable, value in service.variables.items():
            monkeypatch.setenv(variable, value)
        yield service


@pytest.fixture(name="engine")
def _engine(service: Service) -> Generator[E2B]:
    assert service.machines == {}
    with closing(E2B()) as engine:
        yield engine


def test_sandbox_is_closed_off_and_ends_in_time(service: Service, engine: E2B) -> None:
    """A sandbox has no way out and a lifetime; variables, secrets and the key are not among what the service shows."""
    request = SandboxRequest(
        "one",
        environment={"PLAIN": "shown"},
        secrets={"TOKEN": Secret("s3cret")},
        lifetime=60.2,
        hosts={"db": "127.0.0.2"},
    )
    sandbox = engine.create(request)
    [machine] = service.machines.values()
    printed = sandbox.exec("echo $PLAIN $TOKEN; pwd; grep -w db /etc/hosts", timeout=10).stdout
    sandbox.destroy()

    wanted = ("base", 61, False, True, False)
    names = ("templateID", "timeout", "autoPause", "secure", "allow_internet_access")
    assert wanted == tuple(machine.made[name] for name in names)
    assert b"shown s3cret\n/workspace\n127.0.0.2 db\n" == printed
    assert "s3cret" not in f"{machine.made}{sandbox!r}{sandbox.in_force}"
    assert KEY not in f"{engine._settings!r} {sandbox!r} {sandbox.in_force} {machine.made}"
    assert {} == service.machines


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("ASHR_E2B_API_KEY", "", "need an API key: set ASHR_E2B_API_KEY"),
        (
            "ASHR_E2B_API_KEY",
            "e2b_another_one",
            r"refused the request \(401\): Invalid API key; check ASHR_E2B_API_KEY",
        ),
        ("ASHR_E2B_API_URL", "http://127.0.0.1:1", "E2B does not answer at 127.0.0.1"),
        ("ASHR_E2B_API_URL", "http://api.e2b.example", "ASHR_E2B_API_URL must be https://HOST"),
        ("ASHR_E2B_SANDBOX_URL", "sandbox.example", "ASHR_E2B_SANDBOX_URL must be https://HOST"),
    ],
)
def test_settings_that_do_not_work_are_told(
    service: Service, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, message: str
) -> None:
    """A missing or wrong key, and an address that does not answer or would show the key, are refused at start."""
    monkeypatch.setenv(variable, value)

    with pytest.raises(ConfigurationError, match=message) as refused:
        open_engine("e2b")
    assert KEY not in repr(refused.value)
    assert "another_one" not in str(refused.value)


def test_service_is_used_only_where_it_is_named(service: Service) -> None:
    """A hosted engine is not the default, and what works here is found out without asking it."""
    default = open_engine()
    default.close()

    assert "e2b" != default.name
    assert "e2b" not in [status.name for status in survey()]
    assert "https://api.e2b.app" == f"https://api.{E2BSettings(Secret('k')).domain}"


def test_limits_are_those_of_the_template(service: Service, engine: E2B) -> None:
    """A limit that the size of the machine keeps is told; one that it does not keep is refused, and nothing is left."""
    with sandbox_of(engine, limits=Limits(memory=1 << 30, cpus=2)) as sandbox:
        told = sandbox.in_force
    with pytest.raises(
        SandboxUnavailableError, match=r"limits memory \(there: 536870912 of the virtual machine\), proc"
    ):
        engine.create(SandboxRequest("small", limits=Limits(memory=64 << 20, processes=20)))
    loose = engine.create(SandboxRequest("loose", limits=Limits(processes=20), allow_missing_limits=True))
    loose.destroy()

    assert ("536870912 of the virtual machine", "not limited") == (told["memory"], told["processes"])
    assert "not limited" == loose.in_force["processes"]
    assert {} == service.machines


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"envd": "0.5.1"}, "has the daemon 0.5.1, and 0.5.2 is needed"),
        ({"refusal": (429, "too many sandboxes")}, r"refused the request \(429\): too many sandboxes"),
        ({"refusal": (400, "timeout is too long")}, "timeout is too long"),
    ],
)
def test_sandbox_that_cannot_be_made_is_told(
    service: Service, engine: E2B, change: dict[str, Any], message: str
) -> None:
    """A refusal of the service is an error with its message, and a machine that is of no use is ended."""
    for name, value in change.items():
        setattr(service, name, value)

    with pytest.raises(SandboxError, match=message):
        engine.create(SandboxRequest("one"))
    assert {} == service.machines


def test_template_that_does_not_exist_is_refused(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """The template is that of the setting."""
    monkeypatch.setenv("ASHR_E2B_TEMPLATE", "mine")

    with (
        closing(E2B()) as engine,
        pytest.raises(SandboxUnavailableError, match=r"\(404\): template 'mine' not found"),
    ):
        engine.create(SandboxRequest("one"))


def test_sandboxes_of_dead_servers_are_ended(service: Service) -> None:
    """At start the sandboxes of processes of this machine that have ended are ended, and no others."""
    host, own = socket.gethostname(), os.getpid()
    with closing(E2B()) as engine:
        made = [engine.create(SandboxRequest(name)) for name in ("dead", "elsewhere", "living")]
        names = [*service.machines]
        labels = [f"{host}/{own}/1", "elsewhere/1/1"]
        for name, label in zip(names, labels, strict=False):
            service.machines[name].made["metadata"]["ashr-labs-owner"] = label
        with closing(E2B()):
            left = [*service.machines]
        with pytest.raises(SandboxGoneError, match="dead has ended"):
            made[0].exec("true")
        assert [False, True, True] == [one.is_alive for one in made]

    assert names[1:] == left


def test_spec_boots_with_a_mock(service: Service, engine: E2B) -> None:
    """Files, setup and HTTP mocks of a spec work as on the other engines, without a key for the platform."""
    text = """
id: demo
setup: {files: [{path: a.txt, content: hi}], commands: ["cat a.txt > b.txt"]}
services: [{name: api, type: http_mock, ports: [9000], routes: [{method: GET, path: /x, response: {"a": 1}}]}]
"""
    request = BootRequest("demo", {}, {}, keys={"KEYSTONE_API_KEY": Secret("ks_sb_key")})
    sandbox = Booter(engine).boot(parse_spec(text), request)
    fetch = "import urllib.request; print(urllib.request.urlopen('http://api:9000/x').read().decode())"

    assert '{"a": 1}\n' == output(sandbox, f'python3 -c "{fetch}"').replace('{"a":1}', '{"a": 1}')
    assert "hi\n" == output(sandbox, "cat b.txt; echo $KEYSTONE_API_KEY")
    assert ["/x"] == [one.path for one in sandbox.requests("api")]
    sandbox.sandbox.destroy()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("services: [{name: db, image: postgres}]", "with the engine e2b no services run but http_mock"),
        ("base: ubuntu:24.04", "the engine e2b runs on a system of its own"),
        ("network: {egress: {allow: [example.com]}}", "`network.egress.allow` needs a proxy"),
        ("setup: {packages: [six]}", "`setup.packages`"),
    ],
)
def test_keys_that_it_does_not_honour_are_refused(service: Service, engine: E2B, text: str, named: str) -> None:
    """A key that this engine cannot honour is refused by name before anything starts."""
    with pytest.raises(ValidationError, match=named.replace(".", r"\.")):
        booted(Booter(engine), text)
    assert {} == service.machines


def envelope(message: object, flags: int = 0) -> bytes:
    content = message if isinstance(message, bytes) else json.dumps(message).encode()
    return struct.pack(">BL", flags, len(content)) + content


@contextmanager
def answering(content: bytes, status: int = 200) -> Iterator[Daemon]:
    """Yield a daemon that answers each request in the same way."""
    transport = httpx.MockTransport(lambda _: httpx.Response(status, content=content))
    with httpx.Client(transport=transport) as client:
        yield Daemon(client, "https://sandbox.example", {})


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (b"", SandboxError, "broke off"),
        (envelope({"event": {}})[:-1], SandboxError, "broke off"),
        (struct.pack(">BL", 0, 1 << 31), SandboxError, "2147483648 bytes, which are more than"),
        (envelope(b"[]"), SandboxError, "not a JSON object"),
        (envelope(b"[" * 100_000), SandboxError, "not a JSON object"),
        (envelope({"error": {"code": "internal", "message": "no"}}, 2), SandboxError, r"no \(E2B\)"),
        (envelope({"error": {"code": "unavailable"}}, 2), SandboxGoneError, "unavailable"),
    ],
)
def test_answers_that_are_not_as_documented_are_errors(content: bytes, error: type[Exception], message: str) -> None:
    """A stream that breaks off, is too large, or is not JSON is an error, and so is the error that it ends with."""
    with answering(content) as daemon, pytest.raises(error, match=message), daemon.start({}, "user") as events:
        list(events)


@pytest.mark.parametrize(("status", "error"), [(500, SandboxError), (502, SandboxGoneError)])
def test_refusals_of_the_daemon_are_errors(status: int, error: type[Exception]) -> None:
    """A status of 400 or more is an error with its message."""
    content = b'{"code": "internal", "message": "out of order"}'
    with answering(content, status) as daemon:
        with pytest.raises(error, match="out of order"):
            daemon.call("SendInput", {})
        with pytest.raises(error, match="out of order"), daemon.start({}, "user"):
            pass


def test_events_come_one_by_one() -> None:
    """The events of a stream are yielded in their order, up to its end."""
    content = envelope({"event": {"start": {"pid": 1}}}) + envelope({"event": {"keepalive": {}}}) + envelope({}, 2)
    with answering(content) as daemon, daemon.start({}, "user") as events:
        assert [{"start": {"pid": 1}}, {"keepalive": {}}] == list(events)


def test_settings_have_defaults() -> None:
    """Only the key has to be set."""
    settings = E2BSettings.from_env({"ASHR_E2B_API_KEY": " k ", "ASHR_E2B_DOMAIN": "e2b.example"})

    assert replace(E2BSettings(Secret("k")), domain="e2b.example") == settings


@pytest.mark.integration
def test_fake_serves_the_client_of_e2b(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fake is as the service in what the official client, which is another implementation, needs of it."""
    e2b = pytest.importorskip("e2b")
    for name, value in {"API_KEY": KEY, "API_URL": service.url, "SANDBOX_URL": service.url}.items():
        monkeypatch.setenv(f"E2B_{name}", value)
    monkeypatch.setenv("E2B_HTTP_VERSION", "1.1")

    sandbox = e2b.Sandbox.create(timeout=60, allow_internet_access=False, metadata={"a": "b"})
    done = sandbox.commands.run("echo out; echo err >&2; cat", background=True, stdin=True)
    sandbox.commands.send_stdin(done.pid, "given")
    sandbox.commands.close_stdin(done.pid)
    result = done.wait()
    with pytest.raises(e2b.CommandExitException) as failed:
        sandbox.commands.run("exit 3")
    sandbox.kill()

    assert ("out\ngiven", "err\n", 0) == (result.stdout, result.stderr, result.exit_code)
    assert 3 == failed.value.exit_code
    assert {} == service.machines
