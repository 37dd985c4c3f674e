"""Job worker: a thread that claims jobs of some kinds from the queue and runs their handlers."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Any, Protocol

from ..._threads import map_threads, start_daemon
from ..._time import isoformat, parse_iso
from ...errors import AshrLabsError
from ..store.columns import replace_unstorable, unwrap
from ..store.engine import is_outage
from .queue import LEASE_SECONDS, claim, complete, fail, next_due, renew, reschedule

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from sqlalchemy import Connection

    from ..._retry import Backoff
    from ..store.engine import Database
    from .queue import Job

__all__ = ["JobHandler", "RejectedError", "RetryLaterError", "Worker", "stop_all"]

_logger = logging.getLogger(__name__)

_MAX_WAIT_SECONDS = 60.0
_OUTAGE_PAUSE_SECONDS = 1.0
"""Between attempts to reach a database that failed."""


class RetryLaterError(Exception):
    """The job failed now but may succeed later.

    Args:
        reason: Stored with the job.
        after: Seconds that the other side asked to wait; 0 if it did not.
        is_attempt: Whether it counts as one of the job's attempts; not if there was no place to begin.
    """

    def __init__(self, reason: str, *, after: float = 0.0, is_attempt: bool = True) -> None:
        super().__init__(reason)
        self.after = after
        self.is_attempt = is_attempt


class RejectedError(Exception):
    """The job failed for good, for a reason that is not a bug."""


class JobHandler(Protocol):
    """The code for one kind of job. Idempotent: a job may run more than once."""

    max_attempts: int
    """After this many, a job that raises `RetryLaterError`, or whose process was killed, fails."""
    backoff: Backoff
    """The delay after a `RetryLaterError`."""
    keeps_failed: bool
    """Whether failed jobs stay in the queue; others are deleted once `fail` has stored the reason."""

    def start(self, connection: Connection, job: Job) -> Any:
        """Mark the subject as in progress and return the input of `work`; None if there is nothing to do."""

    def work(self, task: Any) -> Any:
        """Do the work, without a transaction, and return the outcome.

        Raises:
            RetryLaterError: It may succeed later.
            RejectedError: It will not succeed; any other exception also fails the job, and is logged.
        """

    def finish(self, connection: Connection, job: Job, outcome: Any, moment: float) -> None:
        """Store the outcome."""

    def fail(self, connection: Connection, job: Job, reason: str) -> None:
        """Store or log why there is no outcome."""


class Worker:
    """Run jobs in a thread that starts with the first `wake`.

    The transaction that stores a job's outcome deletes the job. On a shared database a second thread renews the leases
    of the current jobs, and the worker polls for jobs of other processes. A database file has one process, which makes
    interrupted jobs due again when it opens the file.

    Args:
        database: Holds the queue.
        handlers: By kind of job; other kinds are left alone.
        batch: How many jobs are claimed, and their outcomes stored, in one transaction.
        threads: How many jobs of a batch run at the same time.
        poll_seconds: How often to look for jobs of other processes.
        heartbeat_seconds: How often leases are renewed.
        now: The clock, in seconds since the epoch.
    """

    def __init__(
        self,
        database: Database,
        handlers: Mapping[str, JobHandler],
        *,
        batch: int = 1,
        threads: int = 1,
        poll_seconds: float = 0.1,
        heartbeat_seconds: float = LEASE_SECONDS / 3,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._handlers = handlers
        self._kinds = tuple(handlers)
        self._batch = batch
        self._max_threads = threads
        self._poll_seconds = poll_seconds if database.is_shared else None
        self._heartbeat_seconds = heartbeat_seconds
        self._now = now
        self._woken = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self._ended = threading.Event()
        self._current: Collection[Job] = ()
        self._is_failing = False
        self._after: Callable[[], None] = _nothing

    def wake(self) -> None:
        """Look for jobs now."""
        with self._lock:
            if self._thread is None and not self._stopping.is_set():
                self._thread = start_daemon(self._serve, f"ashr-labs-worker-{self._kinds[0]}")
        self._woken.set()

    def request_stop(self, after: Callable[[], None]) -> None:
        """Stop after the current batch, then call `after`."""
        with self._lock:
            self._after = after
            self._stopping.set()
            is_started = self._thread is not None
        self._woken.set()
        if not is_started:
            after()

    def join(self, timeout: float) -> None:
        """Wait until the thread has ended, at most `timeout` seconds."""
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def _serve(self) -> None:
        heartbeat = start_daemon(self._renew_leases, "ashr-labs-heartbeat") if self._keeps_leases else None
        while not self._stopping.is_set():
            self._woken.clear()
            self._woken.wait(self._run_batch())
        self._await_jobs()
        self._ended.set()
        if heartbeat:
            heartbeat.join()
        self._after()

    @property
    def _keeps_leases(self) -> bool:
        """Whether the leases of the current jobs are renewed."""
        return self._database.is_shared

    def _await_jobs(self) -> None:
        """Wait for jobs that are still running."""

    def _run_batch(self) -> float | None:
        """Run due jobs and return the seconds to wait for more; None waits for `wake`."""
        try:
            wait = self._run_due_jobs()
            self._is_failing = False
        except Exception as error:
            self._log_outage(error)
            return _OUTAGE_PAUSE_SECONDS
        return wait

    def _run_due_jobs(self) -> float | None:
        moment = self._now()
        # A lost claim only means that the job runs again.
        with self._database.write_async_commit() as connection:
            self._current = claim(connection, self._kinds, moment, limit=self._batch)
            if not self._current:
                # A job that is due is being claimed by another process.
                return self._seconds_until(next_due(connection, self._kinds), moment) or self._poll_seconds
            tasks = [(job, self._handlers[job.kind].start(connection, job)) for job in self._current]
        try:
            outcomes = map_threads(self._work, tasks, max_threads=self._max_threads)
            due = self._store_all(tasks, outcomes)
        finally:
            self._current = ()
        return self._seconds_until(due, self._now())

    def _seconds_until(self, due: str | None, moment: float) -> float | None:
        if due is None or (due_at := parse_iso(due)) is None:
            return self._poll_seconds
        return max(0.0, min(due_at.timestamp() - moment, self._poll_seconds or _MAX_WAIT_SECONDS))

    def _work(self, claimed: tuple[Job, Any]) -> Any:
        """Return the outcome, or the exception instead of it."""
        job, task = claimed
        handler = self._handlers[job.kind]
        if job.attempts > handler.max_attempts:
            return RejectedError(f"given up: the platform stopped {handler.max_attempts} times while it worked on this")
        try:
            return None if task is None else handler.work(task)
        except Exception as error:
            return error

    def _store_all(self, tasks: Sequence[tuple[Job, Any]], outcomes: Sequence[Any]) -> str | None:
        """Store the outcomes and return when the next job can be claimed."""
        with self._database.write() as connection:
            for (job, task), outcome in zip(tasks, outcomes, strict=True):
                self._store(connection, job, task, outcome)
            return next_due(connection, self._kinds)

    def _store(self, connection: Connection, job: Job, task: Any, outcome: Any) -> None:
        if isinstance(outcome, Exception):
            self._store_failure(connection, job, outcome)
            return
        handler = self._handlers[job.kind]
        try:
            with connection.begin_nested():
                if complete(connection, job) and task is not None:
                    handler.finish(connection, job, outcome, self._now())
        except Exception as error:
            self._store_failure(connection, job, error)

    def _store_failure(self, connection: Connection, job: Job, error: Exception) -> None:
        """Reschedule the job if it may succeed later, else fail it; raise the error again if it is an outage."""
        if is_outage(error):
            raise error
        handler = self._handlers[job.kind]
        if isinstance(error, RetryLaterError) and (job.attempts < handler.max_attempts or not error.is_attempt):
            delay = max(handler.backoff.delay(job.attempts - 1), error.after)
            attempts = job.attempts - (not error.is_attempt)
            due_at, reason = isoformat(self._now() + delay), replace_unstorable(str(error))
            reschedule(connection, job, due_at, reason, attempts=attempts)
        else:
            self._fail(connection, job, _reason(error, job))

    def _fail(self, connection: Connection, job: Job, reason: str) -> None:
        handler, reason = self._handlers[job.kind], replace_unstorable(reason)
        is_ours = fail(connection, job, reason) if handler.keeps_failed else complete(connection, job)
        if is_ours:
            handler.fail(connection, job, reason)

    def _renew_leases(self) -> None:
        while not self._ended.wait(self._heartbeat_seconds):
            if not self._current:
                continue
            try:
                with self._database.write() as connection:
                    lost = renew(connection, self._current, self._now())
                self._abandon(lost)
            except Exception as error:
                # If the outage lasts, the jobs run a second time elsewhere.
                self._log_outage(error)

    def _abandon(self, lost: Sequence[Job]) -> None:
        """Learn that the outcomes of current jobs will not be stored; a batch ends nevertheless."""

    def _log_outage(self, error: Exception) -> None:
        """Log the first failure of an outage, with a traceback if it is not an ordinary one."""
        if not self._is_failing:
            _logger.error("the job worker cannot access its queue", exc_info=None if is_outage(error) else error)
        self._is_failing = True


def stop_all(workers: Collection[Worker], after: Callable[[], None], *, timeout: float = 10.0) -> None:
    """Stop workers at the same time and call `after` when the last one has ended; wait at most `timeout` seconds."""
    lock = threading.Lock()
    running = len(workers)

    def ended() -> None:
        nonlocal running
        with lock:
            running -= 1
            is_last = running == 0
        if is_last:
            after()

    for worker in workers:
        worker.request_stop(ended)
    deadline = time.monotonic() + timeout
    for worker in workers:
        worker.join(max(0.0, deadline - time.monotonic()))


def _nothing() -> None:
    pass


def _reason(error: Exception, job: Job) -> str:
    cause = unwrap(error)
    if isinstance(cause, RejectedError | RetryLaterError):
        return str(cause)
    if isinstance(cause, AshrLabsError):
        return cause.message
    _logger.error("%s failed on %a", job.kind, job.subject, exc_info=error)
    return f"{type(cause).__name__}: {cause}"
