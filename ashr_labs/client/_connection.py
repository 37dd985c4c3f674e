"""One connection to the platform, for one call at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpcore
import httpx

from .._http.async_backend import AsyncNetwork
from .._http.sync_backend import Deadline, Network

if TYPE_CHECKING:
    from collections.abc import Iterable
    from ssl import SSLContext

__all__ = ["FAILURES", "AsyncLine", "Line"]

FAILURES = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
)
"""What httpcore raises; httpx has each under the same name."""
_LONGEST_IDLE = 30
"""Seconds after which a kept connection is not used again."""


class Line:
    """Opens its connection when it is first needed, keeps it, and replaces it when it is lost."""

    def __init__(
        self, context: SSLContext | None, proxy: httpx.Proxy | None, socket_options: Iterable[tuple[int, int, int]]
    ) -> None:
        self._deadline = Deadline()
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            proxy=_proxy(proxy),
            max_connections=1,
            keepalive_expiry=_LONGEST_IDLE,
            network_backend=Network(self._deadline, socket_options),
        )

    def exchange(self, request: httpx.Request, seconds: float) -> httpx.Response:
        """Send a request and read the whole answer, in so many seconds at most.

        Raises:
            httpx.TransportError: If that fails.
            httpx.DecodingError: If the answer cannot be decompressed.
        """
        self._deadline.set(seconds)
        try:
            received = self._pool.handle_request(_request(request))
            try:
                content = received.read()
            finally:
                received.close()
        except FAILURES as error:
            raise _failure(error) from error
        return _response(received, content)

    def close(self) -> None:
        """Close the connection."""
        self._pool.close()


class AsyncLine:
    """The same in an event loop, where its user limits the time."""

    def __init__(
        self, context: SSLContext | None, proxy: httpx.Proxy | None, socket_options: Iterable[tuple[int, int, int]]
    ) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            proxy=_proxy(proxy),
            max_connections=1,
            keepalive_expiry=_LONGEST_IDLE,
            network_backend=AsyncNetwork(socket_options),
        )

    async def exchange(self, request: httpx.Request) -> httpx.Response:
        """Send a request and read the whole answer.

        Raises:
            httpx.TransportError: If that fails.
            httpx.DecodingError: If the answer cannot be decompressed.
        """
        try:
            received = await self._pool.handle_async_request(_request(request))
            try:
                content = await received.aread()
            finally:
                await received.aclose()
        except FAILURES as error:
            raise _failure(error) from error
        return _response(received, content)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._pool.aclose()


def _request(request: httpx.Request) -> httpcore.Request:
    return httpcore.Request(
        request.method,
        _url(request.url),
        headers=request.headers.raw,
        content=request.stream,
        extensions=request.extensions,
    )


def _response(received: httpcore.Response, content: bytes) -> httpx.Response:
    extensions: dict[str, Any] = {**received.extensions}  # pyright: ignore[reportUnknownMemberType]
    response = httpx.Response(
        received.status, headers=received.headers, stream=httpx.ByteStream(content), extensions=extensions
    )
    response.read()  # which decompresses
    return response


def _failure(error: Exception) -> Exception:
    named: type[Exception] = getattr(httpx, type(error).__name__)
    return named(str(error))


def _proxy(proxy: httpx.Proxy | None) -> httpcore.Proxy | None:
    if proxy is None:
        return None
    return httpcore.Proxy(
        _url(proxy.url), auth=proxy.raw_auth, headers=proxy.headers.raw, ssl_context=proxy.ssl_context
    )


def _url(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
