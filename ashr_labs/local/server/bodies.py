"""Request bodies: limits for one body and for all bodies in memory, and a key check before large ones are read."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, ClassVar

from anyio import fail_after, to_thread
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse

from ..failures import error_body

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["BodyReader", "RejectAmbiguousLength"]

_SMALL = 64 * 1024
"""Bytes; what the protocol buffers for each connection anyway. Smaller bodies are read before the key is checked."""
_DRAIN_FACTOR = 4
"""Up to this multiple of the limit of a refused body is read and discarded, so that the client gets the response."""


class BodyReader:
    """Reads bodies into memory.

    Args:
        limit: Maximum size of a body, in bytes.
        total: Maximum size of all bodies whose calls are in progress; defaults to four times the limit.
    """

    timeout: ClassVar[float] = 120.0
    """Seconds until a body must be complete."""

    def __init__(self, *, limit: int, total: int | None = None) -> None:
        self._limit = limit
        self._free = 4 * limit if total is None else total

    @asynccontextmanager
    async def read(
        self, request: Request, is_authorized: Callable[[], bool], *, limit: int | None = None
    ) -> AsyncGenerator[bytes | bytearray]:
        """Yield the body of a request; its memory counts as used until the end of the block.

        The body of an unauthorized request is read, for the client to get the response, but empty.

        Args:
            request: The request.
            is_authorized: Returns True if its key is valid.
            limit: Maximum size of this body, in bytes, if it is less than that of all bodies.

        Raises:
            HTTPException: It is too large, incomplete or late, or there is not enough memory for it now.
        """
        size = request.headers.get("content-length", "" if "transfer-encoding" in request.headers else "0")
        is_small = size.isdecimal() and int(size) <= _SMALL
        keeps = is_small or await to_thread.run_sync(is_authorized)
        body = bytearray()
        try:
            await self._fill(body, request, min(self._limit, limit or self._limit), keeps=keeps)
            yield body  # a copy of a large one would hold up the event loop
        finally:
            self._free += len(body)

    async def _fill(self, body: bytearray, request: Request, limit: int, *, keeps: bool) -> None:
        try:
            with fail_after(self.timeout):
                size, is_full = await self._receive(body, request, limit, keeps=keeps)
        except TimeoutError as error:
            raise HTTPException(408, f"the body was not complete after {self.timeout:g} seconds") from error
        except ClientDisconnect as error:
            raise HTTPException(400, "the connection was closed before the body was complete") from error
        if size > limit:
            raise HTTPException(413, f"the body must be at most {limit} bytes")
        if is_full:
            message = "too many large requests are in progress; send it again in a moment"
            raise HTTPException(503, message, headers={"retry-after": "1"})

    async def _receive(self, body: bytearray, request: Request, limit: int, *, keeps: bool) -> tuple[int, bool]:
        """Return the size of what was received, and whether there was not enough memory to keep it."""
        size = 0
        is_full = False
        async for chunk in request.stream():
            size += len(chunk)
            if keeps and not is_full and size <= limit:
                is_full = not self._add(body, chunk)
            elif size > _DRAIN_FACTOR * limit:
                break
        return size, is_full

    def _add(self, body: bytearray, chunk: bytes) -> bool:
        if len(chunk) > self._free:
            self._free += len(body)
            body.clear()
            return False
        self._free -= len(chunk)
        body += chunk
        return True


class RejectAmbiguousLength:
    """ASGI middleware that rejects requests with both `Content-Length` and `Transfer-Encoding`, and closes.

    A proxy in front may have read another length than this server; what follows could be a smuggled request (RFC 9112,
    section 6.1).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or reject it."""
        app = self._app
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            if "transfer-encoding" in headers and "content-length" in headers:
                message = "a request must not have both content-length and transfer-encoding"
                app = JSONResponse(error_body(scope["path"], 400, message), 400, {"connection": "close"})
        await app(scope, receive, send)
