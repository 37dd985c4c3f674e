"""Pages of lists: limited in rows and in bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

from .raw_json import RawJSON

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection, Select

__all__ = ["MAX_PAGE_BYTES", "fetch_page"]

MAX_PAGE_BYTES: Final = 16_000_000
"""Of stored JSON; a page has at least one row, however large."""
_READ_AHEAD = 10

_Row = TypeVar("_Row", bound="Mapping[Any, Any]")


def fetch_page(
    connection: Connection,
    rows: Select[Any],
    limit: int,
    convert: Callable[[Mapping[Any, Any]], _Row],
    *,
    max_bytes: int = MAX_PAGE_BYTES,
) -> tuple[list[_Row], bool]:
    """Return the first `limit` rows, or fewer if they are large, and True if there are more.

    Args:
        connection: Reads the rows one after the other, so that the rest of a large list is not in memory.
        rows: The rows, with JSON as `RawJSON`.
        limit: The maximum number of rows.
        convert: Returns what to keep of a row.
        max_bytes: The maximum size of the stored JSON of several rows.
    """
    page: list[_Row] = []
    size = 0
    wanted = rows.limit(limit + 1).execution_options(stream_results=True, max_row_buffer=_READ_AHEAD)
    with connection.execute(wanted) as found:
        for one in found.mappings():
            row = convert(one)
            size += sum(len(value.text) for value in row.values() if isinstance(value, RawJSON))
            if len(page) == limit or (page and size > max_bytes):
                return page, True
            page.append(row)
    return page, False
