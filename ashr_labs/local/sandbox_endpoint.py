"""The platform as commands of a sandbox reach it: HTTP/1.1 over sockets that are passed out of the sandbox."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import h11

from .exchange import PlatformRequest, PlatformResponse
from .failures import error_content

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from .._secret import Secret

__all__ = ["Answering", "SandboxEndpoint"]

_MAX_HEAD = 32 * 1024
_MAX_BODY = 16 << 20
_DRAIN_FACTOR = 4
"""Up to this multiple of the limit of a refused body is read and discarded, so that the client gets the response."""
_MAX_TOTAL = 256 << 20
_MAX_AT_A_TIME = 8
_IDLE_SECONDS = 30.0
_BODY_SECONDS = 60.0
_WRITE_SECONDS = 60.0
_CHUNK = 64 * 1024


class Admitted(Protocol):
    """The decision about a request before its body is read."""

    @property
    def max_bytes(self) -> int | None:
        """The operation's own limit of the body size in bytes, if it has one."""
        ...

    @property
    def refusal(self) -> PlatformResponse | None:
        """The response, if the body does not matter."""
        ...


class Answering(Protocol):
    """A platform that answers requests."""

    def admit(self, request: PlatformRequest) -> Admitted:
        """Authenticate and route a request before its body is read."""
        ...

    def answer(self, request: PlatformRequest) -> PlatformResponse:
        """Answer a request."""
        ...


class SandboxEndpoint:
    """Answers the requests of one sandbox, which must have its key.

    Args:
        platform: Returns the platform; called with the first request.
        key: The sandbox's key.
        on_body: Gets the body of each request.
    """

    def __init__(self, platform: Callable[[], Answering], key: Secret, on_body: Callable[[bytes], None]) -> None:
        self._platform = platform
        self._key = key
        self._on_body = on_body
        self._places = threading.BoundedSemaphore(_MAX_AT_A_TIME)
        self._counting = threading.Lock()
        self._received = 0

    def handle(self, client: socket.socket) -> None:
        """Answer the requests of a connection, and close it."""
        with client, suppress(OSError, h11.LocalProtocolError):
            connection = _Connection(client)
            try:
                self._serve(connection)
            except h11.RemoteProtocolError as error:
                connection.respond(_refused("/", error.error_status_hint, "the request is not valid HTTP"))

    def _serve(self, connection: _Connection) -> None:
        while (head := connection.head()) is not None:
            connection.respond(self._response(connection, head))
            if not connection.begin_next():
                return

    def _response(self, connection: _Connection, head: PlatformRequest) -> PlatformResponse:
        platform = self._platform()
        admission = platform.admit(head)
        limit = min(_MAX_BODY, admission.max_bytes or _MAX_BODY)
        body = connection.body(limit)  # in any case, so that the client reads the response
        if self._has_other_key(head):
            return _refused(head.path, 401, "this address takes the key of its sandbox only: KEYSTONE_API_KEY")
        if admission.refusal is not None:
            return admission.refusal
        if body is None:
            return _refused(head.path, 413, f"the body must be at most {limit} bytes")
        if not self._counts(len(body)):
            return _refused(head.path, 429, f"a sandbox can send at most {_MAX_TOTAL} bytes in all requests together")
        self._on_body(body)
        with self._places:
            return platform.answer(replace(head, body=body))

    def _has_other_key(self, head: PlatformRequest) -> bool:
        given = head.headers.get("authorization", "").partition(" ")[2] or head.headers.get("x-api-key", "")
        return bool(given.strip()) and given.strip() != self._key

    def _counts(self, size: int) -> bool:
        """Count bytes; return whether they may be sent."""
        with self._counting:
            self._received += size
            return self._received <= _MAX_TOTAL


class _Connection:
    """The server's end of a connection."""

    def __init__(self, client: socket.socket) -> None:
        self._client = client
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=_MAX_HEAD)
        self._is_head = False

    def head(self) -> PlatformRequest | None:
        """Return the next request without its body; None at the end of the connection."""
        event = self._event(time.monotonic() + _IDLE_SECONDS)
        if not isinstance(event, h11.Request):
            return None
        path, _, query = event.target.decode("latin-1").partition("?")
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in event.headers}
        self._is_head = event.method == b"HEAD"
        origin = f"http://{headers.get('host', '127.0.0.1')}"
        return PlatformRequest(event.method.decode("latin-1"), path, query, headers, origin=origin)

    def body(self, limit: int) -> bytes | None:
        """Return the body of the request; None if it is longer than `limit`, of which some more is read."""
        until = time.monotonic() + _BODY_SECONDS
        if self._http.they_are_waiting_for_100_continue:
            self._send(h11.InformationalResponse(status_code=100, headers=[]))
        body = bytearray()
        size = 0
        while size <= _DRAIN_FACTOR * limit and isinstance(event := self._event(until), h11.Data):
            size += len(event.data)
            body += event.data if size <= limit else b""
        return bytes(body) if size <= limit else None

    def respond(self, response: PlatformResponse) -> None:
        """Send a response, unless one has been begun."""
        if self._http.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            return
        given = {"content-type": "application/json", **response.headers, "content-length": str(len(response.content))}
        headers = [(name, value) for name, value in given.items() if response.status != 204 or "content" not in name]
        if self._http.their_state is not h11.DONE:  # what is left of the body is not read
            headers.append(("connection", "close"))
        self._send(h11.Response(status_code=response.status, headers=headers))
        if response.content and not self._is_head:
            self._send(h11.Data(data=response.content))
        self._send(h11.EndOfMessage())

    def begin_next(self) -> bool:
        """Return whether another request may follow."""
        if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
            return False
        self._http.start_next_cycle()
        return True

    def _send(self, event: h11.Event) -> None:
        self._client.settimeout(_WRITE_SECONDS)
        self._client.sendall(self._http.send(event) or b"")

    def _event(self, until: float) -> object:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            self._client.settimeout(max(0.001, until - time.monotonic()))
            self._http.receive_data(self._client.recv(_CHUNK))
        return event


def _refused(path: str, status: int, message: str) -> PlatformResponse:
    content, kind = error_content(path, "", status, message)
    return PlatformResponse(status, content, {"content-type": kind})
