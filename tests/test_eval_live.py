"""Runs that are stored on a platform while they are played: batches, heartbeats, cancellation, outages."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ashr_labs import (
    APIConnectionError,
    AshrLabsClient,
    AsyncAshrLabsClient,
    ConfigurationError,
    ConflictError,
    Eval,
    EvalRunner,
    NotFoundError,
    ServerError,
    ValidationError,
    aeval,
)
from ashr_labs.eval import EvalResult
from ashr_labs.eval.live import reaction_to
from ashr_labs.local.server.app import running_server
from ashr_labs.scorers import Contains, ExactMatch
from support.eval_data import ScriptedAgent, agent, call, made, reply, source, user
from support.local_api import Api

SOURCE = source(**{f"s{number}": [user(f"m{number}"), agent("", call("f", n=number))] for number in range(6)})
VOLATILE = {"started_at", "completed_at", "duration_ms", "latency_ms", "trace_id"}


def echo(message: str) -> dict[str, Any]:
    return reply(message, made("f", n=int(message[1:])))


def stable(value: Any) -> Any:
    """Return a result without times and random ids."""
    if isinstance(value, Mapping):
        return {key: stable(part) for key, part in value.items() if key not in VOLATILE}
    return [stable(part) for part in value] if isinstance(value, list) else value


def runner_of(client: Any, dataset: Mapping[str, Any] = SOURCE) -> EvalRunner:
    return EvalRunner.from_dataset(client, client.create_dataset("D", dataset)["id"])


def until(condition: Callable[[], Any], *, timeout: float = 30.0) -> Any:
    """Wait until a condition holds, and return its value."""
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        assert time.monotonic() < deadline
        threading.Event().wait(0.005)
    return value


class Clock:
    """A clock controlled by a test."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Gate:
    """An agent that waits before each reply until the test lets it go on."""

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.may_reply = threading.Semaphore(0)

    def clone(self) -> Gate:
        return self

    def reset(self) -> None: ...

    def respond(self, message: str) -> Any:
        self.begun.release()
        assert self.may_reply.acquire(timeout=30)
        return echo(message)


def playing(client: Any, gate: Any, **options: Any) -> tuple[ThreadPoolExecutor, Any]:
    """Start a live run in a thread; return its executor and future."""
    pool = ThreadPoolExecutor(1)
    return pool, pool.submit(runner_of(client).run, gate, live=client, **options)


@pytest.fixture(name="http_client")
def _http_client(tmp_path: Path) -> Generator[AshrLabsClient]:
    with (
        Api.opened(tmp_path / "served.db") as api,
        running_server(api.platform) as url,
        AshrLabsClient(api_key=api.key, base_url=url) as client,
    ):
        yield client


@pytest.fixture(params=["in process", "HTTP"])
def client(request: pytest.FixtureRequest) -> AshrLabsClient:
    return request.getfixturevalue("local_client" if request.param == "in process" else "http_client")


@pytest.mark.parametrize("way", ["threads", "tasks", "event loop", "executor", "repeats"])
def test_live_run_equals_a_deployed_one(client: AshrLabsClient, way: str) -> None:
    """A live run is stored like one that is stored at its end, whatever plays it, and is graded."""
    runner = runner_of(client)

    async def reply_later(message: str) -> dict[str, Any]:
        return echo(message)

    def played(**options: Any) -> Any:
        if way == "event loop":
            return asyncio.run(runner.arun(lambda: ScriptedAgent(echo), **options))
        if way == "tasks":
            return runner.run(reply_later, **options)
        if way == "executor":
            with ThreadPoolExecutor(2) as executor:
                return runner.run(lambda: ScriptedAgent(echo), executor=executor, **options)
        return runner.run(echo, repeats=3 if way == "repeats" else 1, max_workers=2, scorers=[Contains("m")], **options)

    deployed = played().deploy(client, runner._dataset_id)
    run = played(live=client)

    assert run.run_id is not None
    stored = client.poll_run(run.run_id, 20)
    assert stable(client.poll_run(deployed["id"], 20)["result"]) == stable(stored["result"])
    assert ("completed", "completed") == (stored["grading_status"], stored["result"]["status"])
    assert stored.get("progress") is None


