"""httpx transport to a platform in the same process: no socket, and no thread for synchronous calls."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx
from anyio import to_thread

from .exchange import PlatformRequest

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator

    from .exchange import PlatformResponse
    from .platform import Platform

__all__ = ["LocalTransport"]


class LocalTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Send requests of synchronous and asynchronous clients to a platform.

    Closing the transport closes the platform, unless `owns_platform` is False.
    """

    def __init__(self, platform: Platform, *, owns_platform: bool = True) -> None:
        self.platform = platform
        self._owns_platform = owns_platform

    @cached_property
    def base_url(self) -> str:
        """A base URL for clients of this transport: no host has this name, and the path identifies the database."""
        return f"http://embedded.local/{quote(self.platform.label).lstrip('/')}"

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return one request."""
        answer = self._answer(request, request.read())
        stream = None if answer.stream is None else _Parts(answer.stream.parts())
        return _response(request, answer, stream)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return one request without keeping the event loop waiting."""
        body = await request.aread()
        answer = await to_thread.run_sync(self._answer, request, body)
        stream = None if answer.stream is None else _AsyncParts(answer.stream.aparts(to_thread.run_sync))
        return _response(request, answer, stream)

    def close(self) -> None:
        """Close the platform if this transport owns it."""
        if self._owns_platform:
            self.platform.close()

    async def aclose(self) -> None:
        """Close the platform if this transport owns it."""
        await to_thread.run_sync(self.close)

    def _answer(self, request: httpx.Request, body: bytes) -> PlatformResponse:
        path, _, query = request.url.raw_path.decode("ascii").partition("?")
        return self.platform.answer(
            PlatformRequest(
                request.method,
                path.removeprefix(self._base_path) or "/",
                query,
                request.headers,
                body,
                f"{request.url.scheme}://{request.url.netloc.decode('ascii')}",
            )
        )

    @cached_property
    def _base_path(self) -> str:
        return httpx.URL(self.base_url).raw_path.decode("ascii")


class _Parts(httpx.SyncByteStream):
    def __init__(self, parts: Generator[bytes]) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[bytes]:
        with _broken_off():
            yield from self._parts

    def close(self) -> None:
        self._parts.close()


class _AsyncParts(httpx.AsyncByteStream):
    def __init__(self, parts: AsyncGenerator[bytes]) -> None:
        self._parts = parts

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _broken_off():
            async for part in self._parts:
                yield part

    async def aclose(self) -> None:
        await self._parts.aclose()


@contextmanager
def _broken_off() -> Generator[None]:
    """Raise what clients of a server see when it fails within a body."""
    try:
        yield
    except Exception as error:
        raise httpx.ReadError(f"the response was broken off: {error}") from error


def _response(request: httpx.Request, answer: PlatformResponse, stream: _Parts | _AsyncParts | None) -> httpx.Response:
    headers = {"content-type": "application/json", **answer.headers}
    if stream is None:
        return httpx.Response(answer.status, headers=headers, content=answer.content, request=request)
    return httpx.Response(answer.status, headers=headers, stream=stream, request=request)
