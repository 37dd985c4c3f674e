"""Building blocks of tables: column types that keep every byte, common columns, inserts."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData, Table, Text, insert
from sqlalchemy.exc import StatementError
from sqlalchemy.types import TypeDecorator

from ...errors import ValidationError
from .raw_json import RawJSON, decode, encode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Insert
    from sqlalchemy.dialects import postgresql, sqlite
    from sqlalchemy.engine import Dialect

    Upsert: TypeAlias = postgresql.Insert | sqlite.Insert

__all__ = [
    "CheckedText",
    "JSONText",
    "Number",
    "PlainText",
    "RawJSONText",
    "Upsert",
    "add_row",
    "created_column",
    "index_text",
    "is_storable",
    "metadata",
    "numbered_table",
    "replace_unstorable",
    "require_storable",
    "tenant_column",
    "unwrap",
    "upsert",
]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Row ids have 64 bits on every database; SQLite only autoincrements columns of the type INTEGER.
Number = BigInteger().with_variant(Integer, "sqlite")

# The collation C compares and sorts by code points, whatever locale the database was created with.
_TEXT = Text().with_variant(Text(collation="C"), "postgresql")
CheckedText = _TEXT
"""Text that is known to be storable: the platform wrote it, or another column or the contract has checked it."""
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_MAX_INDEXED = 255
"""Characters; PostgreSQL allows 2,700 bytes for all columns of an index entry together."""


class JSONText(TypeDecorator[Any]):
    """Any JSON value, or a `RawJSON`, as text; None is NULL."""

    impl = _TEXT
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Encode the value as JSON."""
        if isinstance(value, RawJSON):
            return value.text
        return None if value is None else encode(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Decode the value."""
        return None if value is None else decode(value)


class RawJSONText(JSONText):
    """The same column, read as `RawJSON` where the value is only sent on."""

    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> RawJSON | None:
        """Return the text undecoded."""
        return None if value is None else RawJSON(value)


class PlainText(TypeDecorator[str]):
    """Text; refuses NUL and lone surrogates, which databases do not store faithfully."""

    impl = _TEXT
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the value, or raise `ValidationError` with the position of a character that cannot be stored."""
        return None if value is None else require_storable(value)


def numbered_table(name: str, *parts: Any) -> Table:
    """Return a table with an `id` that counts up."""
    # AUTOINCREMENT: the id of a deleted row is not used again.
    return Table(name, metadata, Column("id", Number, primary_key=True), *parts, sqlite_autoincrement=True)


def tenant_column(*, nullable: bool = False) -> Column[int]:
    """Return the column for the tenant that owns a row."""
    return Column("tenant_id", Number, ForeignKey("tenants.id"), nullable=nullable)


def created_column() -> Column[str]:
    """Return the column for the creation time: UTC, fixed width, so that text order is time order."""
    return Column("created_at", CheckedText, nullable=False)


def add_row(connection: Connection, table: Table, values: Mapping[str, Any]) -> int:
    """Insert a row into a numbered table and return its id."""
    key = connection.execute(_insert(table), values).inserted_primary_key
    number: int = key[0] if key else 0
    return number


@cache
def _insert(table: Table) -> Insert:
    return insert(table)


def upsert(dialect: str, table: Table) -> Upsert:
    """Return an INSERT that supports `on_conflict_do_update`; it waits for concurrent inserts of the same key."""
    # Imported here: one of the two is loaded already, the other one costs 20 ms.
    if dialect == "sqlite":
        from sqlalchemy.dialects import sqlite  # noqa: PLC0415

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415

    return postgresql.insert(table)


def unwrap(error: Exception) -> Exception:
    """Return the error that SQLAlchemy wrapped, such as the one a column type raised."""
    return error.orig if isinstance(error, StatementError) and isinstance(error.orig, Exception) else error


def replace_unstorable(text: str) -> str:
    """Replace NUL and lone surrogates, which databases do not store."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def is_storable(text: str) -> bool:
    """Return True if databases store the text faithfully."""
    return _UNSTORABLE.search(text) is None


def require_storable(text: str) -> str:
    """Return the text, or raise `ValidationError` with the position of a character that cannot be stored."""
    if found := _UNSTORABLE.search(text):
        raise ValidationError(
            f"text {text[:40]!a} holds the character {found[0]!a} at position {found.start()}, "
            "which cannot be stored; remove it"
        )
    return text


def index_text(text: str) -> str:
    """Return the text to store in an indexed column: long text is cut and ends with its digest."""
    if len(text) <= _MAX_INDEXED:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{text[: _MAX_INDEXED - len(digest) - 1]}~{digest}"
