"""The way from an httpx client to a platform in the same process: no socket, no thread for sync calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
from anyio import to_thread

from .media import media_number

if TYPE_CHECKING:
    from .platform import Answer, Platform

__all__ = ["LocalTransport"]


class LocalTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Hand requests of sync and async clients to a platform; closing it closes the platform, unless told otherwise."""

    def __init__(self, platform: Platform, *, owns_platform: bool = True) -> None:
        self.platform = platform
        self._owns_platform = owns_platform

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        return self._answer(request, request.read())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request without keeping the event loop waiting."""
        body = await request.aread()
        return await to_thread.run_sync(self._answer, request, body)

    def close(self) -> None:
        """Close the platform where it is this transport's."""
        if self._owns_platform:
            self.platform.close()

    async def aclose(self) -> None:
        """Close the platform where it is this transport's."""
        await to_thread.run_sync(self.close)

    def _answer(self, request: httpx.Request, body: bytes) -> httpx.Response:
        answer = self._media(request.url) if request.method == "GET" else self._call(request, body)
        headers = {"content-type": "application/json", **answer.headers}
        return httpx.Response(answer.status, headers=headers, content=answer.content, request=request)

    def _call(self, request: httpx.Request, body: bytes) -> Answer:
        return self.platform.answer(
            body,
            authorization=request.headers.get("authorization"),
            idempotency_key=request.headers.get("idempotency-key"),
            origin=f"{request.url.scheme}://{request.url.netloc.decode('ascii')}",
        )

    def _media(self, url: httpx.URL) -> Answer:
        query = url.params
        return self.platform.media(
            media_number(url.path), expires=query.get("expires", ""), signature=query.get("signature", "")
        )
