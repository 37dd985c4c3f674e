"""One platform and key that traces go to: what waits for it, how it is, and what became of everything.

All of it belongs to the worker, except what `hand_over` changes, which the exporter's lock protects.
"""

from __future__ import annotations

import logging
import random
from collections import deque
from itertools import count
from time import monotonic
from typing import TYPE_CHECKING, Any

from ...errors import APIConnectionError, AshrLabsError, ConfigurationError, ResponseFormatError
from ..serialize import describe_error
from .item import Parcel
from .send_queue import Line

if TYPE_CHECKING:
    from collections.abc import Hashable

    from ..settings import Settings
    from .spool import Spool
    from .transport import Road

__all__ = ["Outlet"]

_log = logging.getLogger("ashr_labs.tracing")
_AGE_TO_SAVE = 0.05
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 30.0
_BETWEEN_LOOKS = 30.0
_BETWEEN_WARNINGS = 60.0
_WINDOW = 48
_LEFT = {"status": "error", "message": "The trace is kept on disk; the next process delivers it."}
_REFUSED = {401, 403}
_TRANSIENT = {408, 425, 429}


class Outlet:
    """Where traces of one or more clients go."""

    def __init__(self, key: Hashable, road: Road, settings: Settings, spool: Spool | None) -> None:
        self.key = key
        self.road = road
        self.settings = settings
        self.spool = spool
        self.users = 0
        """Clients that are not closed."""
        self._begin()

    def _begin(self) -> None:
        self.own = Line(1 if self.road.is_blocking else _WINDOW)
        self.inherited = Line(1)
        """What dead processes left; one at a time, so that it arrives in order."""
        self.in_flight: set[Parcel] = set()
        self._unsaved: deque[Parcel] = deque()
        self._ended = self._ended_bytes = self._dropped = 0
        self._places = count()
        self._taken_over = self._released = self._released_bytes = 0
        self._sent = self._failed = self._resent = self._left = 0
        self._failures = 0
        self._resume_at = self._next_look = self._next_warning = 0.0
        self._has_warned_of_key = self._is_more_left = False

    @property
    def queued(self) -> int:
        """Traces that have ended and are not settled yet."""
        return self._ended + self._taken_over - self._sent - self._failed - self._left

    @property
    def queued_in_memory(self) -> int:
        """Those of them that end with the process."""
        return self._ended - self._released

    def counts(self) -> dict[str, int]:
        """Return what became of all traces so far."""
        return {
            "sent": self._sent,
            "queued": self.queued + self._left,
            "dropped": self._dropped,
            "failed": self._failed,
        }

    def stats(self) -> dict[str, int]:
        """Return the counts, with how many wait on disk and how many were other processes'."""
        spooled = self._left + sum(parcel.place is not None for parcel in self.unsettled())
        return {**self.counts(), "spooled": spooled, "resent": self._resent}

    def hand_over(self, parcel: Parcel) -> bool:
        """Count a trace that has just ended, and tell whether there is room for it."""
        items, size = self._ended - self._released, self._ended_bytes - self._released_bytes
        if items >= self.settings.max_queue_items or size >= self.settings.max_queue_bytes:
            self._dropped += 1
            self.warn("%d traces were dropped: more wait than the limits allow", self._dropped)
            return False
        self._ended += 1
        self._ended_bytes += parcel.size
        parcel.number = self._ended
        return True

    def accept(self, parcel: Parcel) -> None:
        """Write a trace out and let it wait for its turn."""
        try:
            parcel.write()
        except Exception as error:
            self._settle(parcel, failure=describe_error(error))
            return
        size = len(parcel.content or b"")
        self._released_bytes += parcel.size - size
        parcel.size = size
        self.own.put(parcel)
        self._unsaved.append(parcel)

    def take(self, line: Line, now: float) -> Parcel | None:
        """Return the next trace to be sent, if one may be sent now; it is under way then."""
        # A platform that failed is tried with one trace at a time, until it takes one.
        if not line or now < self._resume_at or (self._failures and self.in_flight):
            return None
        parcel = line.take()
        self.in_flight.add(parcel)
        return parcel

    def save(self, now: float, *, all_of_them: bool = False) -> None:
        """Put on disk what has waited for long, and everything until the platform has answered once."""
        # The first request loads modules and certificates, which can take longer than a process has left.
        all_of_them = all_of_them or not self._sent
        while self._unsaved and (all_of_them or self._unsaved[0].ended < now - _AGE_TO_SAVE):
            self._keep(self._unsaved.popleft())

    def look(self, now: float) -> None:
        """Take over what dead processes left, from time to time."""
        is_time = now >= self._next_look or (self._is_more_left and not self.inherited)
        if self.spool is None or not is_time or self._failures:
            return
        self._next_look = now + _BETWEEN_LOOKS
        places = self.spool.inherit()
        self._is_more_left = bool(places)
        for place in places:
            if self._left:  # what this process itself has left comes back: it is counted already
                self._left -= 1
            else:
                self._taken_over += 1
            self.inherited.put(Parcel.inherited(place, next(self._places)))

    def hurry(self) -> None:
        """Make the next try, and the next look, now."""
        self._resume_at = self._next_look = 0.0

    def unsettled(self) -> list[Parcel]:
        """Return what waits or is under way."""
        return [*self.own, *self.inherited, *self.in_flight]

    def recover(self) -> None:
        """Let what was under way with a worker that died wait again."""
        for parcel in self.in_flight:
            self._put_back(parcel)
        self.in_flight = set()
        self.own.senders = self.inherited.senders = 0

    def begin_anew(self) -> None:
        """Leave everything to the parent, in a process that was forked."""
        if self.spool is not None:
            self.spool.leave()
        self._begin()

    def close(self) -> None:
        """Leave what is on disk to the next process, or to this one should it trace again."""
        if self.spool is None:
            return
        left = [parcel for parcel in self.unsettled() if parcel.place is not None]
        self._left += len(left)
        for parcel in left:
            parcel.settle(_LEFT)
        self.own.forget_settled()
        self.inherited.forget_settled()
        self.in_flight = {parcel for parcel in self.in_flight if not parcel.is_settled}
        self._unsaved.clear()
        self.spool.close()
        self._next_look = 0.0

    @property
    def is_idle(self) -> bool:
        """Whether no client needs it any more."""
        return self.users <= 0 and (not self.queued or self.is_stuck())

    def is_stuck(self) -> bool:
        """Tell whether waiting is no use: the platform fails, and all that waits is on disk."""
        return self._failures > 0 and all(parcel.place is not None for parcel in self.unsettled())

    def seconds_to_next(self, now: float) -> float | None:
        """Return how long there is nothing to do; None until a trace ends."""
        if self._unsaved or self.in_flight:
            return 0.01
        if self.own or self.inherited:
            return max(0.01, self._resume_at - now)
        return None

    def delivered(self, parcel: Parcel, answer: dict[str, Any]) -> None:
        """Note that the platform has a trace."""
        self._failures = 0
        self._resume_at = 0.0
        self.in_flight.discard(parcel)
        self._sent += 1
        self._resent += parcel.delivery is None
        self._settle(parcel, answer=answer)

    def refused(self, parcel: Parcel, error: Exception, now: float) -> None:
        """Decide what becomes of a trace that was not accepted: another try, a smaller one, or none."""
        self.in_flight.discard(parcel)
        status = error.status_code if isinstance(error, AshrLabsError) else None
        if status in _REFUSED:
            self._warn_of_key(error)
        if status == 413 and parcel.cut():
            self._put_back(parcel)
        elif _is_worth_another_try(error, status):
            self._pause(error, now, at_least=_LONGEST_PAUSE if status in _REFUSED else 0.0)
            self._put_back(parcel)
            self._keep(parcel)
        else:
            self._settle(parcel, failure=describe_error(error))

    def warn(self, message: str, *details: object) -> None:
        """Log a warning, at most once a minute."""
        now = monotonic()
        if now >= self._next_warning:
            self._next_warning = now + _BETWEEN_WARNINGS
            _log.warning(message, *details)

    def _keep(self, parcel: Parcel) -> None:
        if self.spool is None or parcel.place is not None or parcel.is_settled:
            return
        parcel.place = self.spool.keep(parcel.identifier, parcel.content or b"")
        if parcel.place is not None:
            parcel.content = None
            self._release(parcel)

    def _release(self, parcel: Parcel) -> None:
        if parcel.holds_memory:
            parcel.holds_memory = False
            self._released += 1
            self._released_bytes += parcel.size

    def _put_back(self, parcel: Parcel) -> None:
        (self.inherited if parcel.delivery is None else self.own).put(parcel)

    def _pause(self, error: Exception, now: float, at_least: float) -> None:
        if now >= self._resume_at:  # the first failure since the last pause; others were under way with it
            self._failures += 1
            longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(self._failures - 1, 10))
            self._resume_at = now + max(at_least, longest * random.uniform(0.5, 1))  # noqa: S311 - spreads tries only
        asked = error.retry_after if isinstance(error, AshrLabsError) else None
        self._resume_at = max(self._resume_at, now + min(asked or 0.0, _LONGEST_PAUSE))

    def _settle(self, parcel: Parcel, *, answer: dict[str, Any] | None = None, failure: str = "") -> None:
        self._release(parcel)
        if parcel.place is not None and self.spool is not None:
            self.spool.done(parcel.place)
        if answer is None:
            self._failed += 1
            self.warn("Trace %s was not delivered: %s", parcel.identifier, failure)
        parcel.settle(answer or {"status": "error", "message": failure})

    def _warn_of_key(self, error: Exception) -> None:
        if not self._has_warned_of_key:
            self._has_warned_of_key = True
            _log.warning("Traces are refused: %s. Is the API key right? See ASHR_LABS_API_KEY.", error)


def _is_worth_another_try(error: Exception, status: int | None) -> bool:
    if isinstance(error, ConfigurationError):
        return False
    if isinstance(error, APIConnectionError | ResponseFormatError):
        return True
    return status is not None and (status >= 500 or status in _TRANSIENT or status in _REFUSED)
