"""The tests of runs that a trace belongs to, on the embedded platform."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from ashr_labs import AshrLabsClient, EvalRunner, rescore, tool
from ashr_labs.local import open_platform
from ashr_labs.scorers import Contains
from support.local_api import Api, Place, database_with_tenants

ACTIONS = [{"actor": "user", "content": "Refund A1"}, {"actor": "agent", "content": "refunded A1"}]
SOURCE = {"runs": {name: {"actions": ACTIONS} for name in ("first", "second")}}


@pytest.fixture(name="api")
def _api(place: Place) -> Generator[Api]:
    with Api.opened(place) as api:
        yield api


@tool
def refund(order: str) -> str:
    return f"refunded {order}"


def agent(message: str) -> str:
    return refund(message.rpartition(" ")[2])


def recorded(test_id: object, trace_id: object, **fields: Any) -> dict[str, Any]:
    return {"test_id": test_id, "status": "completed", "action_results": [], "trace_id": trace_id, **fields}


def runs_of(api: Api, trace_id: str) -> list[tuple[Any, ...]]:
    """Return the runs of a trace that is stored for the purpose."""
    api("ingest_observability_trace", trace={"id": trace_id, "name": "t"})
    found = api("get_observability_trace", trace_id=trace_id)["runs"]
    return [tuple(one.values()) for one in found]


def test_traces_name_the_tests_of_their_runs() -> None:
    """A trace names the test of the run that was played, stored afterwards and scored again; the test names the trace.

    That holds for a run that is stored while it is played, too, before and after its end.
    """
    with AshrLabsClient.local() as client:
        dataset_id = client.create_dataset("D", SOURCE)["id"]
        client.tracing.set_default()
        run = EvalRunner(SOURCE).run(agent)
        deployed = run.deploy(client, dataset_id)["id"]
        rescored = client.create_run(dataset_id, rescore(run.build(), [Contains("A1")]))["id"]
        live = EvalRunner.from_dataset(client, dataset_id).run(agent, live=client, repeats=2)
        client.tracing.flush()

        for test in run.build()["tests"]:
            found = client.get_observability_trace(test["trace_id"])
            assert [{"run_id": one, "test_id": test["test_id"]} for one in (rescored, deployed)] == found["runs"]
        for stored in client.get_run(live.run_id or 0)["result"]["tests"]:
            place = {"run_id": live.run_id, "test_id": stored["test_id"], "repeat": stored["repeat"]}
            assert [place] == client.get_observability_trace(stored["trace_id"])["runs"]


def test_running_runs_have_traces(api: Api) -> None:
    """A test that is appended to a run is found by its trace at once; the whole result replaces what was appended."""
    run_id = api("start_run", tenant_id=1, dataset_id=api.dataset())["run"]["id"]
    for _ in range(2):
        api("append_run_tests", run_id=run_id, tests=[recorded("a", "t1"), recorded("b", "t1", repeat=3)])
    assert [(run_id, "a"), (run_id, "b", 3)] == runs_of(api, "t1")

    api("finish_run", run_id=run_id, result={"tests": [recorded("a", "t2")]})
    assert [] == runs_of(api, "t1")
    assert [(run_id, "a")] == runs_of(api, "t2")


def test_deleted_runs_are_not_named(api: Api) -> None:
    """A trace does not name a run that was deleted."""
    dataset_id = api.dataset()
    kept, deleted = (api.run(dataset_id, {"tests": [recorded("a", "t")]}) for _ in range(2))
    assert [(deleted, "a"), (kept, "a")] == runs_of(api, "t")

    api("delete_run", run_id=deleted)
    assert [(kept, "a")] == runs_of(api, "t")


def test_results_with_unusual_tests_are_stored(api: Api) -> None:
    """Whatever a result has in place of tests, ids and repeats, it is stored, and its usable tests are found."""
    long = "x" * 400
    strange = [None, [], "a", recorded(5, "t"), recorded("a", 5), recorded("b", "t\x00"), recorded("c", "\ud800")]
    good = [recorded("\x00 é", "t"), recorded("d", "t", repeat=-1), recorded("d", "t", repeat=2**40)]
    dataset_id = api.dataset()
    run_id = api.run(dataset_id, {"tests": [*strange, *good, recorded(long, "l"), recorded("e", long)]})

    assert [(run_id, "\x00 é"), (run_id, "d", 0)] == runs_of(api, "t")
    assert [(run_id, long)] == runs_of(api, "l")
    assert 200 == api.answer("create_run", tenant_id=1, dataset_id=dataset_id, result={"tests": {"a": 1}}).status


def test_runs_of_traces_are_isolated_by_tenant(kept_place: Place) -> None:
    """A trace names the runs of its own tenant only, even if another tenant uses its id."""
    keys = database_with_tenants(kept_place, 2)
    platform = open_platform(kept_place)
    first, second = (Api(platform, key, number) for number, key in enumerate(keys, start=1))
    run_ids = [api.run(api.dataset(), {"tests": [recorded("a", "same")]}) for api in (first, second)]

    assert [[(run_ids[0], "a")], [(run_ids[1], "a")]] == [runs_of(api, "same") for api in (first, second)]
    platform.close()
