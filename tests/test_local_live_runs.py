"""Runs that are stored on the embedded platform while they are played."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from typing import Any

import pytest

from ashr_labs import ConfigurationError
from ashr_labs.local import open_platform
from ashr_labs.local.settings import Settings
from support.local_api import Api, Place, settled

RESULT: dict[str, Any] = {"status": "completed", "tests": [], "aggregate_metrics": {"total_tests": 0}}


class Clock:
    """A clock controlled by a test."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(name="clock")
def _clock() -> Clock:
    return Clock()


@pytest.fixture(name="api")
def _api(place: Place, clock: Clock) -> Generator[Api]:
    with Api.opened(place, now=clock) as api:
        yield api


def started(api: Api, **params: Any) -> int:
    """Start a run and return its id."""
    return api("start_run", tenant_id=1, dataset_id=api.dataset(), **params)["run"]["id"]


def recorded(test_id: str, **fields: Any) -> dict[str, Any]:
    return {"test_id": test_id, "status": "completed", "action_results": [], **fields}


def ids(run: dict[str, Any]) -> list[str]:
    return [test["test_id"] for test in run["result"]["tests"]]


def wake(api: Api) -> None:
    """Make the worker look at the clock, as it does when a run starts."""
    started(api)


def ended(api: Api, run_id: int) -> dict[str, Any]:
    """Return a run whose player is lost once it is graded."""
    return settled(lambda: api("get_run", run_id=run_id)["run"], "grading_status")


def test_running_run_shows_its_progress(api: Api) -> None:
    """A run that is being played has the status `running`, its tests so far, and its progress; it is not graded."""
    run_id = started(api, tests_total=3)
    api("append_run_tests", run_id=run_id, tests=[recorded("a"), recorded("b")])

    run = api("get_run", run_id=run_id)["run"]

    assert ("running", "pending", ["a", "b"]) == (run["result"]["status"], run["grading_status"], ids(run))
    assert {"tests_done": 2, "tests_total": 3, "cancel_requested": False} == run["progress"]
    assert 2 == run["result"]["aggregate_metrics"]["total_tests"]
    assert [run] == api("list_runs", tenant_id=1)["runs"]
    [summary] = api("list_runs", tenant_id=1, summary=True)["runs"]
    assert {name: value for name, value in run["result"].items() if name != "tests"} == summary["result"]
    assert run["progress"] == summary["progress"]


def test_test_that_is_appended_again_is_replaced(api: Api) -> None:
    """A test is identified by id and repeat: the same batch again changes nothing, another result replaces it."""
    run_id = started(api)
    batch = [recorded("a", repeat=0), recorded("a", repeat=1), recorded("\ud83e\x00")]

    for tests in (batch, batch, [recorded("a", repeat=1, status="failed")]):
        assert api("append_run_tests", run_id=run_id, tests=tests)["cancel_requested"] is False

    found = api("get_run", run_id=run_id)["run"]["result"]["tests"]
    assert [batch[0], {**batch[1], "status": "failed"}, batch[2]] == found


@pytest.mark.parametrize(
    "test", [{}, {"test_id": 7}, *({"test_id": "a", "repeat": repeat} for repeat in (True, -1, 1.5, "1", 2**63))]
)
def test_any_object_is_a_test(api: Api, test: dict[str, Any]) -> None:
    """As in the result of `create_run`, a test may be any object; the same one is stored once."""
    run_id = started(api)

    for _ in range(2):
        api("append_run_tests", run_id=run_id, tests=[recorded("x"), test])

    assert [recorded("x"), test] == api("get_run", run_id=run_id)["run"]["result"]["tests"]


def test_finished_run_is_graded_like_a_stored_one(api: Api) -> None:
    """A finished run has exactly its whole result, graded; it takes no more tests, and cannot be cancelled."""
    run_id = started(api)
    api("append_run_tests", run_id=run_id, tests=[recorded("only in a batch")])
    result = {**RESULT, "tests": [recorded("a")], "aggregate_metrics": {"total_tests": 1, "tests_passed": 1}}

    finished = api("finish_run", run_id=run_id, result=result)["run"]

    other = api.run(finished["dataset"], result)
    assert finished["result"] == api("create_run", tenant_id=1, dataset_id=1, result=result)["run"]["result"]
    assert api.settled_run(other)["result"] == api.settled_run(run_id)["result"]
    calls: dict[str, Any] = {"append_run_tests": {"tests": []}, "finish_run": {"result": RESULT}, "cancel_run": {}}
    for function, params in calls.items():
        assert "has ended" in api.refused(409, function, run_id=run_id, **params)


def test_cancellation_reaches_the_player(api: Api) -> None:
    """After a run is cancelled, each call of its player says so."""
    run_id = started(api)

    api("cancel_run", run_id=run_id)
    api("cancel_run", run_id=run_id)

    assert api("append_run_tests", run_id=run_id, tests=[])["cancel_requested"] is True
    assert api("get_run", run_id=run_id)["run"]["progress"]["cancel_requested"] is True
    api("finish_run", run_id=run_id, result={**RESULT, "status": "cancelled"})
    assert "cancelled" == api.settled_run(run_id)["result"]["status"]


