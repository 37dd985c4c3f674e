"""The pages of lists below `/v1`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...errors import ResponseFormatError
from .._outgoing import resource
from .._responses import require_field

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from ._transport import AsyncRetryTransport

__all__ = ["each_page"]


async def each_page(
    transport: AsyncRetryTransport,
    operation: str,
    query: Mapping[str, object],
    path: Mapping[str, object] | None = None,
) -> AsyncIterator[list[Any]]:
    """Yield the items of each page, which may be none, until a page has no cursor.

    Raises:
        ResponseFormatError: The platform repeats a cursor, which would never end.
    """
    cursor: object = None
    seen: set[object] = set()
    while True:
        answer = await transport.request(resource(operation, path, {**query, "cursor": cursor}))
        # An absent or null list counts as empty, as the wire documents it.
        yield [] if answer.get("items") is None else require_field(answer, "items", operation, list)
        cursor = answer.get("next_cursor")
        if not cursor:
            return
        if cursor in seen:
            raise ResponseFormatError(
                f"{operation}: the platform repeats the cursor {cursor}", 200, operation=operation
            )
        seen.add(cursor)
