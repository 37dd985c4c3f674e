"""Ports of the sandbox's loopback whose connections the engine handles.

A connection is accepted inside of the sandbox, and its socket is passed to the engine; so commands reach what the
engine offers, and nothing else.
"""

from __future__ import annotations

import _socket

from .wire import DATA

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .loop import Connection, Loop

__all__ = ["Listener"]

_BACKLOG = 64


class Listener:
    """A listening socket, open as long as the connection that asked for it.

    Args:
        loop: The event loop.
        connection: Gets a frame with the port, and then a byte with the descriptor of each accepted socket.
        port: The port on 127.0.0.1; 0 takes one that is free.

    Raises:
        OSError: The port is in use.
    """

    def __init__(self, loop: Loop, connection: Connection, port: int) -> None:
        self._loop = loop
        self._connection = connection
        self._socket = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
        try:
            self._socket.setsockopt(_socket.SOL_SOCKET, _socket.SO_REUSEADDR, 1)
            self._socket.bind(("127.0.0.1", port))
            self._socket.listen(_BACKLOG)
            self._socket.setblocking(False)
        except OSError:
            self._socket.close()
            raise
        connection.on_close = self._close
        connection.send(DATA, b"%d" % self._socket.getsockname()[1])
        loop.watch(self._socket.fileno(), lambda _read, _write: self._accept(), read=True, write=False)

    def _accept(self) -> None:
        try:
            # The method of the standard library's own `socket`, which takes 5 ms to load; type checkers do not know it.
            accepted = int(self._socket._accept()[0])  # type: ignore[attr-defined]
        except OSError:
            return  # the client is gone already
        self._connection.pass_descriptor(accepted)

    def _close(self) -> None:
        self._loop.forget(self._socket.fileno())
        self._socket.close()
