"""Pagination: the next page of a list, and its new rows. Pure: the caller fetches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import ConfigurationError, ResponseFormatError
from ._responses import ID, require_field
from ._validation import as_items

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Paginator", "trace_filters"]

_MAX_PAGE_SIZE = 100


class Paginator:
    """Pagination state of one list, newest rows first.

    Rows that are added meanwhile push others to later pages; each row is returned once. If the platform sends no
    cursors, offsets or page numbers are used, depending on the operation.
    """

    def __init__(self, operation: str, key: str, page_size: int) -> None:
        if not _is_size(page_size):
            raise ConfigurationError(f"page_size must be 1 to {_MAX_PAGE_SIZE}, got {page_size!r}")
        self.has_next = True
        """Whether there may be another page."""
        self.cursor: Any = None
        self.offset: int | None = None
        self.page = 1
        self._operation = operation
        self._key = key
        self._size = page_size
        self._first_total: int | None = None
        self._cursors: set[object] = set()
        self._ids: set[object] = set()

    def next_rows(self, response: Mapping[str, Any]) -> list[Any]:
        """Read the next page and return the rows that no earlier page had.

        Raises:
            ResponseFormatError: If the platform repeats itself, which would never end, or a row is malformed.
        """
        rows: list[Any] = require_field(response, self._key, self._operation, list)
        for row in rows:
            require_field({self._key: row}, self._key, self._operation)
            require_field(row, "id", self._operation, ID)
        new = [row for row in rows if row["id"] not in self._ids]
        self._ids.update(row["id"] for row in new)
        if "next_cursor" in response:
            self._advance_cursor(response["next_cursor"], repeats=bool(rows) and not new)
        else:
            total = response.get("total")
            self._advance_offset(len(rows), len(new), total if isinstance(total, int) else 0)
        return new

    def _advance_cursor(self, cursor: object, *, repeats: bool) -> None:
        if cursor is None:
            self.has_next = False
            return
        require_field({"next_cursor": cursor}, "next_cursor", self._operation, ID)
        if repeats or cursor in self._cursors:
            raise self._repeated(f"cursor {cursor}")
        self._cursors.add(cursor)
        self.cursor = cursor

    def _advance_offset(self, rows: int, new: int, total: int) -> None:
        self.has_next = rows >= self._size
        self.offset = (self.offset or 0) + rows
        if self._first_total is None:
            self._first_total = total
        # Added rows push known ones on by their number at most; a platform that ignores the offset repeats known rows
        # without end.
        if self.has_next and not new and self.offset - (total - self._first_total) > len(self._ids):
            raise self._repeated(f"page {self.page}")
        self.page += 1

    def _repeated(self, where: str) -> ResponseFormatError:
        return ResponseFormatError(f"{self._operation}: the platform repeats {where}", operation=self._operation)


def _is_size(value: object) -> bool:
    """Return True if pages can have this number of rows."""
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _MAX_PAGE_SIZE


def trace_filters(
    user_id: str | None,
    session_id: str | None,
    name: str | None,
    tags: Sequence[str] | None,
    search: str | None,
    since: str | None,
    until: str | None,
    has_errors: bool | None,
) -> dict[str, Any]:
    """Return the filters of `list_observability_traces` that are not None."""
    filters = {
        "user_id": user_id,
        "session_id": session_id,
        "name": name,
        "tags": None if tags is None else as_items(tags, "tags"),
        "search": search,
        "since": since,
        "until": until,
        "has_errors": has_errors,
    }
    return {key: value for key, value in filters.items() if value is not None}
