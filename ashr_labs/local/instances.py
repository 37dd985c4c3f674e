"""Open platforms of this process: one database and one set of workers per target, shared by all its users."""

from __future__ import annotations

import os
import threading
import time
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from .._time import isoformat
from .hosting.sessions import Hosting
from .jobs.deliver_firing import DELIVER_FIRING, DeliverFiring
from .jobs.evaluate_alerts import EVALUATE_ALERTS, EvaluateAlerts
from .jobs.handlers import FORWARD, GENERATE, GRADE, ForwardTrace, GenerateDataset, GradeRun
from .jobs.lost_runs import END_LOST_RUN, EndLostRun
from .jobs.parallel import ParallelWorker
from .jobs.queue import recover, requeue_failed
from .jobs.run_queued import RUN_QUEUED, RunQueued
from .jobs.run_scenario import RUN_SCENARIO, RunScenario
from .jobs.score_scenario import SCORE_SCENARIO, ScoreScenario
from .jobs.score_trace import SCORE, ScoreTrace
from .jobs.worker import Worker, stop_all
from .platform import Platform
from .sandboxes import Sandboxes
from .sealing import Sealing
from .settings import Settings
from .store.database_url import parse_target
from .store.engine import Database
from .store.sandbox_rows import end_lost_sandboxes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .jobs.worker import JobHandler
    from .store.database_url import Target

__all__ = ["open_instance"]

_FORWARDING_BATCH = 20
_FORWARDING_THREADS = 4
_SCORING_BATCH = _SCORING_THREADS = 4
"""How many traces, and how many scenarios, a process scores at a time; the judges of these traces may still be asked
when a budget is used up."""
_DELIVERY_SLOTS = 8
"""How many firings of alerts a process delivers at the same time."""
_UNHURRIED_POLL_SECONDS = 0.5
"""For generation, scoring, alerts, forwarding and lost runs, where a moment more or less does not matter."""

_lock = threading.RLock()
_open: dict[Target, Instance] = {}


class Instance:
    """An open database with its workers, closed when its last user has released it."""

    def __init__(self, target: Target, settings: Settings, now: Callable[[], float]) -> None:
        self.users = 0
        self.database = Database(target)
        self._settings = settings
        self._now = now
        self.sandboxes = Sandboxes(
            settings.sandbox_engine,
            database=self.database,
            now=now,
            limit=settings.sandbox_limit,
            platform=lambda: self._sandboxes_platform,
        )
        self.sealing = Sealing(target, settings.secrets_key)
        self.hosting = Hosting(self.database, self.sandboxes, self.sealing, settings, self._wake, now)
        self.workers = _workers(self.database, settings, now)
        self.workers[RUN_SCENARIO] = self._experiments(settings, now)
        self.workers[RUN_QUEUED] = ParallelWorker(
            self.database,
            {RUN_QUEUED: RunQueued(self.database, self.hosting, now)},
            slots=settings.queue_parallel,
            by_priority=True,
            poll_seconds=_UNHURRIED_POLL_SECONDS,
            now=now,
        )
        try:
            self._resume_jobs(now(), settings)
        except SQLAlchemyError as error:
            self.database.close()
            raise self.database.unusable(error) from error

    def platform(self, settings: Settings, now: Callable[[], float], *, release: Callable[[], None]) -> Platform:
        """Return a platform on the database, which calls `release` at its end."""
        return Platform(
            self.database,
            self.workers,
            release=release,
            settings=settings,
            sandboxes=self.sandboxes,
            sealing=self.sealing,
            hosting=self.hosting,
            now=now,
        )

    @cached_property
    def _sandboxes_platform(self) -> Platform:
        """The platform that answers the commands of sandboxes, which end with this object."""
        return self.platform(self._settings, self._now, release=lambda: None)

    def _experiments(self, settings: Settings, now: Callable[[], float]) -> ParallelWorker:
        alerts = self.workers[EVALUATE_ALERTS]
        handler = RunScenario(self.database, self.sandboxes, settings, self.sealing, alerts.wake, now)
        slots, poll = settings.experiment_parallel, _UNHURRIED_POLL_SECONDS
        return ParallelWorker(self.database, {RUN_SCENARIO: handler}, slots=slots, poll_seconds=poll, now=now)

    def _wake(self, kinds: set[str]) -> None:
        for kind in kinds:
            self.workers[kind].wake()

    def release(self) -> None:
        """Close the database and stop the workers if this was the last user."""
        if self.database.is_forked:
            return
        with _lock:
            self.users -= 1
            if not self.users:
                _open.pop(self.database.target, None)
                self.hosting.close()
                self.sandboxes.close()
                stop_all(self.workers.values(), self.database.close)

    def _resume_jobs(self, moment: float, settings: Settings) -> None:
        """Start the workers if there are jobs, or may be some of other processes."""
        timestamp = isoformat(moment)
        # Players could not send anything while the file was closed: their leases start again.
        leases = {END_LOST_RUN: isoformat(moment + settings.run_lease)}
        with self.database.write() as connection:
            if FORWARD in self.workers:  # the settings may have been corrected since
                requeue_failed(connection, FORWARD, timestamp)
            end_lost_sandboxes(connection, moment, are_all_lost=not self.database.is_shared)
            if not self.database.is_shared:
                self.hosting.servers.pause_all(connection)
            # No other process works on a file: its leases are those of a process that has ended.
            has_jobs = self.database.is_shared or recover(connection, timestamp, later=leases)
        if has_jobs:
            for worker in self.workers.values():
                worker.wake()


