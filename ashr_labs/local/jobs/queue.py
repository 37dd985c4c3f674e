"""The durable job queue: claim, renew, complete, reschedule, fail.

A worker claims a job by a lease and renews the lease while it works; when the lease expires, another worker can claim
the job. Each claim and each new enqueue changes the job's version, so a worker that has lost its lease, or whose
subject was enqueued again meanwhile, does not store an outcome.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import ColumnElement, delete, func, select, update

from ..._time import isoformat
from ..store.columns import upsert
from ..store.schema import jobs

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqlalchemy import Connection

__all__ = [
    "LEASE_SECONDS",
    "Job",
    "claim",
    "complete",
    "counts",
    "enqueue",
    "fail",
    "next_due",
    "recover",
    "renew",
    "requeue_failed",
    "reschedule",
]

LEASE_SECONDS: Final = 10.0
"""How long a worker keeps a job without renewing its lease."""


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


def enqueue(connection: Connection, kind: str, tenant_id: int, subject: str, timestamp: str) -> None:
    """Add a job; if the subject has one already, that one starts over, even if a worker is busy with it."""
    row = {"kind": kind, "tenant_id": tenant_id, "subject": subject, "created_at": timestamp, "version": 0}
    new = upsert(connection, jobs, {**row, "attempts": 0, "due_at": timestamp, "error": None})
    connection.execute(
        new.on_conflict_do_update(
            index_elements=[jobs.c.kind, jobs.c.tenant_id, jobs.c.subject],
            set_={
                **{name: new.excluded[name] for name in ("attempts", "due_at", "error")},
                "version": jobs.c.version + 1,
            },
        )
    )


def next_due(connection: Connection, kinds: Collection[str]) -> str | None:
    """Return when the next job can be claimed."""
    due: str | None = connection.scalar(select(func.min(jobs.c.due_at)).where(jobs.c.kind.in_(kinds)))
    return due


def claim(connection: Connection, kinds: Collection[str], moment: float, *, limit: int = 1) -> list[Job]:
    """Claim up to `limit` due jobs, earliest first; skip jobs that other workers are claiming right now."""
    due = (
        select(jobs)
        .where(jobs.c.kind.in_(kinds), jobs.c.due_at <= isoformat(moment))
        .order_by(jobs.c.due_at, jobs.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = [
        Job(row["id"], row["kind"], row["tenant_id"], row["subject"], row["attempts"] + 1, row["version"] + 1)
        for row in connection.execute(due).mappings()
    ]
    lease = {"attempts": jobs.c.attempts + 1, "version": jobs.c.version + 1, "due_at": _lease_end(moment)}
    if claimed:
        connection.execute(update(jobs).where(jobs.c.id.in_([job.id for job in claimed])).values(lease))
    return claimed


def renew(connection: Connection, claimed: Iterable[Job], moment: float) -> None:
    """Extend the leases of jobs; leases that were lost stay lost."""
    for job in claimed:
        connection.execute(update(jobs).where(_is_ours(job)).values(due_at=_lease_end(moment)))


def complete(connection: Connection, job: Job) -> bool:
    """Delete a finished job; return False if the lease was lost, so that the outcome must not be stored.

    Called in the transaction that stores the outcome, this ensures that exactly one outcome is stored.
    """
    return connection.execute(delete(jobs).where(_is_ours(job))).rowcount == 1


def reschedule(connection: Connection, job: Job, due_at: str, reason: str) -> None:
    """Make a job due again later, unless the lease was lost."""
    connection.execute(update(jobs).where(_is_ours(job)).values(due_at=due_at, error=reason))


def fail(connection: Connection, job: Job, reason: str) -> bool:
    """Keep a job as failed until `requeue_failed`; return False if the lease was lost."""
    failed = update(jobs).where(_is_ours(job)).values(due_at=None, error=reason)
    return connection.execute(failed).rowcount == 1


def recover(connection: Connection, timestamp: str) -> bool:
    """Make all waiting jobs due now and return True if there are any; for a database that only this process uses."""
    pending = update(jobs).where(jobs.c.due_at > timestamp).values(due_at=timestamp)
    connection.execute(pending)
    return connection.execute(select(jobs.c.id).limit(1)).first() is not None


def requeue_failed(connection: Connection, kind: str, timestamp: str) -> None:
    """Make failed jobs due again, with all their attempts."""
    failed = update(jobs).where(jobs.c.kind == kind, jobs.c.due_at.is_(None))
    connection.execute(failed.values(due_at=timestamp, attempts=0))


def counts(connection: Connection, kind: str) -> dict[str, int]:
    """Return how many jobs are waiting and how many have failed."""
    row = connection.execute(select(func.count(jobs.c.due_at), func.count()).where(jobs.c.kind == kind)).one()
    return {"waiting": row[0], "given_up": row[1] - row[0]}


def _lease_end(moment: float) -> str:
    return isoformat(moment + LEASE_SECONDS)


def _is_ours(job: Job) -> ColumnElement[bool]:
    return (jobs.c.id == job.id) & (jobs.c.version == job.version)
