"""Agents on the embedded platform."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from ashr_labs import AshrLabsClient
from support.local_api import Api, Place


@pytest.fixture(name="api")
def _api(place: Place) -> Generator[Api]:
    with Api.opened(place) as api:
        yield api


def test_datasets_of_an_agent_are_limited_in_bytes(api: Api) -> None:
    """Datasets that are too large for one response are an error with the way out; their summaries are returned."""
    agent_id = api("create_agent", name="Bot")["agent"]["id"]
    ids = [api.dataset(agent_id=agent_id, dataset_source={"runs": {}, "x": "y" * 22_000_000}) for _ in range(3)]

    assert "`summary`: true" in api.refused(422, "get_agent_datasets", agent_id=agent_id)
    listed = api("get_agent_datasets", agent_id=agent_id, summary=True)["datasets"]

    assert ids[::-1] == [dataset["id"] for dataset in listed]


def test_agent_lifecycle(api: Api) -> None:
    """An agent is created, listed with its number of datasets, updated, linked and deleted."""
    agent = api("create_agent", name="Bot", description="d", config={"tool_definitions": []})["agent"]
    dataset_id = api.dataset(agent_id=agent["id"])

    linked = api("get_dataset", dataset_id=dataset_id)["dataset"]
    assert (agent["id"], "Bot") == (linked["agent_id"], linked["agent_details"]["name"])
    assert [("Bot", 1)] == [(item["name"], item["dataset_count"]) for item in api("list_agents")["agents"]]
    changed = api("update_agent", agent_id=agent["id"], config={"metadata": {"a": 1}})["agent"]
    assert ("Bot", "d", {"metadata": {"a": 1}}) == (changed["name"], changed["description"], changed["config"])
    of_agent = api("get_agent_datasets", agent_id=agent["id"], include_signed_urls=True)
    assert (agent["id"], [dataset_id]) == (of_agent["agent"]["id"], [item["id"] for item in of_agent["datasets"]])

    api("set_dataset_agent", dataset_id=dataset_id, agent_id=None)
    assert [] == api("get_agent_datasets", agent_id=agent["id"])["datasets"]
    api("set_dataset_agent", dataset_id=dataset_id, agent_id=agent["id"])
    api("delete_agent", agent_id=agent["id"])

    assert [] == api("list_agents")["agents"]
    unlinked = api("get_dataset", dataset_id=dataset_id)["dataset"]
    assert (None, None) == (unlinked["agent_id"], unlinked["agent_details"])
    for function in ("update_agent", "delete_agent", "get_agent_datasets"):
        assert "deleted" in api.refused(404, function, agent_id=agent["id"])
    assert "deleted" in api.refused(404, "set_dataset_agent", dataset_id=dataset_id, agent_id=agent["id"])
    assert "deleted" in api.refused(404, "create_dataset", name="x", dataset_source={}, agent_id=agent["id"])


def test_agent_names_in_use_are_unique(api: Api) -> None:
    """A name in use is a conflict on creation and on renaming, and is free again after deletion."""
    first = api("create_agent", name="Bot")["agent"]["id"]
    second = api("create_agent", name="Other")["agent"]["id"]

    assert "'Bot'" in api.refused(409, "create_agent", name="Bot")
    assert "'Bot'" in api.refused(409, "update_agent", agent_id=second, name="Bot")
    api("delete_agent", agent_id=first)
    assert "Bot" == api("update_agent", agent_id=second, name="Bot")["agent"]["name"]


def test_client_warns_about_forgive_retries(local_client: AshrLabsClient) -> None:
    """`create_agent()` and `update_agent()` warn their caller about `forgive_retries`, and still store it."""
    config = {"grading_config": {"forgive_retries": True}}

    with pytest.warns(DeprecationWarning, match="forgive_retries") as created:
        agent = local_client.create_agent("Bot", config=config)
    with pytest.warns(DeprecationWarning, match="forgive_retries") as updated:
        changed = local_client.update_agent(agent["id"], config=config)

    assert [__file__] * 2 == [one.filename for one in (*created, *updated)]
    assert config == changed["config"]
