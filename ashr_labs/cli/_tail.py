"""Follow a list of which the newest row is the first, across losses of the connection. Pure: pauses are yielded."""

from __future__ import annotations

from collections import deque
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from .._retry import Backoff
from ..errors import APIConnectionError, AshrLabsError, RateLimitError, ServerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = ["Pause", "tail"]

_TRANSIENT = (APIConnectionError, RateLimitError, ServerError)
_MAX_BACKOFF = 30.0
_MAX_SLOWDOWN = 5
"""Factor of the interval while no rows arrive."""
_MAX_REMEMBERED = 20_000
_MAX_PAGES = 50

Row: TypeAlias = "Mapping[str, Any]"


class Pause(NamedTuple):
    """A request to wait."""

    seconds: float
    message: str | None = None
    """For the user."""


def tail(page: Callable[[int], Sequence[Row]], *, page_size: int, interval: float, last: int) -> Iterator[Row | Pause]:
    """Yield rows, oldest first, and the pauses between requests, without end.

    Args:
        page: Returns a page of the list, numbered from 1, newest row first.
        page_size: Number of rows in a full page.
        interval: Seconds between requests; up to five times as many while no rows arrive.
        last: Number of existing rows to yield first.

    Raises:
        AshrLabsError: The platform refuses; transient errors are retried.
    """
    seen: deque[object] = deque(maxlen=_MAX_REMEMBERED)
    is_first, losses, quiet = True, 0, 0
    while True:
        try:
            rows = _new_rows(page, frozenset(seen), 1 if is_first else _MAX_PAGES, page_size)
        except _TRANSIENT as error:
            yield _after_loss(error, losses, interval)
            losses += 1
            continue
        if losses:
            yield Pause(0, "the platform answers again")
        seen.extend(row.get("id") for row in reversed(rows))
        shown = rows[:last] if is_first else rows
        yield from reversed(shown)
        quiet = 0 if rows else quiet + 1
        yield Pause(interval * min(1.5 ** min(quiet, _MAX_SLOWDOWN), _MAX_SLOWDOWN))
        is_first, losses = False, 0


def _new_rows(
    page: Callable[[int], Sequence[Row]], seen: frozenset[object], max_pages: int, page_size: int
) -> list[Row]:
    """Return the new rows, newest first, reading pages until one has a known row."""
    found: dict[object, Row] = {}
    for number in count(1):
        rows = page(number)
        fresh = [row for row in rows if row.get("id") not in seen]
        found |= {row.get("id"): row for row in fresh if row.get("id") not in found}
        if len(fresh) < len(rows) or len(rows) < page_size or number >= max_pages:
            return list(found.values())
    return []


def _after_loss(error: AshrLabsError, losses: int, interval: float) -> Pause:
    seconds = error.retry_after or Backoff(interval, _MAX_BACKOFF).delay(losses)
    return Pause(seconds, None if losses else f"{error}; trying again until the platform answers")
