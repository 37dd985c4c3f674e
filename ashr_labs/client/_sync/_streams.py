"""Read streams of events, and resume them where they break off."""

from __future__ import annotations

import math
from contextlib import closing
from typing import TYPE_CHECKING, Any

import httpx

from ..._http._request import Deadline, RequestFactory
from ..._http.sse import ServerEvent, SSEDecoder, encode_event, parsed_data
from ...errors import APIConnectionError
from .._http import raise_mapped
from .._outgoing import STREAM

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from ..._http.sse import ServerSentEvent
    from .._http import Response
    from .._outgoing import Outgoing
    from .._retry import SyncClock
    from .._stream_state import StreamState

__all__ = ["downloaded", "follow", "responded", "typed"]

_MIN_SILENCE = 45.0
"""Seconds without any byte after which a stream is taken for broken: platforms send a comment every 15 seconds."""
_END_SECONDS = 1.0
"""For the end of a response whose last event was read, so that its connection can be used again."""


def follow(
    open_stream: Callable[[Outgoing], Response], state: StreamState, clock: SyncClock, silence: float
) -> Generator[ServerSentEvent]:
    """Yield the events of a stream; resume it behind the last event when it breaks off.

    Args:
        open_stream: Sends a request, and returns the response when its head was read.
        state: How far the stream has come.
        clock: Times waits.
        silence: Seconds without any byte after which the stream is taken for broken, though not less than 45.

    Raises:
        StreamInterruptedError: If it stops before the event that completes it, and cannot be resumed.
        APITimeoutError: If an event does not come in time.
    """
    while not state.is_complete:
        cause: APIConnectionError | None = None
        response = open_stream(state.outgoing)
        events = _events(response, state, clock, max(silence, _MIN_SILENCE))
        try:
            yield from events
        except APIConnectionError as error:
            if state.is_late:
                raise
            cause = error
        finally:
            events.close()
        if not state.is_complete:
            clock.sleep(state.delay(cause, clock.jitter()))


def typed(events: Generator[ServerSentEvent]) -> Generator[ServerEvent[Any]]:
    """Yield the events with their data parsed."""
    with closing(events):
        for event in events:
            yield ServerEvent(event.event, parsed_data(event.data), event.id)


def downloaded(response: Response, operation: str, clock: SyncClock, silence: float) -> Generator[bytes]:
    """Yield the body of a response in parts.

    Args:
        response: Its head was read.
        operation: The operation, for messages.
        clock: Times waits.
        silence: Seconds without any byte after which it is taken for broken.

    Raises:
        APIConnectionError: If the body breaks off.
    """
    RequestFactory.limit_reads(response.request, silence, Deadline(math.inf, clock.now))
    try:
        yield from response.iter_bytes()
    except httpx.HTTPError as error:
        raise_mapped(error, operation, response.request)
    finally:
        response.close()


def responded(events: Generator[ServerSentEvent]) -> Response:
    """Return a response whose body is a stream, for the generated endpoint functions."""
    return httpx.Response(200, headers={"content-type": STREAM}, stream=_SyncEncoded(events))


def _events(response: Response, state: StreamState, clock: SyncClock, silence: float) -> Generator[ServerSentEvent]:
    """Yield the events of one response; end behind the event that completes the stream, or with the response."""
    deadline = Deadline(state.seconds, clock.now)
    RequestFactory.limit_reads(response.request, silence, deadline)
    decoder = SSEDecoder()
    try:
        for chunk in response.iter_bytes():
            for event in state.read(decoder, chunk):
                deadline.extend(_END_SECONDS if state.is_complete else state.seconds)
                yield event
            if deadline.remaining() <= 0 and not state.is_complete:
                raise state.too_slow()
    except httpx.HTTPError as error:
        if state.is_complete:
            return
        if deadline.remaining() <= 0:
            raise state.too_slow() from error
        raise_mapped(error, state.outgoing.operation, response.request)
    finally:
        response.close()


class _SyncEncoded(httpx.SyncByteStream):
    """Events as the bytes of a stream."""

    def __init__(self, events: Generator[ServerSentEvent]) -> None:
        self._events = events

    def __iter__(self) -> Iterator[bytes]:
        for event in self._events:
            yield encode_event(event.event, event.data, id=event.id)

    def close(self) -> None:
        self._events.close()
