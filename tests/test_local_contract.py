"""The running server against its contract: schemathesis sends valid and invalid calls with a key."""

from __future__ import annotations

from collections.abc import Generator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from schemathesis.config import SchemathesisConfig
from schemathesis.core.result import Ok
from schemathesis.pytest.lazy import get_all_tests
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    negative_data_rejection,
    positive_data_acceptance,
    response_schema_conformance,
    unsupported_method,
)

from ashr_labs.local import open_platform
from ashr_labs.local.operations import OPERATIONS
from ashr_labs.local.server.app import running_server
from ashr_labs_contract.operations import OPERATIONS as CONTRACT_OPERATIONS
from ashr_labs_types import AgentConfig
from support.local_api import Api, Place

CONTRACT = Path(__file__).resolve().parent.parent / "openapi.yaml"
OWN = {"tenant_id": 1, "requestor_id": 1, "runner_id": 1, "dataset_id": 1, "agent_id": 1, "run_id": 1, "request_id": 1}
"""Ids that exist; most valid bodies use them, so that calls get past the first check."""
STRICTER = {"create_prompt", "create_score_rule", "create_spec", "list_dataset_records", "list_spans", "list_traces"}
STRICTER |= {
    "create_alert",
    "delete_snapshot",
    "get_api_queue",
    "get_api_usage",
    "get_api_usage_stats",
    "list_labels",
    "list_snapshots",
    "post_api_agents",
    "preview_grading",
    "set_label",
    "set_prompt_tag",
    "update_score_rule",
    "upload_snapshot",
}
"""Operations whose requests must keep more rules than a schema can say: of scorers, YAML, conditions, times, names."""
STRICTER |= {"export_experiment", "list_scenarios", "list_scores", "score_experiment"}
STRICTER |= {"patch_api_agents_name", "patch_api_agents_name_versions_version", "post_api_agents_name_files"}
STRICTER |= {"post_api_agents_name_versions", "post_api_credentials", "post_api_sessions"}
LENIENT = {"get_api_queue", "get_api_usage", "get_api_usage_stats"}
"""Operations with optional parameters in the query only, which ignore unknown ones, as their wire asks."""
STREAMS = {"get_run_events"}
"""Operations that answer with events; tests of their own check these."""


@cache
def document() -> dict[str, Any]:
    return dict(yaml.safe_load(CONTRACT.read_text("utf-8")))


def contract(*operations: str) -> BaseSchema:
    """Return the contract of operations, with texts without NUL and whole numbers of 64 bits, as it says in words."""
    config = SchemathesisConfig.from_dict({"generation": {"allow-x00": False}})
    schema = schemathesis.openapi.from_dict(document(), config=config).include(operation_id=list(operations))
    for hook in (map_body, map_query, map_path_parameters):
        schema.hook(hook)
    return schema


def map_query(context: Any, query: Any) -> Any:
    """Keep integers within 64 bits."""
    return {name: pointed("", value) for name, value in query.items()} if isinstance(query, dict) else query


def map_path_parameters(context: Any, path_parameters: Any) -> Any:
    """Keep integers within 64 bits."""
    return map_query(context, path_parameters)


def excluded_checks(operation: str) -> list[Any]:
    # The schema of a stream is that of its text, and not of an event, as the check takes it.
    checks: list[Any] = [response_schema_conformance] if operation in STREAMS else []
    checks += [negative_data_rejection] if operation in LENIENT else []
    # A GET of the address of calls shows the dashboard.
    checks += [unsupported_method] if CONTRACT_OPERATIONS[operation].path.startswith("/#") else []
    return [*checks, positive_data_acceptance] if operation in STRICTER else checks


def map_body(context: Any, body: Any) -> Any:
    """Replace every other id by one that exists, keep integers within 64 bits, and drop unknown keys of agents."""
    if not isinstance(body, dict):
        return body
    changed = {name: pointed(name, value) for name, value in body.items()}
    if isinstance(config := body.get("config"), dict):
        changed["config"] = {key: value for key, value in config.items() if key in AgentConfig.__annotations__}
    return changed


