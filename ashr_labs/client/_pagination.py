"""Which page of a list comes next, and which of its rows are new. Pure: the caller fetches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import ConfigurationError, ResponseFormatError
from ._responses import ID, take

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Walk"]

_LARGEST_PAGE = 100


class Walk:
    """The way through all pages of a list, newest first.

    Rows that are added meanwhile push others to later pages; those come once. A platform that sends no cursors is
    walked by offsets or page numbers, whichever its operation takes.
    """

    def __init__(self, operation: str, key: str, page_size: int) -> None:
        if not 1 <= page_size <= _LARGEST_PAGE:
            raise ConfigurationError(f"page_size={page_size!r}: give a number from 1 to {_LARGEST_PAGE}")
        self.goes_on = True
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

    def new_rows(self, answer: Mapping[str, Any]) -> list[Any]:
        """Take in the next page and return those of its rows that were on none before.

        Raises:
            ResponseFormatError: If the platform repeats itself, which would never end, or a row is none.
        """
        rows: list[Any] = take(answer, self._key, self._operation, list)
        for row in rows:
            take({self._key: row}, self._key, self._operation)
            take(row, "id", self._operation, ID)
        new = [row for row in rows if row["id"] not in self._ids]
        self._ids.update(row["id"] for row in new)
        if "next_cursor" in answer:
            self._follow(answer["next_cursor"], repeats=bool(rows) and not new)
        else:
            total = answer.get("total")
            self._count_on(len(rows), len(new), total if isinstance(total, int) else 0)
        return new

    def _follow(self, cursor: object, *, repeats: bool) -> None:
        if cursor is None:
            self.goes_on = False
            return
        take({"next_cursor": cursor}, "next_cursor", self._operation, ID)
        if repeats or cursor in self._cursors:
            raise self._repeating(f"cursor {cursor}")
        self._cursors.add(cursor)
        self.cursor = cursor

    def _count_on(self, rows: int, new: int, total: int) -> None:
        self.goes_on = rows >= self._size
        self.offset = (self.offset or 0) + rows
        if self._first_total is None:
            self._first_total = total
        # Rows that were added push known ones on, so many and no further; a platform that ignores the offset repeats
        # known ones anyway.
        if self.goes_on and not new and self.offset - (total - self._first_total) > len(self._ids):
            raise self._repeating(f"page {self.page}")
        self.page += 1

    def _repeating(self, where: str) -> ResponseFormatError:
        return ResponseFormatError(f"{self._operation}: the platform repeats {where}", operation=self._operation)
