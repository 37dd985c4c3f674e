"""Sockets that a server listens on, and the URLs under which one can open them."""

from __future__ import annotations

import os
import socket

from ...errors import ConfigurationError

__all__ = ["is_everywhere", "listen", "url_of"]

_LAST_PORT = 65535
_BACKLOG = 1024
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - to be told apart, not to be listened on


def listen(host: str, port: int) -> socket.socket:
    """Listen on an address.

    Args:
        host: The address, or a name of it.
        port: The port; 0 for a free one.

    Raises:
        ConfigurationError: Nobody can, or somebody does already.
    """
    if not 0 <= port <= _LAST_PORT:
        raise ConfigurationError(f"cannot listen on port {port}: ports go from 0 to {_LAST_PORT}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Called by its name: asyncio sends without delay on such sockets only, otherwise each answer takes 40 ms.
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


def is_everywhere(listener: socket.socket) -> bool:
    """Tell whether a socket listens on all addresses of the machine."""
    return listener.getsockname()[0] in _EVERYWHERE


def url_of(listener: socket.socket) -> str:
    """Return a URL that can be opened on this machine: nobody can open `http://0.0.0.0` everywhere."""
    address: tuple[str, int] = listener.getsockname()[:2]
    host, port = address
    host = _EVERYWHERE.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
