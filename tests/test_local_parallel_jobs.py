"""Jobs that take minutes: side by side, each once, also after lost leases, full places, outages and restarts."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, select

from ashr_labs._retry import Backoff
from ashr_labs._time import isoformat
from ashr_labs.local.jobs.parallel import ParallelWorker
from ashr_labs.local.jobs.queue import Job, enqueue, withdraw
from ashr_labs.local.jobs.worker import RetryLaterError, stop_all
from ashr_labs.local.keys import ensure_owner
from ashr_labs.local.store.engine import Database
from ashr_labs.local.store.schema import jobs
from support.experiments import wait_until
from support.local_api import MOMENT, Place, database_on


class Gated:
    """A handler whose jobs each wait until a test lets them end."""

    max_attempts = 2
    backoff = Backoff(first=0.01, cap=0.01)
    keeps_failed = False

    def __init__(self) -> None:
        self.gates: dict[str, threading.Event] = {}
        self.begun: list[str] = []
        self.stored: list[str] = []
        self.failed: list[str] = []
        self.is_full = False

    def start(self, connection: Connection, job: Job) -> str:
        return job.subject

    def work(self, task: str) -> str:
        if self.is_full:
            raise RetryLaterError("no place", after=0.05, is_attempt=False)
        self.begun.append(task)
        assert self.gate(task).wait(30)
        return task

    def gate(self, subject: str) -> threading.Event:
        return self.gates.setdefault(subject, threading.Event())

    def finish(self, connection: Connection, job: Job, outcome: str, moment: float) -> None:
        self.stored.append(outcome)

    def fail(self, connection: Connection, job: Job, reason: str) -> None:
        self.failed.append(reason)

    def abandon(self, job: Job) -> None:
        self.gate(job.subject).set()


@pytest.fixture(name="database")
def _database(kept_place: Place) -> Generator[Database]:
    database = database_on(kept_place)
    yield database
    database.close()


@contextmanager
def working(database: Database, handler: Gated, *, slots: int = 2) -> Generator[ParallelWorker]:
    worker = ParallelWorker(database, {"x": handler}, slots=slots, poll_seconds=0.05, heartbeat_seconds=0.05)
    worker.wake()
    try:
        yield worker
    finally:
        for gate in list(handler.gates.values()):
            gate.set()
        stop_all([worker], lambda: None)


def add(database: Database, *subjects: str) -> None:
    with database.write() as connection:
        owner = ensure_owner(connection, MOMENT)
        for subject in subjects:
            enqueue(connection, "x", owner.tenant_id, subject, isoformat(0))


def left(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.scalars(select(jobs.c.subject).order_by(jobs.c.id)))


def test_slow_job_delays_no_other(database: Database) -> None:
    """While one job takes long, all others go through the other slots, and no more run than there are slots."""
    handler = Gated()
    add(database, "slow", *"abcd")
    for name in "abcd":
        handler.gate(name).set()
    with working(database, handler):
        wait_until(lambda: left(database) == ["slow"])

        assert sorted("abcd") == sorted(handler.stored)
        handler.gate("slow").set()
        wait_until(lambda: left(database) == [])


def test_no_more_jobs_than_slots(database: Database) -> None:
    """A job beyond the slots is not claimed before another one has ended."""
    handler = Gated()
    add(database, *"abc")
    with working(database, handler):
        wait_until(lambda: len(handler.begun) == 2)
        with database.read() as connection:
            assert [1, 1, 0] == list(connection.scalars(select(jobs.c.attempts).order_by(jobs.c.id)))
        handler.gate("a").set()
        wait_until(lambda: len(handler.begun) == 3)


def test_withdrawn_job_is_abandoned(database: Database) -> None:
    """The work on a job that is withdrawn ends soon, and its outcome is not stored."""
    handler = Gated()
    add(database, "a")
    with working(database, handler) as worker:
        wait_until(lambda: handler.begun == ["a"])
        with database.write() as connection:
            withdraw(connection, "x", 1, "a")
        assert handler.gate("a").wait(30)
        add(database, "b")
        worker.wake()
        wait_until(lambda: "b" in handler.begun)

    assert ["b"] == handler.stored


def test_leases_are_renewed(database: Database) -> None:
    """A job is not claimed again while it runs, however long that takes."""
    handler = Gated()
    add(database, "a")
    with working(database, handler):
        wait_until(lambda: handler.begun == ["a"])
        with database.read() as connection:
            first = connection.scalar(select(jobs.c.due_at))

        def is_renewed() -> bool:
            with database.read() as connection:
                return bool(connection.scalar(select(jobs.c.due_at)) != first)

        wait_until(is_renewed)

    assert ["a"] == handler.begun == handler.stored


def test_waiting_for_a_place_does_not_count(database: Database) -> None:
    """A job that finds no place is tried again and again, and not given up."""
    handler = Gated()
    handler.is_full = True
    handler.gate("a").set()
    add(database, "a")
    with working(database, handler):

        def tries() -> int:
            with database.read() as connection:
                return connection.scalar(select(jobs.c.version)) or 0

        wait_until(lambda: tries() > 2 * handler.max_attempts)
        handler.is_full = False
        wait_until(lambda: handler.stored == ["a"])

    assert [] == handler.failed
