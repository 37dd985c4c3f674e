"""The queue of prompts for deployed agents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, func, insert, select, update

from .hosting_tables import hosted_queue as queue
from .hosting_tables import hosted_turns as turns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

__all__ = ["STATUSES", "add_item", "count_items", "find_item", "list_items", "update_item"]

STATUSES: Final = ("pending", "processing", "completed", "failed", "cancelled")
_OF_TENANT = queue.c.tenant_id == bindparam("tenant")
_IS = _OF_TENANT & (queue.c.id == bindparam("item"))
_OF_ITEM = (turns.c.session_id == queue.c.session_id) & (turns.c.number == queue.c.turn)
_WITH_TRACE = select(queue, turns.c.trace_id).outerjoin_from(queue, turns, _OF_ITEM)
_FIND = _WITH_TRACE.where(_IS)
_UPDATE = update(queue).where(_IS)
_LIST = _WITH_TRACE.where(_OF_TENANT).order_by(queue.c.created_at.desc(), queue.c.id).limit(bindparam("most"))
_COUNT = select(queue.c.status, func.count()).where(_OF_TENANT).group_by(queue.c.status)


def add_item(connection: Connection, row: Mapping[str, Any]) -> None:
    """Add an item."""
    connection.execute(insert(queue), dict(row))


def find_item(connection: Connection, tenant_id: int, item_id: str, *, locks: bool = False) -> dict[str, Any] | None:
    """Return an item with the `trace_id` of its turn; None if the tenant has none of this id.

    Args:
        connection: A connection.
        tenant_id: The tenant.
        item_id: The id.
        locks: Whether it must not change until the end of the transaction.
    """
    query = _FIND.with_for_update(of=queue) if locks else _FIND
    row = connection.execute(query, {"tenant": tenant_id, "item": item_id}).mappings().first()
    return None if row is None else dict(row)


def list_items(connection: Connection, tenant_id: int, limit: int, status: str | None = None) -> list[dict[str, Any]]:
    """Return items as `find_item` does, newest first: those with a status, or all."""
    query = _LIST if status is None else _LIST.where(queue.c.status == status)
    return [dict(row) for row in connection.execute(query, {"tenant": tenant_id, "most": limit}).mappings()]


def count_items(connection: Connection, tenant_id: int) -> dict[str, int]:
    """Return how many items there are, by status."""
    found: dict[str, int] = dict(connection.execute(_COUNT, {"tenant": tenant_id}).all())
    return {status: found.get(status, 0) for status in STATUSES}


def update_item(connection: Connection, tenant_id: int, item_id: str, **values: Any) -> None:
    """Change an item."""
    connection.execute(_UPDATE.values(values), {"tenant": tenant_id, "item": item_id})
