"""Background jobs: grading and generation, immediately, after a crash, and when they fail."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from ashr_labs._retry import Backoff
from ashr_labs.errors import ValidationError
from ashr_labs.local.jobs.handlers import GENERATE, GRADE, GenerateDataset, GradeRun
from ashr_labs.local.jobs.queue import Job, enqueue
from ashr_labs.local.jobs.worker import JobHandler, Worker, stop_all
from ashr_labs.local.keys import Principal, ensure_owner
from ashr_labs.local.store.columns import add_row
from ashr_labs.local.store.engine import Database
from ashr_labs.local.store.schema import jobs, runs
from support.local_api import MOMENT, Api, Place, database_on, settled

GRADES = (
    "tests_passed",
    "tests_failed",
    "average_similarity_score",
    "total_tool_call_divergence",
    "total_response_divergence",
)
CONFIG = {
    "agent": {"name": "Bot", "description": "Refunds orders.", "tools": []},
    "context": {"domain": "shops", "use_case": "refunds"},
}


def result_of(scenarios: int = 1, **metrics: Any) -> dict[str, Any]:
    """Return a run result in RunBuilder's form: a called refund in each scenario."""
    call = {"name": "refund", "tool_name": "refund", "arguments": {"order": 7}, "arguments_json": '{"order": 7}'}
    entry = {"expected": call, "actual": call, "match_status": "exact", "divergence_notes": None}
    actions = [
        {"action_index": 0, "actor": "user", "action_type": "text", "text": "Refund 7", "input_provided": True},
        {"action_index": 1, "actor": "agent", "action_type": "tool_call", "tool_calls": [entry]},
    ]
    tests = [{"test_id": f"s{n}", "status": "completed", "action_results": actions} for n in range(scenarios)]
    return {"tests": tests, "status": "completed", "aggregate_metrics": {"total_tests": scenarios, **metrics}}


@pytest.fixture(name="api")
def _api(place: Place) -> Generator[Api]:
    with Api.opened(place) as api:
        yield api


def test_client_grades_are_removed_until_grading(api: Api) -> None:
    """A new run is pending and has no grades, whatever the client counted; other fields are kept."""
    result = result_of(1, tests_passed=1, tests_failed=0, average_similarity_score=0.5, mine=3)
    dataset_id = api.dataset()

    run = api("create_run", tenant_id=1, dataset_id=dataset_id, result=result)["run"]

    assert ("pending", None) == (run["grading_status"], run["grading_error"])
    assert {"total_tests": 1, "mine": 3, **dict.fromkeys(GRADES)} == run["result"]["aggregate_metrics"]
    assert result["tests"] == run["result"]["tests"]


@pytest.mark.parametrize("metrics", ["absent", None, [], "text"])
def test_metrics_are_always_an_object(api: Api, metrics: Any) -> None:
    """The metrics are an object even if the client sent none."""
    result = result_of() | {"aggregate_metrics": metrics}
    if metrics == "absent":
        del result["aggregate_metrics"]

    run = api("create_run", tenant_id=1, dataset_id=api.dataset(), result=result)["run"]

    assert dict.fromkeys(GRADES) == run["result"]["aggregate_metrics"]


def test_run_is_graded(api: Api) -> None:
    """The worker adds verdicts, totals and the grader."""
    run = api.settled_run(api.run(api.dataset(), result_of(2)))

    assert ("completed", None) == (run["grading_status"], run["grading_error"])
    metrics = run["result"]["aggregate_metrics"]
    assert (2, 2, 0) == tuple(metrics[name] for name in ("total_tests", "tests_passed", "tests_failed"))
    assert ["passed", "passed"] == [test["verdict"] for test in run["result"]["tests"]]
    assert run["result"]["grader"]["name"]


def test_agent_config_decides_grading(api: Api) -> None:
    """A call that the agent's configuration makes optional may be missing; without that configuration it may not."""
    missed = result_of()
    missed["tests"][0]["action_results"][1]["tool_calls"][0] |= {"actual": {"name": "NOT_CALLED", "arguments": {}}}
    config = {"grading_config": {"tool_strictness": {"refund": "optional"}}}
    agent_id = api("create_agent", name="Bot", config=config)["agent"]["id"]
    strict, lenient = api.dataset(), api.dataset(agent_id=agent_id)

    verdicts = [
        api.settled_run(api.run(dataset, missed))["result"]["tests"][0]["verdict"] for dataset in (strict, lenient)
    ]

    assert ["failed", "passed"] == verdicts


@pytest.mark.parametrize("result", [{}, {"score": 0.95, "metrics": {"accuracy": 0.9}}, {"tests": "three"}])
def test_result_of_other_shape_completes_grading(api: Api, result: dict[str, Any]) -> None:
    """A result of another shape is kept, and its grading completes with an object of metrics."""
    run_id = api.run(api.dataset(), result)

    run = api.settled_run(run_id)

    assert "completed" == run["grading_status"]
    assert result.items() <= run["result"].items()
    assert 0 == run["result"]["aggregate_metrics"]["tests_passed"]


