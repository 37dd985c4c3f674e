"""Column types that keep every byte: JSON as text, and text that every database can hold."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text
from sqlalchemy.types import TypeDecorator

from ...errors import ValidationError

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

__all__ = ["JsonText", "PlainText"]

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class JsonText(TypeDecorator[Any]):
    """Any JSON value as ASCII text: order of keys, `1` against `1.0` and lone surrogates survive; None is NULL."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Write the value as JSON text."""
        return None if value is None else json.dumps(value, allow_nan=False, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Read the value back."""
        return None if value is None else json.loads(value)


class PlainText(TypeDecorator[str]):
    """Text; NUL and lone surrogates, which no database holds faithfully, are refused with the place."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Refuse what cannot be stored."""
        if value is not None and (found := _UNSTORABLE.search(value)):
            raise ValidationError(
                f"text {ascii(value[:40])} holds the character {ascii(found[0])} at position {found.start()}, "
                "which cannot be stored; remove it",
                422,
            )
        return value
