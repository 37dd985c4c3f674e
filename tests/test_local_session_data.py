"""Credentials and attachments of sessions, and messages of several blocks."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from ashr_labs._http.sse import SSEDecoder
from ashr_labs.local.hosting.environment import secret_watch
from ashr_labs.local.sealing import checked_key
from ashr_labs.local.settings import Settings
from support.local_api import Api, Place
from support.sandboxes import engine_or_skip, processes_with

KEY = "sk-ant-0123456789abcdef"
BEDROCK = {"accessKeyId": "AKIA0", "secretAccessKey": "bedrock-secret", "region": "eu-central-1"}


@pytest.fixture(name="api", scope="module")
def _api() -> Generator[Api]:
    with Api.opened() as api:
        script = {"match": "env", "tools": [{"name": "Bash", "input": {"command": "env; cat attachments/*"}}]}
        files = [file("CLAUDE.md", b"Be brief."), file("script.jsonl", json.dumps(script).encode())]
        assert 201 == api.send("POST", "/api/agents", {"name": "helper", "files": files}).status
        yield api


@pytest.fixture(name="engine")
def _engine() -> None:
    engine_or_skip("bubblewrap").close()


def file(path: str, content: bytes) -> dict[str, str]:
    return {"path": path, "content": base64.b64encode(content).decode()}


def stored(api: Api, kind: str = "anthropic", key: str = KEY, **options: str) -> dict[str, Any]:
    answer = api.send("POST", "/api/credentials", {"type": kind, "key": key, **options})
    assert 201 == answer.status, answer.body
    found: dict[str, Any] = answer.body["credential"]
    return found


def session(api: Api, **options: Any) -> str:
    answer = api.send("POST", "/api/sessions", {"agent": "helper", **options})
    assert 201 == answer.status, answer.body
    return f"/api/sessions/{answer.body['session']['id']}"


def turn(api: Api, target: str, content: Any) -> list[tuple[str, Any]]:
    answer = api.send("POST", f"{target}/messages", {"content": content})
    assert answer.stream is not None, answer.body
    events = SSEDecoder().feed(b"".join(answer.stream.parts()))
    return [(event.event, json.loads(event.data)) for event in events]


def printed(api: Api, target: str, command: str) -> str:
    return str(api.send("POST", f"{target}/exec", {"command": command}).body["stdout"])


def attached(api: Api, target: str, name: str, content: bytes = b"%PDF-1", **options: str) -> Any:
    body = {"filename": name, "content": base64.b64encode(content).decode(), **options}
    answer = api.send("POST", f"{target}/attachments", body)
    return answer.body["attachment"] if answer.status == 201 else (answer.status, answer.body["error"])


def test_credentials_are_listed_without_their_keys(place: Place) -> None:
    """Credentials are listed newest first and deleted; no answer has a key."""
    with Api.opened(place, settings=Settings(secrets_key=checked_key("a" * 43 + "="))) as api:
        first = stored(api, label="mine")
        second = stored(api, "bedrock", json.dumps(BEDROCK))
        answer = api.send("GET", "/api/credentials")

        assert [second, first] == answer.body["credentials"]
        assert ("anthropic", "mine", True, None) == tuple(
            first[name] for name in ("type", "label", "active", "lastUsedAt")
        )
        assert b"secret" not in answer.content
        assert [204, 404] == [api.send("DELETE", f"/api/credentials/{first['id']}").status for _ in range(2)]
        assert [second] == api.got("/api/credentials")["credentials"]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"type": "other", "key": KEY}, "type"),
        ({"type": "openai", "key": ""}, "key"),
        ({"type": "openai"}, ""),
        ({"type": "openai", "key": f"{KEY}\0"}, "key"),
        ({"type": "bedrock", "key": json.dumps({"accessKeyId": KEY})}, "key"),
        ({"type": "bedrock", "key": json.dumps({**BEDROCK, "zone": KEY})}, "key"),
    ],
)
def test_credential_that_cannot_be_used_is_refused(api: Api, body: dict[str, str], path: str) -> None:
    """A credential of an unknown type, or that cannot be a variable, is 400, and the answer does not show the key."""
    answer = api.send("POST", "/api/credentials", body)

    assert (400, path) == (answer.status, answer.body.get("path", ""))
    assert KEY not in answer.body["error"]


def test_key_is_encrypted_and_in_no_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the files of the database nor the log have a key, or a variable of an agent."""
    with caplog.at_level(logging.DEBUG), Api.opened(tmp_path / "one.db") as api:
        stored(api)
        body = {"name": "helper", "systemPrompt": "x", "env": {"TOKEN": KEY}}
        assert 201 == api.send("POST", "/api/agents", body).status

    assert KEY not in caplog.text
    for path in tmp_path.iterdir():
        assert KEY.encode() not in path.read_bytes()


