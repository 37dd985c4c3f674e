"""Files of sessions: written, listed, read, deleted, downloaded and uploaded, whether a sandbox runs or not."""

from __future__ import annotations

import base64
import io
import tarfile
from collections.abc import Generator
from typing import Any

import pytest

from ashr_labs.bundles import pack_files, read_bundle
from ashr_labs.local.exchange import PlatformResponse
from support.local_api import Api
from support.sandboxes import engine_or_skip


@pytest.fixture(name="api", scope="module")
def _api() -> Generator[Api]:
    engine_or_skip("bubblewrap").close()
    with Api.opened() as api:
        assert 201 == api.send("POST", "/api/agents", {"name": "helper", "systemPrompt": "Be brief."}).status
        yield api


@pytest.fixture(name="target")
def _target(api: Api) -> Generator[str]:
    """The path of a session."""
    target = session(api)
    yield target
    api.send("DELETE", target)


def session(api: Api) -> str:
    return f"/api/sessions/{api.send('POST', '/api/sessions', {'agent': 'helper'}).body['session']['id']}"


def file(path: str, content: bytes = b"text") -> dict[str, str]:
    return {"path": path, "content": base64.b64encode(content).decode()}


def write(api: Api, target: str, *files: dict[str, str], **options: str) -> Any:
    answer = api.send("POST", f"{target}/files", {"files": files, **options})
    return answer.body["files"] if answer.status == 200 else (answer.status, answer.body["error"])


def paths(api: Api, target: str, query: str = "") -> list[str]:
    return [one["path"] for one in api.got(f"{target}/files{query}")["files"]]


def upload(api: Api, target: str, content: bytes) -> PlatformResponse:
    return api.send("POST", f"{target}/workspace", {"bundle": base64.b64encode(content).decode()})


def run(api: Api, target: str, command: str) -> None:
    assert 0 == api.send("POST", f"{target}/exec", {"command": command}).body["exitCode"]


def test_files_are_written_read_and_deleted(api: Api, target: str) -> None:
    """Each file is written for itself, below the target path; a list has size and time; a deleted one is gone."""
    files = [file("a b/\u00e9.bin", b"\xff"), file("../out"), file("/etc/x"), {"path": "c", "content": "#"}]

    answers = write(api, target, *files, targetPath="up")

    assert [True, False, False, False] == [one["written"] for one in answers]
    assert {"path": "a b/\u00e9.bin", "written": True, "size": 1} == answers[0]
    assert "must be inside of" in answers[1]["error"]
    assert "`content` must be Base64" in answers[3]["error"]
    listed = api.got(f"{target}/files")
    assert ("sandbox", ["CLAUDE.md", "up/a b/\u00e9.bin"]) == (
        listed["source"],
        [one["path"] for one in listed["files"]],
    )
    assert "20" == listed["files"][1]["modifiedAt"][:2]
    read = api.send("GET", f"{target}/files/up/a%20b/%C3%A9.bin")
    assert (b"\xff", "sandbox") == (read.content, read.headers["x-ash-source"])
    assert "attachment; filename*=UTF-8''%C3%A9.bin" == read.headers["content-disposition"]
    assert {"path": "up/a b/\u00e9.bin", "deleted": True} == api.send(
        "DELETE", f"{target}/files/up/a%20b/%C3%A9.bin"
    ).body
    assert 404 == api.send("DELETE", f"{target}/files/up/a%20b/%C3%A9.bin").status
    assert 400 == api.send("DELETE", f"{target}/files/..%2Fx").status


def test_list_leaves_out_caches(api: Api, target: str) -> None:
    """Lists never have what package managers and git make, and on demand no hidden caches."""
    run(api, target, "mkdir -p node_modules .git .cache src; touch node_modules/a .git/b .cache/c src/d x.lock")

    assert [".cache/c", "CLAUDE.md", "src/d"] == paths(api, target)
    assert ["CLAUDE.md", "src/d"] == paths(api, target, "?includeHidden=false")


