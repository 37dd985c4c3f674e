"""The way out of a sandbox: an HTTP proxy that connects to chosen hosts only.

A sandbox has no network. Its commands reach the proxy on the loopback, by the variables `HTTP_PROXY` and
`HTTPS_PROXY`; a program that ignores these reaches nothing.
"""

from __future__ import annotations

import select
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..._hosts import is_allowed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = [
    "PROXY_PORT",
    "AllowingProxy",
    "Refusal",
    "Target",
    "decide",
    "proxy_environment",
    "without_proxy",
]

PROXY_PORT = 3128
_MAX_HEAD = 32 * 1024
_HEAD_SECONDS = 15.0
_CONNECT_SECONDS = 15.0
_IDLE_SECONDS = 300.0
_CHUNK = 64 * 1024


class Refusal(Exception):  # noqa: N818 - an answer to the client, and not a fault
    """A request that the proxy does not carry out, with the status of the answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Target:
    """A host that a client wants to be connected to."""

    host: str
    port: int
    head: bytes
    """The first bytes for the host; empty for a tunnel."""


class AllowingProxy:
    """Handles the connections of one sandbox.

    Args:
        allowed: Host names, patterns such as `*.example.com`, and addresses; each with a port if it is not 80 or 443.
        resolve: Returns the addresses of a host name.
    """

    def __init__(self, allowed: Iterable[str], *, resolve: Callable[[str], Sequence[str]] | None = None) -> None:
        self._allowed = tuple(allowed)
        self._resolve = resolve or _resolved

    def handle(self, client: socket.socket) -> None:
        """Carry out the request of a connection, and close it."""
        with client:
            try:
                self._carry_out(client)
            except Refusal as refusal:
                with suppress(OSError):
                    client.sendall(_answer(refusal))
            except OSError:
                return  # one of both is gone

    def _carry_out(self, client: socket.socket) -> None:
        head, rest = _read_head(client)
        target = decide(head, self._allowed)
        with self._connect(target) as server:
            if not target.head:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            server.sendall(target.head + rest)
            _relay(client, server)

    def _connect(self, target: Target) -> socket.socket:
        """Connect to an address of the host that is not of this machine or its network.

        The address that is checked is the one that is connected to, so that another answer of the name server in
        between changes nothing.
        """
        try:
            addresses = self._resolve(target.host)
        except OSError as error:
            raise Refusal(502, f"the host {target.host} cannot be resolved") from error
        is_named = _is_address(target.host)
        usable = [one for one in addresses if is_named or ip_address(one).is_global]
        if not usable:
            raise Refusal(403, f"the host {target.host} is at a private address; allow the address itself to reach it")
        try:
            return socket.create_connection((usable[0], target.port), _CONNECT_SECONDS)
        except OSError as error:
            raise Refusal(502, f"the host {target.host} does not answer: {error.strerror or 'timeout'}") from error


def proxy_environment() -> dict[str, str]:
    """Return the variables by which programs find the proxy."""
    url = f"http://127.0.0.1:{PROXY_PORT}"
    return dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), url)


def without_proxy(hosts: Iterable[str]) -> dict[str, str]:
    """Return the variables that name what programs reach without a proxy: the loopback, and names of its servers."""
    return dict.fromkeys(("NO_PROXY", "no_proxy"), ",".join(["localhost", "127.0.0.1", "::1", *hosts]))


def decide(head: bytes, allowed: Sequence[str]) -> Target:
    """Return where a request goes.

    Args:
        head: Request line and headers.
        allowed: As in `AllowingProxy`.

    Raises:
        Refusal: It cannot be understood, or its host is not allowed.
    """
    lines = head.split(b"\r\n")
    parts = lines[0].decode("latin-1").split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise Refusal(400, "the request is not HTTP/1")
    method, url, version = parts
    try:
        split = urlsplit(f"//{url}" if method == "CONNECT" else url)
        host, port = split.hostname, split.port
    except ValueError as error:
        raise Refusal(400, f"{url[:200]!r} is not a URL") from error
    if not host or (method == "CONNECT" and port is None) or (method != "CONNECT" and split.scheme != "http"):
        raise Refusal(400, "a proxy takes CONNECT host:port, or an http URL")
    port = port or 80
    if not is_allowed(host, port, allowed):
        raise Refusal(403, f"{host}:{port} is not among the hosts that `network.egress.allow` names")
    if method == "CONNECT":
        return Target(host, port, b"")
    path = split._replace(scheme="", netloc="", fragment="").geturl() or "/"
    kept = [line for line in lines[1:] if not line.lower().startswith((b"proxy-", b"connection:"))]
    return Target(
        host, port, b"\r\n".join([f"{method} {path} {version}".encode("latin-1"), b"Connection: close", *kept])
    )


def _read_head(client: socket.socket) -> tuple[bytes, bytes]:
    """Return the head of a request, and what was received after it."""
    until = time.monotonic() + _HEAD_SECONDS
    received = b""
    while b"\r\n\r\n" not in received:
        client.settimeout(max(0.001, until - time.monotonic()))
        data = client.recv(_CHUNK)
        received += data
        # The beginning of a body may have come along with the head.
        if not data or received.find(b"\r\n\r\n", 0, _MAX_HEAD) < 0 <= len(received) - _MAX_HEAD:
            raise Refusal(400, f"the head of the request does not end within {_MAX_HEAD} bytes")
    end = received.index(b"\r\n\r\n") + 4
    return received[:end], received[end:]


def _relay(client: socket.socket, server: socket.socket) -> None:
    """Pass bytes on in both directions until one side ends."""
    other = {client: server, server: client}
    for one in other:
        one.settimeout(_IDLE_SECONDS)
    while True:
        ready, _, _ = select.select(list(other), [], [], _IDLE_SECONDS)
        for one in ready:
            data = one.recv(_CHUNK)
            if not data:
                return
            other[one].sendall(data)
        if not ready:
            return


def _answer(refusal: Refusal) -> bytes:
    body = f"{refusal}\n".encode()
    reason = {400: "Bad Request", 403: "Forbidden"}.get(refusal.status, "Bad Gateway")
    head = f"HTTP/1.1 {refusal.status} {reason}\r\ncontent-type: text/plain\r\ncontent-length: {len(body)}\r\n"
    return f"{head}connection: close\r\n\r\n".encode() + body


def _resolved(host: str) -> list[str]:
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
