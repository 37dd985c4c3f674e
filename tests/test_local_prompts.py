"""Prompts on the platform: versions, tags, rendering, tenants, and what generations name."""

from __future__ import annotations

import json
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any

import httpx
import pytest

from ashr_labs.local import open_platform
from ashr_labs.local.server.app import running_server
from support.local_api import Api, Place, database_with_tenants


@pytest.fixture(name="api")
def _api(place: Place) -> Generator[Api]:
    with Api.opened(place) as api:
        yield api


def create(api: Api, slug: str = "greeting", template: str = "Hello {name}!", **more: Any) -> dict[str, Any]:
    answer = api.send("POST", "/v1/prompts", {"slug": slug, "template": template, **more})
    assert answer.status == 201, answer.body
    body: dict[str, Any] = answer.body
    return body


def refused(api: Api, status: int, method: str, target: str, body: Any = None) -> str:
    answer = api.send(method, target, body)
    assert status == answer.status, answer.content
    message: str = answer.body["error"]
    return message


def test_versions_count_up_and_are_found(api: Api) -> None:
    """Each version is found by its number, the newest one as `latest`, and lists have the newest first."""
    first = create(api, variables={"name": "you"}, metadata={"author": "Ada"})
    second = create(api, template="Hi {name}")
    create(api, slug="other")

    assert (1, {"name": "you"}, {"author": "Ada"}, "", []) == tuple(
        first[name] for name in ("version", "variables", "metadata", "tag", "tags")
    )
    assert second == api.got("/v1/prompts/greeting/latest") == api.got("/v1/prompts/greeting/versions/2")
    assert [second, first] == api.got("/v1/prompts/greeting/versions")
    assert [first] == api.got("/v1/prompts/greeting/versions?before=2")
    assert ["greeting", "other"] == [one["slug"] for one in api.got("/v1/prompts")]
    assert ["other"] == [one["slug"] for one in api.got("/v1/prompts?after=greeting&limit=1")]


def test_tags_are_on_one_version_at_a_time(api: Api) -> None:
    """A tag is found, moves between versions, and can be removed; a version may have several."""
    create(api, tag="production")
    create(api, tag="beta")

    assert 1 == api.got("/v1/prompts/greeting/tags/production")["version"]
    moved = api.send("PUT", "/v1/prompts/greeting/tags/production", {"version": 2}).body
    assert (2, "beta", ["beta", "production"]) == (moved["version"], moved["tag"], moved["tags"])
    assert moved == api.got("/v1/prompts/greeting/tags/production")
    assert [] == api.got("/v1/prompts/greeting/versions/1")["tags"]

    assert 204 == api.send("DELETE", "/v1/prompts/greeting/tags/production").status
    assert "no tag 'production'" in refused(api, 404, "DELETE", "/v1/prompts/greeting/tags/production")
    refused(api, 404, "GET", "/v1/prompts/greeting/tags/production")


