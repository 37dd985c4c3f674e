"""Leases: jobs shared by several workers are done once, even if a worker is killed, stalled or slow."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, select

from ashr_labs._retry import Backoff
from ashr_labs._time import isoformat
from ashr_labs.local.jobs.queue import LEASE_SECONDS, Job, claim, complete, enqueue, renew
from ashr_labs.local.jobs.worker import Worker, stop_all
from ashr_labs.local.keys import ensure_owner
from ashr_labs.local.store.engine import Database
from ashr_labs.local.store.schema import jobs
from support.local_api import MOMENT, Place, database_on
from support.postgresql import PostgreSQLServer


class Clock:
    """A clock controlled by a test."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Counted:
    """A job handler that works until a test lets it end, and records which worker stored which outcome."""

    max_attempts = 3
    backoff = Backoff(first=0.01, cap=0.01)
    keeps_failed = False

    def __init__(self, name: str, stored: list[tuple[str, int]], *, waits: bool = False) -> None:
        self.name = name
        self.stored = stored
        self.begun = threading.Event()
        self.may_end = threading.Event()
        if not waits:
            self.may_end.set()

    def start(self, connection: Connection, job: Job) -> int:
        return int(job.subject)

    def work(self, task: int) -> int:
        self.begun.set()
        assert self.may_end.wait(20)
        return task

    def finish(self, connection: Connection, job: Job, outcome: int, moment: float) -> None:
        self.stored.append((self.name, outcome))

    def fail(self, connection: Connection, job: Job, reason: str) -> None:
        self.stored.append((reason, int(job.subject)))


def enqueue_jobs(database: Database, *subjects: int) -> None:
    with database.write() as connection:
        owner = ensure_owner(connection, MOMENT)
        for subject in subjects:
            enqueue(connection, "x", owner.tenant_id, str(subject), isoformat(0))


def wait_until(condition: object, *, timeout: float = 20.0) -> None:
    deadline = time.monotonic() + timeout
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        threading.Event().wait(0.005)


@contextmanager
def working(database: Database, kind: Counted, clock: Clock, *, heartbeat_seconds: float = 3.0) -> Generator[Worker]:
    """Run a worker during the block."""
    worker = Worker(database, {"x": kind}, heartbeat_seconds=heartbeat_seconds, now=clock)
    worker.wake()
    try:
        yield worker
    finally:
        kind.may_end.set()
        stop_all([worker], lambda: None)


@pytest.fixture(name="database")
def _database(kept_place: Place) -> Generator[Database]:
    database = database_on(kept_place)
    yield database
    database.close()


@pytest.fixture(name="shared")
def _shared(postgresql: PostgreSQLServer) -> Generator[list[Database]]:
    """Open one database twice, as two processes do."""
    with postgresql.platform() as url:
        databases = [database_on(url), database_on(url)]
        yield databases
        for database in databases:
            database.close()


def test_job_is_leased_to_one_worker(database: Database) -> None:
    """The oldest due job is claimed, and cannot be claimed again before its lease expires."""
    enqueue_jobs(database, 7, 5)

    with database.write() as connection:
        first, second = claim(connection, ["x"], 100.0, limit=2)
        assert [("7", 1), ("5", 1)] == [(job.subject, job.attempts) for job in (first, second)]
        assert [] == claim(connection, ["x"], 99.0 + LEASE_SECONDS)
        (again,) = claim(connection, ["x"], 100.1 + LEASE_SECONDS)

        assert ("7", 2) == (again.subject, again.attempts)
        assert not complete(connection, first)
        assert [True, False] == [complete(connection, again), complete(connection, again)]


def test_renewed_lease_is_extended(database: Database) -> None:
    """A renewed lease is extended; a lost lease is not regained."""
    enqueue_jobs(database, 7)

    with database.write() as connection:
        (first,) = claim(connection, ["x"], 100.0)
        renew(connection, [first], 105.0)
        assert [] == claim(connection, ["x"], 101.0 + LEASE_SECONDS)

        assert claim(connection, ["x"], 106.0 + LEASE_SECONDS)
        renew(connection, [first], 900.0)
        assert (isoformat(106.0 + 2 * LEASE_SECONDS),) == connection.execute(select(jobs.c.due_at)).one()


def test_job_enqueued_again_during_work_restarts(database: Database) -> None:
    """The outcome of the old version is not stored, and the job is due again with all its attempts."""
    enqueue_jobs(database, 7)

    with database.write() as connection:
        (first,) = claim(connection, ["x"], 100.0)
        enqueue(connection, "x", first.tenant_id, first.subject, isoformat(101.0))

        assert not complete(connection, first)
        (again,) = claim(connection, ["x"], 102.0)
        assert ("7", 1) == (again.subject, again.attempts)


def test_processes_share_the_jobs(shared: list[Database]) -> None:
    """Two processes run each of many jobs once, and both run some."""
    stored: list[tuple[str, int]] = []
    clock = Clock()
    enqueue_jobs(shared[0], *range(60))

    with working(shared[0], Counted("one", stored), clock), working(shared[1], Counted("two", stored), clock):
        wait_until(lambda: len(stored) >= 60)

    assert list(range(60)) == sorted(number for _, number in stored)
    assert {"one", "two"} == {name for name, _ in stored}


def test_job_of_another_process_is_found_quickly(shared: list[Database]) -> None:
    """A worker finds a job of another process within about 0.1 s."""
    stored: list[tuple[str, int]] = []
    with working(shared[1], Counted("two", stored), Clock()):
        assert min(seconds_until_stored(shared[0], number, stored) for number in range(5)) < 0.25


def seconds_until_stored(database: Database, number: int, stored: list[tuple[str, int]]) -> float:
    begin = time.monotonic()
    enqueue_jobs(database, number)
    wait_until(lambda: ("two", number) in stored)
    return time.monotonic() - begin


def test_stalled_worker_stores_nothing_after_lease_loss(shared: list[Database]) -> None:
    """A job whose lease expired is claimed by another worker, and only the second outcome is stored."""
    stored: list[tuple[str, int]] = []
    stalled, quick = Counted("stalled", stored, waits=True), Counted("quick", stored)
    early, late = Clock(), Clock()
    late.now += 2 * LEASE_SECONDS
    enqueue_jobs(shared[0], 7)

    with working(shared[0], stalled, early):
        assert stalled.begun.wait(20)
        with working(shared[1], quick, late):
            wait_until(lambda: stored)

    assert [("quick", 7)] == stored


def test_slow_worker_keeps_its_lease(shared: list[Database]) -> None:
    """A job is not claimed by another worker while its worker renews the lease."""
    stored: list[tuple[str, int]] = []
    slow, idle = Counted("slow", stored, waits=True), Counted("idle", stored)
    clock = Clock()
    enqueue_jobs(shared[0], 7)

    with working(shared[0], slow, clock, heartbeat_seconds=0.01):
        assert slow.begun.wait(20)
        with working(shared[1], idle, clock):
            for _ in range(6):
                clock.now += LEASE_SECONDS / 2
                wait_until(lambda: lease_end(shared[0]) == isoformat(clock.now + LEASE_SECONDS))
            slow.may_end.set()
            wait_until(lambda: stored)

    assert [("slow", 7)] == stored
    assert not idle.begun.is_set()


def lease_end(database: Database) -> str | None:
    with database.read() as connection:
        return connection.scalar(select(jobs.c.due_at))
