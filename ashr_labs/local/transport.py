"""httpx transport to a platform in the same process: no socket, and no thread for synchronous calls."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx
from anyio import to_thread

from .exchange import PlatformRequest

if TYPE_CHECKING:
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
        return self._answer(request, request.read())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return one request without keeping the event loop waiting."""
        body = await request.aread()
        return await to_thread.run_sync(self._answer, request, body)

    def close(self) -> None:
        """Close the platform if this transport owns it."""
        if self._owns_platform:
            self.platform.close()

    async def aclose(self) -> None:
        """Close the platform if this transport owns it."""
        await to_thread.run_sync(self.close)

    def _answer(self, request: httpx.Request, body: bytes) -> httpx.Response:
        path, _, query = request.url.raw_path.decode("ascii").partition("?")
        response = self.platform.answer(
            PlatformRequest(
                request.method,
                path.removeprefix(self._base_path) or "/",
                query,
                request.headers,
                body,
                f"{request.url.scheme}://{request.url.netloc.decode('ascii')}",
            )
        )
        headers = {"content-type": "application/json", **response.headers}
        return httpx.Response(response.status, headers=headers, content=response.content, request=request)

    @cached_property
    def _base_path(self) -> str:
        return httpx.URL(self.base_url).raw_path.decode("ascii")
