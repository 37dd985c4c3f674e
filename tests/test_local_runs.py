"""Runs, requests and penetration tests on the embedded platform."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from support.local_api import Api, Place

UNKNOWN = 999_999


@pytest.fixture(name="api")
def _api(place: Place) -> Generator[Api]:
    with Api.opened(place) as api:
        yield api


def test_runs_are_listed_by_dataset_and_deleted(api: Api) -> None:
    """A run is in its dataset's list until it is deleted."""
    first, second = api.dataset(), api.dataset()
    run_id, other = api.run(first), api.run(second)

    assert [run_id] == [run["id"] for run in api("list_runs", tenant_id=1, dataset_id=first)["runs"]]
    api("delete_run", run_id=run_id)

    assert f"no run {run_id}" in api.refused(404, "get_run", run_id=run_id)
    assert f"no run {run_id}" in api.refused(404, "delete_run", run_id=run_id)
    assert [other] == [run["id"] for run in api("list_runs", tenant_id=1)["runs"]]


def test_run_has_a_runner(api: Api) -> None:
    """The runner defaults to the user of the key, and can be another user of the tenant."""
    dataset_id = api.dataset()
    params = {"tenant_id": 1, "dataset_id": dataset_id, "result": {}}

    assert 1 == api("create_run", **params)["run"]["runner"]
    assert 1 == api("create_run", runner_id=1, **params)["run"]["runner"]
    assert "user 7" in api.refused(403, "create_run", runner_id=7, **params)
    assert "no dataset 999999" in api.refused(404, "create_run", **{**params, "dataset_id": UNKNOWN})


def test_requests_are_listed_by_status(api: Api) -> None:
    """A status filters requests."""
    failed = api.request({"agent": "not an object"})
    assert "failed" == api.settled_request(failed)["request_status"]

    assert [failed] == [item["id"] for item in api("list_requests", tenant_id=1, status="failed")["requests"]]
    assert [] == api("list_requests", tenant_id=1, status="completed")["requests"]
    assert "no request 999999" in api.refused(404, "get_request", request_id=UNKNOWN)


def test_request_for_foreign_user_is_forbidden(api: Api) -> None:
    """A request in the name of a user of another tenant is forbidden."""
    params = {"tenant_id": 1, "request_name": "x", "request": {}, "request_input_schema": {}}

    assert "user 7" in api.refused(403, "create_request", requestor_id=7, **params)


def test_pentest_report_is_stored(api: Api) -> None:
    """A stored penetration test report is confirmed with its id."""
    report = {"agent_name": "Bot", "mode": "quick", "report": {"score": 1}, "categories_tested": ["jailbreak"]}

    assert 1 == api("run_pentest", **report)["pentest_id"]
    assert "mode" in api.refused(422, "run_pentest", **{**report, "mode": "slow"})
