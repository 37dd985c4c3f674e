"""The client's use of httpx: requests, custom transports, TLS and proxies, errors."""

from __future__ import annotations

import socket
import ssl
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from traceback import walk_tb
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from .._http._request import RequestFactory, TrackedBody
from .._secret import Secret
from .._version import __version__
from ..errors import APIConnectionError, APITimeoutError, ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .._http._request import Deadline
    from ._options import Options

__all__ = [
    "SOCKET_OPTIONS",
    "AsyncCustomPool",
    "AsyncHTTPClient",
    "AsyncTransport",
    "Request",
    "Response",
    "SyncCustomPool",
    "SyncHTTPClient",
    "SyncTransport",
    "pool_settings",
    "raise_mapped",
    "request_factory",
]

AsyncHTTPClient = httpx.AsyncClient
AsyncTransport = httpx.AsyncBaseTransport
Request = httpx.Request
Response = httpx.Response
SyncHTTPClient = httpx.Client
SyncTransport = httpx.BaseTransport

_PROXY_ADVICE = "check the proxy: proxy=, or HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY in the environment"
_LIBRARIES = ("anyio", "h11", "httpcore", "httpx", "ashr_labs._http")
_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)
_KEEP_ALIVE = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 15, "TCP_KEEPCNT": 4}
"""Seconds of silence, seconds between probes, and probes: a dead connection is found after two minutes."""
SOCKET_OPTIONS = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)] + [
    (socket.IPPROTO_TCP, getattr(socket, name), value) for name, value in _KEEP_ALIVE.items() if hasattr(socket, name)
]


def request_factory(options: Options) -> RequestFactory:
    """Return a factory of requests with the URL, headers and timeouts of a client."""
    headers = {
        "accept": "application/json",
        "accept-encoding": "gzip, deflate",
        "user-agent": f"ashr-labs-python/{__version__}",
        **{name.lower(): value for name, value in options.default_headers},
        **({"authorization": Secret(f"Bearer {options.api_key}")} if options.api_key else {}),
        "content-type": "application/json",
    }
    try:
        return RequestFactory(options.base_url, headers, options.phases())
    except httpx.InvalidURL as error:
        raise ConfigurationError(f"base_url must be a URL, got {options.base_url!r}: {error}") from error


class AsyncCustomPool:
    """Sends requests through the user's own httpx client, which stays open, or transport, which is closed."""

    def __init__(self, transport: AsyncTransport | None, http_client: AsyncHTTPClient | None) -> None:
        self._transport = transport
        self._http_client = http_client
        self._is_closed = False

    async def send(self, request: Request, deadline: Deadline) -> Response:
        """Send a request and read the whole response; see `AsyncPool.send`."""
        # A function-level import: awaiting callers have loaded it; the synchronous client saves its 25 ms.
        import asyncio  # noqa: PLC0415

        if self._is_closed:
            raise ConfigurationError("the client is closed")
        try:
            async with asyncio.timeout(deadline.remaining()):
                if self._http_client is not None:
                    return await self._http_client.send(request, follow_redirects=False)
                if self._transport is not None:
                    return await _handle(self._transport, request)
        except TimeoutError:
            raise _deadline_exceeded() from None
        raise AssertionError  # there is one of them

    async def open(self, request: Request, deadline: Deadline) -> Response:
        """Send a request and read the head of the response; see `AsyncPool.open`."""
        import asyncio  # noqa: PLC0415 - as in `send`

        if self._is_closed:
            raise ConfigurationError("the client is closed")
        try:
            async with asyncio.timeout(deadline.remaining()):
                if self._http_client is not None:
                    return await self._http_client.send(request, stream=True, follow_redirects=False)
                if self._transport is not None:
                    return await self._transport.handle_async_request(request)
        except TimeoutError:
            raise _deadline_exceeded() from None
        raise AssertionError  # there is one of them

    async def aclose(self) -> None:
        """Close the transport."""
        self._is_closed = True
        if self._transport is not None:
            await self._transport.aclose()


async def _handle(transport: AsyncTransport, request: Request) -> Response:
    response = await transport.handle_async_request(request)
    try:
        await response.aread()
    except BaseException:
        await response.aclose()
        raise
    return response


class SyncCustomPool:
    """Sends requests through the user's own httpx client, which stays open, or transport, which is closed.

    The deadline is noticed when a part of the body arrives, or when a timeout of the user's client or transport ends.
    """

    def __init__(self, transport: SyncTransport | None, http_client: SyncHTTPClient | None) -> None:
        self._transport = transport
        self._http_client = http_client
        self._is_closed = False

    def send(self, request: Request, deadline: Deadline) -> Response:
        """Send a request and read the whole response; see `SyncPool.send`."""
        response = self.open(request, deadline)
        if isinstance(response.stream, httpx.SyncByteStream):
            response.stream = _DeadlineStream(response.stream, deadline)
        try:
            response.read()
        except BaseException:
            response.close()
            raise
        return response

    def open(self, request: Request, deadline: Deadline) -> Response:
        """Send a request and read the head of the response; see `SyncPool.open`."""
        if self._is_closed:
            raise ConfigurationError("the client is closed")
        if self._http_client is not None:
            return self._http_client.send(request, stream=True, follow_redirects=False)
        if self._transport is not None:
            return self._transport.handle_request(request)
        raise AssertionError  # there is one of them

    def close(self) -> None:
        """Close the transport."""
        self._is_closed = True
        if self._transport is not None:
            self._transport.close()


