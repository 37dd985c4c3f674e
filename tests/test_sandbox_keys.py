"""Keys of sandboxes, and the platform as commands inside of a sandbox reach it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ashr_labs.local import open_platform
from ashr_labs.local.server.app import running_server
from ashr_labs.local.settings import Settings
from support.local_api import Api, database_with_tenants
from support.sandboxes import engine_or_skip

ENGINES = ("bubblewrap", "unsafe-subprocess")
EVENT = {"event_type": "tool_call", "tool": "search", "phase": "complete", "status": "ok", "span_id": "a" * 16}


@pytest.fixture(scope="module", autouse=True)
def _engine() -> None:
    engine_or_skip("bubblewrap").close()


@pytest.fixture(name="api", params=ENGINES)
def _api(request: pytest.FixtureRequest) -> Iterator[Api]:
    with Api.opened(settings=Settings(sandbox_engine=request.param)) as api:
        yield api


def created(api: Api, text: str = "id: demo", **body: Any) -> str:
    """Make a sandbox of a spec, and return its path."""
    api.send("POST", "/v1/specs", text.encode(), content_type="application/x-yaml")
    answer = api.send("POST", "/v1/sandboxes", {"spec_id": "demo", **body})
    assert 201 == answer.status, answer.body
    return f"/v1/sandboxes/{answer.body['id']}"


def printed(api: Api, at: str, command: str) -> str:
    """Run a command, and return what it prints; its exit code is 0."""
    result = api.send("POST", f"{at}/commands", {"command": command, "timeout": "60s"}).body
    assert 0 == result["exit_code"], result
    text: str = result["stdout"]
    return text


def run_inside(api: Api, at: str, program: str) -> str:
    """Run a program of Python in a sandbox, and return what it prints."""
    return printed(api, at, f"python3 -c {shlex.quote(program)}").strip()


def key_of(api: Api, at: str) -> str:
    """Return the key of a sandbox."""
    return printed(api, at, "echo $KEYSTONE_API_KEY").strip()


REQUESTS = """
import json, os, urllib.error, urllib.request
def ask(method, path, body=None, key=os.environ["KEYSTONE_API_KEY"], base=os.environ["KEYSTONE_BASE_URL"]):
    data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {key}"} if key else {})
    try:
        with urllib.request.urlopen(urllib.request.Request(base + path, data, headers, method=method)) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())
