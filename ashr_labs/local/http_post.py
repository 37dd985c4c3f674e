"""JSON requests to other APIs, with a deadline for the whole exchange and a limit for the response."""

from __future__ import annotations

import http.client
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Reply", "check_secret", "check_url", "post_json"]

_MAX_REPLY = 1_000_000


@dataclass(frozen=True, slots=True)
class Reply:
    """A response."""

    status: int
    text: str
    """The body, cut after 1,000,000 bytes."""
    retry_after: str | None = None


def post_json(url: str, body: bytes, headers: Mapping[str, str], *, seconds: float) -> Reply:
    """Send JSON and read the response, over a new connection.

    Args:
        url: A URL that `check_url` accepts.
        body: The encoded JSON.
        headers: In addition to the content type.
        seconds: The deadline for the whole exchange, however slowly bytes arrive.

    Raises:
        OSError: The request failed; TimeoutError after the deadline.
    """
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=seconds)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.connect()
        with _Watch(connection.sock, seconds) as watch:
            connection.request("POST", path, body, {"content-type": "application/json", **headers})
            answer = connection.getresponse()
            text = answer.read(_MAX_REPLY).decode("utf-8", "replace")
        watch.check()
        return Reply(answer.status, text, answer.getheader("retry-after"))
    except TimeoutError as error:
        raise TimeoutError(f"no reply within {seconds:g} seconds") from error
    except http.client.HTTPException as error:
        raise ConnectionError(f"{type(error).__name__}: {error}") from error
    finally:
        connection.close()


def check_url(url: str, *, setting: str) -> str:
    """Return a URL without a trailing slash.

    Raises:
        ConfigurationError: It is not an http or https URL, or contains a password; the message names the setting.
    """
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not url.isascii() or not url.isprintable() or " " in url:
        raise ConfigurationError(f"{setting} must be an http or https URL, got {url!r}")
    if urlsplit(url).username is not None:
        raise ConfigurationError(f"{setting} must not contain a user name or password; use the settings for keys")
    return url.rstrip("/")


def check_secret(secret: str, *, setting: str) -> str:
    """Return a key without surrounding whitespace.

    Raises:
        ConfigurationError: It is not allowed in a header; the message does not contain it.
    """
    secret = secret.strip()
    if not secret.isascii() or not secret.isprintable():
        raise ConfigurationError(f"{setting} must be printable ASCII; copy the key again")
    return secret


class _Watch:
    """Shuts a connection down at a deadline: socket timeouts restart with each byte."""

    def __init__(self, connected: socket.socket, seconds: float) -> None:
        self._socket = connected
        self._over = threading.Event()
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> _Watch:
        # While the interpreter shuts down, threads cannot be started; socket timeouts must suffice then.
        with suppress(RuntimeError):
            self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._timer.cancel()
        if kind is not None:
            self.check()

    def check(self) -> None:
        """Raise TimeoutError if the connection was shut down, so that a truncated response is not used."""
        if self._over.is_set():
            raise TimeoutError

    def _cut(self) -> None:
        self._over.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
