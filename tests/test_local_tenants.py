"""Tenants of one platform cannot see or change each other's data."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import pytest

from ashr_labs.local import open_platform
from ashr_labs.local.operations import OPERATIONS
from support.local_api import Api, Place, database_with_tenants, parameters_of
from support.snapshots import uploaded

VALID: dict[str, Any] = {
    "agent_id": None,
    "baseline_id": "exp-own",
    "candidate_id": "exp-own",
    "command": "true",
    "comment": "x",
    "config": {},
    "query": "SELECT 1",
    "dataset_source": {},
    "name": "x",
    "path": "x",
    "request": {},
    "request_input_schema": {},
    "request_name": "x",
    "requestor_id": 2,
    "records": [],
    "result": {},
    "tenant_id": 2,
    "test_id": "x",
    "tests": [],
    "version": 1,
}
"""Valid parameters of the second tenant."""


@dataclass(frozen=True)
class World:
    """Two tenants; `things` are ids of the first one, by parameter name."""

    first: Api
    second: Api
    things: dict[str, Any]


@pytest.fixture(name="world", scope="module")
def _world(module_place: Place, tmp_path_factory: pytest.TempPathFactory) -> Generator[World]:
    place = module_place or tmp_path_factory.mktemp("tenants") / "two.db"
    keys = database_with_tenants(place)
    platform = open_platform(place)
    first, second = (Api(platform, key, tenant_id) for tenant_id, key in enumerate(keys, start=1))
    agent_id = first("create_agent", name="Bot")["agent"]["id"]
    dataset_id = first.dataset(agent_id=agent_id)
    records = first.send("POST", "/v1/datasets", {"name": "theirs"}).body["id"]
    assert 200 == first.send("POST", f"/v1/datasets/{records}/records", {"records": [{"input": 1}]}).status
    spec = b"{id: theirs, agent: {type: cli, command: 'true'}}"
    assert 201 == first.send("POST", "/v1/specs", spec, content_type="application/x-yaml").status
    experiment = first.send("POST", "/v1/experiments", {"name": "theirs", "spec_id": "theirs"}).body["id"]
    new_alert = {"name": "theirs", "condition": "pass_rate < 1", "notify": "none"}
    trace_id = first("ingest_observability_trace", trace={"name": "t"})["trace_id"]
    things = {
        "agent_id": agent_id,
        "agent_name": "theirs",
        "alert_id": first.send("POST", "/v1/alerts", new_alert).body["id"],
        "api_key_id": first("list_api_keys")["api_keys"][0]["id"],
        "baseline_id": experiment,
        "candidate_id": experiment,
        "dataset": records,
        "dataset_id": dataset_id,
        "experiment_id": experiment,
        "label_id": first.send("PUT", "/v1/labels", {"trace_id": trace_id, "verdict": "failed"}).body["id"],
        "prompt": first.send("POST", "/v1/prompts", {"slug": "theirs", "template": "x"}).body["id"],
        "request_id": first.request({}),
        "requestor_id": 1,
        "run_id": first.run(dataset_id),
        "runner_id": 1,
        "sandbox_id": "sb-theirs",
        "slug": "theirs",
        "snapshot_id": uploaded(first, "theirs")["id"],
        "tenant_id": 1,
        "trace_id": trace_id,
    }
    event = {"events": [{"span_id": "theirs", "tool": "secret"}]}
    assert 200 == first.send("POST", "/v1/sandboxes/sb-theirs/trace", event).status
    yield World(first, second, things)
    platform.close()


NAMING = [
    "agent_id",
    "agent_name",
    "alert_id",
    "api_key_id",
    "baseline_id",
    "candidate_id",
    "dataset",
    "dataset_id",
    "experiment_id",
    "label_id",
    "prompt",
    "request_id",
    "requestor_id",
]
NAMING += ["run_id", "runner_id", "sandbox_id", "slug", "snapshot_id", "tenant_id", "trace_id"]
CHOSEN = {("create_prompt", "slug"), ("ingest_sandbox_trace", "sandbox_id"), ("post_api_queue", "prompt")}
CHOSEN |= {("run_pentest", "agent_name")}
"""Names and texts that each tenant chooses for itself."""
EMPTY = {
    ("list_labels", "run_id"): "items",
    ("list_labels", "trace_id"): "items",
    ("list_scores", "experiment_id"): "items",
    ("list_scenarios", "experiment_id"): "items",
    ("list_runs", "dataset_id"): "runs",
    ("list_spans", "experiment_id"): "items",
    ("list_traces", "experiment_id"): "items",
    ("list_spans", "trace_id"): "items",
    ("list_traces", "sandbox_id"): "items",
    ("list_traces", "trace_id"): "items",
}
"""Filters, for which there is an empty list."""
CALLS = [
    (name, field)
    for name in OPERATIONS
    for field in parameters_of(name)
    if field in NAMING and (name, field) not in CHOSEN
]


@pytest.mark.parametrize(("function", "field"), CALLS)
def test_calls_cannot_reach_other_tenants(world: World, function: str, field: str) -> None:
    """A call with another tenant's id in any parameter is not found or forbidden, and changes nothing."""
    own = {**VALID, "dataset_id": world.second.dataset()}
    if function != "set_dataset_agent":
        del own["agent_id"]
    if field == "trace_id":
        del own["test_id"]
    params = {name: own[name] for name in parameters_of(function) if name in own} | {field: world.things[field]}
    before = everything(world)

    answer = world.second.answer(function, **params)

    if (function, field) in EMPTY:
        assert [] == answer.body[EMPTY[function, field]]
    else:
        assert answer.status in {403, 404}, answer.body
    assert before == everything(world)