own = os.environ["KEYSTONE_SANDBOX_ID"]
"""


def test_public_names_work_inside(api: Api) -> None:
    """`Keystone.from_sandbox()` and traces of both clients work inside, without any argument."""
    at = created(api)

    found = run_inside(
        api,
        at,
        "from ashr_labs import AshrLabsClient\n"
        "from ashr_labs.keystone import Keystone, traced\n"
        "ks, sandbox = Keystone.from_sandbox()\n"
        "ks.init_tracing()\n"
        "with traced(name='planning') as span: span.set_output('done')\n"
        "client = AshrLabsClient()\n"
        "with client.trace('agent', session_id='mine') as trace: trace.span('tool:search').end(output=1)\n"
        "assert client.tracing.flush() and ks._http.reporter(sandbox.id).tracing.flush()\n"
        "print(sandbox.id, sandbox.state, client.sandboxes.get(sandbox.id).spec_id)\n",
    )
    events = api.got(f"{at}/trace")["events"]
    listed = api("list_observability_traces", session_id=at.rpartition("/")[2])["traces"]

    assert f"{at.rpartition('/')[2]} running demo" == found
    assert {"planning", "search"} <= {event["tool"] for event in events}
    assert {"agent": "mine"} == {one["name"]: one["metadata"]["session_id"] for one in listed if one.get("metadata")}


def test_events_of_the_key_belong_to_the_sandbox(api: Api) -> None:
    """Events without a sandbox, and OpenTelemetry spans, are stored under the sandbox of the key that sends them."""
    at = created(api)
    span = {"traceId": "1" * 32, "spanId": "2" * 16, "name": "otel", "startTimeUnixNano": "1", "endTimeUnixNano": "2"}
    exported = {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}

    found = run_inside(
        api,
        at,
        f"{REQUESTS}\n"
        f"print(ask('POST', '/v1/traces', {{'events': [{EVENT}]}})[0],\n"
        f"  ask('POST', '/otlp/v1/traces', {exported})[0],\n"
        "  len(ask('GET', f'/v1/sandboxes/{own}/trace')[1]['events']))",
    )

    assert "200 200 2" == found
    assert {"search", "otel"} == {event["tool"] for event in api.got(f"{at}/trace")["events"]}


def test_key_may_do_nothing_else(api: Api) -> None:
    """Other operations are 403 with the reason, other sandboxes 404, and other keys 401."""
    at, other = created(api), created(api)

    found: dict[str, list[Any]] = json.loads(
        run_inside(
            api,
            at,
            f"{REQUESTS}\n"
            "print(json.dumps({\n"
            f"  'other': ask('GET', '{other}'), 'trace of other': ask('GET', '{other}/trace'),\n"
            f"  'events of other': ask('POST', '{other}/trace', {{'events': []}}),\n"
            "  'list': ask('GET', '/v1/sandboxes'), 'command': ask('POST', f'/v1/sandboxes/{own}/commands',"
            " {'command': 'true'}),\n"
            "  'destroy': ask('DELETE', f'/v1/sandboxes/{own}'), 'spec': ask('GET', '/v1/specs/demo'),\n"
            "  'traces': ask('GET', '/v1/traces'), 'call': ask('POST', '/', {'function': 'list_api_keys'}),\n"
            f"  'foreign key': ask('GET', f'/v1/sandboxes/{{own}}', key='{key_of(api, other)}'),\n"
            f"  'key of the owner': ask('GET', f'/v1/sandboxes/{{own}}', key='{api.key}'),\n"
            "  'no key': ask('GET', f'/v1/sandboxes/{own}', key=None),\n"
            "  'health': ask('GET', '/health', key=None), 'unknown': ask('GET', '/nothing')}))",
        )
    )

    assert {
        **dict.fromkeys(("other", "trace of other", "events of other", "unknown"), 404),
        **dict.fromkeys(("list", "command", "destroy", "spec", "traces", "call"), 403),
        **dict.fromkeys(("foreign key", "key of the owner", "no key"), 401),
        "health": 200,
    } == {name: status for name, (status, _) in found.items()}
    assert "the key of a sandbox cannot be used for `list_sandboxes`" in found["list"][1]["error"]
    assert "takes the key of its sandbox only" in found["key of the owner"][1]["error"]


def test_key_changes_no_other_traces(api: Api) -> None:
    """A trace of another session can be neither replaced nor continued with the key of a sandbox."""
    at = created(api)
    api("ingest_observability_trace", trace={"id": "b" * 16, "name": "kept", "observations": []})
    trace = {"id": "b" * 16, "name": "replaced", "observations": []}

    found = run_inside(
        api,
        at,
        f"{REQUESTS}\n"
        f"print(ask('POST', '/', {{'function': 'ingest_observability_trace', 'trace': {trace}}})[0],\n"
        f"  ask('POST', '/v1/traces', {{'events': [{ {**EVENT, 'root_span_id': 'b' * 16} }]}})[0])",
    )

    assert "403 403" == found
    assert "kept" == api("get_observability_trace", trace_id="b" * 16)["trace"]["name"]


def test_key_is_shown_nowhere_and_ends_with_the_sandbox(api: Api, capfd: pytest.CaptureFixture[str]) -> None:
    """No answer, command line or log has the key, and it is refused when the sandbox has ended."""
    at = created(api)
    key = key_of(api, at)
    lines = printed(api, at, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '")
    with running_server(api.platform) as url:
        outside = Api(api.platform, key)
        while_alive = outside.send("GET", at).status
        shown = json.dumps([api.got(at), api.got("/v1/sandboxes"), api.got(f"{at}/state")])
        api.send("DELETE", at)
        after = outside.send("GET", at)

    assert key.startswith("ks_sb_")
    assert (200, 401, "its sandbox has ended") == (while_alive, after.status, after.body["error"][-21:])
    assert key not in lines + shown + "".join(capfd.readouterr()) + url


def test_spec_that_sets_the_variables_keeps_its_own(api: Api) -> None:
    """A variable or secret of the spec is not replaced by the platform's, except for the sandbox's id."""
    text = (
        "id: demo\nsecrets: [KEYSTONE_API_KEY]\n"
        "setup: {env: {ASHR_LABS_BASE_URL: 'http://mine', ASHR_LABS_API_KEY: own, KEYSTONE_SANDBOX_ID: x}}"
    )
    at = created(api, text, secrets={"KEYSTONE_API_KEY": "theirs"})

    found = printed(api, at, "echo $KEYSTONE_API_KEY $ASHR_LABS_BASE_URL $ASHR_LABS_API_KEY $KEYSTONE_SANDBOX_ID")

    assert f"theirs http://mine own {at.rpartition('/')[2]}\n" == found


def test_setup_reaches_the_platform(api: Api) -> None:
    """The endpoint answers while the sandbox is created."""
    program = REQUESTS + "print(ask('GET', f'/v1/sandboxes/{own}')[1]['state'])"
    setup = {"files": [{"path": "ask.py", "content": program}], "commands": ["python3 ask.py > state"]}
    at = created(api, json.dumps({"id": "demo", "setup": setup}))

    assert "creating\n" == printed(api, at, "cat state")


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        (b"NONSENSE\r\n\r\n", b"HTTP/1.1 400 "),
        (b"GET / HTTP/1.1\r\nhost: a\r\nx: " + b"y" * 70_000 + b"\r\n\r\n", b"HTTP/1.1 431 "),
        (
            b"POST /v1/traces HTTP/1.1\r\nhost: a\r\ncontent-length: 99999999\r\n\r\n" + b"x" * 70_000_000,
            b"HTTP/1.1 413 ",
        ),
        (b"HEAD /health HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", b"HTTP/1.1 200 "),
        (
            b"GET /health HTTP/1.1\r\nhost: a\r\n\r\nGET /health HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
            b"HTTP/1.1 200 ",
        ),
    ],
    ids=["no HTTP", "large head", "large body", "head", "pipelined"],
)
def test_malformed_requests_are_answered(api: Api, sent: bytes, answered: bytes) -> None:
    """A request that is not HTTP, or too large, gets a status of its own, and the next connection works."""
    at = created(api)
    api.send("POST", f"{at}/files", {"path": "sent", "content": sent[:100_000].decode()})
    program = (
        "import os, socket, urllib.parse\n"
        "port = urllib.parse.urlsplit(os.environ['KEYSTONE_BASE_URL']).port\n"
        "s = socket.create_connection(('127.0.0.1', port))\n"
        f"sent = open('sent', 'rb').read(); sent += b'x' * ({len(sent)} - len(sent))\n"
        "try: s.sendall(sent)\n"
        "except OSError: pass\n"
        "answer = b''\n"
        "try:\n"
        "  while part := s.recv(65536): answer += part\n"
        "except OSError: pass\n"
        "print(answer.decode())"
    )

    found = run_inside(api, at, program)

    assert found.encode().startswith(answered)
    assert "200" == run_inside(api, at, REQUESTS + "print(ask('GET', '/health')[0])")


def test_secrets_in_traces_are_found() -> None:
    """A secret of the spec that commands send in a trace breaks `secrets_in_logs`."""
    text = "id: demo\nsecrets: [TOKEN]\nforbidden: {secrets_in_logs: deny}"
    send = f"ask('POST', '/v1/traces', {{'events': [{EVENT} | {{'output': os.environ['TOKEN']}}]}})"
    with Api.opened() as api:
        at = created(api, text, secrets={"TOKEN": "very-secret-value"})
        run_inside(api, at, REQUESTS + send)
        found = api.platform._sandboxes.live(api.tenant_id, at.rpartition("/")[2]).ready().findings()

    assert ["TOKEN in a trace"] == [rule.details for rule in found.violations]


def test_key_of_one_tenant_reads_nothing_of_another(tmp_path: Path) -> None:
    """A sandbox's key works for the tenant that made the sandbox, whichever sandbox is asked for."""
    keys = database_with_tenants(tmp_path / "two.db")
    platform = open_platform(tmp_path / "two.db")
    first, second = (Api(platform, key, number) for number, key in enumerate(keys, start=1))
    at, other = created(first), created(second)
    inside = Api(platform, key_of(first, at))

    assert [200, 404] == [inside.send("GET", one).status for one in (at, other)]
    assert 1 == inside.send("POST", "/v1/traces", {"events": [EVENT]}).body["ingested"]
    assert [200, 404] == [one.send("GET", f"{at}/trace").status for one in (first, second)]
    platform.close()
