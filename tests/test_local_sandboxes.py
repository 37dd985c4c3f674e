"""Sandboxes on the embedded platform: states, commands, files, differences, capacity, tenants."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ashr_labs import AshrLabsClient
from ashr_labs.client._outgoing import resource
from ashr_labs.errors import ConfigurationError, ConflictError, NotFoundError, ValidationError
from ashr_labs.local import open_platform
from ashr_labs.local.boot import BootedSandbox
from ashr_labs.local.platform_sandbox import Description, PlatformSandbox
from ashr_labs.local.sandbox.protocol import Engine, SandboxRequest
from ashr_labs.local.server.app import running_server
from ashr_labs.local.settings import Settings
from ashr_labs.specs import parse_spec
from support.local_api import Api, database_with_tenants
from support.processes import child_processes
from support.sandboxes import engine_or_skip

SPEC = """
id: demo
setup:
  env: {GREETING: hello}
  files: [{path: src/app.py, content: "print('hi')"}]
  commands: ["python3 src/app.py > printed.txt"]
secrets:
  - API_KEY
  - {name: TOKEN, from: generated}
resources: {timeout: 5m, disk: 64Mi}
"""


@pytest.fixture(scope="module", autouse=True, name="engine")
def _engine() -> str:
    engine_or_skip("bubblewrap").close()
    return "bubblewrap"


@pytest.fixture(name="api")
def _api() -> Iterator[Api]:
    with Api.opened() as api:
        stored(api, SPEC)
        yield api


def stored(api: Api, text: str) -> None:
    assert 201 == api.send("POST", "/v1/specs", text.encode(), content_type="application/x-yaml").status


def created(api: Api, **body: Any) -> dict[str, Any]:
    answer = api.send("POST", "/v1/sandboxes", {"spec_id": "demo", "secrets": {"API_KEY": "k"}, **body})
    assert 201 == answer.status, answer.body
    record: dict[str, Any] = answer.body
    return record


def test_sandbox_of_a_spec_is_ready(api: Api) -> None:
    """The answer comes when files, variables, secrets and setup of the spec are in place, and tells the isolation."""
    made = created(api, metadata={"run": "7"}, timeout="2m")
    at = f"/v1/sandboxes/{made['id']}"
    printed = api.send("POST", f"{at}/commands", {"command": "cat printed.txt; echo $GREETING $API_KEY ${#TOKEN}"}).body

    assert {"spec_id": "demo", "spec_version": 1, "state": "ready", "path": "/workspace"}.items() <= made.items()
    assert ({"run": "7"}, f"bubblewrap:{made['id']}", {}) == (made["metadata"], made["url"], made["services"])
    assert "67108864 bytes in total (tmpfs)" == made["isolation"]["disk"]
    assert ("hi\nhello k 64\n", 0, False) == (printed["stdout"], printed["exit_code"], printed["timed_out"])
    assert made == api.got(at)
    assert [made] == api.got("/v1/sandboxes")


def test_trace_of_a_sandbox_without_events_is_empty(api: Api) -> None:
    """A sandbox that is known has an empty trace; one that is not is a 404."""
    trace = api.got(f"/v1/sandboxes/{created(api)['id']}/trace")

    assert ([], 0, False) == (trace["events"], trace["metrics"]["events"], trace["is_truncated"])
    assert 404 == api.send("GET", "/v1/sandboxes/sb-0/trace").status


def test_command_out_of_time_ends_with_124(api: Api) -> None:
    """A command that runs out of time has exit code 124 and the output so far."""
    at = f"/v1/sandboxes/{created(api)['id']}/commands"

    answer = api.send("POST", at, {"command": "echo begun; sleep 60", "timeout": "300ms"}).body

    assert ("begun\n", 124, True) == (answer["stdout"], answer["exit_code"], answer["timed_out"])
    assert 422 == api.send("POST", at, {"command": "true", "timeout": "soon"}).status
    assert 422 == api.send("POST", at, {"command": "true", "timeout": "2d"}).status
    assert 422 == api.send("POST", at, {"command": "a\0b"}).status


@pytest.mark.parametrize("path", ["a.txt", "b/c d#e?f%41.txt", "ü/日本.txt", "-x", "trailing.", "a+b&c=d"])
def test_files_are_written_read_and_deleted(path: str) -> None:
    """A file by any name round-trips byte by byte, also through a server."""
    with AshrLabsClient.local() as client:
        store_plain_spec(client)
        with client.sandboxes.create("plain") as sandbox:
            for content in (b"\0\xff" * 100_000, b""):
                sandbox.write(path, content)
                assert content == sandbox.read(path) == sandbox.read(f"/workspace/{path}")
            sandbox.delete(path)
            with pytest.raises(NotFoundError):
                sandbox.read(path)


def store_plain_spec(client: AshrLabsClient) -> None:
    client._transport.request(resource("create_spec", body=b"id: plain", content_type="application/x-yaml"))


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../x", "", "link", "folder"])
def test_files_elsewhere_are_refused(api: Api, path: str) -> None:
    """Paths that lead out of the workspace, links and folders are refused with 422."""
    at = f"/v1/sandboxes/{created(api)['id']}"
    api.send("POST", f"{at}/commands", {"command": "ln -s /etc/passwd link; mkdir folder"})

    answer = api.send("POST", f"{at}/files", {"path": path, "content": "x"})

    assert (422, "path") == (answer.status, answer.body["path"])


@pytest.mark.parametrize(
    "body", [{"path": "x"}, {"path": "x", "content": "", "content_base64": ""}, {"path": "x", "content_base64": "é"}]
)
def test_content_is_given_once(api: Api, body: dict[str, str]) -> None:
    """A file has text or base64, and not both."""
    assert 422 == api.send("POST", f"/v1/sandboxes/{created(api)['id']}/files", body).status


def test_difference_is_to_the_workspace_that_was_ready(api: Api) -> None:
    """State lists files with checksums, and the difference leaves out what the setup did."""
    at = f"/v1/sandboxes/{created(api)['id']}"
    assert {"added": [], "removed": [], "modified": []} == api.got(f"{at}/diff")

    api.send("POST", f"{at}/commands", {"command": "rm printed.txt; echo '#' >> src/app.py; ln -s x link; mkdir empty"})
    state = api.got(f"{at}/state")

    assert {"added": ["link"], "removed": ["printed.txt"], "modified": ["src/app.py"]} == api.got(f"{at}/diff")
    assert {"src/app.py", "link"} == state["files"].keys()
    assert ("link:x", "120777") == (state["files"]["link"]["checksum"], state["files"]["link"]["mode"])
    assert state["files"]["src/app.py"]["checksum"].startswith("sha256:")


def test_destroyed_sandbox_stays_destroyed(api: Api) -> None:
    """After destroying it, its state says so, requests are a conflict, and the list leaves it out."""
    made = created(api)
    at = f"/v1/sandboxes/{made['id']}"

    assert [204, 204] == [api.send("DELETE", at).status for _ in range(2)]
    assert ("destroyed", []) == (api.got(at)["state"], api.got("/v1/sandboxes"))
    answer = api.send("POST", f"{at}/commands", {"command": "true"})
    assert (409, f"the sandbox {made['id']} is in the state `destroyed` and takes no requests") == (
        answer.status,
        answer.body["error"],
    )


def test_sandbox_ends_with_its_lifetime(api: Api) -> None:
    """A sandbox whose time is over is destroyed, with the command that runs in it."""
    at = f"/v1/sandboxes/{created(api, timeout='500ms')['id']}"

    assert 409 == api.send("POST", f"{at}/commands", {"command": "sleep 50"}).status
    assert "destroyed" == api.got(at)["state"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("id: x\nbase: ubuntu:24.04", "`base` names the image 'ubuntu:24.04'"),
        (
            "id: x\nservices: [{name: db, image: 'mysql:8'}]",
            "needs Docker or Podman; here run postgres, redis and http_mock",
        ),
        ("id: x\nnetwork: {egress: {default: allow}}", "`network.egress.default` cannot be `allow`"),
        ("id: x\nsecrets: [MISSING]", "must be given in `secrets`: MISSING"),
    ],
)
def test_spec_that_cannot_be_honoured_is_refused(api: Api, text: str, named: str) -> None:
    """A key that the platform cannot honour is refused by its name, and nothing is left."""
    stored(api, text)

    answer = api.send("POST", "/v1/sandboxes", {"spec_id": "x"})

    assert 422 == answer.status
    assert named in answer.body["error"]
    assert [] == api.got("/v1/sandboxes")


def test_setup_that_fails_is_an_error_with_its_output(api: Api) -> None:
    """A command of the setup that fails fails the creation, with what it printed."""
    stored(api, "id: broken\nsetup: {commands: ['true', 'echo went wrong >&2; exit 3']}")

    answer = api.send("POST", "/v1/sandboxes", {"spec_id": "broken"})

    assert 422 == answer.status
    assert "setup.commands[1]: the command ended with exit code 3: went wrong" == answer.body["error"]


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("ASHR_SANDBOX_FIXTURES", "/no/such/folder", "must be a folder"),
        ("ASHR_SANDBOX_BASE", "no", "must be `ignore`"),
    ],
)
def test_wrong_settings_of_specs_are_refused(name: str, value: str, named: str) -> None:
    """A setting that cannot be used is an error that names it."""
    with pytest.raises(ConfigurationError, match=f"{name} {named}"):
        Settings.from_env({name: value})


def test_a_spec_with_services_boots_as_the_operator_allows(tmp_path: Path) -> None:
    """Services are in the answer, fixtures come from the operator's folder, and printed secrets are found."""
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "a.txt").write_text("from the operator")
    environment = {"ASHR_SANDBOX_FIXTURES": str(tmp_path), "ASHR_SANDBOX_BASE": "ignore"}
    text = """
id: shop
base: ubuntu:24.04
secrets: [{name: PW, from: generated}]
services:
  - {name: db, image: postgres, env: {POSTGRES_PASSWORD: "{{ secrets.PW }}"}}
  - {name: api, type: http_mock, ports: [9000]}
fixtures: [{type: directory, path: ., source: "fixtures:files"}]
"""
    with Api.opened(settings=Settings.from_env(environment)) as api:
        stored(api, text)
        made = created(api, spec_id="shop")
        command = "cat a.txt; PGPASSWORD=$PW psql -h db -U postgres -Atc 'SELECT 1'"
        result = api.send("POST", f"/v1/sandboxes/{made['id']}/commands", {"command": command}).body

    assert {
        "api": {"host": "api", "port": 9000, "ready": True},
        "db": {"host": "db", "port": 5432, "ready": True},
    } == made["services"]
    assert ("from the operator1\n", 0) == (result["stdout"], result["exit_code"])


