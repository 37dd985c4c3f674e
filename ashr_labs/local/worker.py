"""The thread that does what calls leave to be done: woken by their commits, and by what a crash left behind."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import delete, select, update

from ..errors import AshrLabsError
from .clock import as_text
from .store.columns import cause_of, storable
from .store.schema import jobs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection

    from .store.engine import Database

__all__ = ["JobKind", "Worker"]

_logger = logging.getLogger(__name__)

_MOST_ATTEMPTS = 3
_WAITING = select(jobs).where(~jobs.c.claimed).order_by(jobs.c.id).limit(1)


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
    id: int
    kind: JobKind
    subject_id: int
    attempts: int
    task: Any


class Worker:
    """Do a database's jobs one after the other in a thread of its own, which starts with the first `wake`.

    A job's row goes with the transaction that stores its outcome. Whoever opens the database after a crash gives
    back what was claimed: the lock on the file proves that nobody works on it any more.
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
        self._serve_until_stopped()
        self._after()

    def _serve_until_stopped(self) -> None:
        while not self._stopping.is_set():
            self._woken.wait()
            self._woken.clear()
            try:
                while not self._stopping.is_set() and self._do_next():
                    pass
            except Exception:
                # The database itself failed; the next call wakes us to try again.
                _logger.exception("the platform's worker could not reach its jobs")

    def _do_next(self) -> bool:
        job = self._claim()
        if job is None:
            return False
        try:
            self._do(job)
        except Exception as error:
            with self._database.write() as connection:
                job.kind.fail(connection, job.subject_id, storable(_reason(error, job)))
                _remove(connection, job)
        return True

    def _claim(self) -> _Job | None:
        with self._database.read() as connection:
            if connection.execute(_WAITING).mappings().one_or_none() is None:
                return None
        with self._database.write() as connection:
            row = connection.execute(_WAITING).mappings().one_or_none()
            if row is None:
                return None
            claim = update(jobs).where(jobs.c.id == row["id"]).values(claimed=True, attempts=row["attempts"] + 1)
            connection.execute(claim)
            kind = self._kinds[row["kind"]]
            return _Job(
                row["id"], kind, row["subject_id"], row["attempts"] + 1, kind.start(connection, row["subject_id"])
            )

    def _do(self, job: _Job) -> None:
        if job.attempts > _MOST_ATTEMPTS:
            raise AshrLabsError(f"given up: the platform stopped {_MOST_ATTEMPTS} times while it worked on this")
        outcome = None if job.task is None else job.kind.work(job.task)
        with self._database.write() as connection:
            if job.task is not None:
                job.kind.finish(connection, job.subject_id, outcome, as_text(self._now()))
            _remove(connection, job)


def _nothing() -> None:
    pass


def _remove(connection: Connection, job: _Job) -> None:
    connection.execute(delete(jobs).where(jobs.c.id == job.id))


def _reason(error: Exception, job: _Job) -> str:
    cause = cause_of(error)
    if isinstance(cause, AshrLabsError):
        return cause.message
    _logger.error("%s failed on %s", type(job.kind).__name__, job.subject_id, exc_info=error)
    return f"{type(cause).__name__}: {cause}"
