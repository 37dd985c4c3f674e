"""Specs on the embedded platform: versions, inheritance, faults, tenants."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ashr_labs.local import open_platform
from ashr_labs.local.server.app import running_server
from support.local_api import Api, Place, database_with_tenants

KEY = "tp_for_specs_0123456789"
TEXT = b"id: fix-it\ndescription: one\nsetup: {env: {A: 1}}\n"


@pytest.fixture(name="api")
def _api() -> Iterator[Api]:
    with Api.opened() as api:
        yield api


def created(api: Api, text: str | bytes) -> dict[str, Any]:
    body = text if isinstance(text, bytes) else text.encode()
    answer = api.send("POST", "/v1/specs", body, content_type="application/x-yaml")
    assert 201 == answer.status, answer.body
    record: dict[str, Any] = answer.body
    return record


def refused(api: Api, text: str | bytes, status: int = 422) -> dict[str, Any]:
    body = text if isinstance(text, bytes) else text.encode()
    answer = api.send("POST", "/v1/specs", body, content_type="application/x-yaml")
    assert status == answer.status, answer.body
    error: dict[str, Any] = answer.body
    return error


def test_each_text_of_an_id_is_a_version(api: Api) -> None:
    """The id comes from the text; versions count up, and each is kept as it was sent."""
    first = created(api, TEXT)
    second = created(api, TEXT.replace(b"one", b"two"))

    assert {"id": "fix-it", "version": 1, "description": "one"}.items() <= first.items()
    assert (TEXT.decode(), {"id": "fix-it", "description": "one", "setup": {"env": {"A": 1}}}) == (
        first["text"],
        first["spec"],
    )
    assert 2 == second["version"]
    assert second == api.got("/v1/specs/fix-it") == api.got("/v1/specs/fix-it?version=2")
    assert first == api.got("/v1/specs/fix-it?version=1")
    assert 404 == api.send("GET", "/v1/specs/fix-it?version=3").status
    assert "there is no version 3 of the spec 'fix-it'" == api.send("GET", "/v1/specs/fix-it?version=3").body["error"]


def test_list_has_the_newest_versions(api: Api) -> None:
    """The list is bare, in the order of the ids, without texts."""
    assert [] == api.got("/v1/specs")
    for text in ("id: b", "id: a", "id: b\ndescription: new"):
        created(api, text)

    assert [("a", 1, ""), ("b", 2, "new")] == [
        (one["id"], one["version"], one["description"]) for one in api.got("/v1/specs")
    ]
    assert not any({"text", "spec"} & one.keys() for one in api.got("/v1/specs"))


def test_a_deleted_spec_is_gone_and_its_versions_are_not_used_again(api: Api) -> None:
    """Deleting takes all versions; the next text goes on counting."""
    created(api, TEXT)
    created(api, TEXT)

    assert 204 == api.send("DELETE", "/v1/specs/fix-it").status
    assert [404, 404, 404] == [
        api.send(*request).status
        for request in [
            ("GET", "/v1/specs/fix-it"),
            ("GET", "/v1/specs/fix-it?version=1"),
            ("DELETE", "/v1/specs/fix-it"),
        ]
    ]
    assert [] == api.got("/v1/specs")
    assert 3 == created(api, TEXT)["version"]


def test_a_spec_inherits_from_the_newest_version_of_another(api: Api) -> None:
    """The extended spec is merged at the time of storing; later versions of it change nothing."""
    created(api, "id: base\ndescription: d\nservices: [{name: db, image: postgres}]\nsetup: {env: {A: 1, B: 1}}")
    child = created(api, "id: child\nextends: base\nsetup: {env: {B: 2}}\nfixtures: [{type: sql, service: db, sql: x}]")
    created(api, "id: base")

    assert {"A": 1, "B": 2} == child["spec"]["setup"]["env"]
    assert ("child", "base", "") == (child["id"], child["extends"], child["description"])
    assert child == api.got("/v1/specs/child")
    error = refused(api, "id: other\nextends: child\nfixtures: [{type: sql, service: bd, sql: x}]")
    assert (3, "fixtures[0].service") == (error["line"], error["path"])
    error = refused(api, "id: other\nextends: none")
    assert (2, "extends") == (error["line"], error["path"])
    assert "line 2, extends: there is no spec 'none'" == error["error"]
    assert "`id` is missing" in refused(api, "extends: base")["error"]


@pytest.mark.parametrize(
    ("text", "line", "path", "message"),
    [
        ("id: a\nservces: []", 2, "servces", "did you mean 'services'?"),
        ("id: a\nid: b", 2, "", "must be there once"),
        ("- a", 1, "", "must be a mapping"),
        ("", 1, "", "got nothing"),
        (b"\xff", 1, "", "must be UTF-8"),
        ("description: a", 1, "", "`id` is missing"),
        ("id: a\nx: &a [*a]", 2, "", "at most 50 levels"),
    ],
)
def test_a_fault_is_refused_with_its_place(text: str | bytes, line: int, path: str, message: str, api: Api) -> None:
    """The answer has the line and the path, and nothing is stored."""
    error = refused(api, text)

    assert (line, path, "invalid") == (error["line"], error["path"], error["code"])
    assert message in error["error"]
    assert [] == api.got("/v1/specs")


def test_a_text_that_is_too_large_is_refused(api: Api) -> None:
    """The limit holds before anything is parsed."""
    refused(api, b"id: a\n#" + b"x" * 524_288, 413)


def test_specs_belong_to_their_tenant(place: Place, tmp_path: Path) -> None:
    """Two tenants have the same id without seeing each other's."""
    keys = database_with_tenants(where := place or tmp_path / "two.db")
    platform = open_platform(where)
    api, other = (Api(platform, key, number) for number, key in enumerate(keys, 1))
    created(api, TEXT)

    assert [] == other.got("/v1/specs")
    assert [404, 404] == [other.send(method, "/v1/specs/fix-it").status for method in ("GET", "DELETE")]
    assert (2, "extends") == ((error := refused(other, "id: b\nextends: fix-it"))["line"], error["path"])
    assert 1 == created(other, TEXT)["version"]
    assert 1 == api.got("/v1/specs/fix-it")["version"]
    platform.close()


