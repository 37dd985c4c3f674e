"""The connections of asynchronous clients.

As in `_sync_pool.py` each line is one connection; here each event loop has its own, since a connection works in the
loop that opened it only. A limit in front keeps waiting requests out of the way of those under way.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING

from ..errors import ConfigurationError
from ._http import new_async_line, timed_out

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from ._connection import AsyncLine
    from ._http import AsyncHTTPClient, AsyncTransport, Request, Response
    from ._options import Options

__all__ = ["AsyncPool"]

_LONGEST_IDLE = 60.0
"""Seconds after which an unused connection is closed."""
_MOST_CONNECTIONS = 100


class AsyncPool:
    """Sends requests over connections that it keeps; works in any number of event loops."""

    def __init__(
        self, options: Options, transport: AsyncTransport | None = None, http_client: AsyncHTTPClient | None = None
    ) -> None:
        self._options = options
        self.transport = transport
        """What to send through instead, which closes with the pool."""
        self.http_client = http_client
        """The user's own client to send through instead, which stays open."""
        self._homes: dict[asyncio.AbstractEventLoop, _Home] = {}
        self._is_closed = False

    async def send(self, request: Request, seconds: float) -> Response:
        """Send a request and read the whole answer, in so many seconds at most."""
        if self._is_closed:
            raise ConfigurationError("this client is closed; make a new one")
        try:
            async with asyncio.timeout(seconds):
                if self.http_client is not None:
                    return await self.http_client.send(request, follow_redirects=False)
                if self.transport is not None:
                    return await _exchange(self.transport, request)
                home = self._homes.get(asyncio.get_running_loop()) or await self._settle()
                async with home.limit:
                    return await home.send(request)
        except TimeoutError:
            raise timed_out() from None

    async def aclose(self) -> None:
        """Close the connections of this event loop; those of another one close when it ends."""
        self._is_closed = True
        home = self._homes.get(asyncio.get_running_loop())
        if home is not None:
            await home.life.aclose()
        if self.transport is not None:
            await self.transport.aclose()

    async def _settle(self) -> _Home:
        """Make this event loop's home for connections, to be closed when the loop shuts down."""
        for ended in [loop for loop in self._homes if loop.is_closed()]:
            self._homes.pop(ended, None)
        loop = asyncio.get_running_loop()
        self._homes[loop] = home = _Home(self._options)
        home.life = self._live(loop, home)
        await anext(home.life)
        return home

    async def _live(self, loop: asyncio.AbstractEventLoop, home: _Home) -> AsyncGenerator[None]:
        # An event loop closes its asynchronous generators before it ends, which is the only sign that it gives.
        try:
            yield
        finally:
            self._homes.pop(loop, None)
            await home.close()


class _Home:
    """The connections of one event loop."""

    life: AsyncGenerator[None]

    def __init__(self, options: Options) -> None:
        self.limit = asyncio.Semaphore(_MOST_CONNECTIONS)
        self._options = options
        self._idle: deque[tuple[float, AsyncLine]] = deque()
        self._is_closed = False

    async def send(self, request: Request) -> Response:
        line = self._idle.pop()[1] if self._idle else new_async_line(self._options)
        try:
            return await line.exchange(request)
        finally:
            await self._give_back(line)

    async def close(self) -> None:
        self._is_closed = True
        while self._idle:
            await self._idle.pop()[1].aclose()

    async def _give_back(self, line: AsyncLine) -> None:
        if self._is_closed:
            await line.aclose()
            return
        now = time.monotonic()
        self._idle.append((now, line))
        if self._idle[0][0] < now - _LONGEST_IDLE:
            await self._idle.popleft()[1].aclose()


async def _exchange(transport: AsyncTransport, request: Request) -> Response:
    response = await transport.handle_async_request(request)
    try:
        await response.aread()
    except BaseException:
        await response.aclose()
        raise
    return response
