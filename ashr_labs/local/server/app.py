"""ASGI application and server of the platform."""

from __future__ import annotations

import asyncio
import signal
import threading
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

import uvicorn
from anyio import CapacityLimiter
from starlette.exceptions import HTTPException
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from ...errors import ConfigurationError
from ..dashboard.site import Dashboard
from ..exchange import PlatformRequest
from ..failures import error_content
from ..streams import Download
from .access_log import REQUEST_INFO, AccessLog
from .bodies import BodyReader, RejectAmbiguousLength
from .dispatch import Dispatcher
from .event_response import EventResponse
from .h11_timeouts import TimeoutH11Protocol
from .pages import answer_page, is_page, page_response
from .sockets import bind, is_loopback, local_url

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator, Callable, Generator
    from types import FrameType

    from starlette.types import ASGIApp, Receive, Scope, Send

    from ..dashboard.exchange import PageResponse
    from ..exchange import PlatformResponse
    from ..platform import Platform
    from ..streams import EventStream

__all__ = ["application", "running_server", "serve"]

_BODY_LIMIT = 64 * 1024 * 1024
_CHUNK = 256 * 1024
"""Bytes of a response that are sent at once."""
_STREAM_THREADS = 8
"""Threads that look for events in a database on another machine, for all streams."""
_SHUTDOWN_SECONDS = 10
_KEEP_ALIVE_SECONDS = 75
"""Longer than clients keep idle connections, so that they do not send on one that is being closed."""


def application(
    platform: Platform,
    *,
    body_limit: int = _BODY_LIMIT,
    closing: asyncio.Event | None = None,
    dashboard: Dashboard | None = None,
) -> ASGIApp:
    """Return the ASGI application; the platform knows the paths.

    Args:
        platform: Answers the requests.
        body_limit: Maximum size of a request body, in bytes.
        closing: When it is set, the streams of events end.
        dashboard: Answers the requests for pages; defaults to a new one.
    """
    front = _Door(platform, dashboard or Dashboard(platform), body_limit, closing or asyncio.Event())
    door = ExceptionMiddleware(front, handlers={HTTPException: _as_json})
    return ServerErrorMiddleware(AccessLog(RejectAmbiguousLength(door)))


def serve(
    platform: Platform,
    *,
    host: str = "127.0.0.1",
    port: int = 8787,
    listener: socket.socket | None = None,
    body_limit: int = _BODY_LIMIT,
    on_ready: Callable[[str], None] | None = None,
    dashboard: Dashboard | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM, then finish the requests in progress and close the platform.

    Args:
        platform: Answers the calls.
        host: Address to listen on.
        port: Port to listen on; 0 for a free one.
        listener: A listening socket to use instead of host and port; it is closed at the end.
        body_limit: Maximum size of a request body, in bytes.
        on_ready: Called with the base URL as soon as requests are accepted.
        dashboard: Answers the requests for pages; defaults to a new one.

    Raises:
        ConfigurationError: The address or port cannot be bound, or other machines could run commands here by it.
    """
    try:
        with listener or bind(host, port) as used:
            if not platform.isolates_sandboxes and not is_loopback(used):
                raise ConfigurationError(
                    "a platform whose sandboxes are not isolated (ASHR_SANDBOX_ENGINE) must listen on 127.0.0.1 only"
                )
            _Server(platform, body_limit, lambda: on_ready and on_ready(local_url(used)), dashboard).run([used])
    finally:
        platform.close()


@contextmanager
def running_server(
    platform: Platform, *, host: str = "127.0.0.1", port: int = 0, dashboard: Dashboard | None = None
) -> Generator[str]:
    """Serve in a thread during the block; yield the base URL."""
    ready = threading.Event()
    with bind(host, port) as listener:
        server = _Server(platform, _BODY_LIMIT, ready.set, dashboard)
        thread = threading.Thread(target=server.run, args=([listener],), name="ashr-labs-server", daemon=True)
        thread.start()
        try:
            ready.wait(_SHUTDOWN_SECONDS)
            yield local_url(listener)
        finally:
            server.should_exit = True
            thread.join(_SHUTDOWN_SECONDS)


class _Server(uvicorn.Server):
    def __init__(
        self, platform: Platform, body_limit: int, on_ready: Callable[[], object], dashboard: Dashboard | None
    ) -> None:
        self._closing = asyncio.Event()
        super().__init__(
            uvicorn.Config(
                application(platform, body_limit=body_limit, closing=self._closing, dashboard=dashboard),
                http=TimeoutH11Protocol,
                lifespan="off",
                ws="none",
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            )
        )
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Streams of events would go on until the end of the time for requests in progress.
        self._closing.set()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # The inherited method raises the signal again afterwards; here the caller goes on.
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True


class _Door:
    """Passes requests to the dashboard or to the platform, those with large bodies excepted."""

    def __init__(self, platform: Platform, dashboard: Dashboard, body_limit: int, closing: asyncio.Event) -> None:
        self._platform = platform
        self._dashboard = dashboard
        self._closing = closing
        self._dispatcher = Dispatcher(is_shared=platform.is_shared)
        self._bodies = BodyReader(limit=body_limit)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response: ASGIApp
        if is_page(scope["method"], scope["path"]):
            page, scope[REQUEST_INFO] = await answer_page(self._dashboard, request, self._bodies)
            response = self._events(page.stream, page) if page.stream is not None else page_response(page)
        else:
            response = self._as_response(await self._answer(request))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> PlatformResponse:
        scope = request.scope
        head = PlatformRequest(
            scope["method"],
            scope["raw_path"].decode("ascii"),
            scope["query_string"].decode("latin-1"),
            request.headers,
            origin=f"{request.url.scheme}://{request.url.netloc}",
        )
        admission = self._platform.admit(head)
        if admission.refusal is not None:
            return admission.refusal
        is_authorized = partial(self._platform.is_authorized, head)
        async with self._bodies.read(request, is_authorized, limit=admission.max_bytes) as body:
            whole = replace(head, body=body)
            response = await self._dispatcher.run(whole, admission.operation, partial(self._platform.answer, whole))
        scope[REQUEST_INFO] = response.info
        return response

    def _as_response(self, response: PlatformResponse) -> ASGIApp:
        content, status, headers = response.content, response.status, response.headers
        if isinstance(response.stream, Download):
            return StreamingResponse(response.stream.parts(), status, headers)
        if response.stream is not None:
            return self._events(response.stream, response)
        if len(content) <= _CHUNK:
            return Response(content, status, headers, media_type="application/json")
        headers = {"content-length": str(len(content)), **headers}
        return StreamingResponse(_chunks(content), status, headers, media_type="application/json")

    def _events(self, stream: EventStream, head: PlatformResponse | PageResponse) -> EventResponse:
        threads = self._stream_threads if self._platform.is_shared else None
        return EventResponse(stream, head.status, dict(head.headers), threads=threads, closing=self._closing)

    @cached_property
    def _stream_threads(self) -> CapacityLimiter:
        return CapacityLimiter(_STREAM_THREADS)


async def _chunks(content: bytes) -> AsyncIterator[bytes]:
    """Yield a large response in parts: copying all of it into buffers at once would hold up the event loop."""
    for start in range(0, len(content), _CHUNK):
        yield content[start : start + _CHUNK]


async def _as_json(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    media_type = request.headers.get("content-type", "")
    content, kind = error_content(request.scope["path"], media_type, error.status_code, error.detail)
    return Response(content, error.status_code, error.headers, media_type=kind)