def _workers(database: Database, settings: Settings, now: Callable[[], float]) -> dict[str, Worker]:
    """Return a worker for each kind: neither a language model nor an outage of a destination delays grading."""

    def unhurried(kind: str, handler: JobHandler, *, batch: int = 1, threads: int = 1) -> Worker:
        poll = _UNHURRIED_POLL_SECONDS
        return Worker(database, {kind: handler}, batch=batch, threads=threads, poll_seconds=poll, now=now)

    grading = Worker(database, {GRADE: GradeRun()}, now=now)
    deliver = {DELIVER_FIRING: DeliverFiring(settings.alerts, now)}
    delivery = ParallelWorker(database, deliver, slots=_DELIVERY_SLOTS, poll_seconds=_UNHURRIED_POLL_SECONDS, now=now)
    alerts = unhurried(EVALUATE_ALERTS, EvaluateAlerts(database, delivery.wake, now))
    workers = {
        GRADE: grading,
        DELIVER_FIRING: delivery,
        EVALUATE_ALERTS: alerts,
        GENERATE: unhurried(GENERATE, GenerateDataset()),
        END_LOST_RUN: unhurried(END_LOST_RUN, EndLostRun(database, grading.wake)),
        SCORE: unhurried(SCORE, ScoreTrace(database, now, alerts.wake), batch=_SCORING_BATCH, threads=_SCORING_THREADS),
        SCORE_SCENARIO: unhurried(
            SCORE_SCENARIO, ScoreScenario(database, now), batch=_SCORING_BATCH, threads=_SCORING_THREADS
        ),
    }
    if settings.destination is not None:
        forward = ForwardTrace(database, settings.destination)
        workers[FORWARD] = unhurried(FORWARD, forward, batch=_FORWARDING_BATCH, threads=_FORWARDING_THREADS)
    return workers


def open_instance(
    given: str | Path | None, *, settings: Settings | None = None, now: Callable[[], float] = time.time
) -> Platform:
    """Open the platform on a SQLite file, on PostgreSQL, or in memory."""
    settings = settings or Settings.from_env(os.environ)
    target = parse_target(given)
    with _lock:
        instance = _instance(target, settings, now)
        instance.users += 1
        try:
            return instance.platform(settings, now, release=instance.release)
        except BaseException as error:
            instance.release()
            if not isinstance(error, SQLAlchemyError):
                raise
            raise instance.database.unusable(error) from error


def _instance(target: Target, settings: Settings, now: Callable[[], float]) -> Instance:
    if target is None:
        return Instance(None, settings, now)
    if target not in _open:
        _open[target] = Instance(target, settings, now)
    return _open[target]
