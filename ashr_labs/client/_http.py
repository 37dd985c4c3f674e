"""Speak HTTP: what the rest of the client knows of httpx."""

from __future__ import annotations

import socket
import ssl
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from ..errors import APIConnectionError, APITimeoutError, ConfigurationError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from ._connection import AsyncLine, Line
    from ._options import Options, Timeout

__all__ = [
    "AsyncHTTPClient",
    "AsyncTransport",
    "Letter",
    "Request",
    "Response",
    "SyncHTTPClient",
    "SyncTransport",
    "new_async_line",
    "new_line",
    "raise_mapped",
    "timed_out",
    "watch",
]

AsyncHTTPClient = httpx.AsyncClient
AsyncTransport = httpx.AsyncBaseTransport
Request = httpx.Request
Response = httpx.Response
SyncHTTPClient = httpx.Client
SyncTransport = httpx.BaseTransport

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
_SOCKET_OPTIONS = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)] + [
    (socket.IPPROTO_TCP, getattr(socket, name), value) for name, value in _KEEP_ALIVE.items() if hasattr(socket, name)
]


class Letter:
    """What is the same in every request of a client: written once, for each request only copied."""

    def __init__(self, options: Options) -> None:
        self.url = _url(options.base_url)
        named = {
            "host": self.url.netloc.decode("ascii"),
            "accept": "application/json",
            "accept-encoding": "gzip, deflate",
            "user-agent": "ashr-labs-python",
            **{name.lower(): value for name, value in options.default_headers},
            "authorization": f"Bearer {options.api_key}",
            "content-type": "application/json",
        }
        self._headers = [(name.encode(), value.encode()) for name, value in named.items()]

    def request(self, content: bytes, idempotency_key: str | None, timeout: Timeout, left: float) -> Request:
        """Return a request with this body; it may take `left` seconds in all."""
        headers = [*self._headers, (b"content-length", b"%d" % len(content))]
        if idempotency_key:
            headers.append((b"idempotency-key", idempotency_key.encode()))
        return httpx.Request(
            "POST",
            self.url,
            headers=headers,
            stream=_Content(content),
            extensions={"timeout": timeout.phases(left)},
        )


class _Content(httpx.ByteStream):
    """A request's body, which knows whether the sending of it has begun: before that nobody can act on it."""

    is_sent = False

    def __iter__(self) -> Iterator[bytes]:
        self.is_sent = True
        return super().__iter__()

    def __aiter__(self) -> AsyncIterator[bytes]:
        self.is_sent = True
        return super().__aiter__()


class _Watched(httpx.SyncByteStream):
    def __init__(self, stream: httpx.SyncByteStream, is_late: Callable[[], bool]) -> None:
        self._stream = stream
        self._is_late = is_late

    def __iter__(self) -> Iterator[bytes]:
        for part in self._stream:
            yield part
            if self._is_late():
                raise timed_out()

    def close(self) -> None:
        self._stream.close()


def new_line(options: Options) -> Line:
    """Return a connection for synchronous calls, which opens when it is used."""
    # A function-level import: httpx, too, loads httpcore only when the first connection is made, for it is slow.
    from ._connection import Line  # noqa: PLC0415

    return Line(_platform_context(options), _proxy(options), _SOCKET_OPTIONS)


def new_async_line(options: Options) -> AsyncLine:
    """Return a connection for calls of one event loop, which opens when it is used."""
    from ._connection import AsyncLine  # noqa: PLC0415 - as above

    return AsyncLine(_platform_context(options), _proxy(options), _SOCKET_OPTIONS)


def watch(response: Response, is_late: Callable[[], bool]) -> None:
    """Let the reading of an answer end when it is late, where a user's own client or transport fetches it.

    Args:
        response: An answer whose body is still to be read.
        is_late: Asked after each part that arrived.
    """
    if isinstance(response.stream, httpx.SyncByteStream):
        response.stream = _Watched(response.stream, is_late)


def timed_out() -> Exception:
    """Return the error of a call that took too long as a whole."""
    return httpx.ReadTimeout("the time for the whole call is up")


def raise_mapped(error: Exception, operation: str, request: Request) -> NoReturn:
    """Raise what this package calls an error of the HTTP library; raise any other error as it is."""
    url = request.url
    mapped: APIConnectionError
    if isinstance(error, httpx.TimeoutException):
        mapped = APITimeoutError(
            f"{operation}: {url} did not answer in time ({str(error) or type(error).__name__}); "
            "raise timeout=, or look at the network",
            operation=operation,
        )
    elif isinstance(error, (httpx.TransportError, httpx.DecodingError)):
        cause = str(error) or type(error).__name__
        advice = "is base_url right and the platform running?"
        if "CERTIFICATE_VERIFY_FAILED" in cause:
            advice = "name the authority that signed its certificate with verify='path/to/ca.pem'"
        mapped = APIConnectionError(f"{operation}: no answer from {url}: {cause}; {advice}", operation=operation)
    elif isinstance(error, RuntimeError) and "client has been closed" in str(error):
        # httpx has no class of its own for this.
        raise ConfigurationError("the httpx client that was given as http_client is closed") from error
    else:
        raise error
    was_sent = not isinstance(request.stream, _Content) or request.stream.is_sent
    mapped.may_have_arrived = was_sent and not isinstance(error, _NEVER_SENT)
    raise mapped from error


def _proxy(options: Options) -> httpx.Proxy | None:
    url = options.proxy or _environment_proxy(options.base_url)
    if not url:
        return None
    try:
        # A proxy that is spoken to in TLS is trusted by the same authorities as the platform.
        proxy = httpx.Proxy(url, ssl_context=_tls_context(options.verify) if url.startswith("https:") else None)
    except (ValueError, httpx.InvalidURL) as error:  # what httpx says of a proxy, it masks the password
        raise ConfigurationError(f"the proxy of proxy= or of the environment cannot be used: {error}") from error
    if proxy.url.scheme.startswith("socks") and find_spec("socksio") is None:
        raise ConfigurationError("a SOCKS proxy needs the package socksio: pip install 'httpx[socks]'")
    return proxy


def _platform_context(options: Options) -> ssl.SSLContext | None:
    # Whoever speaks plain HTTP to a platform of their own is spared the time.
    is_plain = options.base_url.startswith("http:") and isinstance(options.verify, bool)
    return None if is_plain else _tls_context(options.verify)


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
        raise ConfigurationError(f"verify={verify!r}: no certificates can be read there: {error}") from error


def _environment_proxy(url: str) -> str | None:
    """Return the proxy that the environment sets for a URL; httpx would refuse some values of NO_PROXY."""
    parts = urlsplit(url)
    if proxy_bypass(parts.netloc):
        return None
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"


def _url(base_url: str) -> httpx.URL:
    try:
        return httpx.URL(base_url)
    except httpx.InvalidURL as error:
        raise ConfigurationError(f"base_url {base_url!r} is not a URL: {error}") from error