def test_run_exists_before_the_first_scenario(client: AshrLabsClient) -> None:
    """While a run is played, the platform has it with its status, its size and the tests that have finished."""
    gate = Gate()
    pool, future = playing(client, gate)
    gate.begun.acquire()

    run_id = client.list_runs()["runs"][0]["id"]
    before = client.get_run(run_id)
    gate.may_reply.release(2)
    after = until(lambda: (run := client.get_run(run_id))["progress"]["tests_done"] == 2 and run)
    gate.may_reply.release(4)

    assert ("running", []) == (before["result"]["status"], before["result"]["tests"])
    assert {"tests_done": 0, "tests_total": 6, "cancel_requested": False} == before["progress"]
    assert ["s0", "s1"] == [test["test_id"] for test in after["result"]["tests"]]
    assert run_id == future.result(30).run_id
    assert 6 == len(client.poll_run(run_id, 20)["result"]["tests"])
    pool.shutdown()


class RecordingExecutor(ThreadPoolExecutor):
    """An executor that knows what it was given."""

    def __init__(self) -> None:
        super().__init__(2)
        self.futures: list[Future[Any]] = []

    def submit(self, *args: Any, **kwargs: Any) -> Future[Any]:
        self.futures.append(super().submit(*args, **kwargs))
        return self.futures[-1]


@pytest.mark.parametrize("way", ["one thread", "two threads", "executor"])
def test_cancelled_run_finishes_what_is_in_progress(
    client: AshrLabsClient, caplog: pytest.LogCaptureFixture, way: str
) -> None:
    """After `cancel_run` no scenario starts, those in progress are finished, and the run ends as `cancelled`."""
    gate, workers = Gate(), 1 if way == "one thread" else 2
    with RecordingExecutor() as executor:
        options = {"executor": executor} if way == "executor" else {"max_workers": workers}
        pool, future = playing(client, gate, **options)
        for _ in range(workers):
            gate.begun.acquire()
        run_id = client.list_runs()["runs"][0]["id"]

        client.cancel_run(run_id)
        gate.may_reply.release()  # the next batch is sent sooner than the next heartbeat
        gate.begun.acquire()
        until(lambda: f"run {run_id} was cancelled" in caplog.text)
        if way == "executor":
            until(lambda: sum(one.cancelled() for one in executor.futures) == 3)
        gate.may_reply.release(20)
        run = future.result(30)
        pool.shutdown()

    assert ("cancelled", workers + 1) == (run.status, len(run.build()["tests"]))
    stored = client.poll_run(run_id, 20)
    assert ("cancelled", workers + 1) == (stored["result"]["status"], len(stored["result"]["tests"]))


def test_heartbeats_go_on_while_nothing_finishes(local_client: AshrLabsClient) -> None:
    """A player sends heartbeats while a scenario takes long."""
    gate, proxy = Gate(), Wrapped(local_client)
    pool, future = playing(proxy, gate)
    until(lambda: [] in proxy.appended)
    gate.may_reply.release(6)
    assert "completed" == future.result(30).status
    pool.shutdown()


