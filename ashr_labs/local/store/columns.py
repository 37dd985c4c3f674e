"""Column types that keep every byte: JSON as text, and text that every database can hold."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text
from sqlalchemy.exc import StatementError
from sqlalchemy.types import TypeDecorator

from ...errors import ValidationError
from .raw_json import RawJson, encode

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

__all__ = ["JsonText", "PlainText", "RawJsonText", "cause_of", "indexable", "storable"]

# Compared and ordered by code points everywhere, whatever language the database was made for.
_TEXT = Text().with_variant(Text(collation="C"), "postgresql")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_LONGEST_INDEXED = 255
"""Characters; PostgreSQL has room for 2,700 bytes in all columns of an index together."""


class JsonText(TypeDecorator[Any]):
    """Any JSON value, or a `RawJson`, as text; None is NULL."""

    impl = _TEXT
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Write the value as JSON text."""
        if isinstance(value, RawJson):
            return value.text
        return None if value is None else encode(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Read the value back."""
        return None if value is None else json.loads(value)


class RawJsonText(JsonText):
    """The same column, for those who only pass it on: it is read as `RawJson`."""

    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> RawJson | None:
        """Leave the text as it is."""
        return None if value is None else RawJson(value)


class PlainText(TypeDecorator[str]):
    """Text; NUL and lone surrogates, which no database holds faithfully, are refused with the place."""

    impl = _TEXT
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Refuse what cannot be stored."""
        if value is not None and (found := _UNSTORABLE.search(value)):
            raise ValidationError(
                f"text {value[:40]!a} holds the character {found[0]!a} at position {found.start()}, "
                "which cannot be stored; remove it"
            )
        return value


def cause_of(error: Exception) -> Exception:
    """Return what a column type raised, out of what SQLAlchemy wraps it in."""
    return error.orig if isinstance(error, StatementError) and isinstance(error.orig, Exception) else error


def storable(text: str) -> str:
    """Return a text without the characters that no database keeps: NUL and lone surrogates."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def indexable(text: str) -> str:
    """Return what stands for a text in an index: itself, or where it is long its beginning and its digest."""
    if len(text) <= _LONGEST_INDEXED:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{text[: _LONGEST_INDEXED - len(digest) - 1]}~{digest}"
