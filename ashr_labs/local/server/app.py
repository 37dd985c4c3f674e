"""ASGI application and server of the platform."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import uvicorn
from anyio import to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from ..media import MEDIA_PATH, media_id_from_path
from .access_log import REQUEST_INFO, AccessLog
from .bodies import BodyReader, RejectAmbiguousLength
from .dispatch import Dispatcher
from .h11_timeouts import TimeoutH11Protocol
from .sockets import bind, local_url

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator, Callable, Generator
    from types import FrameType

    from starlette.requests import Request

    from ..platform import Platform, PlatformResponse

__all__ = ["application", "running_server", "serve"]

_BODY_LIMIT = 64 * 1024 * 1024
_CHUNK = 256 * 1024
"""Bytes of a response that are sent at once."""
_SHUTDOWN_SECONDS = 10
_KEEP_ALIVE_SECONDS = 75
"""Longer than clients keep idle connections, so that they do not send on one that is being closed."""
_ERRORS = {404: "not found; calls are sent as POST /", 405: "method not allowed; calls are sent as POST /"}


def application(platform: Platform, *, body_limit: int = _BODY_LIMIT) -> Starlette:
    """Return the ASGI application: calls as `POST /`, signed media URLs, and `GET /health`.

    Args:
        platform: Answers the calls.
        body_limit: Maximum size of a request body, in bytes.
    """
    return Starlette(
        routes=[
            Route(
                "/",
                partial(_call, platform, Dispatcher(is_shared=platform.is_shared), BodyReader(limit=body_limit)),
                methods=["POST"],
            ),
            Route("/health", partial(_health, platform), methods=["GET"]),
            Route(MEDIA_PATH + "{id}", partial(_media, platform), methods=["GET"]),
        ],
        middleware=[Middleware(AccessLog), Middleware(RejectAmbiguousLength)],
        exception_handlers={HTTPException: _as_json},
    )


def serve(
    platform: Platform,
    *,
    host: str = "127.0.0.1",
    port: int = 8787,
    listener: socket.socket | None = None,
    body_limit: int = _BODY_LIMIT,
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM, then finish the requests in progress and close the platform.

    Args:
        platform: Answers the calls.
        host: Address to listen on.
        port: Port to listen on; 0 for a free one.
        listener: A listening socket to use instead of host and port; it is closed at the end.
        body_limit: Maximum size of a request body, in bytes.
        on_ready: Called with the base URL as soon as requests are accepted.

    Raises:
        ConfigurationError: The address or port cannot be bound.
    """
    try:
        with listener or bind(host, port) as used:
            _Server(platform, body_limit, lambda: on_ready and on_ready(local_url(used))).run([used])
    finally:
        platform.close()


@contextmanager
def running_server(platform: Platform, *, host: str = "127.0.0.1", port: int = 0) -> Generator[str]:
    """Serve in a thread during the block; yield the base URL."""
    ready = threading.Event()
    with bind(host, port) as listener:
        server = _Server(platform, _BODY_LIMIT, ready.set)
        thread = threading.Thread(target=server.run, args=([listener],), name="ashr-labs-server", daemon=True)
        thread.start()
        try:
            ready.wait(_SHUTDOWN_SECONDS)
            yield local_url(listener)
        finally:
            server.should_exit = True
            thread.join(_SHUTDOWN_SECONDS)


class _Server(uvicorn.Server):
    def __init__(self, platform: Platform, body_limit: int, on_ready: Callable[[], object]) -> None:
        super().__init__(
            uvicorn.Config(
                application(platform, body_limit=body_limit),
                http=TimeoutH11Protocol,
                lifespan="off",
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

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # The inherited method raises the signal again afterwards; here the caller goes on.
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True


async def _call(platform: Platform, dispatcher: Dispatcher, bodies: BodyReader, request: Request) -> Response:
    _check_media_type(request.headers.get("content-type"))
    _check_encoding(request.headers.get("content-encoding"))
    authorization = request.headers.get("authorization")
    async with bodies.read(request, partial(platform.is_authorized, authorization)) as body:
        response = await dispatcher.run(
            body,
            partial(
                platform.answer,
                body,
                authorization=authorization,
                idempotency_key=request.headers.get("idempotency-key"),
                origin=f"{request.url.scheme}://{request.url.netloc}",
            ),
        )
    request.scope[REQUEST_INFO] = response.info
    return _as_response(response)


async def _media(platform: Platform, request: Request) -> Response:
    query, media_id = request.query_params, media_id_from_path(request.url.path)
    read = partial(platform.media, media_id, **{name: query.get(name, "") for name in ("expires", "signature")})
    return _as_response(await to_thread.run_sync(read))


async def _health(platform: Platform, _: Request) -> Response:
    return JSONResponse(await to_thread.run_sync(platform.health))


def _as_response(response: PlatformResponse) -> Response:
    content, status, headers = response.content, response.status, response.headers
    if len(content) <= _CHUNK:
        return Response(content, status, headers, media_type="application/json")
    headers = {"content-length": str(len(content)), **headers}
    return StreamingResponse(_chunks(content), status, headers, media_type="application/json")


async def _chunks(content: bytes) -> AsyncIterator[bytes]:
    """Yield a large response in parts: copying all of it into buffers at once would hold up the event loop."""
    for start in range(0, len(content), _CHUNK):
        yield content[start : start + _CHUNK]


def _check_media_type(content_type: str | None) -> None:
    media_type = (content_type or "application/json").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise HTTPException(415, f"content-type must be application/json, got {media_type[:100]}")


def _check_encoding(encoding: str | None) -> None:
    # Not decompressed: a small compressed body could expand to any size.
    if (encoding or "identity").strip().lower() != "identity":
        raise HTTPException(415, f"content-encoding must be identity, got {(encoding or '')[:100]}")


async def _as_json(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    message = _ERRORS.get(error.status_code, error.detail)
    return JSONResponse({"status": "error", "message": message}, error.status_code, error.headers)
