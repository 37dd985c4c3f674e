"""The platform's door to the network: HTTP in, the platform's answers out."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import uvicorn
from anyio import fail_after, to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ..media import MEDIA_PATH, media_number
from .access_log import ABOUT, AccessLog
from .dispatch import Lanes
from .h11_timeouts import ImpatientProtocol
from .listening import listen, url_of

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Generator
    from types import FrameType

    from starlette.requests import Request

    from ..platform import Answer, Platform

__all__ = ["application", "running_server", "serve"]

_BODY_LIMIT = 64 * 1024 * 1024
_DRAINED = 4
"""So many times the limit of a refused body is read and forgotten, so that its sender gets to read the answer."""
_BODY_SECONDS = 120
_SHUTDOWN_SECONDS = 10
_KEEP_ALIVE_SECONDS = 75
"""Longer than clients keep idle connections, so that they do not send on one that is being closed."""
_REASONS = {404: "there is nothing here; calls are sent by POST to /", 405: "calls are sent by POST to /"}


def application(platform: Platform, *, body_limit: int = _BODY_LIMIT) -> Starlette:
    """Return the ASGI application: calls as `POST /`, signed URLs to media, and `GET /health`.

    Args:
        platform: What answers the calls.
        body_limit: Largest body that is read, in bytes.
    """
    return Starlette(
        routes=[
            Route("/", partial(_call, platform, Lanes(is_shared=platform.is_shared), body_limit), methods=["POST"]),
            Route("/health", partial(_health, platform), methods=["GET"]),
            Route(MEDIA_PATH + "{number}", partial(_media, platform), methods=["GET"]),
        ],
        middleware=[Middleware(AccessLog)],
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
    """Answer calls until SIGINT or SIGTERM, then finish those at hand and close the platform.

    Args:
        platform: What answers the calls.
        host: Address to listen on.
        port: Port to listen on; 0 for a free one.
        listener: A socket that listens already, instead of host and port; it is closed.
        body_limit: Largest body that is read, in bytes.
        on_ready: Called with the base URL as soon as calls are answered.

    Raises:
        ConfigurationError: Nobody can listen on that address and port.
    """
    try:
        with listener or listen(host, port) as used:
            _Server(platform, body_limit, lambda: on_ready and on_ready(url_of(used))).run([used])
    finally:
        platform.close()


@contextmanager
def running_server(platform: Platform, *, host: str = "127.0.0.1", port: int = 0) -> Generator[str]:
    """Answer calls in a thread while the block runs; lend the base URL."""
    ready = threading.Event()
    with listen(host, port) as listener:
        server = _Server(platform, _BODY_LIMIT, ready.set)
        thread = threading.Thread(target=server.run, args=([listener],), name="ashr-labs-server", daemon=True)
        thread.start()
        try:
            ready.wait(_SHUTDOWN_SECONDS)
            yield url_of(listener)
        finally:
            server.should_exit = True
            thread.join(_SHUTDOWN_SECONDS)


class _Server(uvicorn.Server):
    def __init__(self, platform: Platform, body_limit: int, on_ready: Callable[[], object]) -> None:
        super().__init__(
            uvicorn.Config(
                application(platform, body_limit=body_limit),
                http=ImpatientProtocol,
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
        # Unlike the inherited method this does not raise the signal again afterwards: whoever called goes on.
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True


async def _call(platform: Platform, lanes: Lanes, body_limit: int, request: Request) -> Response:
    _check_media_type(request.headers.get("content-type"))
    _check_encoding(request.headers.get("content-encoding"))
    authorization = request.headers.get("authorization")
    # Whoever has no key must not be able to fill the memory.
    body = await _read_body(request, body_limit, keeps=(authorization or "").lower().startswith("bearer tp_"))
    answer = await lanes.answer(
        body,
        partial(
            platform.answer,
            body,
            authorization=authorization,
            idempotency_key=request.headers.get("idempotency-key"),
            origin=f"{request.url.scheme}://{request.url.netloc}",
        ),
    )
    request.scope[ABOUT] = answer.about
    return _response(answer)


async def _media(platform: Platform, request: Request) -> Response:
    query, number = request.query_params, media_number(request.url.path)
    read = partial(platform.media, number, **{name: query.get(name, "") for name in ("expires", "signature")})
    return _response(await to_thread.run_sync(read))


async def _health(platform: Platform, _: Request) -> Response:
    return JSONResponse(await to_thread.run_sync(platform.health))


def _response(answer: Answer) -> Response:
    return Response(answer.content, answer.status, answer.headers, media_type="application/json")


def _check_media_type(content_type: str | None) -> None:
    media_type = (content_type or "application/json").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise HTTPException(415, f"calls are application/json, not {media_type[:100]}")


def _check_encoding(encoding: str | None) -> None:
    # Nothing is unpacked here: what is small when it is sent could be of any size then.
    if (encoding or "identity").strip().lower() != "identity":
        raise HTTPException(415, f"bodies are sent as they are, not in {(encoding or '')[:100]}")


async def _read_body(request: Request, limit: int, *, keeps: bool) -> bytes:
    """Read the body to its end, so that its sender gets to read the answer; forget it unless told to keep it."""
    body = bytearray()
    size = 0
    try:
        with fail_after(_BODY_SECONDS):
            async for chunk in request.stream():
                size += len(chunk)
                if size <= limit:
                    body += chunk if keeps else b""
                elif size > _DRAINED * limit:
                    break
    except TimeoutError as error:
        raise HTTPException(408, f"the body was not complete after {_BODY_SECONDS} seconds") from error
    except ClientDisconnect as error:
        raise HTTPException(400, "the connection was closed before the body was complete") from error
    if size > limit:
        raise HTTPException(413, f"the body is larger than {limit} bytes, which is the limit")
    return bytes(body)


async def _as_json(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    message = _REASONS.get(error.status_code, error.detail)
    return JSONResponse({"status": "error", "message": message}, error.status_code, error.headers)
