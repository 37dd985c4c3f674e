"""Media files of datasets: stored unchanged, downloaded through signed URLs that expire."""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from ashr_labs.local.server.app import running_server
from ashr_labs.local.store.schema import SCHEMA_VERSION
from ashr_labs.local.store.upgrade import MIGRATIONS
from ashr_labs.local.transport import LocalTransport
from support.local_api import Api, Place, database_with_tenants

NOISE = bytes(range(256)) * 300


@pytest.fixture(name="api")
def _api(place: Place) -> Generator[Api]:
    with Api.opened(place) as api:
        yield api


@pytest.fixture(name="url")
def _url(api: Api) -> Generator[str]:
    with running_server(api.platform) as url:
        yield url


def file(name: str = "greeting.wav", content: bytes = NOISE, media_type: str = "audio/wav") -> dict[str, Any]:
    return {"name": name, "media_type": media_type, "content": base64.b64encode(content).decode()}


def ask(api: Api, url: str, function: str, **params: Any) -> Any:
    body = {"function": function, **params}
    answer = httpx.post(url, json=body, headers={"authorization": f"Bearer {api.key}"})
    assert 200 == answer.status_code, answer.text
    return answer.json()


def signed(api: Api, url: str, dataset_id: int, **params: Any) -> Any:
    return ask(api, url, "get_dataset", dataset_id=dataset_id, include_signed_urls=True, **params)["dataset"]["media"]


def test_media_round_trip(api: Api, url: str) -> None:
    """A signed URL returns the file with its type and name, as a download that browsers do not render."""
    (about,) = signed(api, url, api.dataset(media=[file('Grüße"; x=.wav')]))

    answer = httpx.get(about.pop("url"))

    assert {"name": 'Grüße"; x=.wav', "media_type": "audio/wav", "size_bytes": len(NOISE)} == about
    assert (200, NOISE, "audio/wav") == (answer.status_code, answer.content, answer.headers["content-type"])
    assert "attachment; filename*=UTF-8''Gr%C3%BC%C3%9Fe%22%3B%20x%3D.wav" == answer.headers["content-disposition"]
    assert ("nosniff", "sandbox") == tuple(
        answer.headers[name] for name in ("x-content-type-options", "content-security-policy")
    )


@pytest.mark.parametrize("function", ["get_dataset", "list_datasets", "get_agent_datasets"])
def test_urls_are_included_on_request(api: Api, url: str, function: str) -> None:
    """Every operation that returns datasets includes their files if and only if asked to."""
    agent_id = api("create_agent", name="a")["agent"]["id"]
    dataset_id = api.dataset(media=[file("a"), file("b")], agent_id=agent_id)
    params = {
        "get_dataset": {"dataset_id": dataset_id},
        "list_datasets": {"tenant_id": 1},
        "get_agent_datasets": {"agent_id": agent_id},
    }[function]

    def dataset(**more: Any) -> Any:
        body = ask(api, url, function, **params, **more)
        return body.get("dataset") or body["datasets"][0]

    assert ["a", "b"] == [one["name"] for one in dataset(include_signed_urls=True)["media"]]
    assert "media" not in dataset()
    assert "media" not in dataset(include_signed_urls=False)


def test_media_is_readable_through_local_transport(api: Api) -> None:
    """Without a server, a client with the local transport reads the same URLs."""
    transport = LocalTransport(api.platform, owns_platform=False)
    with httpx.Client(transport=transport, base_url="http://embedded.local") as client:
        (about,) = signed_by(client, api, api.dataset(media=[file(content=b"")]))

        assert about["url"].startswith("http://embedded.local/media/")
        assert (200, b"") == (client.get(about["url"]).status_code, client.get(about["url"]).content)
        assert 404 == client.get("/media/../../etc/passwd").status_code


def signed_by(client: httpx.Client, api: Api, dataset_id: int) -> Any:
    body = {"function": "get_dataset", "dataset_id": dataset_id, "include_signed_urls": True}
    answer = client.post("/", json=body, headers={"authorization": f"Bearer {api.key}"})
    return answer.json()["dataset"]["media"]


