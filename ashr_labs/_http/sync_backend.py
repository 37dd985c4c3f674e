"""Sockets that end with their call: no operation on them waits longer than what is left of the call's time.

httpx counts anew with every byte that comes or goes, so a peer that drips them could hold a blocking call for ever.
"""

from __future__ import annotations

import select
import socket
import ssl
import time
from contextlib import contextmanager
from functools import partial
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar

import httpcore

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

__all__ = ["Deadline", "Network"]

Result = TypeVar("Result")
_TLS_RECORD = 16 * 1024
"""Bytes of the largest piece that TLS makes (RFC 8449)."""


class Deadline:
    """When the call that is under way must have ended."""

    def __init__(self) -> None:
        self._end = 0.0

    def set(self, seconds: float) -> None:
        """Begin a call that may take so many seconds."""
        self._end = time.monotonic() + seconds

    def bound(self, timeout: float | None, late: type[httpcore.TimeoutException]) -> float:
        """Return the seconds that an operation may wait; raise the error given where none are left."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise late("the time for the whole call is up")
        return left if timeout is None else min(timeout, left)


class Network(httpcore.NetworkBackend):
    """Opens connections for one call at a time, all bound by its deadline."""

    def __init__(self, deadline: Deadline, socket_options: Iterable[tuple[int, int, int]]) -> None:
        self._deadline = deadline
        self._options = [*socket_options, (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first of a host's addresses that takes it; `socket_options` are those of the network."""
        with _named(httpcore.ConnectTimeout, httpcore.ConnectError):
            failure = OSError(f"{host} has no address")
            for address in _addresses(host, port, self._deadline.bound(timeout, httpcore.ConnectTimeout)):
                left = self._deadline.bound(timeout, httpcore.ConnectTimeout)
                try:
                    connection = socket.create_connection(address, left)
                except OSError as error:
                    failure = error
                    continue
                for option in self._options:
                    connection.setsockopt(*option)
                return _Stream(connection, self._deadline)
            raise failure


class _Stream(httpcore.NetworkStream):
    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._connection = connection
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._connection.settimeout(self._deadline.bound(timeout, httpcore.ReadTimeout))
        try:
            return self._connection.recv(max_bytes)
        except TimeoutError as error:
            raise httpcore.ReadTimeout(error) from error
        except OSError as error:
            raise httpcore.ReadError(error) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        rest = memoryview(buffer)
        with _named(httpcore.WriteTimeout, httpcore.WriteError):
            while rest:
                self._connection.settimeout(self._deadline.bound(timeout, httpcore.WriteTimeout))
                rest = rest[self._connection.send(rest) :]

    def close(self) -> None:
        self._connection.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            with _named(httpcore.ConnectTimeout, httpcore.ConnectError):
                return self._secured(ssl_context, server_hostname, timeout)
        except BaseException:
            self.close()
            raise

    def get_extra_info(self, info: str) -> Any:
        if info == "socket":
            return self._connection
        if info == "ssl_object":
            return self._connection if isinstance(self._connection, ssl.SSLSocket) else None
        return _is_readable(self._connection) if info == "is_readable" else None

    def _secured(self, context: ssl.SSLContext, name: str | None, timeout: float | None) -> httpcore.NetworkStream:
        if isinstance(self._connection, ssl.SSLSocket):  # which cannot be wrapped a second time
            return _TunnelledTLS(self, context, name, timeout)
        # The socket's timeout holds for the whole handshake, not for each of its reads.
        self._connection.settimeout(self._deadline.bound(timeout, httpcore.ConnectTimeout))
        return _Stream(context.wrap_socket(self._connection, server_hostname=name), self._deadline)


class _TunnelledTLS(httpcore.NetworkStream):
    """TLS to the platform inside that to a proxy."""

    def __init__(self, outer: _Stream, context: ssl.SSLContext, name: str | None, timeout: float | None) -> None:
        self._outer = outer
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._secured = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
        self._exchange(self._secured.do_handshake, timeout)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with _named(httpcore.ReadTimeout, httpcore.ReadError):
            try:
                return self._exchange(partial(self._secured.read, max_bytes), timeout)
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        rest = memoryview(buffer)
        with _named(httpcore.WriteTimeout, httpcore.WriteError):
            while rest:
                rest = rest[self._exchange(partial(self._secured.write, rest), timeout) :]

    def close(self) -> None:
        self._outer.close()

    def get_extra_info(self, info: str) -> Any:
        return self._secured if info == "ssl_object" else self._outer.get_extra_info(info)

    def _exchange(self, step: Callable[[], Result], timeout: float | None) -> Result:
        """Take a step, with as many encrypted bytes going to and fro as it needs."""
        while True:
            try:
                result = step()
            except ssl.SSLWantReadError:
                self._outer.write(self._outgoing.read(), timeout)
                received = self._outer.read(_TLS_RECORD, timeout)
                if received:
                    self._incoming.write(received)
                else:
                    self._incoming.write_eof()
            else:
                self._outer.write(self._outgoing.read(), timeout)
                return result


@contextmanager
def _named(late: type[httpcore.TimeoutException], failed: type[httpcore.NetworkError]) -> Generator[None]:
    """Raise what the system calls an error under the name that the HTTP library has for it."""
    try:
        yield
    except TimeoutError as error:
        raise late(error) from error
    except OSError as error:
        raise failed(error) from error


def _addresses(host: str, port: int, seconds: float) -> list[tuple[Any, ...]]:
    """Look up a host; in a thread, since the system may take minutes over it and cannot be told to stop."""
    answers: SimpleQueue[list[tuple[Any, ...]] | OSError] = SimpleQueue()

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put([address[:2] for *_, address in found])
        except UnicodeError as error:  # a label that is empty or too long
            answers.put(OSError(f"{host!r} is no name of a host: {error}"))
        except OSError as error:
            answers.put(error)

    try:
        Thread(target=look_up, daemon=True, name="ashr-labs look-up").start()
    except RuntimeError:  # the interpreter is about to end, and starts no more threads
        look_up()
    try:
        answer = answers.get(timeout=seconds)
    except Empty:
        raise TimeoutError(f"the address of {host} was not found in time") from None
    if isinstance(answer, OSError):
        raise answer
    return answer


def _is_readable(connection: socket.socket) -> bool:
    """Tell whether there is something to read at once, if only the end, as of a connection that the peer closed."""
    if connection.fileno() < 0:
        return True
    if not hasattr(select, "poll"):  # Windows
        return bool(select.select([connection], [], [], 0)[0])
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(0))
