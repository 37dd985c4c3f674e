"""Leases of jobs: a worker has a job until a moment, which it puts off while it is at work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import ColumnElement, and_, delete, or_, select, update

from ..._time import isoformat
from ..store.schema import jobs

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["LEASE_SECONDS", "Lease", "has_work", "lease_next"]

LEASE_SECONDS: Final = 10.0
"""How long a worker that says nothing is believed to be at work."""


@dataclass(frozen=True, slots=True)
class Lease:
    """One turn of one worker at one job; when another worker takes the job up, this turn is over."""

    job_id: int
    kind: str
    subject_id: int
    attempts: int
    """Which turn it is, counted from 1."""

    def renew(self, connection: Connection, moment: float) -> None:
        """Say that the worker is still at work; changes nothing when its turn is over."""
        renewed = update(jobs).where(self._is_ours()).values(leased_until=isoformat(moment + LEASE_SECONDS))
        connection.execute(renewed)

    def end(self, connection: Connection) -> bool:
        """Take the job away, as it is done; False where the turn was over before, and another worker's result counts.

        In one transaction with storing the result, this sees to it that exactly one result is stored.
        """
        return connection.execute(delete(jobs).where(self._is_ours())).rowcount == 1

    def _is_ours(self) -> ColumnElement[bool]:
        return and_(jobs.c.id == self.job_id, jobs.c.attempts == self.attempts)


def has_work(connection: Connection, moment: float) -> bool:
    """Tell whether there is a job that nobody has."""
    return connection.execute(select(jobs.c.id).where(_is_free(moment)).limit(1)).first() is not None


def lease_next(connection: Connection, moment: float) -> Lease | None:
    """Take up the oldest job that nobody has; jobs that others are just taking up do not make this wait."""
    oldest = select(jobs).where(_is_free(moment)).order_by(jobs.c.id).limit(1).with_for_update(skip_locked=True)
    job = connection.execute(oldest).mappings().one_or_none()
    if job is None:
        return None
    attempts = job["attempts"] + 1
    taken = {"attempts": attempts, "leased_until": isoformat(moment + LEASE_SECONDS)}
    connection.execute(update(jobs).where(jobs.c.id == job["id"]).values(taken))
    return Lease(job["id"], job["kind"], job["subject_id"], attempts)


def _is_free(moment: float) -> ColumnElement[bool]:
    return or_(jobs.c.leased_until.is_(None), jobs.c.leased_until < isoformat(moment))
