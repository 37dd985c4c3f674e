"""The durable job queue: claim, renew, complete, reschedule, fail.

A worker claims a job by a lease and renews the lease while it works; when the lease expires, another worker can claim
the job. Each claim and each new enqueue changes the job's version, so a worker that has lost its lease, or whose
subject was enqueued again meanwhile, does not store an outcome.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, delete, func, select, update

from ..._time import isoformat
from ..store.columns import upsert
from ..store.schema import jobs

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sqlalchemy import Connection

    from ..store.columns import Upsert

__all__ = [
    "LEASE_SECONDS",
    "Job",
    "claim",
    "complete",
    "counts",
    "enqueue",
    "enqueue_unless_waiting",
    "fail",
    "next_due",
    "recover",
    "renew",
    "requeue_failed",
    "reschedule",
    "withdraw",
]

LEASE_SECONDS: Final = 10.0
"""How long a worker keeps a job without renewing its lease."""
_RETRIED = ("attempts", "due_at", "error", "priority")

_OF_KINDS = jobs.c.kind.in_(bindparam("kinds", expanding=True))
_NEXT_DUE = select(func.min(jobs.c.due_at)).where(_OF_KINDS)
_WAITING = (
    select(jobs.c.id, jobs.c.kind, jobs.c.tenant_id, jobs.c.subject, jobs.c.attempts, jobs.c.version)
    .where(_OF_KINDS, jobs.c.due_at <= bindparam("now"))
    .limit(bindparam("maximum"))
    .with_for_update(skip_locked=True)
)
_DUE = _WAITING.order_by(jobs.c.due_at, jobs.c.id)
_DUE_BY_PRIORITY = _WAITING.order_by(jobs.c.priority.desc(), jobs.c.created_at, jobs.c.id)
_LEASE = (
    update(jobs)
    .where(jobs.c.id.in_(bindparam("claimed", expanding=True)))
    .values(attempts=jobs.c.attempts + 1, version=jobs.c.version + 1, due_at=bindparam("lease_end"))
)
_IS_OURS = (jobs.c.id == bindparam("job_id")) & (jobs.c.version == bindparam("held_version"))
_UPDATE = update(jobs).where(_IS_OURS)
_DELETE = delete(jobs).where(_IS_OURS)
_WITHDRAW = delete(jobs).where(
    jobs.c.kind == bindparam("job_kind"), jobs.c.tenant_id == bindparam("tenant"), jobs.c.subject == bindparam("of")
)


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed job."""

    id: int
    kind: str
    tenant_id: int
    subject: str
    attempts: int
    """The number of this attempt, from 1."""
    version: int


def enqueue(
    connection: Connection, kind: str, tenant_id: int, subject: str, timestamp: str, *, priority: int = 0
) -> None:
    """Add a job; if the subject has one already, that one starts over, even if a worker is busy with it.

    Args:
        connection: A writing connection.
        kind: What is to be done.
        tenant_id: For whom.
        subject: With what.
        timestamp: When it is due.
        priority: Its priority among the jobs of a kind whose worker claims by priority.
    """
    row = {"kind": kind, "tenant_id": tenant_id, "subject": subject, "created_at": timestamp, "version": 0}
    new = {**row, "attempts": 0, "due_at": timestamp, "priority": priority}
    connection.execute(_enqueue(connection.dialect.name), new)


def enqueue_unless_waiting(connection: Connection, kind: str, tenant_id: int, subject: str, timestamp: str) -> None:
    """Add a job; one that is waiting stays as it is, and one that a worker is busy with starts over."""
    row = {"kind": kind, "tenant_id": tenant_id, "subject": subject, "created_at": timestamp, "version": 0}
    new = {**row, "attempts": 0, "due_at": timestamp, "priority": 0}
    connection.execute(_enqueue(connection.dialect.name, only_busy=True), new)


@cache
def _enqueue(dialect: str, *, only_busy: bool = False) -> Upsert:
    new = upsert(dialect, jobs)
    return new.on_conflict_do_update(
        index_elements=[jobs.c.kind, jobs.c.tenant_id, jobs.c.subject],
        set_={**{name: new.excluded[name] for name in _RETRIED}, "version": jobs.c.version + 1},
        where=jobs.c.attempts > 0 if only_busy else None,
    )


