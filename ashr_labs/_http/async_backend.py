"""Network streams of an event loop whose operations end at the deadline of their call."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

import httpcore

from ._request import PhaseTimeout

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable
    from contextlib import AbstractAsyncContextManager
    from ssl import SSLContext

    from ._request import Deadline

__all__ = ["AsyncConnectionStack", "AsyncNetwork"]

_MAX_CONNECTIONS = 100


class AsyncConnectionStack:
    """The idle connections of one event loop, which work in no other, and a limit to those in use."""

    _lifetime: AsyncGenerator[None]

    def __init__(self) -> None:
        self.idle: deque[tuple[float, httpcore.AsyncConnectionInterface]] = deque()
        """Each with the time of its last use."""
        self._limit = asyncio.Semaphore(_MAX_CONNECTIONS)

    current = staticmethod(asyncio.get_running_loop)

    @classmethod
    async def open(cls, stacks: dict[Any, AsyncConnectionStack]) -> AsyncConnectionStack:
        """Add a stack for the running loop to those of a pool, until the loop shuts down, and return it."""
        for ended in [loop for loop in stacks if loop.is_closed()]:
            stacks.pop(ended, None)
        loop = asyncio.get_running_loop()
        stacks[loop] = stack = cls()
        stack._lifetime = stack._close_with_loop(stacks, loop)
        await anext(stack._lifetime)
        return stack

    def limit(self, deadline: Deadline) -> AbstractAsyncContextManager[None]:
        """Return what to hold while a connection is in use; entering it waits until there are few enough."""
        return self._wait(deadline) if self._limit.locked() else self._limit

    async def aclose(self) -> None:
        """Close the connections."""
        while self.idle:
            await self.idle.pop()[1].aclose()

    @asynccontextmanager
    async def _wait(self, deadline: Deadline) -> AsyncGenerator[None]:
        try:
            async with asyncio.timeout(deadline.remaining()):
                await self._limit.acquire()
        except TimeoutError as error:
            raise httpcore.PoolTimeout("the call waited for a connection until its deadline") from error
        try:
            yield
        finally:
            self._limit.release()

    async def _close_with_loop(
        self, stacks: dict[Any, AsyncConnectionStack], loop: asyncio.AbstractEventLoop
    ) -> AsyncGenerator[None]:
        # An event loop closes its asynchronous generators before it ends; it gives no other sign.
        try:
            yield
        finally:
            stacks.pop(loop, None)
            await self.aclose()


class AsyncNetwork(httpcore.AsyncNetworkBackend):
    """Opens connections that end with the deadline of the call that uses them."""

    def __init__(self, socket_options: Iterable[tuple[int, int, int]] = ()) -> None:
        # Type checkers see the class that takes its place if anyio is missing.
        self._backend = cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())
        self._options = list(socket_options)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to a host; `socket_options` are those of the backend."""
        left = _seconds_left(timeout, httpcore.ConnectTimeout)
        return _Stream(await self._backend.connect_tcp(host, port, left, local_address, self._options), timeout)


def _seconds_left(timeout: float | None, late: type[httpcore.TimeoutException]) -> float | None:
    """Return how long a network operation may wait; raise `late` if the deadline of its call has passed."""
    if not isinstance(timeout, PhaseTimeout):
        return timeout
    left = timeout.deadline.end - timeout.deadline.now()
    if left <= 0:
        raise late("the deadline of the call has passed")
    return min(timeout, left)


class _Stream(httpcore.AsyncNetworkStream):
    def __init__(self, stream: httpcore.AsyncNetworkStream, timeout: float | None) -> None:
        self._stream = stream
        self._timeout = timeout
        """For the negotiation with a SOCKS proxy, to which the HTTP library gives no timeout."""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = _seconds_left(self._timeout if timeout is None else timeout, httpcore.ReadTimeout)
        return await self._stream.read(max_bytes, left)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        left = _seconds_left(self._timeout if timeout is None else timeout, httpcore.WriteTimeout)
        await self._stream.write(buffer, left)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        try:
            left = _seconds_left(timeout, httpcore.ConnectTimeout)
            return _Stream(await self._stream.start_tls(ssl_context, server_hostname, left), timeout)
        except BaseException:  # the HTTP library does not close it when it is cancelled here
            await self._stream.aclose()
            raise

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