def test_grading_starts_without_polling_delay(api: Api) -> None:
    """A run of 20 scenarios is graded within less time than any polling interval."""
    api.settled_run(api.run(api.dataset(), result_of(20)))
    best = min(seconds_to_grade(api) for _ in range(5))

    assert best < 0.25


def seconds_to_grade(api: Api) -> float:
    run_id = api.run(1, result_of(20))
    begin = time.perf_counter()
    api.settled_run(run_id)
    return time.perf_counter() - begin


def test_request_produces_dataset(api: Api) -> None:
    """A completed request has a dataset with its id and the names from its configuration."""
    config = CONFIG | {"metadata": {"dataset_name": "Refunds", "description": "Made by hand."}}
    request_ids = [api.request(config), api.request(config | {"metadata": {}})]
    requests = [api.settled_request(request_id) for request_id in request_ids]
    assert [("completed", None)] * 2 == [(request["request_status"], request["error"]) for request in requests]

    again, named = api("list_datasets", tenant_id=1)["datasets"]
    assert request_ids == [named["request_id"], again["request_id"]]
    assert ("Refunds", "Made by hand.") == (named["name"], named["description"])
    assert ("Generated", None) == (again["name"], again["description"])
    assert named["dataset_source"]["runs"]


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({**CONFIG, "agent": "not an object"}, "agent"),
        ({**CONFIG, "metadata": {"dataset_name": "a\x00"}}, "position 1"),
        ({"3d": {"protocol": "lightberry"}}, "agent"),
        ({**CONFIG, "test_config": {"coverage": {"x\x00": True}}}, "coverage"),
    ],
)
def test_unusable_request_fails_with_reason(
    api: Api, caplog: pytest.LogCaptureFixture, config: dict[str, Any], reason: str
) -> None:
    """An unusable configuration fails the request with the reason, and is not logged as an error."""
    request = api.settled_request(api.request(config))

    assert "failed" == request["request_status"]
    assert reason in request["error"]
    assert "" == caplog.text
    assert [] == api("list_datasets", tenant_id=1)["datasets"]


def test_jobs_of_deleted_runs_are_dropped(api: Api) -> None:
    """Jobs of deleted runs are dropped, and later jobs run."""
    dataset_id = api.dataset()
    for _ in range(10):
        api("delete_run", run_id=api.run(dataset_id, result_of(5)))

    assert "completed" == api.settled_run(api.run(dataset_id, result_of()))["grading_status"]


def leave_work(place: Place, **job: Any) -> int:
    """Create a database with one ungraded run and its job; return the id of the run."""
    database = database_on(place)
    with database.write() as connection:
        owner = ensure_owner(connection, MOMENT)
        run_id = add_row(connection, runs, run_row(owner))
        row = {"tenant_id": owner.tenant_id, "created_at": MOMENT, "kind": GRADE, "subject": str(run_id)}
        add_row(connection, jobs, {**row, "attempts": 0, "version": 0, "due_at": MOMENT, **job})
    database.close()
    return run_id


def run_row(owner: Principal) -> dict[str, Any]:
    return {
        "tenant_id": owner.tenant_id,
        "dataset_id": 1,
        "runner_id": owner.user_id,
        "created_at": MOMENT,
        "result": result_of(),
        "grading_status": "pending",
    }


LATER = "2999-01-01T00:00:00.000000Z"


@pytest.mark.parametrize("due_at", [MOMENT, LATER], ids=["waiting", "interrupted"])
def test_pending_jobs_resume_on_opening(tmp_path: Path, due_at: str) -> None:
    """Jobs that were waiting or in progress when the process ended run when the file is opened again."""
    run_id = leave_work(tmp_path / "evals.db", due_at=due_at, attempts=1)

    with Api.opened(tmp_path / "evals.db") as api:
        assert "completed" == api.settled_run(run_id)["grading_status"]


def test_job_that_kills_the_process_fails_after_three_attempts(tmp_path: Path) -> None:
    """A job whose process ended three times is not retried but fails with a reason."""
    run_id = leave_work(tmp_path / "evals.db", due_at=LATER, attempts=3)

    with Api.opened(tmp_path / "evals.db") as api:
        run = api.settled_run(run_id)

    assert "failed" == run["grading_status"]
    assert "3 times" in run["grading_error"]


def test_killed_process_loses_no_acknowledged_run(tmp_path: Path) -> None:
    """After a kill every acknowledged run exists and is graded."""
    path = tmp_path / "evals.db"
    code = f"""
from support.local_api import Api
from test_local_jobs import result_of
from ashr_labs.local import open_platform
from pathlib import Path
with Api.opened(Path({str(path)!r})) as api:
    dataset_id = api.dataset()
    while True:
        print(api.run(dataset_id, result_of(3)), flush=True)
"""
    tests = Path(__file__).parent
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=tests) as process:
        assert process.stdout
        acknowledged = [int(process.stdout.readline()) for _ in range(50)]
        process.kill()

    with Api.opened(path) as api:
        assert {"completed"} == {api.settled_run(run_id)["grading_status"] for run_id in acknowledged}


