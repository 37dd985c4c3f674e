"""The connections of synchronous clients.

Each line is one connection and serves one request at a time; idle ones lie on a stack. So a request costs the
same however many others are under way, and the connection used last, the least likely to be dead, is used next.
"""

from __future__ import annotations

import os
import time
from collections import deque
from typing import TYPE_CHECKING

from ..errors import ConfigurationError
from ._http import new_line, watch

if TYPE_CHECKING:
    from ._connection import Line
    from ._http import Request, Response, SyncHTTPClient, SyncTransport
    from ._options import Options

__all__ = ["SyncPool"]

_LONGEST_IDLE = 60.0
"""Seconds after which an unused connection is closed."""


class SyncPool:
    """Sends requests over connections that it keeps; safe to share between threads."""

    def __init__(
        self, options: Options, transport: SyncTransport | None = None, http_client: SyncHTTPClient | None = None
    ) -> None:
        self._options = options
        self.transport = transport
        """What to send through instead, which closes with the pool."""
        self.http_client = http_client
        """The user's own client to send through instead, which stays open."""
        self._idle: deque[tuple[float, Line]] = deque()
        self._process = os.getpid()
        self._is_closed = False

    def send(self, request: Request, seconds: float) -> Response:
        """Send a request and read the whole answer, in so many seconds at most.

        Through what the user gave instead of the network, the end of the time is noticed only when a part of the body
        arrives, or the waiting for one takes too long.
        """
        if self._is_closed:
            raise ConfigurationError("this client is closed; make a new one")
        deadline = time.monotonic() + seconds
        if self.http_client is not None:
            return _read(self.http_client.send(request, stream=True, follow_redirects=False), deadline)
        if self.transport is not None:
            return _read(self.transport.handle_request(request), deadline)
        line = self._take()
        try:
            return line.exchange(request, seconds)
        finally:
            self._give_back(line)

    def close(self) -> None:
        """Close the connections."""
        self._is_closed = True
        while self._idle:
            self._idle.pop()[1].close()
        if self.transport is not None:
            self.transport.close()

    def _take(self) -> Line:
        if self._process != os.getpid():  # after a fork the connections are the parent's
            self._idle, self._process = deque(), os.getpid()
        try:
            return self._idle.pop()[1]
        except IndexError:
            return new_line(self._options)

    def _give_back(self, line: Line) -> None:
        if self._is_closed:
            line.close()
            return
        now = time.monotonic()
        self._idle.append((now, line))
        if self._idle[0][0] < now - _LONGEST_IDLE:
            self._idle.popleft()[1].close()


def _read(response: Response, deadline: float) -> Response:
    watch(response, lambda: time.monotonic() > deadline)
    try:
        response.read()
    except BaseException:
        response.close()
        raise
    return response