@pytest.mark.usefixtures("engine")
def test_variables_of_a_session(api: Api) -> None:
    """Those of the credential win over those of the agent, and the session's over both, at each start."""
    api.send("PATCH", "/api/agents/helper", {"env": {"A": "agent", "ASH_CUSTOM_API_KEY": "agent", "B": "agent"}})
    credential = stored(api, "custom", "custom-key-1")
    target = session(api, credentialId=credential["id"], extraEnv={"B": "own", "ASH_PERMISSION_MODE": "x"})
    command = "echo $A $B $ASH_PERMISSION_MODE; [ $ASH_CUSTOM_API_KEY = custom-key-1 ] && echo same"

    assert "agent own default\nsame\n" == printed(api, target, command)
    assert api.got("/api/credentials")["credentials"][0]["lastUsedAt"] is not None
    api.send("PATCH", "/api/agents/helper", {"env": {}})
    api.send("POST", f"{target}/stop")
    api.send("POST", f"{target}/resume")
    assert "agent own default\nsame\n" == printed(api, target, command)
    api.send("POST", f"{target}/stop")
    api.send("DELETE", f"/api/credentials/{credential['id']}")
    answer = api.send("POST", f"{target}/resume")
    assert (400, "credentialId") == (answer.status, answer.body["path"])
    api.send("DELETE", target)


@pytest.mark.usefixtures("engine")
def test_key_is_nowhere_but_in_the_environment(api: Api) -> None:
    """The key is masked in the output of the agent and of commands; no command line has it, and no other session."""
    target, other = session(api, credentialId=stored(api)["id"]), session(api)

    events = json.dumps(turn(api, target, "env"))
    command = printed(api, target, "env; cat /proc/1/cmdline")

    assert "[secret ANTHROPIC_API_KEY]" in events
    assert "[secret ANTHROPIC_API_KEY]" in command
    for text in (
        events,
        command,
        *(json.dumps(api.got(f"{target}{path}")) for path in ("/messages", "/events", "/logs", "")),
    ):
        assert KEY not in text
    assert KEY not in json.dumps(turn(api, other, "env"))
    assert "ANTHROPIC_API_KEY" not in printed(api, other, "env; cat /proc/*/environ")
    assert [] == processes_with(KEY)
    for one in (target, other):
        api.send("DELETE", one)


@pytest.mark.parametrize("key", ["plain-key", 'quoted"key', "back\\slash", "k\u00e9y-\u00e4\u00e4\u00e4"])
def test_key_is_masked_as_json_writes_it(key: str) -> None:
    """A key is masked in text and in JSON, whose escapes may differ from it; one that is too short is not."""
    watch = secret_watch({"TOKEN": key, "SHORT": 'a"'})

    assert "a [secret TOKEN]" == watch.masked(f"a {key}")
    assert '{"a\\"": "[secret TOKEN]"}' == watch.masked(json.dumps({'a"': key}))


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("credential", ["x", "00000000-0000-4000-8000-000000000000"])
def test_credential_that_is_unknown_is_refused(api: Api, credential: str) -> None:
    """A session with a credential that does not exist is 400, and there is no session."""
    before = len(api.got("/api/sessions")["sessions"])
    answer = api.send("POST", "/api/sessions", {"agent": "helper", "credentialId": credential})

    assert (400, "credentialId") == (answer.status, answer.body["path"])
    assert before == len(api.got("/api/sessions")["sessions"])


