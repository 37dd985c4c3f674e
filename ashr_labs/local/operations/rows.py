"""Access to a tenant's rows: one by id, or a page, newest first."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select, type_coerce

from ...errors import AuthorizationError, NotFoundError
from ..store.columns import JSONText, RawJSONText
from ..store.pages import fetch_page
from ..store.schema import agents, users

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import ColumnElement, RowMapping, Select, Table

    from .registry import Context

__all__ = ["check_exists", "check_user", "get_agent_row", "get_row", "page", "raw_columns"]

_DEFAULT_LIMIT = 50


def get_row(context: Context, table: Table, row_id: int, *, noun: str) -> RowMapping:
    """Return the tenant's row with this id.

    Raises:
        NotFoundError: It does not exist, or belongs to another tenant.
    """
    key = {"row_id": row_id, "tenant_id": context.principal.tenant_id}
    row = context.connection.execute(_row_by_id(table), key).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"there is no {noun} {row_id}")
    return row


def check_exists(context: Context, table: Table, row_id: int, *, noun: str) -> None:
    """Check that the tenant has a row with this id, without reading it.

    Raises:
        NotFoundError: It does not exist, or belongs to another tenant.
    """
    key = {"row_id": row_id, "tenant_id": context.principal.tenant_id}
    if context.connection.scalar(_id_by_id(table), key) is None:
        raise NotFoundError(f"there is no {noun} {row_id}")


def get_agent_row(context: Context, agent_id: int, *, for_update: bool = False) -> RowMapping:
    """Return the tenant's agent with this id; with `for_update` it cannot be deleted before the end of the transaction.

    Raises:
        NotFoundError: It does not exist, was deleted, or belongs to another tenant.
    """
    if for_update:
        own = select(agents.c.id).where(agents.c.id == agent_id, agents.c.tenant_id == context.principal.tenant_id)
        context.connection.execute(own.with_for_update(read=True))
    agent = get_row(context, agents, agent_id, noun="agent")
    if not agent["is_active"]:
        raise NotFoundError(f"agent {agent_id} was deleted")
    return agent


def page(
    context: Context,
    rows: Select[Any],
    table: Table,
    params: Mapping[str, Any],
    *conditions: ColumnElement[bool],
    convert: Callable[[Mapping[Any, Any]], dict[str, Any]],
) -> tuple[list[dict[str, Any]], int | None]:
    """Return one page of the tenant's records, newest first, and the cursor of the next page, if any.

    Args:
        context: The context of the call.
        rows: The rows to select from.
        table: The table with the columns `id` and `tenant_id`.
        params: May have `limit`, `cursor` and `offset`.
        conditions: More conditions.
        convert: Returns the record for a row.
    """
    limit: int = params.get("limit", _DEFAULT_LIMIT)
    wanted = rows.where(table.c.tenant_id == context.principal.tenant_id, *conditions)
    if "cursor" in params:
        wanted = wanted.where(table.c.id < params["cursor"])
    wanted = wanted.order_by(table.c.id.desc()).offset(params.get("offset", 0))
    found, has_more = fetch_page(context.connection, wanted, limit, convert)
    return found, found[-1]["id"] if has_more else None


def check_user(context: Context, user_id: int) -> int:
    """Return the id of a user of the tenant.

    Raises:
        AuthorizationError: The tenant does not have this user.
    """
    principal = context.principal
    if user_id == principal.user_id:  # found with the key
        return user_id
    if context.connection.scalar(_id_by_id(users), {"row_id": user_id, "tenant_id": principal.tenant_id}) is None:
        raise AuthorizationError(f"user {user_id} must belong to the tenant of the API key")
    return user_id


def raw_columns(table: Table) -> list[ColumnElement[Any]]:
    """Return the columns of a table with JSON left undecoded."""
    return [
        type_coerce(column, RawJSONText).label(column.name) if isinstance(column.type, JSONText) else column
        for column in table.c
    ]


@cache
def _row_by_id(table: Table) -> Select[Any]:
    return select(*raw_columns(table)).where(
        table.c.id == bindparam("row_id"), table.c.tenant_id == bindparam("tenant_id")
    )


@cache
def _id_by_id(table: Table) -> Select[Any]:
    return select(table.c.id).where(table.c.id == bindparam("row_id"), table.c.tenant_id == bindparam("tenant_id"))
