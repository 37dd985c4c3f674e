"""What is still to be passed on: a row for each trace, taken by one sender at a time, whatever process it is in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, func, insert, select, update

from ..store.schema import forwards, observations, traces

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement, Connection

__all__ = ["Claim", "add", "claim_due", "counts", "done", "next_due", "put_off", "revive", "trace_of"]


@dataclass(frozen=True, slots=True)
class Claim:
    """A row that was taken until a moment."""

    tenant_id: int
    trace_id: str
    attempts: int
    """This one included."""
    until: str
    """Also tells whether the row is still ours: it changes when somebody else takes it, or the trace comes again."""


def add(connection: Connection, tenant_id: int, trace_id: str, timestamp: str) -> None:
    """Have a trace passed on; one that is passed on already, or was given up, is passed on anew."""
    fresh = {"attempts": 0, "due_at": timestamp, "error": None}
    key = and_(forwards.c.tenant_id == tenant_id, forwards.c.trace_id == trace_id)
    if connection.execute(update(forwards).where(key).values(fresh)).rowcount == 0:
        row = {"tenant_id": tenant_id, "trace_id": trace_id, "created_at": timestamp, **fresh}
        connection.execute(insert(forwards), row)


def claim_due(connection: Connection, now: str, until: str, *, limit: int) -> list[Claim]:
    """Take rows whose time has come."""
    due = select(forwards).where(forwards.c.due_at <= now).order_by(forwards.c.due_at).limit(limit)
    claims: list[Claim] = []
    for row in connection.execute(due).mappings().all():
        claim = Claim(row["tenant_id"], row["trace_id"], row["attempts"] + 1, until)
        mine = and_(_key(claim), forwards.c.due_at == row["due_at"])
        taken = update(forwards).where(mine).values(due_at=until, attempts=claim.attempts)
        if connection.execute(taken).rowcount == 1:
            claims.append(claim)
    return claims


def next_due(connection: Connection) -> str | None:
    """Return when the next row's time comes."""
    moment: str | None = connection.scalar(select(func.min(forwards.c.due_at)))
    return moment


def trace_of(connection: Connection, claim: Claim) -> dict[str, Any] | None:
    """Return the trace with its observations, as they came; None where it is gone."""
    wanted = select(traces.c.created_at, traces.c.content).where(
        traces.c.tenant_id == claim.tenant_id, traces.c.id == claim.trace_id
    )
    row = connection.execute(wanted).mappings().one_or_none()
    if row is None:
        return None
    sent = (
        select(observations.c.content)
        .where(observations.c.tenant_id == claim.tenant_id, observations.c.trace_id == claim.trace_id)
        .order_by(observations.c.position)
    )
    content: Mapping[str, Any] = row["content"]
    return {
        **content,
        "id": claim.trace_id,
        "created_at": row["created_at"],
        "observations": connection.scalars(sent).all(),
    }


def done(connection: Connection, claim: Claim) -> None:
    """Forget a row, unless its trace came again meanwhile."""
    connection.execute(delete(forwards).where(_key(claim), forwards.c.due_at == claim.until))


def put_off(connection: Connection, claim: Claim, due_at: str | None, reason: str) -> None:
    """Have a row tried again at a moment, or never, unless its trace came again meanwhile."""
    mine = and_(_key(claim), forwards.c.due_at == claim.until)
    connection.execute(update(forwards).where(mine).values(due_at=due_at, error=reason))


def revive(connection: Connection, timestamp: str) -> None:
    """Have all that was given up tried again, and what a crash left taken, where nobody else can have taken it."""
    given_up = update(forwards).values(due_at=timestamp, attempts=0).where(forwards.c.due_at.is_(None))
    connection.execute(given_up)
    if connection.dialect.name == "sqlite":  # the file has one process
        connection.execute(update(forwards).values(due_at=timestamp).where(forwards.c.due_at > timestamp))


def counts(connection: Connection) -> dict[str, int]:
    """Return how many rows wait, and how many were given up."""
    row = connection.execute(select(func.count(forwards.c.due_at), func.count())).one()
    return {"waiting": row[0], "given_up": row[1] - row[0]}


def _key(claim: Claim) -> ColumnElement[bool]:
    return and_(forwards.c.tenant_id == claim.tenant_id, forwards.c.trace_id == claim.trace_id)
