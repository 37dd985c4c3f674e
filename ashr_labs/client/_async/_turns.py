"""The stream of a turn: its events, and the reply that they add up to."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from ...errors import StreamInterruptedError
from ...hosting.events import event_of
from ...hosting.replies import ReplyBuilder
from .._hosting import checked_reply, rest_of_turn

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from ..._http.sse import ServerEvent
    from ...hosting import HostedReply, TurnEvent
    from .._outgoing import Outgoing
    from ._transport import AsyncRetryTransport

__all__ = ["AsyncTurnStream", "turn_events"]


async def turn_events(
    transport: AsyncRetryTransport, session_id: str, outgoing: Outgoing, event_timeout: float | None = None
) -> AsyncGenerator[ServerEvent[Any]]:
    """Yield the events of a turn up to `done`; when the stream breaks off, read the rest by id.

    Args:
        transport: Sends the requests.
        session_id: The session.
        outgoing: The request that sends the message, or follows the turn.
        event_timeout: Seconds until the next event; None sets no limit.

    Raises:
        StreamInterruptedError: The stream stops before the end of the turn, and cannot be resumed.
        APITimeoutError: An event does not come in time.
    """
    try:
        async with aclosing(transport.events(outgoing, event_timeout=event_timeout)) as events:
            async for event in events:
                yield event
    except StreamInterruptedError as error:
        if outgoing.is_read:  # the transport has resumed it as often as it may
            raise
        rest = rest_of_turn(session_id, error)
    else:
        return
    async with aclosing(transport.events(rest, event_timeout=event_timeout)) as events:
        async for event in events:
            yield event


class AsyncTurnStream:
    """The events of one turn as they happen.

    Entering the `async with` block sends the message; leaving it closes the connection, and the turn goes on: its
    answer is in the messages of the session, and `session.follow(stream.last_event_id)` reads the rest of the events.

    Example:
        >>> async with client.hosting.stream(session, "Hello!") as stream:  # doctest: +SKIP
        ...     async for event in stream:
        ...         print(event.type, event.data)
        ...     reply = await stream.final_message()
    """

    def __init__(self, session_id: str, events: AsyncGenerator[ServerEvent[Any]]) -> None:
        self.session_id = session_id
        """The id of the session."""
        self.last_event_id = ""
        """The id of the last event that was read, behind which the turn can be followed."""
        self.events_read = 0
        self._source = events
        self._first: list[TurnEvent] = []
        """The event that was read when the block was entered."""
        self._builder = ReplyBuilder()
        self._added = ""
        """The text of the last event."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of session {self.session_id}, {self.events_read} events read>"

    async def __aenter__(self) -> AsyncTurnStream:
        try:
            self._first = [self._taken(await anext(self._source))]
        except BaseException:
            await self.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __aiter__(self) -> AsyncTurnStream:
        return self

    async def __anext__(self) -> TurnEvent:
        """Return the next event, up to the one that ends the turn."""
        return self._first.pop() if self._first else self._taken(await anext(self._source))

    @property
    def text(self) -> str:
        """All that the agent has said so far, with an empty line between its messages."""
        return self._builder.text

    @property
    def reply(self) -> HostedReply:
        """The reply so far."""
        return self._builder.reply()

    async def text_stream(self) -> AsyncIterator[str]:
        """Yield the texts as they come, which add up to `text`."""
        async for _ in self:
            if self._added:
                yield self._added

    async def final_message(self) -> HostedReply:
        """Read the turn to its end, and return the reply.

        Raises:
            TurnFailedError: If the agent failed; `reply` has what it did before.
            StreamInterruptedError: If the stream stops before the end of the turn, and cannot be resumed.
        """
        async for _ in self:
            pass
        return checked_reply(self.session_id, self.reply, self.last_event_id, self.events_read)

    async def aclose(self) -> None:
        """Close the connection; the turn goes on."""
        await self._source.aclose()

    def _taken(self, event: ServerEvent[Any]) -> TurnEvent:
        found = event_of(event.type, event.data)
        self._added = self._builder.add(found)
        self.last_event_id = event.id or self.last_event_id
        self.events_read += 1
        return found
