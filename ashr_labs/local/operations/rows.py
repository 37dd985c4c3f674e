"""How operations find a tenant's rows: one by its number, or a page of them, newest first."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select, type_coerce

from ...errors import AuthorizationError, NotFoundError
from ..store.columns import JsonText, RawJsonText
from ..store.schema import agents, users

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, RowMapping, Select, Table

    from .registry import Context

__all__ = ["check_own", "check_user", "own_agent", "own_row", "page", "passed_on"]

_PAGE = 50


def own_row(context: Context, table: Table, row_id: int, *, what: str) -> RowMapping:
    """Return the caller's row of this number.

    Raises:
        NotFoundError: There is none, or it belongs to another tenant.
    """
    key = {"row_id": row_id, "tenant_id": context.caller.tenant_id}
    row = context.connection.execute(_by_number(table), key).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"there is no {what} {row_id}")
    return row


def check_own(context: Context, table: Table, row_id: int, *, what: str) -> None:
    """Make sure that there is such a row, without reading it.

    Raises:
        NotFoundError: There is none, or it belongs to another tenant.
    """
    key = {"row_id": row_id, "tenant_id": context.caller.tenant_id}
    if context.connection.scalar(_number_only(table), key) is None:
        raise NotFoundError(f"there is no {what} {row_id}")


def own_agent(context: Context, agent_id: int, *, held: bool = False) -> RowMapping:
    """Return the caller's agent of this number; a `held` one cannot be deleted before the call is over.

    Raises:
        NotFoundError: There is none, it is deleted, or it belongs to another tenant.
    """
    if held:
        own = select(agents.c.id).where(agents.c.id == agent_id, agents.c.tenant_id == context.caller.tenant_id)
        context.connection.execute(own.with_for_update(read=True))
    agent = own_row(context, agents, agent_id, what="agent")
    if not agent["is_active"]:
        raise NotFoundError(f"the agent {agent_id} is deleted")
    return agent


def page(
    context: Context, rows: Select[Any], table: Table, params: Mapping[str, Any], *conditions: ColumnElement[bool]
) -> tuple[Sequence[RowMapping], int | None]:
    """Return one page of the caller's rows, newest first, and the cursor of the next page where there is one."""
    limit: int = params.get("limit", _PAGE)
    wanted = rows.where(table.c.tenant_id == context.caller.tenant_id, *conditions)
    if "cursor" in params:
        wanted = wanted.where(table.c.id < params["cursor"])
    wanted = wanted.order_by(table.c.id.desc()).limit(limit + 1).offset(params.get("offset", 0))
    found = context.connection.execute(wanted).mappings().all()
    next_cursor: int | None = found[limit - 1]["id"] if len(found) > limit else None
    return found[:limit], next_cursor


def check_user(context: Context, user_id: int) -> int:
    """Return the number of a user of the caller's tenant.

    Raises:
        AuthorizationError: There is no such user in the tenant.
    """
    wanted = select(users.c.id).where(users.c.id == user_id, users.c.tenant_id == context.caller.tenant_id)
    if context.connection.scalar(wanted) is None:
        raise AuthorizationError(f"user {user_id} does not belong to the tenant of the API key")
    return user_id


def passed_on(table: Table) -> list[ColumnElement[Any]]:
    """Return a table's columns for somebody who only passes its JSON on."""
    return [
        type_coerce(column, RawJsonText).label(column.name) if isinstance(column.type, JsonText) else column
        for column in table.c
    ]


@cache
def _by_number(table: Table) -> Select[Any]:
    return select(*passed_on(table)).where(
        table.c.id == bindparam("row_id"), table.c.tenant_id == bindparam("tenant_id")
    )


@cache
def _number_only(table: Table) -> Select[Any]:
    return select(table.c.id).where(table.c.id == bindparam("row_id"), table.c.tenant_id == bindparam("tenant_id"))
