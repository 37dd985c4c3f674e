"""Versions, single files, variables and options of deployed agents."""

from __future__ import annotations

import base64
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from ashr_labs.local.sealing import checked_key
from ashr_labs.local.settings import Settings
from ashr_labs.local.store.agent_rows import MAX_VERSIONS
from ashr_labs.local.store.schema import bundles
from support.local_api import Api, Place, database_on


@pytest.fixture(name="api")
def _api(place: Place) -> Generator[Api]:
    with Api.opened(place, settings=Settings(secrets_key=checked_key("a" * 43 + "="))) as api:
        assert 201 == api.send("POST", "/api/agents", {"name": "helper", "systemPrompt": "First."}).status
        yield api


def file(path: str, content: bytes = b"text") -> dict[str, str]:
    return {"path": path, "content": base64.b64encode(content).decode()}


def sent(api: Api, method: str, target: str, body: Any = None) -> Any:
    answer = api.send(method, f"/api/agents/helper{target}", body)
    assert answer.status < 300, answer.body
    return answer.body if answer.content else None


def refused(api: Api, status: int, method: str, target: str, body: Any = None) -> str:
    answer = api.send(method, f"/api/agents/helper{target}", body)
    assert status == answer.status, answer.body
    return str(answer.body["error"])


def instructions(api: Api) -> str:
    return str(sent(api, "GET", "/files/CLAUDE.md")["content"])


def numbers(api: Api) -> list[tuple[int, bool]]:
    return [(one["versionNumber"], one["isActive"]) for one in sent(api, "GET", "/versions")["versions"]]


def test_version_is_made_and_activated(api: Api) -> None:
    """A new version is used once it is activated; the agent then has its number and files, and can go back."""
    made = sent(api, "POST", "/versions", {"name": "second", "systemPrompt": "Second.", "releaseNotes": "why"})[
        "version"
    ]

    assert ("second", 2, False, "Second.") == tuple(
        made[name] for name in ("name", "versionNumber", "isActive", "systemPrompt")
    )
    assert "First." == instructions(api)
    assert {"activated": True, "versionNumber": 2} == sent(api, "POST", "/versions/2/activate")
    assert ("Second.", 2) == (instructions(api), sent(api, "GET", "")["agent"]["version"])
    assert [(2, True), (1, False)] == numbers(api)
    sent(api, "POST", f"/versions/{sent(api, 'GET', '/versions/1')['version']['id']}/activate")
    assert "First." == instructions(api)
    assert 3 == api.send("POST", "/api/agents", {"name": "helper", "systemPrompt": "Third."}).body["agent"]["version"]
    assert [(3, True), (2, False), (1, False)] == numbers(api)


def test_version_is_made_from_another_one(api: Api) -> None:
    """A version has the files of the one that it is made from, with those that are given."""
    api.send("POST", "/api/agents", {"name": "helper", "files": [file("AGENTS.md", b"Other."), file("a.txt")]})

    first = sent(api, "POST", "/versions", {"cloneFrom": 1, "files": [file("b.txt")]})["version"]
    second = sent(api, "POST", "/versions", {"systemPrompt": "New."})["version"]
    third = sent(api, "POST", "/versions")["version"]

    files = [
        sent(api, "GET", f"/versions/{one['versionNumber']}")["version"]["files"] for one in (first, second, third)
    ]
    assert [["CLAUDE.md", "b.txt"], ["AGENTS.md", "a.txt"], ["AGENTS.md", "a.txt"]] == files
    sent(api, "POST", "/versions/4/activate")
    assert "New." == sent(api, "GET", "/files/AGENTS.md")["content"]
    assert "'helper' has no version '9'" in refused(api, 400, "POST", "/versions", {"cloneFrom": 9})


def test_version_is_changed_and_deleted(api: Api) -> None:
    """Changing the active version changes the agent; it cannot be deleted, others can, and no number is used twice."""
    changed = sent(api, "PATCH", "/versions/1", {"systemPrompt": "Changed.", "name": "stable"})["version"]
    sent(api, "POST", "/versions", {"name": "draft"})

    assert ("stable", "Changed.") == (changed["name"], instructions(api))
    assert "is active; activate another one first" in refused(api, 409, "DELETE", "/versions/1")
    assert sent(api, "DELETE", "/versions/2") is None
    assert "has no version '2'" in refused(api, 404, "GET", "/versions/2")
    assert 3 == sent(api, "POST", "/versions")["version"]["versionNumber"]