def test_player_that_is_killed_leaves_its_tests(tmp_path: Path) -> None:
    """The tests of a player that is killed are stored within a second, and its run ends when the lease does."""
    clock = Clock()
    with Api.opened(tmp_path / "a.db", now=clock) as api, running_server(api.platform) as url:
        dataset_id = api.dataset(dataset_source=SOURCE)
        command = [sys.executable, "-c", PLAYER, url, api.key, str(dataset_id)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as player:
            assert player.stdout is not None
            assert "s3\n" == player.stdout.readline()  # the agent hangs in the fourth scenario
            [run] = until(lambda: [run for run in api("list_runs", tenant_id=1)["runs"] if done(run) == 3])
            player.kill()
        assert -signal.SIGKILL == player.returncode

        clock.now += 61
        api("start_run", tenant_id=1, dataset_id=dataset_id)  # the worker looks at the clock

        run = api.settled_run(run["id"])
        assert ("completed", "cancelled") == (run["grading_status"], run["result"]["status"])
        assert ["s0", "s1", "s2"] == [test["test_id"] for test in run["result"]["tests"]]
        assert 3 == run["result"]["aggregate_metrics"]["tests_passed"]


PLAYER = """
import sys, threading
from ashr_labs import AshrLabsClient, EvalRunner

def respond(message):
    if message == "m3":
        print("s3", flush=True)
        threading.Event().wait()
    return {"tool_calls": [{"name": "f", "arguments": {"n": int(message[1:])}}]}

_, url, key, dataset_id = sys.argv
client = AshrLabsClient(api_key=key, base_url=url)
EvalRunner.from_dataset(client, int(dataset_id)).run(respond, live=client)
"""


def done(run: Mapping[str, Any]) -> int:
    return (run.get("progress") or {}).get("tests_done", -1)


def test_outage_loses_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """While the platform is down the run goes on; what could not be sent is stored when it is up again."""
    gate = Gate()
    with Api.opened(tmp_path / "a.db") as api, running_server(api.platform) as url:
        port = int(url.rpartition(":")[2])
    with Api.opened(tmp_path / "a.db") as api, AshrLabsClient(api_key=api.key, base_url=url) as client:
        with running_server(api.platform, port=port):
            pool, future = playing(client, gate)
            gate.may_reply.release(2)
            [run] = until(lambda: [run for run in client.list_runs()["runs"] if done(run) == 2])
        # The server is down for the rest of the scenarios, and for the end of the run.
        gate.may_reply.release(2)
        until(lambda: "is retried" in caplog.text)
        gate.may_reply.release(2)
        until(lambda: caplog.text.count("is retried") == 2)
        with running_server(api.platform, port=port):
            assert run["id"] == future.result(60).run_id
        pool.shutdown()
        stored = api.settled_run(run["id"])

    assert ("completed", 6) == (stored["result"]["status"], len(stored["result"]["tests"]))


def test_players_do_not_wait_for_the_platform(local_client: AshrLabsClient) -> None:
    """Scenarios are played while the platform does not respond."""
    proxy = Wrapped(local_client)
    proxy.may_append.clear()
    played = threading.Semaphore(0)
    dataset = source(**{f"s{number}": [user(f"m{number}")] for number in range(300)})
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(runner_of(proxy, dataset).run, echo, live=proxy, on_result=lambda _: played.release())
        for _ in range(300):
            assert played.acquire(timeout=30)
        assert not proxy.appended
        proxy.may_append.set()
        run = future.result(30)

    assert run.run_id is not None
    assert 300 == len(local_client.poll_run(run.run_id, 20)["result"]["tests"])


def test_many_tests_are_sent_in_batches(local_client: AshrLabsClient) -> None:
    """Tests that finish faster than they can be sent share calls, in order, each once."""
    proxy = Wrapped(local_client)
    dataset = source(**{f"s{number}": [user(f"m{number}")] for number in range(3000)})

    runner_of(proxy, dataset).run(echo, live=proxy)

    sent = [test["test_id"] for batch in proxy.appended for test in batch]
    assert [f"s{number}" for number in range(len(sent))] == sent
    assert all(len(batch) <= 500 for batch in proxy.appended)


def test_refused_test_does_not_keep_others_back(local_client: AshrLabsClient, caplog: pytest.LogCaptureFixture) -> None:
    """A test that the platform refuses is left out of the batches; the whole result has it."""
    proxy = Wrapped(local_client, refused="s3")
    gate = Gate()
    pool, future = playing(proxy, gate)
    gate.may_reply.release(5)
    until(lambda: sum(map(len, proxy.appended)) == 4)
    gate.may_reply.release(1)
    run = future.result(30)
    pool.shutdown()

    assert "is without a test until it ends" in caplog.text
    assert 6 == len(local_client.poll_run(run.run_id, 20)["result"]["tests"])


def test_lost_response_to_the_end_is_no_conflict(local_client: AshrLabsClient) -> None:
    """If the response to the last call is lost, the call is repeated, and the run is stored once."""
    proxy = Wrapped(local_client, loses_end=True)

    run = runner_of(proxy).run(echo, live=proxy)

    assert 2 == proxy.finishes
    assert [run.run_id] == [stored["id"] for stored in local_client.list_runs()["runs"]]


def test_deleted_run_is_played_to_its_end(local_client: AshrLabsClient, caplog: pytest.LogCaptureFixture) -> None:
    """A run that is deleted while it is played is recorded nevertheless, and can be stored with `deploy()`."""
    gate = Gate()
    pool, future = playing(local_client, gate)
    gate.may_reply.release(1)
    [stored] = until(lambda: [run for run in local_client.list_runs()["runs"] if done(run) == 1])
    local_client.delete_run(stored["id"])
    gate.may_reply.release(1)
    until(lambda: "is not updated any more" in caplog.text)
    gate.may_reply.release(4)
    run = future.result(30)
    pool.shutdown()

    assert (None, 6) == (run.run_id, len(run.build()["tests"]))
    assert "could not be stored" in caplog.text
    assert stored["id"] < run.deploy(local_client, stored["dataset"])["id"]


@pytest.mark.parametrize("way", ["run", "arun"])
def test_exception_of_a_callback_ends_the_stored_run(local_client: AshrLabsClient, way: str) -> None:
    """A run that raises is stored as `failed` with the tests so far."""

    def stop(result: Mapping[str, Any]) -> None:
        if result["test_id"] == "s2":
            raise LookupError

    runner = runner_of(local_client)

    def play() -> object:
        if way == "run":
            return runner.run(echo, live=local_client, on_result=stop)
        return asyncio.run(runner.arun(echo, live=local_client, on_result=stop))

    with pytest.raises(LookupError):
        play()

    [run] = local_client.list_runs()["runs"]
    stored = local_client.poll_run(run["id"], 20)["result"]
    assert ("failed", ["s0", "s1", "s2"]) == (stored["status"], [test["test_id"] for test in stored["tests"]])


def test_resumed_tests_are_stored_too(local_client: AshrLabsClient, tmp_path: Path) -> None:
    """A live run that continues a journal has the tests of the journal."""
    runner, journal = runner_of(local_client), tmp_path / "j.jsonl"
    runner.run(echo, journal=journal, limit=6, fail_on_error=True)
    proxy = Wrapped(local_client)
    gate = Gate()

    run: Any = runner.run(gate, journal=journal, limit=6, resume=True, keep_results=False, live=proxy)

    assert 6 == len(local_client.poll_run(run.run_id, 20)["result"]["tests"])


@pytest.mark.parametrize("way", ["Eval", "aeval"])
def test_rows_are_stored_while_they_are_played(local_client: AshrLabsClient, way: str) -> None:
    """`Eval(live=)` stores the rows and the run first, appends what has finished, and stops when it is cancelled."""
    begun, may_end = threading.Semaphore(0), threading.Semaphore(0)

    def task(number: int) -> int:
        begun.release()
        assert may_end.acquire(timeout=30)
        return number

    def play() -> EvalResult:
        options: Any = {"data": [{"input": n, "expected": n} for n in range(6)], "scores": [ExactMatch()]}
        options |= {"task": task, "max_concurrency": 1, "live": local_client, "metadata": {"model": "m", "seeds": [1]}}
        return Eval("rows", **options) if way == "Eval" else asyncio.run(aeval("rows", **options))

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(play)
        assert begun.acquire(timeout=30)
        [run] = local_client.list_runs()["runs"]
        may_end.release(2)
        until(lambda: done(local_client.get_run(run["id"])) == 2)
        local_client.cancel_run(run["id"])
        may_end.release(1)
        until(lambda: done(local_client.get_run(run["id"])) != 2)
        may_end.release(6)
        result = future.result(30)

    stored = local_client.poll_run(run["id"], 20)["result"]
    assert (str(run["id"]), "cancelled") == (result.experiment_id, stored["status"])
    assert 3 <= len(stored["tests"]) == len(result.rows) < 6
    assert {"model": "m", "seeds": "[1]"}.items() <= stored["metadata"].items()
    assert 1.0 == result.summary["exact_match"].mean == stored["tests"][0]["scores"]["exact_match"]["value"]


@pytest.mark.parametrize("options", [{}, {"max_workers": 3}])
def test_run_that_cannot_be_started_plays_nothing(local_client: AshrLabsClient, options: dict[str, Any]) -> None:
    """If the platform refuses the run, no scenario is played."""
    heard = ScriptedAgent(echo)

    with pytest.raises(NotFoundError, match="no dataset 99"):
        EvalRunner(SOURCE, dataset_id=99).run(heard, live=local_client, **options)

    assert [] == heard.heard


def test_unusable_options_are_refused(local_client: AshrLabsClient) -> None:
    """`live` needs a synchronous client and the id of a dataset, and stores the run itself."""
    runner = runner_of(local_client)
    for wrong in (True, object(), AsyncAshrLabsClient(api_key="tp_x")):
        with pytest.raises(ConfigurationError, match="live must be a synchronous client"):
            runner.run(echo, live=wrong)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match=r"EvalRunner\.from_dataset"):
        EvalRunner(SOURCE).run(echo, live=local_client)
    with pytest.raises(ConfigurationError, match="cannot be combined with live"):
        runner.run_and_deploy(echo, local_client, live=local_client)
    with pytest.raises(ConfigurationError, match="facts must be a mapping of names to text or numbers"):
        runner.run(echo, facts={"model": ["a"]})  # type: ignore[dict-item]
    assert [] == local_client.list_runs()["runs"]


