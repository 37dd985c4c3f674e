"""Datasets and pagination on the embedded platform."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from ashr_labs.local import open_platform
from support.local_api import Api, Place, call_of

SOURCE = {
    "runs": {
        "z": {"title": "last letter first", "actions": []},
        "a": {"metadata": {"number": 1.0, "whole": 1, "half": "\ud83e"}, "actions": []},
    }
}


@pytest.fixture(name="api")
def _api(place: Place) -> Generator[Api]:
    with Api.opened(place) as api:
        yield api


def test_dataset_source_is_returned_unchanged(api: Api) -> None:
    """A dataset source keeps its key order, number types and lone surrogates."""
    dataset_id = api("create_dataset", name="Übung", description="d", dataset_source=SOURCE)["dataset"]["id"]

    dataset = api("get_dataset", dataset_id=dataset_id, include_signed_urls=True, url_expires_seconds=60)["dataset"]

    assert SOURCE == dataset["dataset_source"]
    assert ["z", "a"] == list(dataset["dataset_source"]["runs"])
    assert isinstance(dataset["dataset_source"]["runs"]["a"]["metadata"]["number"], float)
    assert ("Übung", "d", 1, 1) == tuple(dataset[name] for name in ("name", "description", "tenant", "creator"))
    assert dataset["request_id"] is None


def test_update_dataset_changes_given_fields_only(api: Api) -> None:
    """A field that is not given is unchanged."""
    dataset_id = api.dataset(description="old")

    changed = api("update_dataset", dataset_id=dataset_id, dataset_source=SOURCE)["dataset"]

    assert ("Support", "old", SOURCE) == (changed["name"], changed["description"], changed["dataset_source"])
    assert "New" == api("update_dataset", dataset_id=dataset_id, name="New")["dataset"]["name"]
    assert "New" == api("get_dataset", dataset_id=dataset_id)["dataset"]["name"]


def test_deleting_a_dataset_keeps_its_runs(api: Api) -> None:
    """A deleted dataset is not found; its runs keep its id, which is not reused."""
    dataset_id = api.dataset()
    run_id = api.run(dataset_id)

    api("delete_dataset", dataset_id=dataset_id)

    for function in ("get_dataset", "delete_dataset", "update_dataset"):
        assert f"no dataset {dataset_id}" in api.refused(404, function, dataset_id=dataset_id)
    assert dataset_id == api("get_run", run_id=run_id)["run"]["dataset"]
    assert api.dataset() > dataset_id


@pytest.mark.parametrize("kind", ["datasets", "runs", "requests"])
def test_lists_are_paginated_newest_first(api: Api, kind: str) -> None:
    """Following the cursor lists each item once, newest first; the last page has no cursor."""
    dataset_id = api.dataset()
    make = {
        "datasets": api.dataset,
        "runs": lambda: api.run(dataset_id),
        "requests": lambda: api.request({}),
    }[kind]
    made = [make() for _ in range(5)]
    made = [dataset_id, *made] if kind == "datasets" else made
    list_kind = f"list_{kind}"

    pages: list[list[int]] = []
    cursor: dict[str, int] = {}
    while True:
        body = api(list_kind, tenant_id=1, limit=2, **cursor)
        pages.append([item["id"] for item in body[kind]])
        if body["next_cursor"] is None:
            break
        cursor = {"cursor": body["next_cursor"]}

    assert sorted(made, reverse=True) == [number for page in pages for number in page]
    assert all(len(page) <= 2 for page in pages)
    assert [sorted(made)[-3]] == [item["id"] for item in api(list_kind, tenant_id=1, limit=1, offset=2)[kind]]
    assert len(made) == len(api(list_kind, tenant_id=1)[kind])


def test_page_size_is_limited_in_bytes(api: Api) -> None:
    """A page of large datasets has fewer rows than its limit, and the cursor leads to the rest."""
    ids = [api.dataset(dataset_source={"runs": {}, "x": "y" * 6_000_000}) for _ in range(4)]

    first = api("list_datasets", tenant_id=1)
    second = api("list_datasets", tenant_id=1, cursor=first["next_cursor"])

    assert [2, 2] == [len(page["datasets"]) for page in (first, second)]
    assert second["next_cursor"] is None
    assert ids[::-1] == [dataset["id"] for page in (first, second) for dataset in page["datasets"]]


def test_decoded_dataset_is_released_before_it_is_stored(tmp_path: Path) -> None:
    """Storing a dataset takes little more memory than its decoded source and its text."""
    actions = [{"actor": "user", "content": "message " * 12}, {"actor": "agent", "content": "It has shipped. " * 10}]
    source = {"runs": {str(number): {"title": f"T{number}", "actions": actions * 5} for number in range(1500)}}
    body = json.dumps({"function": "create_dataset", "name": "D", "dataset_source": source}).encode()
    platform = open_platform(tmp_path / "platform.db")
    key = platform.bootstrap()
    platform.answer(call_of(b'{"function": "keep_alive"}', key))

    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        response = platform.answer(call_of(body, key, idempotency_key="k"))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        platform.close()

    assert source == response.body["dataset"]["dataset_source"]
    assert 5.5 * len(body) > most - before


def test_summaries_omit_large_fields(api: Api) -> None:
    """Lists can leave out sources, results except their metrics, and requests; other fields are the same."""
    agent_id = api("create_agent", name="Bot")["agent"]["id"]
    dataset_id = api.dataset(agent_id=agent_id)
    api.settled_run(api.run(dataset_id, {"tests": [], "note": "x"}))
    api.settled_request(api.request({"agent": "none"}))
    calls: list[tuple[str, str, dict[str, Any], set[str]]] = [
        ("list_datasets", "datasets", {"tenant_id": 1}, {"dataset_source"}),
        ("get_agent_datasets", "datasets", {"agent_id": agent_id}, {"dataset_source"}),
    ]
    for function, name, params, large in calls:
        (whole,), (summary,) = (api(function, **params, summary=flag)[name] for flag in (False, True))
        assert {field: value for field, value in whole.items() if field not in large} == summary

    (request,) = api("list_requests", tenant_id=1)["requests"]
    (emptied,) = api("list_requests", tenant_id=1, summary=True)["requests"]
    assert {**request, "request": {}, "request_input_schema": None} == emptied

    (run,) = api("list_runs", tenant_id=1, summary=True)["runs"]
    (whole,) = api("list_runs", tenant_id=1)["runs"]
    kept = {name: value for name, value in whole["result"].items() if name in {"aggregate_metrics", "grader"}}
    assert {**whole, "result": kept} == run