def test_files_of_an_agent_are_changed(api: Api) -> None:
    """Writing and deleting files makes a version each, if what is left is an agent."""
    written = sent(api, "POST", "/files", {"files": [file("b/c.txt", b"new"), file("CLAUDE.md", b"Mine.")]})["files"]
    assert [("b/c.txt", True, 3), ("CLAUDE.md", True, 5)] == [
        (one["path"], one["written"], one["size"]) for one in written
    ]
    assert ("Mine.", [(2, True), (1, False)]) == (instructions(api), numbers(api))
    assert {"path": "b/c.txt", "deleted": True} == sent(api, "DELETE", "/files/b/c.txt")
    assert ["CLAUDE.md"] == [one["path"] for one in sent(api, "GET", "/files")["files"]]

    assert "has no file 'b/c.txt'" in refused(api, 404, "DELETE", "/files/b/c.txt")
    assert "at least one file" in refused(api, 400, "DELETE", "/files/CLAUDE.md")
    api.send("POST", "/api/agents", {"name": "helper", "files": [file("CLAUDE.md"), file("a.txt")]})
    assert "must have CLAUDE.md or AGENTS.md" in refused(api, 400, "DELETE", "/files/CLAUDE.md")
    assert "must stay in the bundle" in refused(api, 400, "POST", "/files", {"files": [file("x"), file("../y")]})
    assert "files[0].content must be Base64" in refused(
        api, 400, "POST", "/files", {"files": [{"path": "x", "content": "#"}]}
    )
    assert [(4, True), (3, False), (2, False), (1, False)] == numbers(api)


def test_variables_of_an_agent(api: Api) -> None:
    """The names of variables are shown, their values never; deploying again keeps them."""
    first = sent(api, "PATCH", "", {"env": {"TOKEN": "secret-1"}})["agent"]
    second = api.send("POST", "/api/agents", {"name": "helper", "systemPrompt": "x"}).body["agent"]
    third = api.send("POST", "/api/agents", {"name": "helper", "systemPrompt": "x", "env": {}}).body["agent"]

    assert [{"TOKEN": "***"}, {"TOKEN": "***"}, {}] == [one["env"] for one in (first, second, third)]
    for name in ("", "A=B", "1A", "a b"):
        assert "the names in `env` must have letters" in refused(api, 400, "PATCH", "", {"env": {name: "secret-1"}})
    assert "secret-1" not in refused(api, 400, "PATCH", "", {"env": {"A": "secret-1\0"}})


def test_options_of_an_agent(api: Api) -> None:
    """Options of an agent are changed one by one; unknown ones are ignored and named."""
    assert {"config": {}} == sent(api, "GET", "/config")
    sent(api, "PATCH", "/config", {"model": "m-1", "allowedTools": ["Read"]})
    answer = api.send("PATCH", "/api/agents/helper/config", {"model": "m-2", "preWarmCount": 3})

    assert "preWarmCount" == answer.headers["x-ashr-ignored"]
    assert {"config": {"model": "m-2", "allowedTools": ["Read"]}} == sent(api, "GET", "/config")
    assert "permissionMode" in refused(api, 400, "PATCH", "/config", {"permissionMode": "all"})


def test_old_versions_and_their_files_are_deleted(tmp_path: Path) -> None:
    """The newest versions and the active one are kept; files that no version has are deleted with them."""
    place = tmp_path / "one.db"
    with Api.opened(place) as api:
        api.send("POST", "/api/agents", {"name": "helper", "systemPrompt": "First."})
        for number in range(MAX_VERSIONS + 2):
            sent(api, "POST", "/versions", {"systemPrompt": f"No. {number}"})
        kept = numbers(api)
        api.send("DELETE", "/api/agents/helper/versions/20")

    assert [(1, True)] == kept[-1:]
    assert MAX_VERSIONS + 1 == len(kept)
    database = database_on(place)
    with database.read() as connection:
        assert MAX_VERSIONS == len(connection.execute(select(bundles.c.digest)).all())
    database.close()
    with Api.opened(place) as api:
        api.send("DELETE", "/api/agents/helper")
    database = database_on(place)
    with database.read() as connection:
        assert [] == connection.execute(select(bundles.c.digest)).all()
    database.close()
