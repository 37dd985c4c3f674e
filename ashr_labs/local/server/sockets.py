"""Listening sockets and their URLs; usable without the extra `local`, so that errors about ports come first."""

from __future__ import annotations

import os
import socket
from ipaddress import ip_address

from ...errors import ConfigurationError

__all__ = ["bind", "is_loopback", "listens_everywhere", "local_url"]

_MAX_PORT = 65535
_BACKLOG = 1024
_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, not bound


def bind(host: str, port: int) -> socket.socket:
    """Return a socket that listens on an address.

    Args:
        host: The address or its name.
        port: The port; 0 for a free one.

    Raises:
        ConfigurationError: The address or port cannot be bound.
    """
    if not 0 <= port <= _MAX_PORT:
        raise ConfigurationError(f"cannot listen on port {port}: ports go from 0 to {_MAX_PORT}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With an explicit protocol: asyncio sets TCP_NODELAY only then; otherwise each response takes 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except (OSError, UnicodeError) as error:
        listener.close()
        raise ConfigurationError(f"cannot listen on {host}, port {port}: {error}") from error
    return listener


def listens_everywhere(listener: socket.socket) -> bool:
    """Return True if a socket listens on all addresses of the machine."""
    return listener.getsockname()[0] in _WILDCARDS


def is_loopback(listener: socket.socket) -> bool:
    """Return True if only this machine can connect to a socket."""
    return ip_address(listener.getsockname()[0]).is_loopback


def local_url(listener: socket.socket) -> str:
    """Return a URL that works on this machine; not every system can connect to `http://0.0.0.0`."""
    address: tuple[str, int] = listener.getsockname()[:2]
    host, port = address
    host = _WILDCARDS.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
