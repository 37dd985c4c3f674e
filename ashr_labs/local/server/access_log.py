"""A line of JSON for each request, and an id for each answer."""

from __future__ import annotations

import json
import logging
import secrets
import sys
import time
from typing import TYPE_CHECKING, Any

from ..._time import isoformat
from ..media import MEDIA_PATH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["ABOUT", "AccessLog", "log_to_stderr"]

ABOUT = "ashr_labs.about"
"""Where in a request's scope its handler says what it was: an object with `operation` and `tenant_id`."""

_logger = logging.getLogger("ashr_labs.access")

_LONGEST_METHOD = 20


def log_to_stderr() -> None:
    """Write the lines to stderr, and nothing else into them."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    _logger.addHandler(handler)
    _logger.propagate = False
    _logger.setLevel(logging.INFO)


class AccessLog:
    """Passes requests on to an application, and tells the logger `ashr_labs.access` what became of each.

    A line holds no key, no query (where signatures of URLs are), no path but its kind, and no text of the caller's
    but the method; all of it is JSON in ASCII, so nobody can begin a line of their own.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seen = _Seen(receive, send)
        begin, moment = time.perf_counter(), time.time()
        try:
            await self._app(scope, seen.receive, seen.send)
        finally:
            if _logger.isEnabledFor(logging.INFO):
                line = {"time": isoformat(moment), **_asked(scope), **seen.told()}
                line["duration_ms"] = round((time.perf_counter() - begin) * 1000, 3)
                _logger.info("%s", json.dumps(line))


class _Seen:
    """What passes in one request."""

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

    def told(self) -> dict[str, Any]:
        """Return the end of the story; without a status there was no answer."""
        return {
            "status": self._status,
            "request_id": self._request_id or None,
            "bytes_in": self._bytes_in,
            "bytes_out": self._bytes_out,
        }


def _asked(scope: Mapping[str, Any]) -> dict[str, Any]:
    about = scope.get(ABOUT)
    return {
        "method": scope["method"][:_LONGEST_METHOD],
        "path": _kind_of(scope["path"]),
        "operation": about and about.operation,
        "tenant_id": about and about.tenant_id,
    }


def _kind_of(path: str) -> str | None:
    if path.startswith(MEDIA_PATH):
        return MEDIA_PATH + "{number}"
    return path if path in {"/", "/health"} else None
