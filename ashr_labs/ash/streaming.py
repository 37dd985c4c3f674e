"""The events of a turn, by the names of `ash_sdk.streaming`."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from .._http.sse import SSEDecoder, parsed_data
from ..hosting.events import (
    DoneEvent,
    ErrorEvent,
    MessageEvent,
    SessionStartEvent,
    StreamEvent,
    TextDeltaEvent,
    ThinkingDeltaEvent,
    ToolResultEvent,
    ToolUseEvent,
    TurnCompleteEvent,
    TurnEvent,
    event_of,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterable, Generator, Iterable
    from typing import Protocol

    class Response(Protocol):
        """A response of httpx."""

        def iter_bytes(self) -> Iterable[bytes]:
            """Yield the parts of the body."""
            ...

    class AsyncResponse(Protocol):
        """A response of an asynchronous client of httpx."""

        def aiter_bytes(self) -> AsyncIterable[bytes]:
            """Yield the parts of the body."""
            ...


__all__ = [
    "AshEvent",
    "DoneEvent",
    "ErrorEvent",
    "MessageEvent",
    "SessionStartEvent",
    "StreamEvent",
    "TextDeltaEvent",
    "ThinkingDeltaEvent",
    "ToolResultEvent",
    "ToolUseEvent",
    "TurnCompleteEvent",
    "event_of",
    "parse_sse_stream",
    "parse_sse_stream_async",
]

AshEvent: TypeAlias = TurnEvent


def parse_sse_stream(response: Response) -> Generator[AshEvent]:
    """Yield the events of a response of httpx."""
    decoder = SSEDecoder()
    for chunk in response.iter_bytes():
        for event in decoder.feed(chunk):
            yield event_of(event.event, parsed_data(event.data))


async def parse_sse_stream_async(response: AsyncResponse) -> AsyncGenerator[AshEvent]:
    """Yield the events of a response of an asynchronous client of httpx."""
    decoder = SSEDecoder()
    async for chunk in response.aiter_bytes():
        for event in decoder.feed(chunk):
            yield event_of(event.event, parsed_data(event.data))
