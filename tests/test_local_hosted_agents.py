"""Deployed agents of the embedded platform: deployment, versions and files."""

from __future__ import annotations

import base64
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from ashr_labs.local.settings import Settings
from support.local_api import Api, Place, database_with_tenants


@pytest.fixture(name="api")
def _api(place: Place) -> Generator[Api]:
    with Api.opened(place) as api:
        yield api


def file(path: str, content: bytes = b"text") -> dict[str, str]:
    return {"path": path, "content": base64.b64encode(content).decode()}


def deploy(api: Api, name: str = "helper", **body: Any) -> dict[str, Any]:
    answer = api.send("POST", "/api/agents", {"name": name, **(body or {"systemPrompt": "Be brief."})})
    assert 201 == answer.status, answer.body
    found: dict[str, Any] = answer.body["agent"]
    return found


def refused(api: Api, status: int, target: str, body: Any = None, method: str = "POST") -> str:
    answer = api.send(method, target, body)
    assert (status, status) == (answer.status, answer.body["statusCode"]), answer.body
    return str(answer.body["error"])


def test_agent_is_deployed_and_deployed_again(api: Api) -> None:
    """An agent keeps its id and its creation, and gets the next version; agents are listed by name."""
    first = deploy(api)
    second = deploy(api, files=[file("CLAUDE.md"), file("tools/a.py")])
    other = deploy(api, "another")

    assert (1, 2, first["id"], first["createdAt"]) == (
        first["version"],
        second["version"],
        second["id"],
        second["createdAt"],
    )
    assert [other, second] == api.got("/api/agents")["agents"]
    assert second == api.got("/api/agents/helper")["agent"]
    assert len("2026-01-01T00:00:00.000Z") == len(first["createdAt"])


def test_files_of_an_agent(api: Api) -> None:
    """Its files are listed by path, and each is read as JSON or as bytes; instructions that are a file are kept."""
    deploy(
        api, files=[file("b.bin", b"\xff"), file("CLAUDE.md", b"Mine."), file("a/b..c.txt", b"deep")], systemPrompt="X"
    )

    listed = api.got("/api/agents/helper/files")["files"]
    assert [("CLAUDE.md", 5), ("a/b..c.txt", 4), ("b.bin", 1)] == [(one["path"], one["size"]) for one in listed]
    assert {"path": "CLAUDE.md", "content": "Mine.", "size": 5} == api.got("/api/agents/helper/files/CLAUDE.md")
    assert b"deep" == api.send("GET", "/api/agents/helper/files/a/b..c.txt?format=raw").content
    assert "format=raw" in refused(api, 400, "/api/agents/helper/files/b.bin", method="GET")
    assert "no file 'c'" in refused(api, 404, "/api/agents/helper/files/c", method="GET")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "must have `files`, a `systemPrompt` or a `path`"),
        ({"files": []}, "must have `files`, a `systemPrompt` or a `path`"),
        ({"files": [file("main.py")]}, "CLAUDE.md or AGENTS.md with its instructions, or agent.toml"),
        ({"files": [file("../CLAUDE.md")]}, "'../CLAUDE.md' of the bundle must stay in the bundle"),
        ({"files": [file("/CLAUDE.md")]}, "must have a path relative to the bundle"),
        ({"files": [file("CLAUDE.md"), file("CLAUDE.md")]}, r"files\[1\].path: 'CLAUDE.md' is there twice"),
        ({"files": [file("a"), file("a/b"), file("CLAUDE.md")]}, "is below 'a', which is a file"),
        ({"files": [{"path": "CLAUDE.md", "content": "###"}]}, r"files\[0\].content must be Base64"),
        ({"files": [{"path": "CLAUDE.md"}]}, r"files\[0\]: .*content"),
        ({"files": [file("agent.toml", b"command = ")]}, "agent.toml cannot be read"),
        (
            {"files": [file("agent.toml", b"comand = 'x'")]},
            "`comand` is not a key that is known; did you mean 'command'",
        ),
        ({"files": [file("agent.toml", b"command = [1]")]}, "`command` must be a line for a shell or a list of texts"),
        ({"files": [file("agent.toml", b"")]}, "must have its instructions in CLAUDE.md or AGENTS.md"),
        ({"path": "helper"}, "ASHR_AGENTS names; send `files`"),
        ({"systemPrompt": 3}, "systemPrompt: 3 is not of type"),
    ],
)
def test_folder_that_is_no_agent_is_refused(api: Api, body: dict[str, Any], reason: str) -> None:
    """A folder that is not an agent is refused with the reason and its place, and nothing is stored."""
    import re

    assert re.search(reason, refused(api, 400, "/api/agents", {"name": "helper", **body}))
    assert [] == api.got("/api/agents")["agents"]


