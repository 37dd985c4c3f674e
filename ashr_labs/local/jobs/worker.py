"""The thread that does what calls leave to be done: woken by their commits, and by what other processes left."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from ..._time import isoformat
from ...errors import AshrLabsError
from ..store.columns import cause_of, storable
from ..store.outages import is_outage
from .queue import LEASE_SECONDS, Lease, has_work, lease_next

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection

    from ..store.engine import Database

__all__ = ["JobKind", "Worker"]

_logger = logging.getLogger(__name__)

_MOST_ATTEMPTS = 3
_HEARTBEAT_SECONDS = LEASE_SECONDS / 3
_POLL_SECONDS = 0.1
"""How often a worker looks for jobs of other processes, which do not wake it."""
_PAUSE_SECONDS = 1.0
"""How long a worker leaves a shared database alone that failed."""


class JobKind(Protocol):
    """One kind of work; done twice, it changes nothing."""

    def start(self, connection: Connection, subject_id: int) -> Any:
        """Mark the subject as being worked on and read what `work` needs; None where nothing is left to do."""

    def work(self, task: Any) -> Any:
        """Do it, without the database."""

    def finish(self, connection: Connection, subject_id: int, outcome: Any, timestamp: str) -> None:
        """Store what came out."""

    def fail(self, connection: Connection, subject_id: int, reason: str) -> None:
        """Store why nothing came out."""


@dataclass(frozen=True, slots=True)
class _Job:
    lease: Lease
    kind: JobKind
    task: Any


class Worker:
    """Do a database's jobs one after the other in a thread of its own, which starts with the first `wake`.

    A job's row goes with the transaction that stores its outcome. On a shared database a second thread renews the
    lease of the job at hand; a worker that is gone does not, so another one takes the job up. A file has one worker,
    and whoever opens it next gives all leases back.
    """

    def __init__(
        self, database: Database, kinds: Mapping[str, JobKind], *, now: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._kinds = kinds
        self._now = now
        self._woken = threading.Event()
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self._ended = threading.Event()
        self._at_hand: Lease | None = None
        self._is_failing = False
        self._after: Callable[[], None] = _nothing

    def wake(self) -> None:
        """Say that there may be work."""
        with self._guard:
            if self._thread is None and not self._stopping.is_set():
                self._thread = threading.Thread(target=self._serve, name="ashr-labs-worker", daemon=True)
                self._thread.start()
        self._woken.set()

    def stop(self, after: Callable[[], None], *, timeout: float = 10.0) -> None:
        """End with the job at hand, then call `after`; wait for that `timeout` seconds at most."""
        with self._guard:
            self._after = after
            self._stopping.set()
        self._woken.set()
        if self._thread is None:
            after()
        elif self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def _serve(self) -> None:
        if self._database.is_shared:
            heartbeat = threading.Thread(target=self._renew_until_ended, name="ashr-labs-heartbeat", daemon=True)
            heartbeat.start()
            self._serve_until_stopped(_POLL_SECONDS)
            self._ended.set()
            heartbeat.join()
        else:
            self._serve_until_stopped(None)
        self._after()

    def _serve_until_stopped(self, poll_seconds: float | None) -> None:
        while not self._stopping.is_set():
            self._woken.wait(poll_seconds)
            self._woken.clear()
            try:
                while not self._stopping.is_set() and self._do_next():
                    pass
                self._is_failing = False
            except Exception as error:
                # The database itself failed. A file is tried again at the next call, a shared one after a pause.
                self._tell(error)
                self._stopping.wait(0 if poll_seconds is None else _PAUSE_SECONDS)

    def _renew_until_ended(self) -> None:
        while not self._ended.wait(_HEARTBEAT_SECONDS):
            lease = self._at_hand
            try:
                if lease is not None:
                    with self._database.write() as connection:
                        lease.renew(connection, self._now())
            except Exception as error:
                # If it goes on, the job is done a second time.
                self._tell(error)

    def _tell(self, error: Exception) -> None:
        if not self._is_failing or not self._database.is_shared:
            trace = None if is_outage(error) else error
            _logger.error("the platform's worker could not reach its jobs", exc_info=trace)
        self._is_failing = True

    def _do_next(self) -> bool:
        job = self._take()
        if job is None:
            return False
        self._at_hand = job.lease
        try:
            self._do(job)
        except Exception as error:
            if is_outage(error):
                raise
            with self._database.write() as connection:
                if job.lease.end(connection):
                    job.kind.fail(connection, job.lease.subject_id, storable(_reason(error, job)))
        finally:
            self._at_hand = None
        return True

    def _take(self) -> _Job | None:
        with self._database.read() as connection:
            if not has_work(connection, self._now()):
                return None
        # Were the lease lost, the job would be done once more, which changes nothing.
        with self._database.write_lightly() as connection:
            lease = lease_next(connection, self._now())
            if lease is None:
                return None
            kind = self._kinds[lease.kind]
            return _Job(lease, kind, kind.start(connection, lease.subject_id))

    def _do(self, job: _Job) -> None:
        if job.lease.attempts > _MOST_ATTEMPTS:
            raise AshrLabsError(f"given up: the platform stopped {_MOST_ATTEMPTS} times while it worked on this")
        outcome = None if job.task is None else job.kind.work(job.task)
        with self._database.write() as connection:
            if job.lease.end(connection) and job.task is not None:
                job.kind.finish(connection, job.lease.subject_id, outcome, isoformat(self._now()))


def _nothing() -> None:
    pass


def _reason(error: Exception, job: _Job) -> str:
    cause = cause_of(error)
    if isinstance(cause, AshrLabsError):
        return cause.message
    _logger.error("%s failed on %s", type(job.kind).__name__, job.lease.subject_id, exc_info=error)
    return f"{type(cause).__name__}: {cause}"
