"""`ashr_labs.ash`: code that was written for `ash_sdk`, after its imports were changed."""

from __future__ import annotations

import json
from collections.abc import Generator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from ashr_labs.ash import AuthenticatedClient, models
from ashr_labs.ash.api.agents import delete_api_agents_name, get_api_agents, post_api_agents
from ashr_labs.ash.models import Agent, ApiError, File, PostApiAgentsBody, PostApiAgentsResponse201
from ashr_labs.local import open_platform
from ashr_labs.local.server.app import running_server
from ashr_labs_contract.operations import OPERATIONS

CONTRACT: dict[str, Any] = json.loads(
    (Path(__file__).parent.parent / "generated/ashr_labs_contract/contract.json").read_text()
)


@pytest.fixture(name="client", scope="module")
def _client() -> Generator[AuthenticatedClient]:
    platform = open_platform()
    with running_server(platform) as url:
        yield AuthenticatedClient(base_url=url, token=platform.bootstrap())
    platform.close()


def test_every_operation_and_model_has_its_name() -> None:
    """Each operation below `/api` is a module of its tag, and each of its schemas a model by its documented name."""
    for name, operation in OPERATIONS.items():
        if operation.path.startswith("/api/"):
            assert name in import_module(f"ashr_labs.ash.api.{operation.tag}").__all__
    for name in CONTRACT["components"]["schemas"]:
        if name.startswith(("Ash", "PostApi", "GetApi", "PatchApi", "DeleteApi")):
            plain = "ApiError" if name == "AshError" else name.removeprefix("Ash")
            assert plain in models.__all__


def test_agents_by_endpoint_functions(client: AuthenticatedClient) -> None:
    """The endpoint functions deploy, list and delete agents, and return an error as a model."""
    with client as c:
        body = PostApiAgentsBody(name="helper", files=[File(path="CLAUDE.md", content="QmUgYnJpZWYu")])
        deployed = post_api_agents.sync(client=c, body=body)
        listed = get_api_agents.sync(client=c)
        deleted = delete_api_agents_name.sync_detailed("helper", client=c)
        missing = delete_api_agents_name.sync("helper", client=c)

    assert isinstance(deployed, PostApiAgentsResponse201)
    assert isinstance(deployed.agent, Agent)
    assert [deployed.agent] == getattr(listed, "agents", None)
    assert 200 == deleted.status_code
    assert isinstance(missing, ApiError)
    assert (404, "there is no deployed agent 'helper'") == (missing.status_code, missing.error)
