"""The one way to add a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Table

__all__ = ["add_row"]


def add_row(connection: Connection, table: Table, values: Mapping[str, Any]) -> int:
    """Insert a row into a table whose rows are numbered; return the number."""
    key = connection.execute(insert(table), values).inserted_primary_key
    number: int = key[0] if key else 0
    return number