@pytest.mark.parametrize(("action", "method"), [("/pause", "POST"), ("/stop", "POST"), ("", "DELETE")])
def test_files_of_a_session_that_is_not_active(api: Api, action: str, method: str) -> None:
    """Files are listed, read and downloaded in every state; they are changed, and kept, until the session has ended."""
    target = session(api)
    write(api, target, file("a.txt", b"first"), file("b.txt"))
    api.send(method, f"{target}{action}")
    source = "sandbox" if action == "/pause" else "snapshot"

    assert source == api.got(f"{target}/files")["source"]
    assert {"path": "a.txt", "content": "first", "size": 5, "source": source} == api.got(
        f"{target}/files/a.txt?format=json"
    )
    assert [400, 404] == [api.send("GET", f"{target}/files/{path}").status for path in ("..%2Fa.txt", "missing")]
    assert b"first" in tar_of(api.send("GET", f"{target}/workspace").content)["a.txt"]
    if action == "":
        status, reason = write(api, target, file("c"))
        assert (410, True) == (status, "has ended; fork it to change its files" in reason)
        assert 410 == upload(api, target, pack_files({"c": b""}).content).status
        return
    assert [True] == [one["written"] for one in write(api, target, file("c.txt", b"added"))]
    assert 200 == api.send("DELETE", f"{target}/files/b.txt").status
    expected = {"sandbox": "Workspace restored to live sandbox", "snapshot": "Workspace saved as snapshot"}[source]
    assert expected == upload(api, target, pack_files({"d/e.txt": b"up"}).content).body["message"]
    api.send("POST", f"{target}/stop")
    api.send("POST", f"{target}/resume")
    assert ["CLAUDE.md", "a.txt", "c.txt", "d/e.txt"] == paths(api, target)
    api.send("DELETE", target)


def tar_of(content: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        return {one.name: reader.read() if (reader := tar.extractfile(one)) else b"" for one in tar if not one.issym()}


def test_workspace_is_downloaded_and_uploaded(api: Api, target: str) -> None:
    """A download has no caches, secrets or links that lead out, and can be uploaded into another session."""
    run(
        api,
        target,
        "mkdir -p d .git node_modules; echo hi > d/a; touch .env.local .git/x node_modules/y; ln -s a d/in; "
        "ln -s /etc/passwd out; chmod +x d/a; mkfifo pipe",
    )

    answer = api.send("GET", f"{target}/workspace")

    contents = read_bundle(answer.content)
    assert [("CLAUDE.md", "file"), ("d/a", "file"), ("d/in", "link")] == [
        (one.path, one.kind) for one in contents.members
    ]
    assert contents.members[1].is_executable
    assert ".tar.gz" in answer.headers["content-disposition"]
    other = session(api)
    assert 200 == upload(api, other, answer.content).status
    assert b"hi\n" == api.send("GET", f"{other}/files/d/a").content
    api.send("DELETE", other)


def linked(target: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        link = tarfile.TarInfo("x")
        link.type, link.linkname = tarfile.SYMTYPE, target
        tar.addfile(link)
    return out.getvalue()


@pytest.mark.parametrize(
    ("bundle", "reason"),
    [
        (b"", "got an empty one"),
        (b"no archive", "must be a tar archive that is compressed by gzip"),
        (linked("/etc/passwd"), "'x' of the bundle is a link to '/etc/passwd', which leads out"),
        (pack_files({"CLAUDE.md/x": b""}).content, "CLAUDE.md"),
    ],
    ids=["empty", "text", "link", "below a file"],
)
def test_upload_that_is_no_bundle_is_refused(api: Api, target: str, bundle: bytes, reason: str) -> None:
    """An upload that is not an archive, leads out, or does not fit the workspace is refused with the reason."""
    answer = upload(api, target, bundle)

    assert (400, True) == (answer.status, reason in answer.body["error"]), answer.body
    assert ["CLAUDE.md"] == paths(api, target)


def test_limits_of_files(api: Api, target: str) -> None:
    """A request has 1 to 500 files; a file that is too large is not written; large text is not read as JSON."""
    run(api, target, "head -c 1048577 /dev/zero > large")

    assert 400 == write(api, target)[0]
    assert 400 == write(api, target, *[file("x")] * 501)[0]
    assert "at most 52,428,800 bytes" in write(api, target, file("x", bytes((50 << 20) + 1)))[0]["error"]
    assert 400 == api.send("GET", f"{target}/files/large?format=json").status
    assert 1048577 == len(api.send("GET", f"{target}/files/large").content)


@pytest.mark.parametrize("path", ["", "/files", "/files/x", "/workspace", "/messages", "/logs"])
def test_id_that_is_no_uuid_is_refused(api: Api, path: str) -> None:
    """An id must be a UUID: another one is 400, and names the parameter; one that is unknown is 404."""
    answer = api.send("GET", f"/api/sessions/nope{path}")

    assert (400, "id") == (answer.status, answer.body["path"])
    assert 404 == api.send("GET", f"/api/sessions/00000000-0000-4000-8000-000000000000{path}").status


@pytest.mark.integration
def test_workspace_that_is_too_large_to_be_saved(api: Api, target: str) -> None:
    """Files are written into a sandbox whose workspace is too large to be saved; it is not downloaded (413)."""
    run(api, target, "head -c 34000000 /dev/urandom > large")

    assert [True] == [one["written"] for one in write(api, target, file("a.txt"))]
    assert b"text" == api.send("GET", f"{target}/files/a.txt").content
    assert 413 == api.send("GET", f"{target}/workspace").status
