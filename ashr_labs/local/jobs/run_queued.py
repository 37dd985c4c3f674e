"""The job that answers one prompt of the queue, in a session."""

from __future__ import annotations

import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ..._retry import Backoff
from ..._time import isoformat
from ...errors import AshrLabsError, BadRequestError, ConflictError, NotFoundError
from ..failures import RefusedError
from ..hosting.deploying import manifest_of
from ..hosting.environment import session_config
from ..keys import Principal
from ..store.hosting_rows import read_agent, read_session
from ..store.queue_rows import find_item, update_item
from ..store.trace_pages import read_trace
from ..store.turn_rows import find_turn
from .queue import enqueue
from .worker import RetryLaterError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection

    from ..hosting.sessions import Hosting
    from ..store.engine import Database
    from .queue import Job

__all__ = ["RUN_QUEUED", "RunQueued"]

RUN_QUEUED: Final = "run_queued"
_BACKOFF = Backoff(first=5.0, cap=300.0)
_GONE, _MISDIRECTED, _UNSUPPORTED, _AT_CAPACITY = 410, 421, 501, 503
_BUSY_SECONDS: Final = 0.5
"""After which a session that was in a turn, or on another server, is tried again."""
_CAPACITY_SECONDS: Final = 1.0


class _Outcome(NamedTuple):
    """The end of an attempt."""

    status: str
    """`completed`, `failed`, or `busy` if it did not begin."""
    result: str | None = None
    error: str | None = None
    is_final: bool = False
    """Whether another attempt would fail, too."""


class RunQueued:
    """Answer a prompt of the queue.

    The turn that answers it is noted in the transaction that begins it. When the platform stops, a turn that has ended
    by then is the answer, and one that was cut off is a failed attempt.

    Args:
        database: Has the queue.
        hosting: The sessions.
        now: The clock, in seconds since the epoch.
    """

    max_attempts = 20
    """How often the platform may stop while it works on an item."""
    backoff = _BACKOFF
    keeps_failed = False

    def __init__(self, database: Database, hosting: Hosting, now: Callable[[], float]) -> None:
        self._database = database
        self._hosting = hosting
        self._now = now
        self._abandoned: dict[Job, threading.Event] = {}

    def start(self, connection: Connection, job: Job) -> tuple[Job, dict[str, Any]] | None:
        """Mark the item as being processed; None if it has an end."""
        item = find_item(connection, job.tenant_id, job.subject, locks=True)
        if item is None or item["status"] not in {"pending", "processing"}:
            return None
        if item["status"] == "pending":
            begun = {"status": "processing", "started_at": isoformat(self._now()), "turn": None}
            update_item(connection, job.tenant_id, job.subject, **begun)
            item |= begun
        return job, item

    def work(self, task: tuple[Job, dict[str, Any]]) -> _Outcome:
        """Play the turn, and return how it ended.

        Raises:
            RetryLaterError: There is no place for a sandbox, or the platform is closing.
        """
        job, item = task
        self._abandoned[job] = threading.Event()
        try:
            return self._answered(job, item)
        except ConflictError:
            return _Outcome("busy")
        except RefusedError as error:
            return _refused(error)
        except AshrLabsError as error:
            return _Outcome("failed", error=error.message, is_final=isinstance(error, NotFoundError))
        finally:
            del self._abandoned[job]

    def finish(self, connection: Connection, job: Job, outcome: _Outcome, moment: float) -> None:
        """Store the outcome; an attempt that failed is repeated later, if there are any left."""
        item = find_item(connection, job.tenant_id, job.subject, locks=True)
        if item is None:
            return
        change = partial(update_item, connection, job.tenant_id, job.subject)
        if outcome.status == "completed":
            change(status="completed", completed_at=isoformat(moment), result=outcome.result, error=None)
        elif outcome.status == "busy":
            self._wait(connection, job, item, moment + _BUSY_SECONDS)
        else:
            count = item["retry_count"] + 1
            change(retry_count=count, error=outcome.error)
            if outcome.is_final or count >= item["max_retries"]:
                change(status="failed", completed_at=isoformat(moment))
            else:
                self._wait(connection, job, item, moment + _BACKOFF.delay(count - 1))

    def fail(self, connection: Connection, job: Job, reason: str) -> None:
        """Store the reason."""
        moment = isoformat(self._now())
        update_item(connection, job.tenant_id, job.subject, status="failed", error=reason, completed_at=moment)

    def abandon(self, job: Job) -> None:
        """Stop waiting for the end of the turn."""
        if (abandoned := self._abandoned.get(job)) is not None:
            abandoned.set()

    def _wait(self, connection: Connection, job: Job, item: Mapping[str, Any], due: float) -> None:
        update_item(connection, job.tenant_id, job.subject, status="pending", turn=None)
        enqueue(connection, RUN_QUEUED, job.tenant_id, job.subject, isoformat(due), priority=item["priority"])

    def _answered(self, job: Job, item: Mapping[str, Any]) -> _Outcome:
        if item["turn"] is not None:  # the platform was stopped after the turn had begun
            return self._outcome(job, item["session_id"], item["turn"])
        principal = Principal(job.tenant_id, item["user_id"])
        session_id = self._session(principal, job, item)
        numbers: list[int] = []

        def begin(connection: Connection, number: int) -> None:
            numbers.append(number)
            update_item(connection, job.tenant_id, job.subject, turn=number, session_id=session_id)

        self._hosting.send(principal, session_id, {"content": item["prompt"]}, begin)
        self._hosting.await_turn(session_id, numbers[-1], self._abandoned[job])
        outcome = self._outcome(job, session_id, numbers[-1])
        if item["makes_session"]:
            with suppress(BadRequestError):  # its process has ended
                self._hosting.stop(principal, session_id)
        return outcome

    def _session(self, principal: Principal, job: Job, item: Mapping[str, Any]) -> str:
        """Return an active session for an item: its own one, or a new one."""
        if not item["makes_session"]:
            session_id: str = item["session_id"]
            with self._database.read() as connection:
                row = read_session(connection, job.tenant_id, session_id)
            if row["status"] != "active":
                self._hosting.resume(principal, session_id)
            return session_id
        with self._database.read() as connection:
            agent = read_agent(connection, job.tenant_id, item["agent_name"])
        config = session_config(agent, {})
        created: str = self._hosting.create(principal, agent, manifest_of(agent["bundle"]), config)["id"]
        return created

    def _outcome(self, job: Job, session_id: str, number: int) -> _Outcome:
        with self._database.read() as connection:
            turn = find_turn(connection, session_id, number)
            trace = None if turn is None else read_trace(connection, job.tenant_id, turn["trace_id"])
        if turn is None or turn["ended_at"] is None or trace is None:
            raise RetryLaterError("the platform was closed during the turn", is_attempt=False)
        if turn["status"] == "completed":
            return _Outcome("completed", result=trace.get("output"))
        reason = trace["observations"][0].get("status_message")
        return _Outcome("failed", error=reason)


def _refused(error: RefusedError) -> _Outcome:
    if error.status == _AT_CAPACITY:
        raise RetryLaterError(error.message, after=_CAPACITY_SECONDS, is_attempt=False) from error
    if error.status == _MISDIRECTED:
        return _Outcome("busy")
    return _Outcome("failed", error=error.message, is_final=error.status in {_GONE, _UNSUPPORTED})
