"""httpx transport to a platform in the same process: no socket, and no thread for synchronous calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
from anyio import to_thread

from .media import media_id_from_path

if TYPE_CHECKING:
    from .platform import Platform, PlatformResponse

__all__ = ["LocalTransport"]


class LocalTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Send requests of synchronous and asynchronous clients to a platform.

    Closing the transport closes the platform, unless `owns_platform` is False.
    """

    def __init__(self, platform: Platform, *, owns_platform: bool = True) -> None:
        self.platform = platform
        self._owns_platform = owns_platform

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
        response = self._media(request.url) if request.method == "GET" else self._call(request, body)
        headers = {"content-type": "application/json", **response.headers}
        return httpx.Response(response.status, headers=headers, content=response.content, request=request)

    def _call(self, request: httpx.Request, body: bytes) -> PlatformResponse:
        return self.platform.answer(
            body,
            authorization=request.headers.get("authorization"),
            idempotency_key=request.headers.get("idempotency-key"),
            origin=f"{request.url.scheme}://{request.url.netloc.decode('ascii')}",
        )

    def _media(self, url: httpx.URL) -> PlatformResponse:
        query = url.params
        return self.platform.media(
            media_id_from_path(url.path), expires=query.get("expires", ""), signature=query.get("signature", "")
        )
