"""Jobs that several workers share: each is done once, whoever is killed, stalled or slow."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, select

from ashr_labs._time import isoformat
from ashr_labs.local.jobs.queue import LEASE_SECONDS, lease_next
from ashr_labs.local.jobs.worker import Worker
from ashr_labs.local.store.engine import Database
from ashr_labs.local.store.schema import jobs
from ashr_labs.local.store.writing import add_row
from support.local_api import MOMENT, Place, database_on
from support.postgresql import PostgreSQLServer


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Counted:
    """A kind of work that takes until it may end, and keeps who did what."""

    def __init__(self, name: str, stored: list[tuple[str, int]], *, waits: bool = False) -> None:
        self.name = name
        self.stored = stored
        self.begun = threading.Event()
        self.may_end = threading.Event()
        if not waits:
            self.may_end.set()

    def start(self, connection: Connection, subject_id: int) -> int:
        return subject_id

    def work(self, task: int) -> int:
        self.begun.set()
        assert self.may_end.wait(20)
        return task

    def finish(self, connection: Connection, subject_id: int, outcome: int, timestamp: str) -> None:
        self.stored.append((self.name, outcome))

    def fail(self, connection: Connection, subject_id: int, reason: str) -> None:
        self.stored.append((reason, subject_id))


def enqueue(database: Database, *subject_ids: int) -> None:
    with database.write() as connection:
        for subject_id in subject_ids:
            add_row(connection, jobs, {"created_at": MOMENT, "kind": "x", "subject_id": subject_id, "attempts": 0})


def wait_until(condition: object, *, timeout: float = 20.0) -> None:
    deadline = time.monotonic() + timeout
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        threading.Event().wait(0.005)


@contextmanager
def working(database: Database, kind: Counted, clock: Clock) -> Generator[Worker]:
    """Let a worker do jobs until the end of the block."""
    worker = Worker(database, {"x": kind}, now=clock)
    worker.wake()
    try:
        yield worker
    finally:
        kind.may_end.set()
        worker.stop(lambda: None)


@pytest.fixture(name="database")
def _database(kept_place: Place) -> Generator[Database]:
    database = database_on(kept_place)
    yield database
    database.close()


@pytest.fixture(name="shared")
def _shared(postgresql: PostgreSQLServer) -> Generator[list[Database]]:
    """Lend one database as two processes have it."""
    with postgresql.platform() as url:
        databases = [database_on(url), database_on(url)]
        yield databases
        for database in databases:
            database.close()


def test_a_job_is_leased_to_one_at_a_time(database: Database) -> None:
    """The oldest job that nobody has is leased, and nobody else gets it until the lease has run out."""
    enqueue(database, 7, 5)

    with database.write() as connection:
        first, second = lease_next(connection, 100.0), lease_next(connection, 100.0)
        assert first is not None
        assert second is not None
        assert [(7, 1), (5, 1)] == [(lease.subject_id, lease.attempts) for lease in (first, second)]
        assert lease_next(connection, 100.0 + LEASE_SECONDS) is None
        again = lease_next(connection, 100.1 + LEASE_SECONDS)

        assert again is not None
        assert (7, 2) == (again.subject_id, again.attempts)
        assert not first.end(connection)
        assert [True, False] == [again.end(connection), again.end(connection)]


def test_a_renewed_lease_lasts(database: Database) -> None:
    """A worker that says that it is at work keeps its job; one whose turn is over does not get it back."""
    enqueue(database, 7)

    with database.write() as connection:
        first = lease_next(connection, 100.0)
        assert first is not None
        first.renew(connection, 105.0)
        assert lease_next(connection, 101.0 + LEASE_SECONDS) is None

        second = lease_next(connection, 106.0 + LEASE_SECONDS)
        assert second is not None
        first.renew(connection, 900.0)
        assert (isoformat(106.0 + 2 * LEASE_SECONDS),) == connection.execute(select(jobs.c.leased_until)).one()


def test_workers_share_the_jobs(shared: list[Database]) -> None:
    """Two processes do each of many jobs once, and both of them do some."""
    stored: list[tuple[str, int]] = []
    clock = Clock()
    enqueue(shared[0], *range(60))

    with working(shared[0], Counted("one", stored), clock), working(shared[1], Counted("two", stored), clock):
        wait_until(lambda: len(stored) >= 60)

    assert list(range(60)) == sorted(number for _, number in stored)
    assert {"one", "two"} == {name for name, _ in stored}


def test_what_another_process_left_is_taken_up_soon(shared: list[Database]) -> None:
    """A worker that nobody woke finds a job within a tenth of a second or so."""
    stored: list[tuple[str, int]] = []
    with working(shared[1], Counted("two", stored), Clock()):
        assert min(seconds_until_stored(shared[0], number, stored) for number in range(5)) < 0.25


def seconds_until_stored(database: Database, number: int, stored: list[tuple[str, int]]) -> float:
    begin = time.monotonic()
    enqueue(database, number)
    wait_until(lambda: ("two", number) in stored)
    return time.monotonic() - begin


def test_a_stalled_worker_stores_nothing_once_another_has_the_job(shared: list[Database]) -> None:
    """A job whose worker says nothing is taken up by another one, whose result stays the only one."""
    stored: list[tuple[str, int]] = []
    stalled, quick = Counted("stalled", stored, waits=True), Counted("quick", stored)
    early, late = Clock(), Clock()
    late.now += 2 * LEASE_SECONDS
    enqueue(shared[0], 7)

    with working(shared[0], stalled, early):
        assert stalled.begun.wait(20)
        with working(shared[1], quick, late):
            wait_until(lambda: stored)

    assert [("quick", 7)] == stored


def test_a_slow_worker_keeps_its_job(shared: list[Database], monkeypatch: pytest.MonkeyPatch) -> None:
    """However long a job takes, nobody else takes it up while its worker's heart beats."""
    monkeypatch.setattr("ashr_labs.local.jobs.worker._HEARTBEAT_SECONDS", 0.01)
    stored: list[tuple[str, int]] = []
    slow, idle = Counted("slow", stored, waits=True), Counted("idle", stored)
    clock = Clock()
    enqueue(shared[0], 7)

    with working(shared[0], slow, clock):
        assert slow.begun.wait(20)
        with working(shared[1], idle, clock):
            for _ in range(6):
                clock.now += LEASE_SECONDS / 2
                wait_until(lambda: leased_until(shared[0]) == isoformat(clock.now + LEASE_SECONDS))
            slow.may_end.set()
            wait_until(lambda: stored)

    assert [("slow", 7)] == stored
    assert not idle.begun.is_set()


def leased_until(database: Database) -> str | None:
    with database.read() as connection:
        return connection.scalar(select(jobs.c.leased_until))