def test_run_of_lost_player_ends_cancelled(api: Api, clock: Clock) -> None:
    """A run whose player is silent for longer than the lease ends as `cancelled` with its tests, graded."""
    run_id = started(api, tests_total=9)
    api("append_run_tests", run_id=run_id, tests=[recorded("a"), recorded("b")])

    clock.now += 61
    wake(api)

    run = ended(api, run_id)
    assert ("completed", "cancelled", ["a", "b"]) == (run["grading_status"], run["result"]["status"], ids(run))
    assert 2 == run["result"]["aggregate_metrics"]["total_tests"]
    assert run.get("progress") is None
    assert "has ended" in api.refused(409, "append_run_tests", run_id=run_id, tests=[])


def test_heartbeats_keep_a_run(api: Api, clock: Clock) -> None:
    """A call without tests renews the lease."""
    run_id, silent = started(api), started(api)

    for _ in range(3):
        clock.now += 40
        api("append_run_tests", run_id=run_id, tests=[])
    wake(api)

    assert "completed" == ended(api, silent)["grading_status"]
    assert "running" == api("get_run", run_id=run_id)["run"]["result"]["status"]


def test_lost_player_can_still_finish(api: Api, clock: Clock) -> None:
    """A player that was taken for lost stores its whole result in the end, once."""
    run_id = started(api)
    clock.now += 61
    wake(api)
    assert [] == ids(ended(api, run_id))

    api("finish_run", run_id=run_id, result={**RESULT, "tests": [recorded("a")]})

    run = api.settled_run(run_id)
    assert ("completed", ["a"]) == (run["result"]["status"], ids(run))
    assert "has ended" in api.refused(409, "finish_run", run_id=run_id, result=RESULT)


def test_closed_platform_gives_players_another_lease(kept_place: Place, clock: Clock) -> None:
    """While a database is closed, no lease ends: its player could not send anything."""
    with Api.opened(kept_place, now=clock) as api:
        run_id = started(api)
    if isinstance(kept_place, str):
        pytest.skip("other processes may have the database open")
    clock.now += 600

    with Api.opened(kept_place, now=clock) as api:
        wake(api)
        assert api("append_run_tests", run_id=run_id, tests=[recorded("a")])["cancel_requested"] is False
        clock.now += 61
        wake(api)
        assert ["a"] == ids(ended(api, run_id))


def test_running_run_can_be_deleted(api: Api, clock: Clock) -> None:
    """A deleted run is not found by its player, and its lease ends without effect."""
    run_id = started(api)
    api("append_run_tests", run_id=run_id, tests=[recorded("a")])

    api("delete_run", run_id=run_id)

    for function, params in (("append_run_tests", {"tests": []}), ("finish_run", {"result": RESULT})):
        assert f"no run {run_id}" in api.refused(404, function, run_id=run_id, **params)
    clock.now += 61
    other = started(api)
    assert [other] == [run["id"] for run in api("list_runs", tenant_id=1)["runs"]]


def test_appends_and_the_end_of_the_lease_do_not_lose_tests(api: Api, clock: Clock) -> None:
    """Whether an append or the end of the lease comes first, a test that was accepted is in the run."""
    run_ids = [started(api) for _ in range(20)]
    accepted: dict[int, bool] = {}

    def append(run_id: int) -> None:
        accepted[run_id] = api.answer("append_run_tests", run_id=run_id, tests=[recorded("a")]).status == 200

    clock.now += 61
    threads = [threading.Thread(target=append, args=(run_id,)) for run_id in run_ids]
    threads.insert(5, threading.Thread(target=wake, args=(api,)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    clock.now += 61
    wake(api)

    assert {run_id: ["a"] if accepted[run_id] else [] for run_id in run_ids} == {
        run_id: ids(ended(api, run_id)) for run_id in run_ids
    }


@pytest.mark.parametrize("text", ["soon", "0", "9.9", "-60", "inf", "nan"])
def test_lease_is_a_sensible_time(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """The lease must be long enough for players to keep it."""
    monkeypatch.setenv("ASHR_RUN_LEASE_SECONDS", text)

    with pytest.raises(ConfigurationError, match="ASHR_RUN_LEASE_SECONDS must be a number of seconds >= 10"):
        open_platform()


def test_lease_is_read_from_the_environment() -> None:
    """`ASHR_RUN_LEASE_SECONDS` sets the lease; it is a minute by default."""
    assert 90.0 == Settings.from_env({"ASHR_RUN_LEASE_SECONDS": "90"}).run_lease
    assert 60.0 == Settings.from_env({"ASHR_RUN_LEASE_SECONDS": ""}).run_lease


def test_appending_stays_fast(api: Api) -> None:
    """The time of an append does not grow with the tests of the run."""
    run_id = started(api)

    def seconds(batch: int) -> float:
        tests = [recorded(f"{batch}-{number}") for number in range(50)]
        begun = time.perf_counter()
        api("append_run_tests", run_id=run_id, tests=tests)
        return time.perf_counter() - begun

    times = [seconds(batch) for batch in range(60)]

    assert min(times[-20:]) < 5 * min(times[:20])
