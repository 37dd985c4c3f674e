"""The thread that passes traces on: woken by ingest, patient in outages, giving up after a while."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from ..._threads import map_threads
from ..._time import isoformat
from ..store.columns import storable
from ..store.trace_rows import moment_of
from . import outbox
from .sending import Refused, RetryLater

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..store.engine import Database
    from .destination import Destination
    from .outbox import Claim

__all__ = ["Forwarder"]

_logger = logging.getLogger("ashr_labs.local.forwarding")

_BATCH = 20
_AT_ONCE = 4
_LEASE_SECONDS = 120.0
"""Longer than a batch takes; after a crash, so long until its traces are tried again."""
_LONGEST_PAUSE = 3600.0
_LONGEST_WAIT = 60.0


class Forwarder:
    """Send what is in the outbox to a destination, in a thread of its own."""

    def __init__(self, database: Database, destination: Destination, *, now: Callable[[], float] = time.time) -> None:
        """Begin; what was given up before is tried again, as the settings may have been put right."""
        self._database = database
        self._destination = destination
        self._now = now
        self._is_out = False
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._after: Callable[[], None] = _nothing
        with database.write() as connection:
            outbox.revive(connection, isoformat(now()))
        self._thread = threading.Thread(target=self._serve, name="ashr-labs-forwarder", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Say that there may be something to send."""
        self._woken.set()

    def stop(self, after: Callable[[], None], *, timeout: float = 10.0) -> None:
        """End with the batch at hand, then call `after`; wait for that `timeout` seconds at most."""
        self._after = after
        self._stopping.set()
        self._woken.set()
        if self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def counts(self) -> dict[str, int]:
        """Return how many traces wait, and how many were given up."""
        with self._database.read() as connection:
            return outbox.counts(connection)

    def _serve(self) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            try:
                wait = self._round()
            except Exception:
                # The database itself failed; it may come back.
                _logger.exception("the forwarder could not reach its outbox")
                wait = _LONGEST_WAIT
            self._woken.wait(wait)
        self._after()

    def _round(self) -> float:
        """Send a batch; return how many seconds there is nothing to do."""
        now = self._now()
        with self._database.read() as connection:
            due = outbox.next_due(connection)
        left = _LONGEST_WAIT if due is None else (moment_of(due) or now) - now
        if left > 0:
            return min(left, _LONGEST_WAIT)
        with self._database.write() as connection:
            until = isoformat(now + _LEASE_SECONDS)
            claims = outbox.claim_due(connection, isoformat(now), until, limit=_BATCH)
        outcomes = map_threads(self._send, claims, max_threads=_AT_ONCE)
        with self._database.write() as connection:
            for claim, failure in zip(claims, outcomes, strict=True):
                if isinstance(failure, _Done):
                    outbox.done(connection, claim)
                else:
                    outbox.put_off(connection, claim, self._next(claim, failure), storable(str(failure)))
        return 0.0

    def _send(self, claim: Claim) -> _Done | RetryLater | Refused:
        try:
            with self._database.read() as connection:
                trace = outbox.trace_of(connection, claim)
            if trace is not None:
                self._destination.send(claim.tenant_id, trace)
        except (RetryLater, Refused) as failure:
            self._tell(failure)
            return failure
        except Exception as error:
            # A trace that cannot be written down in the other form must not hold up the others.
            _logger.exception("trace %a cannot be passed on", claim.trace_id)
            return Refused(f"{type(error).__name__}: {error}")
        self._tell(None)
        return _Done()

    def _next(self, claim: Claim, failure: RetryLater | Refused) -> str | None:
        """Return when a trace is tried again; None, said in the log, where it is given up."""
        if isinstance(failure, RetryLater) and claim.attempts < self._destination.most_attempts:
            pause = min(self._destination.first_pause * 2 ** (claim.attempts - 1), _LONGEST_PAUSE)
            return isoformat(self._now() + max(pause, failure.pause))
        _logger.error(
            "trace %a is not passed on to %s after %d attempts: %s",
            claim.trace_id, self._destination.name, claim.attempts, failure,
        )  # fmt: skip
        return None

    def _tell(self, failure: Exception | None) -> None:
        """Say once that an outage began, and once that it is over."""
        if isinstance(failure, RetryLater) and not self._is_out:
            _logger.warning("%s does not take traces at the moment, they wait: %s", self._destination.name, failure)
        elif failure is None and self._is_out:
            _logger.warning("%s takes traces again", self._destination.name)
        self._is_out = isinstance(failure, RetryLater)


class _Done:
    """It was taken."""


def _nothing() -> None:
    pass
