"""The job that ends a run whose player is not heard of any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, select, type_coerce, update

from ..._retry import Backoff
from ..._time import isoformat
from ..store.columns import CheckedText
from ..store.event_log import touch
from ..store.raw_json import RawJSON, decode
from ..store.run_events import run_topic
from ..store.run_tests import LOST, RUNNING, delete_tests, read_tests
from ..store.schema import runs
from .handlers import GRADE
from .queue import enqueue

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from ..store.engine import Database
    from .queue import Job

__all__ = ["END_LOST_RUN", "EndLostRun"]

END_LOST_RUN: Final = "end_lost_run"
"""Due when the lease of a run ends: each call of the player enqueues it again for later."""

_STARTED = select(type_coerce(runs.c.result, CheckedText)).where(
    runs.c.id == bindparam("run"), runs.c.playing == RUNNING
)
_UPDATE = update(runs).where(runs.c.id == bindparam("run"))


class EndLostRun:
    """End a run as `cancelled` with the tests that it has, and have it graded.

    Args:
        database: Has the tests.
        wake_grading: Called before the end of the transaction that enqueues the grading.
    """

    max_attempts = 3
    backoff = Backoff(first=1.0, cap=60.0)
    keeps_failed = False

    def __init__(self, database: Database, wake_grading: Callable[[], object]) -> None:
        self._database = database
        self._wake_grading = wake_grading

    def start(self, connection: Connection, job: Job) -> tuple[int, str] | None:
        """Read the run as it was started; None if it was deleted or has ended."""
        run_id = int(job.subject)
        started: str | None = connection.scalar(_STARTED, {"run": run_id})
        return None if started is None else (run_id, started)

    def work(self, task: tuple[int, str]) -> RawJSON:
        """Return the result of the run."""
        run_id, started = task
        with self._database.read() as connection:
            tests = read_tests(connection, run_id)
        result = decode(started)
        metrics = {**result["aggregate_metrics"], "total_tests": len(tests)}
        return RawJSON.dump({**result, "tests": tests, "status": "cancelled", "aggregate_metrics": metrics})

    def finish(self, connection: Connection, job: Job, outcome: RawJSON, moment: float) -> None:
        """Store the result, and enqueue the grading."""
        # On SQLite the worker of gradings waits for this transaction; on PostgreSQL it looks for jobs regularly.
        enqueue(connection, GRADE, job.tenant_id, job.subject, isoformat(moment))
        self._end(connection, job, result=outcome)
        self._wake_grading()

    def fail(self, connection: Connection, job: Job, reason: str) -> None:
        """Store the reason in the run."""
        self._end(connection, job, grading_status="failed", grading_error=reason)
        touch(connection, run_topic(int(job.subject)))

    def _end(self, connection: Connection, job: Job, **values: Any) -> None:
        run_id = int(job.subject)
        connection.execute(_UPDATE.values(playing=LOST, **values), {"run": run_id})
        delete_tests(connection, run_id)