def test_facts_are_stored_with_the_run(local_client: AshrLabsClient) -> None:
    """`facts` are the metadata of the run."""
    run = runner_of(local_client).run(echo, live=local_client, facts={"model": "m-1"})

    assert run.run_id is not None
    assert {"max_workers": 1, "model": "m-1"} == local_client.get_run(run.run_id)["result"]["metadata"]


@pytest.mark.parametrize(
    ("error", "tests", "expected"),
    [
        (APIConnectionError("down"), 50, "retry"),
        (ServerError("down", 503), 0, "retry"),
        (ValidationError("refused", 422), 50, "halve"),
        (ValidationError("refused", 422), 2, "halve"),
        (ValidationError("refused", 422), 1, "drop"),
        (ValidationError("refused", 422), 0, "retry"),
        (ConfigurationError("not JSON"), 1, "drop"),
        (NotFoundError("deleted", 404), 1, "stop"),
        (ConflictError("has ended", 409), 0, "stop"),
        (RuntimeError("a bug"), 1, "retry"),
    ],
)
def test_reaction_to_failed_calls(error: Exception, tests: int, expected: str) -> None:
    """Outages are waited for, refused tests left out, and ended runs left alone."""
    assert expected == reaction_to(error, tests)


class Wrapped:
    """A client of a platform between which something goes wrong."""

    def __init__(self, client: AshrLabsClient, *, refused: str = "", loses_end: bool = False) -> None:
        self.client = client
        self.refused = refused
        self.loses_end = loses_end
        self.may_append = threading.Event()
        self.may_append.set()
        self.appended: list[list[Mapping[str, Any]]] = []
        self.finishes = 0
        self.get_dataset, self.create_dataset, self.start_run = (
            client.get_dataset,
            client.create_dataset,
            client.start_run,
        )

    def with_options(self, **options: Any) -> Wrapped:
        self.client = self.client.with_options(**options)
        return self

    def append_run_tests(self, run_id: int, tests: Sequence[Mapping[str, Any]]) -> Any:
        assert self.may_append.wait(30)
        if self.refused in {test["test_id"] for test in tests}:
            raise ValidationError("refused", 422)
        self.appended.append(json.loads(json.dumps(tests)))
        return self.client.append_run_tests(run_id, tests)

    def finish_run(self, run_id: int, result: Mapping[str, Any]) -> Any:
        self.finishes += 1
        stored = self.client.finish_run(run_id, result)
        if self.loses_end and self.finishes == 1:
            raise APIConnectionError("lost")
        return stored
