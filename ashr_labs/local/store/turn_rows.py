"""The turns of sessions, with what they have used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, case, func, insert, literal, select, update

from ..._time import isoformat
from .hosting_tables import hosted_turns as turns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection

__all__ = [
    "COUNTS",
    "add_turn",
    "copy_turns",
    "ended_turns",
    "find_turn",
    "turn_of_message",
    "turn_totals",
    "update_turn",
]

COUNTS = ("input_tokens", "output_tokens", "cache_creation_tokens", "cache_read_tokens", "tool_calls")
"""The columns that count what a turn has used."""
_IS = (turns.c.session_id == bindparam("session")) & (turns.c.number == bindparam("turn"))
_FIND = select(turns).where(_IS)
_UPDATE = update(turns).where(_IS)
_OF_MESSAGE = (
    select(turns)
    .where(turns.c.session_id == bindparam("session"), turns.c.last_message >= bindparam("message"))
    .order_by(turns.c.number)
    .limit(1)
)


def add_turn(connection: Connection, row: Mapping[str, Any], number: int, trace_id: str, moment: float) -> None:
    """Add a turn that begins, of a session."""
    begun = {
        "session_id": row["id"],
        "number": number,
        "tenant_id": row["tenant_id"],
        "created_at": isoformat(moment),
        "agent_name": row["agent_name"],
        "status": "running",
        "trace_id": trace_id,
        "seconds": 0.0,
    }
    connection.execute(insert(turns), {**begun, **dict.fromkeys(COUNTS, 0)})


def find_turn(connection: Connection, session_id: str, number: int) -> dict[str, Any] | None:
    """Return a turn; None if there is no record of it."""
    row = connection.execute(_FIND, {"session": session_id, "turn": number}).mappings().first()
    return None if row is None else dict(row)


def update_turn(connection: Connection, session_id: str, number: int, **values: Any) -> None:
    """Change a turn."""
    connection.execute(_UPDATE.values(values), {"session": session_id, "turn": number})


def copy_turns(connection: Connection, source: str, target: str, until: int, workspace: int | None) -> None:
    """Copy the turns of a session to a fork, without what they have used, which counts once.

    Args:
        connection: A writing connection.
        source: The session.
        target: The fork.
        until: The number of the last turn.
        workspace: The number of the fork's workspace as of the end of the last turn; those of the others stay behind.
    """
    kept = [turns.c[name] for name in ("number", "tenant_id", "created_at", "agent_name", "trace_id", "last_message")]
    unused = [literal(0).label(name) for name in (*COUNTS, "seconds")]
    is_last = case((turns.c.number == until, workspace), else_=None).label("workspace")
    copied = select(literal(target).label("session_id"), literal("copied").label("status"), *kept, *unused, is_last)
    copied = copied.where(turns.c.session_id == source, turns.c.number <= until)
    connection.execute(insert(turns).from_select([column.name for column in copied.selected_columns], copied))


def turn_of_message(connection: Connection, session_id: str, message: int) -> dict[str, Any] | None:
    """Return the finished turn that a message belongs to, by the number of the message."""
    row = connection.execute(_OF_MESSAGE, {"session": session_id, "message": message}).mappings().first()
    return None if row is None else dict(row)


def ended_turns(connection: Connection, tenant_id: int, wanted: Mapping[str, Any], limit: int) -> list[dict[str, Any]]:
    """Return turns that have ended, newest first.

    Args:
        connection: A connection.
        tenant_id: Their tenant.
        wanted: `session_id`, `agent_name`, `after` and `before` (times as they are stored, both inclusive).
        limit: How many at most.
    """
    newest = (turns.c.ended_at.desc(), turns.c.session_id, turns.c.number)
    rows = connection.execute(select(turns).where(*_conditions(tenant_id, wanted)).order_by(*newest).limit(limit))
    return [dict(row) for row in rows.mappings()]


def turn_totals(connection: Connection, tenant_id: int, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the sums over turns that have ended: the counts, `cost` (None if none is known), `seconds` and `turns`."""
    sums = [func.coalesce(func.sum(turns.c[name]), 0).label(name) for name in (*COUNTS, "seconds")]
    columns: Sequence[Any] = [*sums, func.sum(turns.c.cost).label("cost"), func.count().label("turns")]
    query = select(*columns).select_from(turns).where(*_conditions(tenant_id, wanted))
    row = connection.execute(query).mappings().one()
    # PostgreSQL adds up 64-bit integers as decimal numbers.
    return {**row, **{name: int(row[name]) for name in COUNTS}}


def _conditions(tenant_id: int, wanted: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    conditions = [turns.c.tenant_id == tenant_id, turns.c.ended_at.is_not(None)]
    conditions += [turns.c[name] == wanted[name] for name in ("session_id", "agent_name") if name in wanted]
    if "after" in wanted:
        conditions.append(turns.c.ended_at >= wanted["after"])
    if "before" in wanted:
        conditions.append(turns.c.ended_at <= wanted["before"])
    return conditions