@pytest.mark.usefixtures("engine")
def test_attachments(api: Api) -> None:
    """An attachment is listed, downloaded and deleted, and is a file for the agent, also of a stopped session."""
    target = session(api)
    first = attached(api, target, "r\u00e9 port.pdf", mimeType="application/pdf")
    api.send("POST", f"{target}/stop")
    second = attached(api, target, "../../x/evil.sh", b"echo")
    api.send("POST", f"{target}/resume")

    assert ("r\u00e9 port.pdf", "application/pdf", 6, "unlinked") == tuple(
        first[name] for name in ("filename", "mimeType", "size", "messageId")
    )
    assert ("evil.sh", "application/octet-stream") == (second["filename"], second["mimeType"])
    assert [first, second] == api.got(f"{target}/attachments")["attachments"]
    assert "echo%PDF-1" in json.dumps(turn(api, target, "env"))
    got = api.send("GET", f"/api/attachments/{first['id']}")
    assert (b"%PDF-1", "nosniff") == (got.content, got.headers["x-content-type-options"])
    assert "attachment; filename*=UTF-8''r%C3%A9%20port.pdf" == got.headers["content-disposition"]
    assert [204, 404, 404] == [
        api.send(method, f"/api/attachments/{first['id']}").status for method in ("DELETE", "DELETE", "GET")
    ]
    assert [second] == api.got(f"{target}/attachments")["attachments"]
    api.send("DELETE", target)
    assert 410 == attached(api, target, "late")[0]


@pytest.mark.usefixtures("engine")
def test_bad_attachments(api: Api) -> None:
    """Empty, unnamed and too large attachments are refused with the reason."""
    target = session(api)

    assert (400, "`content` must not be empty") == attached(api, target, "a", b"")
    assert 400 == attached(api, target, "")[0]
    assert "`filename` must name a file" in attached(api, target, "a/..")[1]
    assert (413, True) == (attached(api, target, "a", bytes((10 << 20) + 1))[0], True)
    assert 400 == attached(api, target, "a", messageId="no-id")[0]
    answer = api.send("POST", f"{target}/attachments", {"filename": "a", "content": "#"})
    assert (400, "content") == (answer.status, answer.body["path"])
    assert [] == api.got(f"{target}/attachments")["attachments"]
    api.send("DELETE", target)


@pytest.mark.usefixtures("engine")
def test_empty_bodies_with_a_media_type(api: Api) -> None:
    """An empty body that is called JSON is accepted where none is needed, and refused with the reason elsewhere."""
    target = session(api)

    def status(action: str) -> int:
        return api.send("POST", f"{target}{action}", b"", content_type="application/json").status

    assert [200, 200, 201, 200] == [status(action) for action in ("/pause", "/resume", "/fork", "/stop")]
    assert [400, 400] == [status(action) for action in ("/messages", "/exec")]
    api.send("DELETE", target)


@pytest.mark.usefixtures("engine")
def test_message_of_blocks(api: Api) -> None:
    """A message may be a list of blocks, which the history has as they were sent, and the agent gets."""
    target = session(api)
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0K"}}
    blocks = [{"type": "text", "text": "one"}, image, {"type": "text", "text": "two"}]

    events = turn(api, target, blocks)

    assert "turn 1: one\ntwo" == next(data["result"] for event, data in events if event == "turn_complete")
    message = api.got(f"{target}/messages")["messages"][0]
    assert {"type": "user", "content": blocks} == json.loads(message["content"])
    api.send("DELETE", target)


@pytest.mark.parametrize(
    ("content", "path"),
    [
        ([], "content"),
        ([{"type": "text", "text": "x"}] * 21, "content"),
        (["x"], "content[0]"),
        ([{"text": "x"}], "content[0]"),
        ([{"type": "video"}], "content[0].type"),
        ("", "content"),
        (3, "content"),
    ],
)
def test_blocks_are_checked(api: Api, content: Any, path: str) -> None:
    """A list that is empty, too long, or has something else than blocks is refused with its place."""
    target = "/api/sessions/00000000-0000-4000-8000-000000000000/messages"
    answer = api.send("POST", target, {"content": content})

    assert (400, path) == (answer.status, answer.body["path"])