def test_deleted_versions_are_gone_and_their_numbers_too(api: Api) -> None:
    """A version is deleted by its id with its tags, all of them by the slug; numbers are not used again."""
    create(api)
    second = create(api, tag="production")

    assert 204 == api.send("DELETE", f"/v1/prompts/{second['id']}").status
    assert 1 == api.got("/v1/prompts/greeting/latest")["version"]
    refused(api, 404, "GET", "/v1/prompts/greeting/tags/production")
    refused(api, 404, "DELETE", f"/v1/prompts/{second['id']}")
    assert 3 == create(api)["version"]

    assert 204 == api.send("DELETE", "/v1/prompts/greeting").status
    assert [] == api.got("/v1/prompts")
    for target in ("latest", "versions", "versions/1", "tags/production"):
        refused(api, 404, "GET", f"/v1/prompts/greeting/{target}")
    assert 4 == create(api)["version"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"slug": "a"}, '"template" is a required property'),
        ({"slug": "a", "tempalte": "x"}, "tempalte: unknown parameter; did you mean 'template'?"),
        ({"slug": "a b", "template": "x"}, "create_prompt: slug"),
        ({"slug": "", "template": "x"}, "create_prompt: slug"),
        ({"slug": "a/b", "template": "x"}, "create_prompt: slug"),
        ({"slug": "..", "template": "x"}, "create_prompt: slug"),
        ({"slug": "prompt_12", "template": "x"}, "has the form of an id"),
        ({"slug": "a", "template": "x", "tag": "latest"}, "always means the newest version"),
        ({"slug": "a", "template": "x", "tag": "a b"}, "create_prompt: tag"),
        ({"slug": "a", "template": 3}, 'template: 3 is not of type "string"'),
        ({"slug": "a", "template": "\x00"}, "cannot be stored"),
        ({"slug": "a", "template": "x", "variables": []}, "create_prompt: variables"),
    ],
)
def test_invalid_prompts_are_refused(api: Api, body: dict[str, Any], message: str) -> None:
    """A wrong name, a missing template and unknown fields are refused, and nothing is stored."""
    assert message in refused(api, 422, "POST", "/v1/prompts", body)
    assert [] == api.got("/v1/prompts")


def test_invalid_tags_are_refused(api: Api) -> None:
    """A tag cannot be `latest`, and needs a version that exists."""
    create(api)

    assert "always means" in refused(api, 422, "PUT", "/v1/prompts/greeting/tags/latest", {"version": 1})
    assert "set_prompt_tag: tag" in refused(api, 422, "PUT", "/v1/prompts/greeting/tags/a%20b", {"version": 1})
    assert "no version 2" in refused(api, 404, "PUT", "/v1/prompts/greeting/tags/beta", {"version": 2})
    assert "version" in refused(api, 422, "PUT", "/v1/prompts/greeting/tags/beta", {"version": "1"})
    assert "version" in refused(api, 422, "GET", "/v1/prompts/greeting/versions/x")


def test_platform_renders_as_the_client_does(api: Api) -> None:
    """A version is rendered by its id, the newest by the slug; given variables replace the stored ones."""
    first = create(api, template="{a}-{b}-{c}", variables={"a": 1, "b": 2})
    create(api, template="new {a}")

    def rendered(prompt: str, variables: dict[str, Any] | None = None) -> str:
        body = None if variables is None else {"variables": variables}
        text: str = api.send("POST", f"/v1/prompts/{prompt}/render", body).body["rendered"]
        return text

    assert "1-2-{c}" == rendered(first["id"])
    assert "1-x-None" == rendered(first["id"], {"b": "x", "c": None})
    assert "new x" == rendered("greeting", {"a": "x"})
    many = {"variables": {"a": list(range(1000))}}
    big = create(api, template="{#a}" * 8 + "{/a}" * 8)
    assert "characters" in refused(api, 422, "POST", f"/v1/prompts/{big['id']}/render", many)
    refused(api, 404, "POST", "/v1/prompts/nothing/render")


def test_repeated_creation_stores_one_version(api: Api) -> None:
    """A creation with the same idempotency key is done once; another body with the key is a conflict."""
    body = {"slug": "greeting", "template": "x"}
    first = api.send("POST", "/v1/prompts", body, idempotency_key="k")

    assert (201, first.content) == (first.status, api.send("POST", "/v1/prompts", body, idempotency_key="k").content)
    assert 409 == api.send("POST", "/v1/prompts", {**body, "template": "y"}, idempotency_key="k").status
    assert [1] == [one["version"] for one in api.got("/v1/prompts/greeting/versions")]


def test_concurrent_creations_get_different_versions(kept_place: Place) -> None:
    """Versions that are stored at the same time get different numbers."""
    with Api.opened(kept_place) as api, ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: create(api)["version"], range(24)))

    assert list(range(1, 25)) == sorted(made)