class _DeadlineStream(httpx.SyncByteStream):
    def __init__(self, stream: httpx.SyncByteStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def __iter__(self) -> Iterator[bytes]:
        for part in self._stream:
            yield part
            if self._deadline.remaining() <= 0:
                raise _deadline_exceeded()

    def close(self) -> None:
        self._stream.close()


def _deadline_exceeded() -> Exception:
    return httpx.ReadTimeout("the deadline of the call has passed")


def pool_settings(options: Options) -> dict[str, Any]:
    """Return the TLS context and the proxy of a client, as `httpcore.ConnectionPool` takes them."""
    # A function-level import: the library takes long to load, and clients with a transport do without it.
    import httpcore  # noqa: PLC0415

    # http:// URLs need no TLS context, which takes long to make.
    is_plain = options.base_url.startswith("http:") and isinstance(options.verify, bool)
    proxy = _proxy(options)
    return {
        "ssl_context": None if is_plain else _tls_context(options.verify),
        "proxy": proxy
        and httpcore.Proxy(
            str(proxy.url), auth=proxy.raw_auth, headers=proxy.headers.raw, ssl_context=proxy.ssl_context
        ),
    }


def raise_mapped(error: Exception, operation: str, request: Request) -> NoReturn:
    """Raise an error of httpx as one of this package; raise any other error as it is."""
    cause = str(error) or type(error).__name__
    proxy: str | None = request.extensions.get("proxy")
    url = f"{request.url} through the proxy {proxy}" if proxy else str(request.url)
    mapped: APIConnectionError
    if isinstance(error, httpx.TimeoutException):
        advice = f"increase timeout= or check the {'proxy' if proxy else 'network'}"
        mapped = APITimeoutError(f"{operation}: {url} did not respond in time ({cause}); {advice}", operation=operation)
    elif isinstance(error, (httpx.TransportError, httpx.DecodingError)):
        advice = _PROXY_ADVICE if proxy else "check base_url, and that the platform is running"
        if "CERTIFICATE_VERIFY_FAILED" in cause:
            advice = "name the authority that signed the certificate with verify='path/to/ca.pem'"
        mapped = APIConnectionError(f"{operation}: no response from {url}: {cause}; {advice}", operation=operation)
    elif isinstance(error, RuntimeError) and "client has been closed" in str(error):
        # httpx has no class of its own for this.
        raise ConfigurationError("the httpx client that was given as http_client is closed") from error
    else:
        raise error
    was_sent = not isinstance(request.stream, TrackedBody) or request.stream.is_started
    mapped.may_have_arrived = was_sent and not isinstance(error, _NEVER_SENT)
    _drop_library_frames(error)
    raise mapped from error


def _drop_library_frames(error: BaseException | None) -> None:
    """Remove frames of the HTTP libraries from tracebacks: their local variables hold the API key."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        traceback = None
        for frame, line in reversed(list(walk_tb(error.__traceback__))):
            if not frame.f_globals.get("__name__", "").startswith(_LIBRARIES):
                traceback = TracebackType(traceback, frame, frame.f_lasti, line)
        error.__traceback__ = traceback
        error = error.__cause__ or error.__context__


def _proxy(options: Options) -> httpx.Proxy | None:
    url = options.proxy or _environment_proxy(options.base_url)
    if not url:
        return None
    try:
        # A proxy that is reached over TLS is trusted by the same authorities as the platform.
        proxy = httpx.Proxy(url, ssl_context=_tls_context(options.verify) if url.startswith("https:") else None)
    except (ValueError, httpx.InvalidURL) as error:  # httpx masks the password in its message
        raise ConfigurationError(f"the proxy of proxy= or of the environment cannot be used: {error}") from error
    if proxy.url.scheme.startswith("socks") and find_spec("socksio") is None:
        raise ConfigurationError("a SOCKS proxy needs the package socksio: pip install 'httpx[socks]'")
    return proxy


def _tls_context(verify: bool | str | ssl.SSLContext) -> ssl.SSLContext:
    return verify if isinstance(verify, ssl.SSLContext) else _new_tls_context(verify)


@cache  # reading the authorities takes up to 20 ms: once per process
def _new_tls_context(verify: bool | str) -> ssl.SSLContext:
    if isinstance(verify, bool):
        return httpx.create_ssl_context(verify=verify)
    path = Path(verify)
    try:
        return ssl.create_default_context(
            cafile=None if path.is_dir() else verify, capath=verify if path.is_dir() else None
        )
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(f"verify={verify!r}: cannot read certificates there: {error}") from error


def _environment_proxy(url: str) -> str | None:
    """Return the proxy that the environment sets for a URL; httpx would refuse some values of NO_PROXY."""
    parts = urlsplit(url)
    if proxy_bypass(parts.netloc):
        return None
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"