def withdraw(connection: Connection, kind: str, tenant_id: int, subject: str) -> None:
    """Delete the job of a subject, even if a worker is busy with it."""
    connection.execute(_WITHDRAW, {"job_kind": kind, "tenant": tenant_id, "of": subject})


def next_due(connection: Connection, kinds: Collection[str]) -> str | None:
    """Return when the next job can be claimed."""
    due: str | None = connection.scalar(_NEXT_DUE, {"kinds": kinds})
    return due


def claim(
    connection: Connection, kinds: Collection[str], moment: float, *, limit: int = 1, by_priority: bool = False
) -> list[Job]:
    """Claim up to `limit` due jobs; skip jobs that other workers are claiming right now.

    Args:
        connection: A writing connection.
        kinds: The kinds of jobs.
        moment: The time, in seconds since the epoch.
        limit: How many at most.
        by_priority: Whether those of a higher priority come first, and then the oldest; else those that were due first.
    """
    now, lease_end = isoformat(moment), isoformat(moment + LEASE_SECONDS)
    claimed = [
        Job(number, kind, tenant_id, subject, attempts + 1, version + 1)
        for number, kind, tenant_id, subject, attempts, version in connection.execute(
            _DUE_BY_PRIORITY if by_priority else _DUE, {"kinds": kinds, "now": now, "maximum": limit}
        )
    ]
    if claimed:
        connection.execute(_LEASE, {"claimed": [job.id for job in claimed], "lease_end": lease_end})
    return claimed


def renew(connection: Connection, claimed: Iterable[Job], moment: float) -> list[Job]:
    """Extend the leases of jobs, and return the jobs whose leases were lost; these stay lost."""
    due_at = isoformat(moment + LEASE_SECONDS)
    return [job for job in claimed if not connection.execute(_UPDATE, {**_key(job), "due_at": due_at}).rowcount]


def complete(connection: Connection, job: Job) -> bool:
    """Delete a finished job; return False if the lease was lost, so that the outcome must not be stored.

    Called in the transaction that stores the outcome, this ensures that exactly one outcome is stored.
    """
    return connection.execute(_DELETE, _key(job)).rowcount == 1


def reschedule(connection: Connection, job: Job, due_at: str, reason: str, *, attempts: int) -> None:
    """Make a job due again later, with this number of attempts behind it, unless the lease was lost."""
    connection.execute(_UPDATE, {**_key(job), "due_at": due_at, "error": reason, "attempts": attempts})


def fail(connection: Connection, job: Job, reason: str) -> bool:
    """Keep a job as failed until `requeue_failed`; return False if the lease was lost."""
    return connection.execute(_UPDATE, {**_key(job), "due_at": None, "error": reason}).rowcount == 1


def recover(connection: Connection, timestamp: str, *, later: Mapping[str, str]) -> bool:
    """Make all waiting jobs due and return True if there are any; for a database that only this process uses.

    They are due now, or at another time if `later` has their kind.
    """
    pending = update(jobs).where(jobs.c.due_at > timestamp, jobs.c.kind.not_in(later)).values(due_at=timestamp)
    connection.execute(pending)
    for kind, due_at in later.items():
        connection.execute(update(jobs).where(jobs.c.kind == kind, jobs.c.due_at < due_at).values(due_at=due_at))
    return connection.execute(select(jobs.c.id).limit(1)).first() is not None


def requeue_failed(connection: Connection, kind: str, timestamp: str) -> None:
    """Make failed jobs due again, with all their attempts."""
    failed = update(jobs).where(jobs.c.kind == kind, jobs.c.due_at.is_(None))
    connection.execute(failed.values(due_at=timestamp, attempts=0))


def counts(connection: Connection, kind: str) -> dict[str, int]:
    """Return how many jobs are waiting and how many have failed."""
    row = connection.execute(select(func.count(jobs.c.due_at), func.count()).where(jobs.c.kind == kind)).one()
    return {"waiting": row[0], "given_up": row[1] - row[0]}


def _key(job: Job) -> dict[str, int]:
    return {"job_id": job.id, "held_version": job.version}