def test_scopes_are_required(api: Api) -> None:
    """A key that may only read can get and render prompts, and change nothing."""
    create(api)
    key = api("create_api_key", name="r", scopes=["read"])["api_key"]["key"]
    reader = Api(api.platform, key)

    assert 200 == reader.send("GET", "/v1/prompts/greeting/latest").status
    assert 200 == reader.send("POST", "/v1/prompts/greeting/render", {}).status
    for method, target, body in [
        ("POST", "/v1/prompts", {"slug": "a", "template": "x"}),
        ("PUT", "/v1/prompts/greeting/tags/a", {"version": 1}),
        ("DELETE", "/v1/prompts/greeting/tags/a", None),
        ("DELETE", "/v1/prompts/greeting", None),
    ]:
        assert "scope `write`" in refused(reader, 403, method, target, body)
    stranger = Api(api.platform, "tp_unknown")
    assert "unknown" in refused(stranger, 401, "GET", "/v1/prompts")


def test_prompts_of_other_tenants_are_not_found(kept_place: Place) -> None:
    """Ids and slugs of another tenant are not found by any operation, and both may use the same slug."""
    keys = database_with_tenants(kept_place)
    platform = open_platform(kept_place)
    first, second = (Api(platform, key, tenant_id) for tenant_id, key in enumerate(keys, start=1))
    theirs = create(first, tag="production")

    for method, target, body in [
        ("GET", "/v1/prompts/greeting/latest", None),
        ("GET", "/v1/prompts/greeting/versions", None),
        ("GET", "/v1/prompts/greeting/versions/1", None),
        ("GET", "/v1/prompts/greeting/tags/production", None),
        ("PUT", "/v1/prompts/greeting/tags/beta", {"version": 1}),
        ("DELETE", "/v1/prompts/greeting/tags/production", None),
        ("POST", f"/v1/prompts/{theirs['id']}/render", {}),
        ("DELETE", f"/v1/prompts/{theirs['id']}", None),
        ("DELETE", "/v1/prompts/greeting", None),
    ]:
        refused(second, 404, method, target, body)
    assert [] == second.got("/v1/prompts")
    assert 1 == create(second)["version"]
    assert [theirs] == first.got("/v1/prompts")
    platform.close()


def generation(prompt: Any, model: str = "m", **more: Any) -> dict[str, Any]:
    return {"id": "g", "type": "generation", "name": "reply", "model": model, "metadata": {"prompt": prompt}, **more}


def test_analytics_group_model_calls_by_prompt_version(api: Api) -> None:
    """Calls, errors, latency, tokens and costs of each version are counted, over all models."""
    first, second, third = ({"slug": "greeting", "version": version} for version in (1, 2, 3))
    times = {"start_time": "2026-01-01T00:00:00Z", "end_time": "2026-01-01T00:00:00.100Z"}
    sent = [
        generation(first, usage={"input_tokens": 3, "output_tokens": 2, "cost": 0.5}, **times),
        generation(first, "other", usage={"input_tokens": 1, "output_tokens": 1, "cost": 0.25}, level="ERROR"),
        generation(second),
        *(generation(wrong) for wrong in (None, 3, "greeting", {}, {"slug": 1, "version": 1}, {"slug": "g"})),
        *(generation({"slug": "g", "version": wrong}) for wrong in (0, -1, 1.5, True, "1", 2**70)),
        {"id": "s", "type": "span", "name": "step", "metadata": {"prompt": first}},
    ]
    for _ in range(2):
        api("ingest_observability_trace", trace={"name": "t", "observations": sent})

    priced = generation(third, "gpt-4o", usage={"input_tokens": 1_000_000, "output_tokens": 0})
    api("ingest_observability_trace", trace={"name": "t", "observations": [priced]})

    usage = api("get_observability_analytics")["prompt_usage"]

    known = {"prompt": "greeting", "version": 1, "total_calls": 4, "total_tokens": 14, "error_rate": 0.5}
    assert [("greeting", 1), ("greeting", 2), ("greeting", 3)] == [(one["prompt"], one["version"]) for one in usage]
    costs = {"total_cost": 1.5, "estimated_cost": None, "unpriced_calls": 0}
    assert {**known, "avg_latency_ms": 100.0, **costs} == usage[0]
    assert (2.5, 2.5) == (usage[2]["total_cost"], usage[2]["estimated_cost"])
    assert (2, None, 2) == tuple(usage[1][name] for name in ("total_calls", "total_cost", "unpriced_calls"))


