"""Tenants cannot see or change each other's agents, sessions, credentials and attachments, by any operation."""

from __future__ import annotations

import base64
import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import pytest

from ashr_labs.bundles import pack_files
from ashr_labs.local import open_platform
from ashr_labs.local.contract import load_contract
from ashr_labs.local.operations import OPERATIONS
from ashr_labs_contract.operations import OPERATIONS as DESCRIBED
from support.local_api import Api, database_with_tenants, parameters_of, resource_request
from support.sandboxes import engine_or_skip

TEXT = base64.b64encode(b"text").decode()
VALID: dict[str, Any] = {
    "bundle": base64.b64encode(pack_files({"a": b""}).content).decode(),
    "command": "true",
    "content": TEXT,
    "filename": "a.txt",
    "files": [{"path": "a.txt", "content": TEXT}],
    "path": "CLAUDE.md",
    "version": 1,
}
"""Valid parameters, by their names."""
SCOPED = sorted(
    name
    for name, described in DESCRIBED.items()
    if described.path.startswith("/api/") and "{" in described.path and name in OPERATIONS
)


@dataclass(frozen=True)
class World:
    """Two tenants, and the ids of things of the first one by the part of the path that they follow."""

    first: Api
    second: Api
    things: dict[str, str]
    before: list[Any]
    """The things of the first tenant, as lists have them."""


@pytest.fixture(name="world", scope="module")
def _world(tmp_path_factory: pytest.TempPathFactory) -> Generator[World]:
    engine_or_skip("bubblewrap").close()
    place = tmp_path_factory.mktemp("tenants") / "two.db"
    keys = database_with_tenants(place)
    platform = open_platform(place)
    first, second = (Api(platform, key, tenant_id) for tenant_id, key in enumerate(keys, start=1))
    agent = {"name": "theirs", "systemPrompt": "secret", "env": {"TOKEN": "secret"}}
    assert 201 == first.send("POST", "/api/agents", agent).status
    key = first.send("POST", "/api/credentials", {"type": "custom", "key": "custom-key"}).body["credential"]["id"]
    created = first.send("POST", "/api/sessions", {"agent": "theirs", "credentialId": key}).body["session"]["id"]
    attached = {"filename": "a.txt", "content": TEXT}
    attachment = first.send("POST", f"/api/sessions/{created}/attachments", attached).body["attachment"]["id"]
    things = {"agents": "theirs", "credentials": key, "sessions": created, "attachments": attachment}
    item = {"agentName": "theirs", "prompt": "x", "priority": 0}
    things["queue"] = first.send("POST", "/api/queue", item).body["item"]["id"]
    wait_until_answered(first, things["queue"])
    yield World(first, second, things, everything(first, things))
    platform.close()


def wait_until_answered(api: Api, item: str) -> None:
    """Wait until a prompt of the queue was answered, and the session that was made for it was stopped."""
    for _ in range(600):
        done = api.got(f"/api/queue/{item}")["item"]["status"] == "completed"
        if done and sorted(one["status"] for one in api.got("/api/sessions")["sessions"]) == ["active", "stopped"]:
            return
        time.sleep(0.05)
    raise AssertionError("the queue did not answer")


def request_for(name: str, things: dict[str, str]) -> tuple[str, str, Any]:
    """Return a request of an operation about a thing of the first tenant, with what it requires."""
    described = DESCRIBED[name]
    body = load_contract().operations[name].get("requestBody", {}).get("content", {}).get("application/json")
    schema = body["schema"]["$ref"].rpartition("/")[2] if body else None
    required = load_contract().components["schemas"][schema].get("required", []) if schema else []
    [kind, first] = described.path.split("/")[2:4]
    named = {first.strip("{}"): things[kind]} if first.startswith("{") else {}
    wanted = [*parameters_of(name, "path"), *required]
    params = {**{field: VALID[field] for field in wanted if field not in named}, **named}
    return resource_request(name, params)


def everything(api: Api, things: dict[str, str]) -> list[Any]:
    """Return all that a tenant has."""
    session = f"/api/sessions/{things['sessions']}"
    lists = ("/api/agents", "/api/sessions", "/api/credentials", f"{session}/attachments", f"{session}/messages")
    found = [api.got(target) for target in (*lists, f"{session}/files", "/api/agents/theirs/versions")]
    return [*found, api.got("/api/agents/theirs/config"), api.got("/api/agents/theirs/files/CLAUDE.md")]


@pytest.mark.parametrize("name", SCOPED)
def test_things_of_another_tenant_do_not_exist(world: World, name: str) -> None:
    """An operation with the id of another tenant's thing is 404 as for an unknown one, and changes nothing."""
    method, target, body = request_for(name, world.things)

    answer = world.second.send(method, target, body)

    assert 404 == answer.status, answer.body
    assert "secret" not in answer.body["error"]
    assert world.before == everything(world.first, world.things)


def test_lists_are_of_the_own_tenant(world: World) -> None:
    """Lists of a tenant that has nothing are empty, whatever another one has, and filters find nothing."""
    for target, field in (("agents", "agents"), ("sessions", "sessions"), ("credentials", "credentials")):
        assert {field: []} == world.second.got(f"/api/{target}")
    assert {"sessions": []} == world.second.got("/api/sessions?agent=theirs")


def test_sessions_take_nothing_of_another_tenant(world: World) -> None:
    """A session is neither of another tenant's agent (404) nor with its credential (400)."""
    assert 201 == world.second.send("POST", "/api/agents", {"name": "own", "systemPrompt": "x"}).status

    unknown = world.second.send("POST", "/api/sessions", {"agent": "theirs"})
    credential = {"agent": "own", "credentialId": world.things["credentials"]}
    refused = world.second.send("POST", "/api/sessions", credential)

    assert [404, 400] == [unknown.status, refused.status]
    assert {"sessions": []} == world.second.got("/api/sessions")


@pytest.mark.parametrize("name", sorted(name for name in OPERATIONS if "api_internal" in name))
def test_calls_of_runners_need_an_admin_key(world: World, name: str) -> None:
    """Calls of runners are answered for keys that manage the platform, and register nothing."""
    described = DESCRIBED[name]
    answer = world.first.send(described.method, described.path)

    assert (200, "admin") == (answer.status, described.scope)
    assert {"runners": [], "count": 0, "hasLocal": True} == world.first.got("/api/internal/runners")
    assert 401 == Api(world.first.platform, "tp_unknown").send(described.method, described.path).status
