"""One JSON request to somebody else's API, with an end to the waiting and to what is read."""

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

_LARGEST_REPLY = 1_000_000


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    text: str
    """The body, at most 1,000,000 bytes of it."""
    retry_after: str | None = None


def post_json(url: str, body: bytes, headers: Mapping[str, str], *, seconds: float) -> Reply:
    """Send JSON and read the reply, over a connection of its own.

    Args:
        url: Where to, as `check_url` allows it.
        body: The JSON.
        headers: Beside the content type.
        seconds: After so long it is over, however slowly bytes still come.

    Raises:
        OSError: There was no reply; TimeoutError where there was none in time.
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
            text = answer.read(_LARGEST_REPLY).decode("utf-8", "replace")
        watch.check()
        return Reply(answer.status, text, answer.getheader("retry-after"))
    except TimeoutError as error:
        raise TimeoutError(f"no reply within {seconds:g} seconds") from error
    except http.client.HTTPException as error:
        raise ConnectionError(f"{type(error).__name__}: {error}") from error
    finally:
        connection.close()


def check_url(url: str, *, setting: str) -> str:
    """Return a URL without a slash at its end.

    Raises:
        ConfigurationError: It is no http or https URL, or holds a password; the message names the setting.
    """
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not url.isascii() or not url.isprintable() or " " in url:
        raise ConfigurationError(f"{setting} must be an http or https URL, not {url!r}")
    if urlsplit(url).username is not None:
        raise ConfigurationError(f"{setting} must not hold a user name or password; keys have settings of their own")
    return url.rstrip("/")


def check_secret(secret: str, *, setting: str) -> str:
    """Return a key without white space around it.

    Raises:
        ConfigurationError: It cannot stand in a header; the message does not show it.
    """
    secret = secret.strip()
    if not secret.isascii() or not secret.isprintable():
        raise ConfigurationError(f"{setting} holds characters that no key has; copy it again")
    return secret


class _Watch:
    """Cuts a connection when its time is over: timeouts of sockets begin anew with each byte."""

    def __init__(self, connected: socket.socket, seconds: float) -> None:
        self._socket = connected
        self._over = threading.Event()
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> _Watch:
        # At the end of the interpreter no thread can be started; then sockets' own timeouts must do.
        with suppress(RuntimeError):
            self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._timer.cancel()
        if kind is not None:
            self.check()

    def check(self) -> None:
        """Make sure that what was read is not only what came before the cut."""
        if self._over.is_set():
            raise TimeoutError

    def _cut(self) -> None:
        self._over.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
