"""The network backends: deadlines and flow control of single connections."""

from __future__ import annotations

import asyncio
import socket
import time

import httpcore
import pytest

from ashr_labs._http._request import Deadline, PhaseTimeout
from ashr_labs._http.async_backend import AsyncNetwork
from ashr_labs._http.sync_backend import SyncNetwork
from support import dripping
from support.dripping import running_dripper

SIZE = 20_000_000


def timeout_of(seconds: float) -> PhaseTimeout:
    timeout = PhaseTimeout(60)
    timeout.deadline = Deadline(seconds)
    return timeout


def sends_much(connection: socket.socket) -> None:
    connection.sendall(b"x" * SIZE)
    connection.recv(1)


def test_operation_without_timeout_ends_at_connection_deadline() -> None:
    """The HTTP library negotiates with SOCKS proxies without a timeout, which must not block for ever."""
    start = time.monotonic()
    with running_dripper(dripping.reads_slowly) as address:
        host, _, port = address.partition(":")
        stream = SyncNetwork().connect_tcp(host, int(port), timeout_of(0.2))
        with pytest.raises(httpcore.ReadTimeout):
            stream.read(1)
        stream.close()

    assert time.monotonic() - start < 2


async def test_async_operation_without_timeout_ends_at_connection_deadline() -> None:
    """Asynchronous connections end with the deadline as well."""
    start = time.monotonic()
    with running_dripper(dripping.reads_slowly) as address:
        host, _, port = address.partition(":")
        stream = await AsyncNetwork().connect_tcp(host, int(port), timeout_of(0.2))
        with pytest.raises(httpcore.ReadTimeout):
            await stream.read(1)
        await stream.aclose()

    assert time.monotonic() - start < 2


async def test_slow_reader_applies_backpressure() -> None:
    """The event loop stops receiving when the caller does not read, and goes on when it does."""
    with running_dripper(sends_much) as address:
        host, _, port = address.partition(":")
        stream = await AsyncNetwork().connect_tcp(host, int(port), timeout_of(30))
        protocol = stream._protocol  # type: ignore[attr-defined]
        received = len(await stream.read(10))
        for _ in range(200):
            await asyncio.sleep(0)
        assert protocol.buffered < 1_000_000
        while received < SIZE:
            received += len(await stream.read(65536))
        await stream.aclose()

    assert SIZE == received


async def test_write_to_closed_connection_raises_write_error() -> None:
    """Writing after the connection is closed is a WriteError, reading one returns the end."""
    with running_dripper(dripping.reads_slowly) as address:
        host, _, port = address.partition(":")
        stream = await AsyncNetwork().connect_tcp(host, int(port), timeout_of(30))
        assert not stream.get_extra_info("is_readable")
        await stream.aclose()

        assert stream.get_extra_info("is_readable")
        assert await stream.read(1) == b""
        with pytest.raises(httpcore.WriteError):
            await stream.write(b"x")


async def test_connect_falls_back_to_other_addresses() -> None:
    """`localhost`, which may have an IPv6 address where nothing listens, is reached by its other one."""
    with running_dripper(dripping.drips_the_head) as address:
        port = int(address.rpartition(":")[2])
        stream = await AsyncNetwork().connect_tcp("localhost", port, timeout_of(30))
        await stream.write(b"x")
        assert await stream.read(4) == b"HTTP"
        await stream.aclose()


def test_sync_stream_of_closed_socket_raises_network_errors() -> None:
    """Reading from and writing to a closed socket raise the errors of the HTTP library."""
    with running_dripper(dripping.reads_slowly) as address:
        host, _, port = address.partition(":")
        stream = SyncNetwork().connect_tcp(host, int(port), timeout_of(30))
        assert not stream.get_extra_info("is_readable")
        stream.close()

        assert stream.get_extra_info("is_readable")
        with pytest.raises(httpcore.ReadError):
            stream.read(1)
        with pytest.raises(httpcore.WriteError):
            stream.write(b"x")


def test_timeout_without_deadline_is_used_as_it_is() -> None:
    """A plain number, or None, limits the operation by itself."""
    with running_dripper(dripping.reads_slowly) as address:
        host, _, port = address.partition(":")
        stream = SyncNetwork().connect_tcp(host, int(port), None)
        with pytest.raises(httpcore.ReadTimeout):
            stream.read(1, timeout=0.05)
        stream.close()


def test_malformed_host_raises_connect_error() -> None:
    """A name that IDNA cannot encode, for example with a label of 64 characters, is a connection error."""
    with pytest.raises(httpcore.ConnectError, match="is not a valid host name"):
        SyncNetwork().connect_tcp(f"{'a' * 64}.example", 80, timeout_of(30))
