"""Sockets whose operations end at the deadline of their call."""

from __future__ import annotations

import os
import select
import socket
import ssl
from collections import deque
from contextlib import contextmanager, nullcontext
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar, cast

import httpcore

from .._threads import start_daemon
from ._errors import AddressRefusedError
from ._request import PhaseTimeout

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable
    from contextlib import AbstractContextManager

    from ._request import Deadline

__all__ = ["SyncConnectionStack", "SyncNetwork", "is_readable", "seconds_left"]

Result = TypeVar("Result")
_TLS_RECORD = 16 * 1024
"""Bytes of the largest TLS record (RFC 8449)."""


class SyncConnectionStack:
    """The idle connections of one process: after a fork, those of the parent are left alone."""

    def __init__(self) -> None:
        self.idle: deque[tuple[float, httpcore.ConnectionInterface]] = deque()
        """Each with the time of its last use."""

    current = staticmethod(os.getpid)

    @classmethod
    def open(cls, stacks: dict[Any, SyncConnectionStack]) -> SyncConnectionStack:
        """Add a stack for this process to those of a pool, and return it."""
        current = os.getpid()
        for process in [process for process in stacks if process != current]:
            stacks.pop(process, None)
        return stacks.setdefault(current, cls())

    limit = staticmethod(cast("Callable[[Deadline], AbstractContextManager[object]]", nullcontext))
    """No limit: each call has a thread of its own."""

    def close(self) -> None:
        """Close the connections."""
        while self.idle:
            self.idle.pop()[1].close()


class SyncNetwork(httpcore.NetworkBackend):
    """Opens connections that end with the deadline of the call that uses them."""

    def __init__(
        self, socket_options: Iterable[tuple[int, int, int]] = (), *, allows: Callable[[str], bool] | None = None
    ) -> None:
        self._allows = allows
        self._options = [*socket_options, (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of a host that accepts; `socket_options` are those of the backend."""
        with _mapped(httpcore.ConnectTimeout, httpcore.ConnectError):
            failure = OSError(f"{host} has no address")
            for address in self._allowed(host, _addresses(host, port, seconds_left(timeout, httpcore.ConnectTimeout))):
                left = seconds_left(timeout, httpcore.ConnectTimeout)
                try:
                    connection = socket.create_connection(address, left)
                except OSError as error:
                    failure = error
                    continue
                for option in self._options:
                    connection.setsockopt(*option)
                return _Stream(connection, timeout)
            raise failure

    def _allowed(self, host: str, addresses: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        allowed = [one for one in addresses if self._allows is None or self._allows(one[0])]
        if addresses and not allowed:
            raise AddressRefusedError(f"{host} is at the address {addresses[0][0]}, which must not be connected to")
        return allowed


def seconds_left(timeout: float | None, late: type[httpcore.TimeoutException]) -> float | None:
    """Return how long a network operation may wait; raise `late` if the deadline of its call has passed."""
    if not isinstance(timeout, PhaseTimeout):
        return timeout
    left = timeout.deadline.end - timeout.deadline.now()
    if left <= 0:
        raise late("the deadline of the call has passed")
    return min(timeout, left)


class _Stream(httpcore.NetworkStream):
    def __init__(self, connection: socket.socket, timeout: float | None) -> None:
        self._connection = connection
        self._timeout = timeout
        """For the negotiation with a SOCKS proxy, to which the HTTP library gives no timeout."""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = seconds_left(self._timeout if timeout is None else timeout, httpcore.ReadTimeout)
        try:
            self._connection.settimeout(left)
            return self._connection.recv(max_bytes)
        except TimeoutError as error:
            raise httpcore.ReadTimeout(error) from error
        except OSError as error:
            raise httpcore.ReadError(error) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        rest = memoryview(buffer)
        while rest:
            left = seconds_left(self._timeout if timeout is None else timeout, httpcore.WriteTimeout)
            try:
                self._connection.settimeout(left)
                rest = rest[self._connection.send(rest) :]
            except TimeoutError as error:
                raise httpcore.WriteTimeout(error) from error
            except OSError as error:
                raise httpcore.WriteError(error) from error

    def close(self) -> None:
        self._connection.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            with _mapped(httpcore.ConnectTimeout, httpcore.ConnectError):
                return self._secured(ssl_context, server_hostname, timeout)
        except BaseException:
            self.close()
            raise

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            return is_readable(self._connection)
        if info == "socket":
            return self._connection
        return self._connection if info == "ssl_object" and isinstance(self._connection, ssl.SSLSocket) else None

    def _secured(self, context: ssl.SSLContext, name: str | None, timeout: float | None) -> httpcore.NetworkStream:
        if isinstance(self._connection, ssl.SSLSocket):  # which cannot be wrapped a second time
            return _TunnelledTLS(self, context, name, timeout)
        # The socket's timeout holds for the whole handshake, not for each of its reads.
        self._connection.settimeout(seconds_left(timeout, httpcore.ConnectTimeout))
        return _Stream(context.wrap_socket(self._connection, server_hostname=name), timeout)


class _TunnelledTLS(httpcore.NetworkStream):
    """TLS to the server inside TLS to a proxy."""

    def __init__(self, outer: _Stream, context: ssl.SSLContext, name: str | None, timeout: float | None) -> None:
        self._outer = outer
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._secured = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
        self._run(self._secured.do_handshake, timeout)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with _mapped(httpcore.ReadTimeout, httpcore.ReadError):
            try:
                return self._run(partial(self._secured.read, max_bytes), timeout)
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        rest = memoryview(buffer)
        with _mapped(httpcore.WriteTimeout, httpcore.WriteError):
            while rest:
                rest = rest[self._run(partial(self._secured.write, rest), timeout) :]

    def close(self) -> None:
        self._outer.close()

    def get_extra_info(self, info: str) -> Any:
        return self._secured if info == "ssl_object" else self._outer.get_extra_info(info)

    def _run(self, step: Callable[[], Result], timeout: float | None) -> Result:
        """Run a step of TLS, and send and receive the encrypted bytes that it needs."""
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
def _mapped(late: type[httpcore.TimeoutException], failed: type[httpcore.NetworkError]) -> Generator[None]:
    """Raise errors of the operating system as those of the HTTP library."""
    try:
        yield
    except TimeoutError as error:
        raise late(error) from error
    except OSError as error:
        raise failed(error) from error


def _addresses(host: str, port: int, seconds: float | None) -> list[tuple[Any, ...]]:
    """Look up a host in a thread: the system may take minutes, and cannot be interrupted."""
    answers: SimpleQueue[list[tuple[Any, ...]] | OSError] = SimpleQueue()

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put([address[:2] for *_, address in found])
        except UnicodeError as error:  # a label that is empty or too long
            answers.put(OSError(f"{host!r} is not a valid host name: {error}"))
        except OSError as error:
            answers.put(error)

    if start_daemon(look_up, "ashr-labs-getaddrinfo") is None:
        look_up()
    try:
        answer = answers.get(timeout=seconds)
    except Empty:
        raise TimeoutError(f"{host} was not resolved in time") from None
    if isinstance(answer, OSError):
        raise answer
    return answer


def is_readable(connection: socket.socket) -> bool:
    """Return True if a read would not block: for an idle connection, the peer has closed it."""
    if connection.fileno() < 0:
        return True
    if not hasattr(select, "poll"):  # Windows
        return bool(select.select([connection], [], [], 0)[0])
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(0))
