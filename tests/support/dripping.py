"""Servers that keep a client waiting on purpose: they answer, or take what is sent, in tiny pieces and never finish."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress

__all__ = [
    "drips_the_answer_to_connect",
    "drips_the_body",
    "drips_the_handshake",
    "drips_the_handshake_in_a_tunnel",
    "drips_the_head",
    "reads_slowly",
    "running_dripper",
]

_PAUSE = 0.02
"""Seconds between two pieces, far less than any limit for one of them."""
Behaviour = Callable[[socket.socket], None]


def drips_the_head(connection: socket.socket) -> None:
    connection.recv(65536)
    _drip(connection, b"HTTP/1.1 200 OK\r\nX-Slow: ")


def drips_the_body(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")
    _drip(connection)


def drips_the_handshake(connection: socket.socket) -> None:
    connection.recv(65536)
    _drip(connection, bytes([22, 3, 3, 0x20, 0]))  # the head of a handshake record of 8 KiB


def drips_the_handshake_in_a_tunnel(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
    drips_the_handshake(connection)


drips_the_answer_to_connect = drips_the_head


def reads_slowly(connection: socket.socket) -> None:
    while connection.recv(64):
        time.sleep(_PAUSE)


def _drip(connection: socket.socket, beginning: bytes = b"") -> None:
    connection.sendall(beginning)
    while True:
        time.sleep(_PAUSE)
        connection.sendall(b"x")


@contextmanager
def running_dripper(behaviour: Behaviour, tls: ssl.SSLContext | None = None) -> Generator[str]:
    """Run a server that handles each connection with a function; yield its host and port."""
    taken: list[socket.socket] = []

    def treat(connection: socket.socket) -> None:
        taken.append(connection)
        with suppress(OSError):  # the client goes away, which is what its test is about
            if tls is not None:
                taken.append(connection := tls.wrap_socket(connection, server_side=True))
            behaviour(connection)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=treat, args=listener.accept()[:1], daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            for connection in taken:
                connection.close()