def test_platform_at_capacity_answers_503() -> None:
    """More sandboxes than allowed are refused until one is destroyed."""
    with Api.opened(settings=Settings(sandbox_limit=2)) as api:
        stored(api, "id: demo")
        first, _ = created(api, secrets={}), created(api, secrets={})
        refused = api.send("POST", "/v1/sandboxes", {"spec_id": "demo"})
        api.send("DELETE", f"/v1/sandboxes/{first['id']}")

        assert (503, "5") == (refused.status, refused.headers["retry-after"])
        assert refused.body["error"].startswith("at capacity: 2 sandboxes of at most 2 exist")
        assert created(api, secrets={})["id"] != first["id"]


def test_closing_the_platform_ends_all() -> None:
    """The platform's own end is that of its sandboxes."""
    before = child_processes()
    with Api.opened() as api:
        stored(api, "id: demo")
        created(api, secrets={})
        assert before != child_processes()

    assert before == child_processes()


def test_tenants_have_sandboxes_of_their_own(tmp_path: Any) -> None:
    """The sandboxes of another tenant are not found by any operation."""
    keys = database_with_tenants(tmp_path / "two.db")
    platform = open_platform(tmp_path / "two.db")
    first, second = (Api(platform, key, number) for number, key in enumerate(keys, start=1))
    stored(first, "id: demo")
    at = f"/v1/sandboxes/{created(first, secrets={})['id']}"
    requests: list[tuple[str, str, Any]] = [
        ("GET", at, None),
        ("DELETE", at, None),
        ("POST", f"{at}/commands", {"command": "true"}),
        ("GET", f"{at}/findings", None),
        ("GET", f"{at}/services/mail/requests", None),
        ("POST", f"{at}/services/db/queries", {"query": "SELECT 1"}),
        ("POST", f"{at}/files", {"path": "x", "content": ""}),
        ("GET", f"{at}/files/x", None),
        ("DELETE", f"{at}/files/x", None),
        ("GET", f"{at}/state", None),
        ("GET", f"{at}/diff", None),
        ("POST", "/v1/sandboxes", {"spec_id": "demo"}),
    ]

    found = [second.send(method, target, body).status for method, target, body in requests]

    assert [404] * len(requests) == found
    assert [] == second.got("/v1/sandboxes")
    assert "ready" == first.got(at)["state"]
    platform.close()