def everything(world: World) -> list[Any]:
    """Return everything that the first tenant can see."""
    first = world.first
    return [
        first("list_datasets", tenant_id=1),
        first.settled_run(world.things["run_id"]),
        first.settled_request(world.things["request_id"]),
        first("get_agent_datasets", agent_id=world.things["agent_id"]),
        [key["is_active"] for key in first("list_api_keys", include_inactive=True)["api_keys"]],
        first("get_observability_trace", trace_id=world.things["trace_id"]),
        first.got("/v1/experiments"),
        first.got("/v1/agents"),
        first.got("/v1/alerts"),
        first.got("/v1/labels"),
        first.got("/v1/prompts"),
        first.got("/v1/datasets"),
        first.got(f"/v1/datasets/{world.things['dataset']}/records"),
        first.got("/v1/sandboxes/sb-theirs/trace"),
    ]


def test_lists_show_own_tenant_only(world: World) -> None:
    """Lists only show the tenant's own data."""
    mine = world.second.dataset()
    world.second("create_agent", name="Bot")

    assert {2} == {item["tenant"] for item in world.second("list_datasets", tenant_id=2)["datasets"]}
    assert mine in {item["id"] for item in world.second("list_datasets", tenant_id=2)["datasets"]}
    assert {2} == {item["tenant_id"] for item in world.second("list_agents")["agents"]}
    assert {2} == {item["tenant_id"] for item in world.second("list_api_keys")["api_keys"]}
    assert [] == world.second("list_runs", tenant_id=2)["runs"]
    assert [] == world.second("list_requests", tenant_id=2)["requests"]
    assert [] == world.second("list_observability_traces")["traces"]
    assert [] == world.second.got("/v1/traces")["items"]
    assert [] == world.second.got("/v1/datasets")


def test_idempotency_keys_are_per_tenant(world: World) -> None:
    """The same idempotency key of two tenants identifies two calls."""
    made = [
        api("create_agent", name="Same", idempotency_key="shared")["agent"]["tenant_id"]
        for api in (world.first, world.second)
    ]

    assert [1, 2] == made
