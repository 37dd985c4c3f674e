"""Follow a list that grows at its beginning: politely, and over losses of the connection. Pure: it asks and pauses."""

from __future__ import annotations

from collections import deque
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from ..errors import APIConnectionError, AshrLabsError, RateLimitError, ServerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = ["Pause", "follow"]

_PASSING = (APIConnectionError, RateLimitError, ServerError)
_LONGEST_PAUSE_AFTER_A_LOSS = 30.0
_SLOWEST = 5
"""Times the interval: as slowly is asked where nothing comes."""
_REMEMBERED = 20_000
_MOST_PAGES = 50

Row: TypeAlias = "Mapping[str, Any]"


class Pause(NamedTuple):
    """Wait, then go on."""

    seconds: float
    note: str | None = None
    """What the user should know meanwhile."""


def follow(
    page: Callable[[int], Sequence[Row]], *, page_size: int, interval: float, last: int
) -> Iterator[Row | Pause]:
    """Yield rows, the oldest first, and pauses between looks for new ones, without end.

    Args:
        page: Returns a page of the list, counted from 1, whose first row is the newest.
        page_size: How many rows a full page has.
        interval: Seconds between two looks; up to five times as many where nothing comes.
        last: How many of the rows that are there at first are wanted.

    Raises:
        AshrLabsError: The platform refuses; losses that pass are waited for.
    """
    seen: deque[object] = deque(maxlen=_REMEMBERED)
    is_first, losses, quiet = True, 0, 0
    while True:
        try:
            rows = _unseen(page, frozenset(seen), 1 if is_first else _MOST_PAGES, page_size)
        except _PASSING as error:
            losses += 1
            yield _after_loss(error, losses, interval)
            continue
        if losses:
            yield Pause(0, "the platform answers again")
        seen.extend(row.get("id") for row in reversed(rows))
        shown = rows[:last] if is_first else rows
        yield from reversed(shown)
        quiet = 0 if rows else quiet + 1
        yield Pause(interval * min(1.5 ** min(quiet, _SLOWEST), _SLOWEST))
        is_first, losses = False, 0


def _unseen(
    page: Callable[[int], Sequence[Row]], seen: frozenset[object], most_pages: int, page_size: int
) -> list[Row]:
    """Return the rows that are new, the newest first, from as many pages as have nothing else."""
    found: dict[object, Row] = {}
    for number in count(1):
        rows = page(number)
        fresh = [row for row in rows if row.get("id") not in seen]
        found |= {row.get("id"): row for row in fresh if row.get("id") not in found}
        if len(fresh) < len(rows) or len(rows) < page_size or number >= most_pages:
            return list(found.values())
    return []


def _after_loss(error: AshrLabsError, losses: int, interval: float) -> Pause:
    seconds = error.retry_after or min(interval * 2 ** min(losses - 1, 10), _LONGEST_PAUSE_AFTER_A_LOSS)
    return Pause(seconds, f"{error}; trying again until it answers" if losses == 1 else None)
