"""Access log: one JSON line per request, and a request id in each response."""

from __future__ import annotations

import json
import logging
import secrets
import sys
import time
from typing import TYPE_CHECKING, Any

from ashr_labs_contract.operations import OPERATIONS

from ..._time import isoformat

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["REQUEST_INFO", "AccessLog", "log_to_stderr"]

REQUEST_INFO = "ashr_labs.request_info"
"""The key of the ASGI scope where the handler puts an object with `operation` and `tenant_id`."""

_logger = logging.getLogger("ashr_labs.access")

_MAX_METHOD = 20


def log_to_stderr() -> None:
    """Write bare log lines to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    _logger.addHandler(handler)
    _logger.propagate = False
    _logger.setLevel(logging.INFO)


class AccessLog:
    """ASGI middleware that logs each request to `ashr_labs.access`.

    A line does not contain keys, queries (which have URL signatures) or paths, only the kind of path, and no client
    input except the method. It is ASCII JSON, so clients cannot inject lines.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Return one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(receive, send)
        start, moment = time.perf_counter(), time.time()
        try:
            await self._app(scope, exchange.receive, exchange.send)
        finally:
            if _logger.isEnabledFor(logging.INFO):
                line = {"time": isoformat(moment), **_request_fields(scope), **exchange.response_fields()}
                line["duration_ms"] = round((time.perf_counter() - start) * 1000, 3)
                _logger.info("%s", json.dumps(line))


class _Exchange:
    """Records the status and the sizes of one request and its response."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._status: int | None = None
        self._request_id = ""
        self._bytes_in = 0
        self._bytes_out = 0

    async def receive(self) -> Message:
        message = await self._receive()
        self._bytes_in += len(message.get("body", b""))
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            headers = dict(message["headers"])
            self._request_id = headers.get(b"x-request-id", b"").decode("latin-1") or secrets.token_hex(8)
            if b"x-request-id" not in headers:
                added = (b"x-request-id", self._request_id.encode())
                message = {**message, "headers": [*message["headers"], added]}
        self._bytes_out += len(message.get("body", b""))
        await self._send(message)

    def response_fields(self) -> dict[str, Any]:
        """Return the fields of the response; the status is None if none was sent."""
        return {
            "status": self._status,
            "request_id": self._request_id or None,
            "bytes_in": self._bytes_in,
            "bytes_out": self._bytes_out,
        }


def _request_fields(scope: Mapping[str, Any]) -> dict[str, Any]:
    info = scope.get(REQUEST_INFO)
    return {
        "method": scope["method"][:_MAX_METHOD],
        "path": _path_kind(scope["path"], info and info.operation, info and info.page),
        "operation": info and info.operation,
        "tenant_id": info and info.tenant_id,
    }


def _path_kind(path: str, operation: str | None, page: str | None) -> str | None:
    """Return the template of the path, which has nothing that the client has chosen."""
    if path == "/":
        return path
    return OPERATIONS[operation].path if operation is not None else page
