"""Cursors of pages: where the next page of a list begins, signed, so that only the platform can make one."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from sqlalchemy import tuple_

from ..errors import BadRequestError
from .store.pages import MAX_PAGE_BYTES, fetch_page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, Select

    from .store.raw_json import RawJSON

__all__ = ["CursorKey", "Cursors", "Place", "keyset_page", "page_of"]

Place: TypeAlias = "list[str | int]"
"""The values that a list is ordered by, of the last row that was sent."""
_SIGNATURE_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class CursorKey:
    """The platform's cursor key, from which the key of each list is derived."""

    secret: bytes = field(repr=False)

    def of_list(self, tenant_id: int, name: str) -> Cursors:
        """Return the cursors of one list of one tenant; a cursor of another list or tenant is refused by it."""
        return Cursors(hmac.digest(self.secret, f"cursors/{tenant_id}/{name}".encode(), hashlib.sha256))


@dataclass(frozen=True, slots=True)
class Cursors:
    """The cursors of one list.

    Example:
        >>> cursors = CursorKey(b"secret").of_list(1, "list_datasets")
        >>> cursors.place(cursors.cursor(["2026-01-01", 7]))
        ['2026-01-01', 7]
    """

    key: bytes = field(repr=False)

    def cursor(self, place: Sequence[str | int]) -> str:
        """Return a place in letters, digits, hyphens and underscores, which need no encoding in a URL."""
        content = json.dumps(list(place), ensure_ascii=False, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._signature(content) + content).decode().rstrip("=")

    def place(self, cursor: str) -> Place:
        """Return the place of a cursor.

        Raises:
            BadRequestError: No page of this list had this cursor.
        """
        try:
            signed = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        except (binascii.Error, UnicodeEncodeError):
            signed = b""
        signature, content = signed[:_SIGNATURE_BYTES], signed[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._signature(content)):
            raise BadRequestError(
                "`cursor` must be the `next_cursor` of a page of this list", response={"path": "cursor"}
            )
        found: Place = json.loads(content)
        return found

    def _signature(self, content: bytes) -> bytes:
        return hmac.digest(self.key, content, hashlib.sha256)[:_SIGNATURE_BYTES]


def keyset_page(
    connection: Connection,
    rows: Select[Any],
    keys: Sequence[ColumnElement[Any]],
    *,
    cursors: Cursors,
    limit: int,
    cursor: str | None = None,
    descending: bool = False,
    max_bytes: int = MAX_PAGE_BYTES,
) -> tuple[list[dict[str, Any]], str | None]:
    """Return the rows of a page, and the cursor of the next one if there is one.

    Rows that are added or deleted meanwhile change nothing about the others: each is on exactly one page.

    Args:
        connection: A reading connection.
        rows: The rows, without order, with large JSON as `RawJSON`.
        keys: Columns that are never null, texts or whole numbers, by which each row is unique; the order of the list.
        cursors: Those of the list.
        limit: The maximum number of rows.
        cursor: The cursor of the page before; None for the first page.
        descending: Whether the rows with the largest keys come first.
        max_bytes: The maximum size of the JSON of several rows.

    Raises:
        BadRequestError: No page of this list had this cursor.
    """
    names = [f"key_{number}" for number in range(len(keys))]
    wanted = rows.add_columns(*(key.label(name) for key, name in zip(keys, names, strict=True)))
    if cursor is not None:
        place = tuple_(*cursors.place(cursor))
        wanted = wanted.where(tuple_(*keys) < place if descending else tuple_(*keys) > place)
    wanted = wanted.order_by(*(key.desc() if descending else key for key in keys))
    found, has_more = fetch_page(connection, wanted, limit, dict, max_bytes=max_bytes)
    places = [[row.pop(name) for name in names] for row in found]
    return found, cursors.cursor(places[-1]) if has_more else None


def page_of(items: Sequence[Mapping[str, Any] | RawJSON], next_cursor: str | None) -> dict[str, Any]:
    """Return the answer of a list below `/v1`."""
    return {"items": items, "next_cursor": next_cursor, "count": len(items)}
