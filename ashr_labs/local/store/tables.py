"""What the tables have in common: numbers, tenants, moments, and how their parts are named."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData, Table

from .columns import PlainText

__all__ = ["Number", "created_column", "metadata", "numbered_table", "tenant_column"]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Rows' own numbers have 64 bits everywhere; SQLite counts up only for the type that is called INTEGER.
Number = BigInteger().with_variant(Integer, "sqlite")


def numbered_table(name: str, *parts: Any) -> Table:
    """Return a table whose rows are numbered."""
    # AUTOINCREMENT: the number of a deleted row is never given to another one.
    return Table(name, metadata, Column("id", Number, primary_key=True), *parts, sqlite_autoincrement=True)


def tenant_column(*, nullable: bool = False) -> Column[int]:
    """Return the column that says whose a row is."""
    return Column("tenant_id", Number, ForeignKey("tenants.id"), nullable=nullable)


def created_column() -> Column[str]:
    """Return the column that says when a row was made: UTC, of fixed width, so that text order is time order."""
    return Column("created_at", PlainText, nullable=False)