@pytest.mark.parametrize("name", ["", "a b", "a/b", "../a", "x" * 256, "\u00e4"])
def test_name_is_checked(api: Api, name: str) -> None:
    """A name has letters, digits, `_` and `-`."""
    assert "name" in refused(api, 400, "/api/agents", {"name": name, "systemPrompt": "x"})


def test_folder_of_the_operator(tmp_path: Path) -> None:
    """`path` names a folder below the operator's folder of agents; a link or `..` does not lead out of it."""
    (tmp_path / "agents" / "helper").mkdir(parents=True)
    (tmp_path / "agents" / "helper" / "AGENTS.md").write_text("Be brief.")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "CLAUDE.md").write_text("secret")
    (tmp_path / "agents" / "link").symlink_to(tmp_path / "other")

    with Api.opened(settings=Settings(agents=tmp_path / "agents")) as api:
        assert 1 == deploy(api, path="helper")["version"]
        assert 2 == deploy(api, path=str(tmp_path / "agents" / "helper"))["version"]
        for path in ("../other", "link", str(tmp_path / "other"), "missing", "helper/AGENTS.md"):
            assert "must be a folder below" in refused(api, 400, "/api/agents", {"name": "x", "path": path})


def test_too_many_files_are_refused(api: Api) -> None:
    """An agent of 100,000 files is refused before any of them is read, with the limit."""
    reason = refused(api, 400, "/api/agents", {"name": "helper", "files": [file(f"f{n}", b"") for n in range(100_000)]})

    assert "has more than 10000 items" in reason


def test_folder_of_the_operator_that_is_not_an_agent(tmp_path: Path) -> None:
    """A folder without instructions, or with a link that leads out, is refused with the reason and the path."""
    for name in ("bare", "linked"):
        (tmp_path / name).mkdir()
    (tmp_path / "bare" / "main.py").write_text("")
    (tmp_path / "linked" / "CLAUDE.md").write_text("Be brief.")
    (tmp_path / "linked" / "out").symlink_to("/etc/passwd")

    with Api.opened(settings=Settings(agents=tmp_path)) as api:
        bare, linked = (refused(api, 400, "/api/agents", {"name": name, "path": name}) for name in ("bare", "linked"))

    assert "must have CLAUDE.md or AGENTS.md" in bare
    assert "'out' of the bundle is a link to '/etc/passwd', which leads out" in linked


def test_unknown_fields_are_named(api: Api) -> None:
    """A field that this platform does not know is ignored, and named in a header."""
    answer = api.send("POST", "/api/agents", {"name": "helper", "systemPrompt": "x", "evnt": {}, "zone": 1})

    assert (201, "evnt, zone") == (answer.status, answer.headers["x-ashr-ignored"])


def test_agents_belong_to_a_tenant(kept_place: Place) -> None:
    """Another tenant neither sees nor deletes an agent, and may have one of the same name."""
    keys = database_with_tenants(kept_place)
    with Api.opened(kept_place) as owner:
        first, second = (Api(owner.platform, key) for key in keys)
        deploy(first)

        assert [] == second.got("/api/agents")["agents"]
        for method, target in (("GET", ""), ("GET", "/files"), ("GET", "/files/CLAUDE.md"), ("DELETE", "")):
            assert "no deployed agent" in refused(second, 404, f"/api/agents/helper{target}", method=method)
        assert 1 == deploy(second)["version"]
        assert {"ok": True} == second.send("DELETE", "/api/agents/helper").body
        assert 1 == len(first.got("/api/agents")["agents"])