class Scripted:
    """A job handler controlled by a test."""

    max_attempts = 3
    backoff = Backoff(first=0.01, cap=0.01)
    keeps_failed = False

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.may_end = threading.Event()
        self.may_end.set()
        self.error: Exception | None = None
        self.can_store = True
        self.done: list[int] = []
        self.failed: dict[int, str] = {}

    def start(self, connection: Connection, job: Job) -> int | None:
        return None if int(job.subject) in self.done else int(job.subject)

    def work(self, task: int) -> int:
        self.begun.set()
        self.may_end.wait(10)
        if self.error:
            raise self.error
        return task

    def finish(self, connection: Connection, job: Job, outcome: int, moment: float) -> None:
        self.done.append(outcome)

    def fail(self, connection: Connection, job: Job, reason: str) -> None:
        if not self.can_store:
            raise OSError("disk full")
        self.failed[int(job.subject)] = reason


@pytest.fixture(name="database")
def _database(place: Place) -> Generator[Database]:
    database = database_on(place)
    yield database
    database.close()


def enqueue_jobs(database: Database, *subjects: int) -> None:
    with database.write() as connection:
        owner = ensure_owner(connection, MOMENT)
        for subject in subjects:
            enqueue(connection, "x", owner.tenant_id, str(subject), MOMENT)


def waiting(database: Database) -> int:
    with database.read() as connection:
        return len(connection.execute(select(jobs)).all())


def test_jobs_run_oldest_first(database: Database) -> None:
    """The worker runs all jobs, oldest first."""
    kind = Scripted()
    worker = Worker(database, {"x": kind})
    for subject_id in (3, 1, 2):
        enqueue_jobs(database, subject_id)

    worker.wake()
    settled(lambda: {"status": "completed" if not waiting(database) else "pending"}, "status")
    stop_all([worker], lambda: None)

    assert [3, 1, 2] == kind.done


@pytest.mark.parametrize(
    ("error", "reason", "logged"),
    [
        (ValidationError("metadata.name: expected text, got 5"), "metadata.name: expected text, got 5", False),
        (KeyError("name"), "KeyError: 'name'", True),
    ],
)
def test_failed_job_has_reason(
    database: Database, caplog: pytest.LogCaptureFixture, error: Exception, reason: str, *, logged: bool
) -> None:
    """An error fails its own job with a readable reason, and the worker continues; bugs are logged."""
    kind = Scripted()
    kind.error = error
    worker = Worker(database, {"x": kind})
    enqueue_jobs(database, 1)
    enqueue_jobs(database, 2)

    worker.wake()
    settled(lambda: {"status": "completed" if not waiting(database) else "pending"}, "status")
    stop_all([worker], lambda: None)

    assert {1: reason, 2: reason} == kind.failed
    assert logged == ("Traceback" in caplog.text)
    assert [] == kind.done


def test_worker_survives_database_failure(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    """A job whose outcome cannot be stored stays in the queue, and later jobs run."""
    kind = Scripted()
    kind.error = ValidationError("no")
    kind.can_store = False
    worker = Worker(database, {"x": kind})
    enqueue_jobs(database, 1)
    worker.wake()
    settled(lambda: {"status": "completed" if "cannot access its queue" in caplog.text else "pending"}, "status")

    kind.error = None
    enqueue_jobs(database, 2)
    worker.wake()
    settled(lambda: {"status": "completed" if kind.done else "pending"}, "status")
    stop_all([worker], lambda: None)

    assert [2] == kind.done
    assert 1 == waiting(database)


def test_stopping_finishes_only_the_current_job(database: Database) -> None:
    """Stopping waits for the current job, does not start another, and then calls `after`."""
    kind = Scripted()
    kind.may_end.clear()
    worker = Worker(database, {"x": kind})
    enqueue_jobs(database, 1)
    enqueue_jobs(database, 2)
    worker.wake()
    assert kind.begun.wait(10)

    stopping = threading.Thread(target=stop_all, args=([worker], lambda: kind.done.append(0)))
    stopping.start()
    kind.may_end.set()
    stopping.join(10)

    assert [1, 0] == kind.done
    assert 1 == waiting(database)
    worker.wake()
    assert [1, 0] == kind.done


@pytest.mark.parametrize(("kind", "handler"), [(GRADE, GradeRun()), (GENERATE, GenerateDataset())])
def test_starting_a_completed_job_returns_none(kept_place: Place, kind: str, handler: JobHandler) -> None:
    """Starting a job whose subject is completed or deleted returns None."""
    run_id = leave_work(kept_place)
    database = database_on(kept_place)
    with database.write() as connection:
        connection.execute(update(runs).values(grading_status="completed"))
        for subject in (run_id, 999_999):
            assert handler.start(connection, Job(1, kind, 1, str(subject), attempts=1, version=1)) is None
    database.close()
