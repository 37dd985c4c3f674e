"""A worker whose jobs may take long: each has a thread of its own, and the next one starts as soon as one has ended."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Protocol

from ..._threads import start_daemon
from .queue import LEASE_SECONDS, Job, claim, next_due
from .worker import JobHandler, RetryLaterError, Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..store.engine import Database

__all__ = ["LongJobHandler", "ParallelWorker"]

_STORING_ATTEMPTS = 60
"""So that an outage of a minute does not lose an outcome that took minutes."""
_STORING_PAUSE_SECONDS = 1.0


class LongJobHandler(JobHandler, Protocol):
    """The code for one kind of job that may take long."""

    def abandon(self, job: Job) -> None:
        """End the work on a job soon, because its outcome will not be stored; called from another thread."""


class ParallelWorker(Worker):
    """Run up to `slots` jobs at the same time.

    Leases are renewed on a database file, too: while jobs run, the worker looks for more, and would find these again.
    A `RetryLaterError` that does not count as an attempt makes the worker pause: others would not find a place either.

    Args:
        database: Holds the queue.
        handlers: By kind of job.
        slots: The number of jobs at the same time.
        by_priority: Whether jobs of a higher priority come first.
        poll_seconds: As for `Worker`.
        heartbeat_seconds: As for `Worker`.
        now: As for `Worker`.
    """

    def __init__(
        self,
        database: Database,
        handlers: Mapping[str, LongJobHandler],
        *,
        slots: int,
        by_priority: bool = False,
        poll_seconds: float = 0.1,
        heartbeat_seconds: float = LEASE_SECONDS / 3,
        now: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(database, handlers, poll_seconds=poll_seconds, heartbeat_seconds=heartbeat_seconds, now=now)
        self._long_handlers = handlers
        self._slots = slots
        self._by_priority = by_priority
        self._running: dict[Job, threading.Thread | None] = {}
        self._changing = threading.Lock()
        self._paused_until = 0.0

    @property
    def _keeps_leases(self) -> bool:
        return True

    def _await_jobs(self) -> None:
        for thread in tuple(self._running.values()):
            if thread is not None:
                thread.join()

    def _run_due_jobs(self) -> float | None:
        moment = self._now()
        if moment < self._paused_until:
            return self._paused_until - moment
        free = self._slots - len(self._running)
        if free <= 0:
            return None  # the end of a job wakes the worker
        with self._database.write_async_commit() as connection:
            claimed = claim(connection, self._kinds, moment, limit=free, by_priority=self._by_priority)
            tasks = [(job, self._handlers[job.kind].start(connection, job)) for job in claimed]
            due = next_due(connection, self._kinds)
        for job, task in tasks:
            self._begin(job, task)
        return None if len(claimed) == free else self._seconds_until(due, moment) or self._poll_seconds

    def _begin(self, job: Job, task: Any) -> None:
        with self._changing:
            self._running[job] = None
            self._current = tuple(self._running)
        thread = start_daemon(lambda: self._run(job, task), f"ashr-labs-job-{job.id}")
        with self._changing:
            if thread is None:
                del self._running[job]  # the interpreter shuts down; the job is found when the database is opened again
            elif job in self._running:
                self._running[job] = thread

    def _run(self, job: Job, task: Any) -> None:
        outcome = self._work((job, task))
        if isinstance(outcome, RetryLaterError) and not outcome.is_attempt:
            self._paused_until = self._now() + outcome.after
        try:
            self._store_patiently(job, task, outcome)
        finally:
            with self._changing:
                del self._running[job]
                self._current = tuple(self._running)
            self._woken.set()

    def _store_patiently(self, job: Job, task: Any, outcome: Any) -> None:
        for _ in range(_STORING_ATTEMPTS):
            try:
                self._store_all([(job, task)], [outcome])
            except Exception as error:
                self._log_outage(error)
            else:
                return
            if self._stopping.wait(_STORING_PAUSE_SECONDS):
                return

    def _abandon(self, lost: Sequence[Job]) -> None:
        for job in lost:
            self._long_handlers[job.kind].abandon(job)