def test_repeated_command_runs_once(api: Api) -> None:
    """A command that is sent again with the same key gets the first result; another one with it is refused."""
    at = f"/v1/sandboxes/{created(api)['id']}/commands"
    counting = {"command": "echo x >> log; wc -l < log"}

    first, again = (api.send("POST", at, counting, idempotency_key="k").body for _ in range(2))

    assert ("1\n", first) == (first["stdout"], again)
    assert 409 == api.send("POST", at, {"command": "true"}, idempotency_key="k").status
    assert "2\n" == api.send("POST", at, counting).body["stdout"]


def test_running_command_shows_in_the_state(api: Api) -> None:
    """While a command runs, the state is `running`, and other requests are answered."""
    made = created(api)
    at = f"/v1/sandboxes/{made['id']}"
    running = threading.Thread(
        target=api.send,
        args=("POST", f"{at}/commands", {"command": "touch begun; while [ ! -e end ]; do sleep 0.05; done"}),
    )
    running.start()
    while "begun" not in api.got(f"{at}/state")["files"]:
        pass

    states = [api.got(at)["state"]]
    api.send("POST", f"{at}/files", {"path": "end", "content": ""})
    running.join()
    states.append(api.got(at)["state"])

    assert ["running", "ready"] == states


def test_machine_without_an_engine_answers_501(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no isolation is possible, the answer says what to install."""
    monkeypatch.setenv("PATH", "/nowhere")
    with Api.opened() as api:
        stored(api, "id: demo")
        answer = api.send("POST", "/v1/sandboxes", {"spec_id": "demo"})

    assert (501, True) == (answer.status, "install the package `bubblewrap`" in answer.body["error"])


def test_sandbox_that_is_destroyed_while_it_is_made_ends() -> None:
    """Destroying a sandbox that is still being made ends it as soon as it exists."""

    def boot(engine: Engine, sandbox: PlatformSandbox) -> BootedSandbox:
        sandbox.destroy()
        return BootedSandbox(parse_spec("id: demo"), engine.create(SandboxRequest(sandbox.id)))

    with Api.opened() as api:
        sandboxes = api.platform._sandboxes
        made = sandboxes.create(Description(1, "demo", 1, ""), boot)
        assert "destroyed" == sandboxes.record(1, made.id).state

    assert ("destroyed", False) == (made.state, made.booted is not None and made.booted.sandbox.is_alive)


def test_client_over_a_server(api: Api) -> None:
    """The client's methods work over HTTP, and its errors are those of the platform."""
    with running_server(api.platform) as url, AshrLabsClient(api.key, url) as client:
        sandbox = client.sandboxes.create("demo", secrets={"API_KEY": "k"}, metadata={"a": "b"}, timeout=60)
        result = sandbox.exec("echo out; echo err >&2; exit 3", timeout=5)
        sandbox.write("text.txt", "tëxt", mode=0o600)

        assert ("out\n", "err\n", 3, False) == (result.stdout, result.stderr, result.exit_code, result.timed_out)
        assert "tëxt".encode() == sandbox.read("text.txt")
        assert ["text.txt"] == sandbox.diff().added
        assert "100600" == sandbox.get_state().files["text.txt"].mode
        assert [sandbox.id] == [one.id for one in client.sandboxes.list()]
        assert ({"a": "b"}, "ready") == (sandbox.metadata, client.sandboxes.get(sandbox.id).state)
        client.sandboxes.destroy(sandbox.id)
        assert "destroyed" == sandbox.refresh().state
        for error, call in failing_calls(client, sandbox):
            with pytest.raises(error):
                call()


def failing_calls(client: AshrLabsClient, sandbox: Any) -> list[tuple[type[Exception], Callable[[], object]]]:
    """Return calls that fail, with their errors."""
    return [
        (ConflictError, lambda: sandbox.exec("true")),
        (NotFoundError, lambda: client.sandboxes.get("sb-0")),
        (NotFoundError, lambda: client.sandboxes.create("none")),
        (ValidationError, lambda: client.sandboxes.create("demo")),
        (ValueError, lambda: sandbox.exec("true", timeout=0)),
        (ValueError, lambda: sandbox.exec("true", timeout="soon")),
    ]


def test_settings_are_checked_at_start() -> None:
    """An engine that does not exist, and a limit below 1, are refused when the platform opens."""
    for variables, message in (
        ({"ASHR_SANDBOX_ENGINE": "bublewrap"}, "the sandbox engine must be one of .* did you mean 'bubblewrap'"),
        ({"ASHR_SANDBOX_LIMIT": "0"}, "ASHR_SANDBOX_LIMIT must be a number from 1 to 1000, got '0'"),
    ):
        with pytest.raises(ConfigurationError, match=message):
            Settings.from_env(variables)
    settings = Settings.from_env({"ASHR_SANDBOX_ENGINE": "unsafe-subprocess", "ASHR_SANDBOX_LIMIT": "3"})

    assert ("unsafe-subprocess", 3) == (settings.sandbox_engine, settings.sandbox_limit)


def test_unsafe_engine_is_named_in_every_answer() -> None:
    """Without isolation, the address and the isolation of a sandbox say so."""
    with Api.opened(settings=Settings(sandbox_engine="unsafe-subprocess")) as api:
        stored(api, "id: demo")
        made = created(api, secrets={})
        known = [made, api.got(f"/v1/sandboxes/{made['id']}"), *api.got("/v1/sandboxes")]

    for one in known:
        assert one["url"].startswith("unsafe-subprocess:")
        assert "none" in one["isolation"]["isolation"]


def test_public_keystone_client_uses_sandboxes(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every method of the sandboxes of `polarity-keystone` works against a served platform, for two tenants."""
    keystone = pytest.importorskip("polarity_keystone")
    keys = database_with_tenants(tmp_path / "two.db")
    platform = open_platform(tmp_path / "two.db")
    with running_server(platform) as url:
        first, second = (keystone.Keystone(api_key=key, base_url=url) for key in keys)
        first.specs.create(SPEC)
        made = first.sandboxes.create("demo", timeout="5m", metadata={"a": "b"}, secrets={"API_KEY": "k"})
        result = made.exec("cat printed.txt; echo $API_KEY; exit 3", timeout="20s")
        made.write("notes/a b.txt", "héllo")
        made.write("/workspace/gone.txt", "x")
        made.delete("gone.txt")
        late = made.exec("echo begun; setsid sleep 50 & sleep 50", timeout="300ms")
        with pytest.raises(keystone.KeystoneError) as foreign:
            second.sandboxes.get(made.id)
        with pytest.raises(keystone.KeystoneError) as outside:
            made.write("../x", "")
        with pytest.raises(keystone.KeystoneError) as missing:
            made.read("gone.txt")
        monkeypatch.setenv("KEYSTONE_SANDBOX_ID", made.id)
        monkeypatch.setenv("KEYSTONE_API_KEY", keys[0])
        monkeypatch.setenv("KEYSTONE_BASE_URL", url)
        _, found = keystone.Keystone.from_sandbox()
        state, difference = made.get_state(), made.diff()
        known = [one.id for one in first.sandboxes.list()], second.sandboxes.list()
        handle = first.sandboxes.handle(made.id)
        made.destroy()
        with pytest.raises(keystone.KeystoneError) as ended:
            handle.exec("true")
    platform.close()

    assert ("ready", "/workspace", {"a": "b"}, {}) == (made.state, made.path, made.metadata, made.services)
    assert ("hi\nk\n", 3) == (result.stdout, result.exit_code)
    assert ("begun\n", 124) == (late.stdout, late.exit_code)
    assert [404, 422, 404, 409] == [error.value.status_code for error in (foreign, outside, missing, ended)]
    assert made.id == found.id
    assert (["notes/a b.txt"], [], []) == (difference.added, difference.removed, difference.modified)
    assert {"notes/a b.txt", "printed.txt", "src/app.py"} == state.files.keys()
    assert ([made.id], []) == known
