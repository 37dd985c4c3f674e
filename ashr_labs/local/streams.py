"""Bodies that are sent while they are read: downloads, and streams of stored events and of those that are added.

Both read from the database when their reader is ready for more, so that a slow reader takes no memory. Nothing is read,
and no thread is needed, while nothing happens in a stream of events.
"""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .._http.sse import encode_comment, encode_event

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Sequence

    from sqlalchemy import Connection

    from .store.engine import Database
    from .store.event_log import Event
    from .store.signals import Topic

__all__ = ["Batch", "Download", "EventStream", "Follow"]

_HEARTBEAT = encode_comment("heartbeat")
_POLL_SECONDS = 0.5
"""How often to look for events of other processes."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The next events of a stream."""

    events: Sequence[Event]
    is_last: bool = False
    """Whether they complete the stream."""


@dataclass(frozen=True, slots=True)
class Follow:
    """A response that streams events: stored ones first, then new ones as they are added."""

    topic: Topic
    """Where events are added."""
    read: Callable[[Connection, int], Batch]
    """Returns the stored events after an id."""
    after: int = 0
    """The number of the last event that the client has read."""


@dataclass(frozen=True, slots=True)
class Download:
    """A response whose body is read in parts while it is sent; one that fails is broken off."""

    content: Generator[bytes]
    """The parts; it holds no connection to the database between two of them."""
    headers: dict[str, str]
    """`content-type` among them."""

    def parts(self) -> Generator[bytes]:
        """Return the parts."""
        return self.content

    async def aparts(
        self, read: Callable[[Callable[[], bytes | None]], Awaitable[bytes | None]]
    ) -> AsyncGenerator[bytes]:
        """Yield the parts without keeping the event loop waiting.

        Args:
            read: Runs a function that reads from the database.
        """
        try:
            while (part := await read(lambda: next(self.content, None))) is not None:
                yield part
        finally:
            self.content.close()


class EventStream:
    """The events of one answer, as bytes.

    It ends behind the event that completes it, or before, when the database is closed: the client then goes on behind
    the last event that it has read.

    Args:
        database: Has the events.
        follow: Which events.
        heartbeat: Seconds of silence after which a comment shows the reader that the stream is alive.
    """

    def __init__(self, database: Database, follow: Follow, *, heartbeat: float) -> None:
        self._database = database
        self._follow = follow
        self._after = follow.after
        self._heartbeat = heartbeat
        self._poll = min(_POLL_SECONDS, heartbeat) if database.is_shared else heartbeat
        self._is_complete = False

    def parts(self) -> Generator[bytes]:
        """Yield the events; waits in the thread of the reader."""
        woken = threading.Event()
        with self._database.signals.subscribed(self._follow.topic, woken.set):
            silent_since = time.monotonic()
            while not self._database.signals.is_closed:
                woken.clear()
                part = self._next() or self._comment(silent_since)
                if part:
                    yield part
                    silent_since = time.monotonic()
                if self._is_complete:
                    return
                if part is None:
                    woken.wait(self._poll)

    async def aparts(
        self, read: Callable[[Callable[[], bytes | None]], Awaitable[bytes | None]]
    ) -> AsyncGenerator[bytes]:
        """Yield the events without keeping the event loop waiting.

        Args:
            read: Runs a function that reads from the database.
        """
        woken, loop = asyncio.Event(), asyncio.get_running_loop()
        with self._database.signals.subscribed(self._follow.topic, lambda: loop.call_soon_threadsafe(woken.set)):
            silent_since = time.monotonic()
            while not self._database.signals.is_closed:
                woken.clear()
                part = await read(self._next) or self._comment(silent_since)
                if part:
                    yield part
                    silent_since = time.monotonic()
                if self._is_complete:
                    return
                if part is None:
                    await _wait(woken, self._poll)

    def _next(self) -> bytes | None:
        """Return the events that are there by now; None if there are none."""
        try:
            with self._database.read() as connection:
                batch = self._follow.read(connection, self._after)
        except Exception:
            if self._database.signals.is_closed:  # the database was closed during the read
                return None
            raise
        if batch.events:
            self._after = batch.events[-1].sequence
        self._is_complete = batch.is_last
        content = b"".join(encode_event(event.type, event.data, id=str(event.sequence)) for event in batch.events)
        return content or None

    def _comment(self, silent_since: float) -> bytes | None:
        return _HEARTBEAT if time.monotonic() - silent_since >= self._heartbeat else None


async def _wait(woken: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await woken.wait()
    except TimeoutError:
        pass
