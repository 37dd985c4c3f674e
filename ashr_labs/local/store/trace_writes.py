"""Writes of traces with their observations."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import BindParameter, bindparam, delete, insert, select

from .columns import upsert
from .schema import observations, traces

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sqlalchemy import Connection

    from .columns import Upsert
    from .trace_rows import TraceRows

__all__ = ["HeldTrace", "claim_traces", "read_held", "replace_observations", "store_trace"]

_KEPT = {"tenant_id", "id", "created_at"}
"""Columns of a trace that do not change when it is replaced."""
_ADD = insert(observations)
_DELETE = delete(observations).where(
    observations.c.tenant_id == bindparam("owner"), observations.c.trace_id == bindparam("trace")
)
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_HELD = select(traces.c.id, traces.c.created_at, traces.c.content).where(
    traces.c.tenant_id == bindparam("owner"), traces.c.id.in_(_IDS)
)
_HELD_OBSERVATIONS = (
    select(observations.c.trace_id, observations.c.content)
    .where(observations.c.tenant_id == bindparam("owner"), observations.c.trace_id.in_(_IDS))
    .order_by(observations.c.trace_id, observations.c.position)
)


class HeldTrace(NamedTuple):
    """A trace that is stored."""

    created_at: str
    content: dict[str, Any]
    """Its fields as sent, without id and observations."""
    observations: list[Any]


def store_trace(connection: Connection, tenant_id: int, trace_id: str, rows: TraceRows, timestamp: str) -> None:
    """Store a trace; one with the same id is replaced, and keeps its creation time."""
    row = {"tenant_id": tenant_id, "id": trace_id, **rows.trace, "created_at": timestamp}
    created_at: str = connection.execute(_replace(connection.dialect.name), row).scalar_one()
    replace_observations(connection, tenant_id, [(trace_id, created_at, rows)])


def claim_traces(connection: Connection, tenant_id: int, new: Mapping[str, TraceRows], timestamp: str) -> None:
    """Add the traces that do not exist, and keep other transactions from changing any of them until this one ends."""
    ordered = sorted(new.items())  # in one order, so that two transactions do not wait for each other
    rows = [{"tenant_id": tenant_id, "id": one, **rows.trace, "created_at": timestamp} for one, rows in ordered]
    connection.execute(_claim(connection.dialect.name), rows)


def read_held(connection: Connection, tenant_id: int, ids: Collection[str]) -> dict[str, HeldTrace]:
    """Return those traces that exist, by id."""
    wanted = {"owner": tenant_id, "ids": list(ids)}
    found = {one: HeldTrace(created_at, content, []) for one, created_at, content in connection.execute(_HELD, wanted)}
    for trace_id, content in connection.execute(_HELD_OBSERVATIONS, wanted):
        found[trace_id].observations.append(content)
    return found


def replace_observations(connection: Connection, tenant_id: int, changed: Iterable[tuple[str, str, TraceRows]]) -> None:
    """Store the observations of traces, each given by its id, creation time and rows, in place of those they have."""
    deleted: list[dict[str, Any]] = []
    added: list[dict[str, Any]] = []
    for trace_id, created_at, rows in changed:
        deleted.append({"owner": tenant_id, "trace": trace_id})
        shared = {"tenant_id": tenant_id, "trace_id": trace_id, "created_at": created_at}
        added += [{**shared, **row, "position": position} for position, row in enumerate(rows.observations)]
    for statement, rows_of_all in ((_DELETE, deleted), (_ADD, added)):
        if rows_of_all:
            connection.execute(statement, rows_of_all)


@cache
def _replace(dialect: str) -> Any:
    """Return the statement that adds or replaces a trace, keeps its creation time, and returns that."""
    new = upsert(dialect, traces)
    changes = {column.name: new.excluded[column.name] for column in traces.c if column.name not in _KEPT}
    store = new.on_conflict_do_update(index_elements=[traces.c.tenant_id, traces.c.id], set_=changes)
    return store.returning(traces.c.created_at)


@cache
def _claim(dialect: str) -> Upsert:
    """Return the statement that adds a trace, or locks the one that is there."""
    new = upsert(dialect, traces)
    key = [traces.c.tenant_id, traces.c.id]
    return new.on_conflict_do_update(index_elements=key, set_={"tenant_id": new.excluded.tenant_id})
