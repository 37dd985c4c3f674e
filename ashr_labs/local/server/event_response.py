"""The response with a stream of events: it ends with the stream, with the connection, or with the server."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from anyio import create_task_group, to_thread

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable

    from anyio import CancelScope, CapacityLimiter
    from starlette.types import Receive, Scope, Send

    from ..streams import EventStream

__all__ = ["EventResponse"]

T = TypeVar("T")
_logger = logging.getLogger(__name__)


class EventResponse:
    """Sends a stream of events.

    Args:
        stream: The events.
        status: The HTTP status.
        headers: The headers, `content-type` among them.
        threads: Limits the threads that read from a database on another machine, which would block the event loop;
            None for a local one.
        closing: Set when the server ends: the client then goes on with the next one.
    """

    def __init__(
        self,
        stream: EventStream,
        status: int,
        headers: dict[str, str],
        *,
        threads: CapacityLimiter | None,
        closing: asyncio.Event,
    ) -> None:
        self._status = status
        self._headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        self._stream = stream
        self._read = _at_once if threads is None else partial(to_thread.run_sync, limiter=threads)
        self._closing = closing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream."""
        await send({"type": "http.response.start", "status": self._status, "headers": self._headers})
        async with create_task_group() as group:
            group.start_soon(self._send_events, send, group.cancel_scope)
            group.start_soon(_cancel_after, partial(_disconnected, receive), group.cancel_scope)
            group.start_soon(_cancel_after, self._closing.wait, group.cancel_scope)
        if self._closing.is_set():
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send_events(self, send: Send, scope: CancelScope) -> None:
        try:
            async for part in self._stream.aparts(self._read):
                await send({"type": "http.response.body", "body": part, "more_body": True})
        except Exception:
            # The head is sent: without its last event, the client takes the stream for incomplete, and goes on.
            _logger.exception("a stream of events broke off")
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        scope.cancel()


async def _cancel_after(wait: Callable[[], Awaitable[object]], scope: CancelScope) -> None:
    await wait()
    scope.cancel()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _at_once(act: Callable[[], T]) -> T:
    return act()