@pytest.mark.integration
def test_public_client_manages_prompts() -> None:
    """The public client's prompts and health work against a served platform."""
    theirs = import_module("polarity_keystone")
    Keystone, KeystoneError = theirs.Keystone, theirs.KeystoneError  # noqa: N806 - names of the package

    with Api.opened() as api, running_server(api.platform) as url:
        ks = Keystone(api_key=api.key, base_url=url)
        assert "ok" == ks.health()["status"]
        assert "ok" == Keystone(api_key="none", base_url=url).health()["status"]

        made = ks.prompts.create("greeting", "Hi {name}{#items}, {_it}{/items}", tag="v", variables={"name": "you"})
        ks.prompts.create("greeting", "Hello {name}", metadata={"a": 1})

        assert ("greeting", 1, "v", {"name": "you"}) == (made.slug, made.version, made.tag, made.variables)
        assert (2, {"a": 1}) == (ks.prompts.get("greeting").version, ks.prompts.get("greeting").metadata)
        assert 1 == ks.prompts.get("greeting", tag="v").version == ks.prompts.get("greeting", version=1).version
        assert [2] == [one.version for one in ks.prompts.list()]
        assert made.render(items=[1, 2]) == ks.prompts.render(made.id, items=[1, 2]) == "Hi you, 1, 2"
        ks.prompts.delete(made.id)
        with pytest.raises(KeystoneError, match="there is no version 1 of prompt 'greeting'") as raised:
            ks.prompts.get("greeting", version=1)
        assert 404 == raised.value.status_code
        with pytest.raises(KeystoneError, match="API key is unknown") as raised:
            Keystone(api_key="none", base_url=url).prompts.list()
        assert 401 == raised.value.status_code


def test_prompts_are_served_over_http(api: Api) -> None:
    """Resources are served by method and path; other methods and paths have their own status and form of error."""
    headers = {"authorization": f"Bearer {api.key}"}
    with running_server(api.platform) as url, httpx.Client(base_url=url, headers=headers) as client:
        made = client.post("/v1/prompts", json={"slug": "a", "template": "x"})
        head = client.head("/v1/prompts/a/latest")
        statuses = {
            (method, path): client.request(method, path)
            for method, path in [("PUT", "/v1/prompts"), ("GET", "/v1/nothing"), ("GET", "/api/nothing"), ("GET", "/x")]
        }
        text = client.post("/v1/prompts", content=b"x", headers={"content-type": "text/plain"})
        large = client.post("/v1/prompts", json={"slug": "a", "template": "x" * 2_000_000})
        empty = client.delete("/v1/prompts/a")

    assert (201, "application/json") == (made.status_code, made.headers["content-type"])
    assert (200, b"") == (head.status_code, head.content)
    assert {"error", "code"} == statuses["GET", "/v1/nothing"].json().keys()
    assert {"error", "statusCode"} == statuses["GET", "/api/nothing"].json().keys()
    assert {"status", "message"} == statuses["GET", "/x"].json().keys()
    assert (405, "GET, HEAD, POST") == (
        statuses["PUT", "/v1/prompts"].status_code,
        statuses["PUT", "/v1/prompts"].headers["allow"],
    )
    assert (415, 413, "too_large") == (text.status_code, large.status_code, large.json()["code"])
    assert (204, b"") == (empty.status_code, empty.content)
    assert all(answer.headers["x-request-id"] for answer in (made, empty, text, *statuses.values()))
    assert json.loads(text.content)["error"].startswith("content-type must be application/json")