def pointed(name: str, value: Any) -> Any:
    if type(value) is not int:
        return value
    return OWN[name] if name in OWN and value % 2 == 0 else max(1 - 2**63, min(value, 2**63 - 1))


@pytest.fixture(name="api", scope="module")
def _api(module_place: Place) -> Generator[Api]:
    with Api.opened(module_place) as api:
        api.run(api.dataset(agent_id=api("create_agent", name="a")["agent"]["id"]))
        api.request({})
        yield api


@pytest.fixture(name="url", scope="module")
def _url(api: Api) -> Generator[str]:
    with running_server(api.platform) as url:
        yield url


def check(operation: str, api: Api, url: str, **options: Any) -> None:
    """Send generated calls of an operation.

    `schema.parametrize()` would generate them for every operation while tests are collected, which takes seconds in
    each process that collects.
    """

    def send(case: Any) -> None:
        headers = {"Authorization": f"Bearer {api.key}"}
        case.call_and_validate(base_url=url, headers=headers, excluded_checks=excluded_checks(operation))

    quickly = settings(deadline=None, suppress_health_check=list(HealthCheck), **options)
    [generated] = get_all_tests(schema=contract(operation), test_func=send, settings=quickly, given_kwargs=None)
    assert isinstance(generated, Ok)
    generated.ok()[1]()


def by_duration() -> list[Any]:
    """Return the operations; those that are resources are many, and run with the integrations."""
    of_resources = {name for name in OPERATIONS if CONTRACT_OPERATIONS[name].path.startswith(("/api/", "/v1/"))}
    marks = {name: [pytest.mark.integration] if name in of_resources else [] for name in OPERATIONS}
    return [pytest.param(name, marks=marks[name]) for name in sorted(OPERATIONS)]


@pytest.mark.parametrize("operation", by_duration())
def test_responses_match_the_contract(operation: str, api: Api, url: str) -> None:
    """Valid calls succeed or name what is missing, others are rejected, and each response is documented."""
    check(operation, api, url, max_examples=8, derandomize=True)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_responses_match_the_contract_for_many_calls(operation: str, api: Api, url: str) -> None:
    """The same for many more calls, different ones in each run."""
    check(operation, api, url, max_examples=100)


class Exchangeable:
    """A platform behind a running server that can be replaced by another platform."""

    def __init__(self) -> None:
        self.api = self.fresh()

    def fresh(self) -> Api:
        platform = open_platform()
        return Api(platform, platform.bootstrap())

    def exchange(self) -> None:
        self.api.platform.close()
        self.api = self.fresh()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.api.platform, name)


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("walks", "steps"), [(8, 16), pytest.param(200, 25, marks=pytest.mark.long)])
def test_responses_match_the_contract_in_call_sequences(walks: int, steps: int) -> None:
    """Calls with ids and cursors of earlier responses get documented responses too."""
    taken: set[str] = set()
    platform: Any = Exchangeable()

    class Walk(contract(*sorted(OPERATIONS.keys() - STRICTER)).as_state_machine()):  # type: ignore[misc]
        def setup(self) -> None:
            # Each walk begins with nothing, so that it goes the same way when it is gone again.
            platform.exchange()

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            taken.add(case.operation.definition.raw["operationId"])
            return {"base_url": url, "headers": {"Authorization": f"Bearer {platform.api.key}"}}

        def validate_response(self, response: Any, case: Any, additional_checks: Any = None, **kwargs: Any) -> None:
            excluded = excluded_checks(case.operation.definition.raw["operationId"])
            if "{id}" in case.operation.path:  # ids of other things, which need not be UUIDs, are taken for valid
                excluded.append(positive_data_acceptance)
            case.validate_response(
                response,
                additional_checks=additional_checks,
                excluded_checks=excluded,
                transport_kwargs=kwargs or None,
            )

    quickly = settings(
        max_examples=walks,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    with running_server(platform) as url:
        run_state_machine_as_test(Walk, settings=quickly)
    platform.close()

    assert len(taken) > 15
