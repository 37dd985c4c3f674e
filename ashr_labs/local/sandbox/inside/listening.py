"""Ports of the sandbox's loopback whose connections the engine handles.

A connection is accepted inside of the sandbox, and its socket is passed to the engine; so commands reach what the
engine offers, and nothing else.
"""

from __future__ import annotations

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
        connection: Gets a byte with the descriptor of each accepted socket, after one frame.
        port: The port on 127.0.0.1.

    Raises:
        OSError: The port is in use.
    """

    def __init__(self, loop: Loop, connection: Connection, port: int) -> None:
        import socket  # noqa: PLC0415 - slow: needed for sandboxes with a proxy only

        self._loop = loop
        self._connection = connection
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.bind(("127.0.0.1", port))
            self._socket.listen(_BACKLOG)
            self._socket.setblocking(False)
        except OSError:
            self._socket.close()
            raise
        connection.on_close = self._close
        connection.send(DATA)
        loop.watch(self._socket.fileno(), lambda _read, _write: self._accept(), read=True, write=False)

    def _accept(self) -> None:
        try:
            accepted, _ = self._socket.accept()
        except OSError:
            return  # the client is gone already
        self._connection.pass_descriptor(accepted.detach())

    def _close(self) -> None:
        self._loop.forget(self._socket.fileno())
        self._socket.close()