def test_urls_expire() -> None:
    """A URL is valid for the requested number of seconds, one hour by default."""
    now = [1_800_000_000.0]
    with Api.opened(now=lambda: now[0]) as api, running_server(api.platform) as url:
        dataset_id = api.dataset(media=[file()])
        (short,), (usual,) = signed(api, url, dataset_id, url_expires_seconds=5), signed(api, url, dataset_id)

        statuses = []
        for seconds in (4.9, 5.1, 3599, 3601):
            now[0] = 1_800_000_000 + seconds
            statuses.append((httpx.get(short["url"]).status_code, httpx.get(usual["url"]).status_code))

    assert [(200, 200), (403, 200), (403, 200), (403, 403)] == statuses


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/media/1?", "/media/2?"),
        ("expires=", "expires=9"),
        ("expires=", "expires=-"),
        ("signature=", "signature=0"),
        ("signature=", "signature=%C3%BC"),
        ("signature=", "other="),
        ("expires=", "other="),
        ("/media/1?", "/media/01?x=/../../etc/passwd&"),
        ("/media/1?", "/media/%2e%2e%2f1?"),
        ("/media/1?", "/media/99999999999999999999?"),
        ("/media/1?", "/media/٣?"),
    ],
)
def test_tampered_url_is_rejected(api: Api, url: str, old: str, new: str) -> None:
    """A URL with a changed id, expiry or signature is rejected."""
    dataset_id = api.dataset(media=[file("a"), file("b")])
    about = signed(api, url, dataset_id)[0]
    assert old in about["url"]

    answer = httpx.get(about["url"].replace(old, new))

    assert answer.status_code in {403, 404, 422}
    assert NOISE not in answer.content


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ([file("../../etc/passwd")], "media[0].name"),
        ([file("a"), file("..\\a")], "media[1].name"),
        ([file("..")], "media[0].name"),
        ([file("")], "media[0].name"),
        ([file("a\r\nset-cookie: x")], "media[0].name"),
        ([file("a\x00")], "media[0].name"),
        ([file(media_type="text/html\r\nx: y")], "media[0].media_type"),
        ([file(media_type="html")], "media[0].media_type"),
        ([{**file(), "content": "no base 64!"}], "media[0].content"),
        ([{**file(), "content": "Zm9"}], "media[0].content"),
        ([{**file(), "content": "ü"}], "media[0].content"),
        ([{**file(), "content": None}], "media[0].content"),
        ([{"name": "a"}], "media[0]"),
    ],
)
def test_invalid_media_is_rejected(api: Api, wrong: Any, path: str) -> None:
    """A name with a path, an invalid type and invalid Base64 are rejected, and nothing is stored."""
    answer = api.answer("create_dataset", name="d", dataset_source={}, media=wrong)

    assert (422, path) == (answer.status, answer.body["path"])
    assert [] == api("list_datasets", tenant_id=1)["datasets"]


def test_duplicate_file_name_is_a_conflict(api: Api) -> None:
    """Two files with the same name are a conflict, and nothing is stored."""
    assert "'a'" in api.refused(409, "create_dataset", name="d", dataset_source={}, media=[file("a"), file("a")])
    assert [] == api("list_datasets", tenant_id=1)["datasets"]


def test_media_is_deleted_with_its_dataset(api: Api, url: str) -> None:
    """A file of a deleted dataset is not found, and its id is not reused."""
    dataset_id = api.dataset(media=[file()])
    (old,) = signed(api, url, dataset_id)
    api("delete_dataset", dataset_id=dataset_id)
    (new,) = signed(api, url, api.dataset(media=[file(content=b"other")]))

    assert (404, b"other") == (httpx.get(old["url"]).status_code, httpx.get(new["url"]).content)


def test_media_of_other_tenants_is_not_listed(kept_place: Place) -> None:
    """A tenant only sees the files of its own datasets."""
    keys = database_with_tenants(kept_place)
    with Api.opened(kept_place) as api, running_server(api.platform) as url:
        first, second = (Api(api.platform, key) for key in keys)
        ask(first, url, "create_dataset", name="d", dataset_source={}, media=[file()])

        assert [] == ask(second, url, "list_datasets", tenant_id=2, include_signed_urls=True)["datasets"]


def test_first_schema_version_is_upgraded(tmp_path: Path) -> None:
    """A database of version 0001 keeps its datasets, and can store media after the upgrade."""
    path = tmp_path / "old.db"
    engine = create_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()
    database = sqlite3.connect(path)
    database.executescript(
        "INSERT INTO tenants VALUES (1, '2026', 'Local', 1);"
        "INSERT INTO users VALUES (1, 1, '2026', 'a@b.c', NULL, 1);"
        "INSERT INTO datasets (id, tenant_id, creator_id, created_at, updated_at, name, dataset_source)"
        " VALUES (7, 1, 1, '2026', '2026', 'Old', '{\"runs\":{}}')"
    )
    database.close()

    with Api.opened(path) as api, running_server(api.platform) as url:
        assert [] == signed(api, url, 7)
        (about,) = signed(api, url, api.dataset(media=[file()]))
        assert NOISE == httpx.get(about["url"]).content
    database = sqlite3.connect(path)
    assert [(SCHEMA_VERSION,)] == database.execute("SELECT version_num FROM alembic_version").fetchall()
    database.close()