def test_a_repeated_request_stores_one_version(api: Api) -> None:
    """A request with the same idempotency key is answered again, and a key serves one text."""
    headers = {"content_type": "application/x-yaml", "idempotency_key": "k"}
    first, second = (api.send("POST", "/v1/specs", TEXT, **headers) for _ in range(2))

    assert first.body == second.body
    assert 1 == api.got("/v1/specs/fix-it")["version"]
    assert 409 == api.send("POST", "/v1/specs", b"id: b", **headers).status


@pytest.mark.parametrize(
    "module", [pytest.param("polarity_keystone", marks=pytest.mark.integration), "ashr_labs.keystone"]
)
def test_specs_of_keystone_clients(module: str, tmp_path: Path) -> None:
    """Every method of `Keystone.specs` does as documented, in the package itself and under its names here."""
    keystone: Any = pytest.importorskip(module)
    platform = open_platform()
    platform.bootstrap(KEY)
    (tmp_path / "spec.yaml").write_bytes(TEXT)
    with running_server(platform) as url:
        client = keystone.Keystone(api_key=KEY, base_url=url)
        specs = client.specs
        first = specs.create(TEXT.decode())
        assert ("fix-it", 1, "one") == (first.id, first.version, first.description)
        assert TEXT.decode() == first.raw["text"]
        assert 2 == specs.create(TEXT).version
        assert 3 == specs.create_from_file(str(tmp_path / "spec.yaml")).version
        assert ("fix-it", 3) == ((found := specs.get("fix-it")).id, found.version)
        assert [("fix-it", 3)] == [(spec.id, spec.version) for spec in specs.list()]
        assert None is specs.delete("fix-it")
        assert [] == specs.list()
        for act, status, message in [
            (lambda: specs.get("fix-it"), 404, "there is no spec 'fix-it'"),
            (lambda: specs.delete("fix-it"), 404, "there is no spec 'fix-it'"),
            (lambda: specs.create("id: a\nservces: []"), 422, "line 2, servces: the key is unknown"),
        ]:
            with pytest.raises(keystone.KeystoneError, match=message) as caught:
                act()
            assert status == caught.value.status_code
        getattr(client, "close", lambda: None)()  # that of the package keeps no connection
    platform.close()
