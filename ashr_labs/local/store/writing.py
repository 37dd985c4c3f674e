"""The ways to add a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import insert

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Table
    from sqlalchemy.dialects import postgresql, sqlite

    Upsert: TypeAlias = postgresql.Insert | sqlite.Insert

__all__ = ["add_row", "upsert"]


def add_row(connection: Connection, table: Table, values: Mapping[str, Any]) -> int:
    """Insert a row into a table whose rows are numbered; return the number."""
    key = connection.execute(insert(table), values).inserted_primary_key
    number: int = key[0] if key else 0
    return number


def upsert(connection: Connection, table: Table, values: Mapping[str, Any]) -> Upsert:
    """Return an INSERT with `on_conflict_do_update`; where somebody else adds the same row, it waits for their end."""
    # Function-level imports: one of the two is loaded already, the other one would cost 20 ms.
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite  # noqa: PLC0415

        return sqlite.insert(table).values(dict(values))
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415

    return postgresql.insert(table).values(dict(values))
