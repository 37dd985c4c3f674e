"""Fixtures of the client's tests."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from ashr_labs import AshrLabsClient
from support.clocks import SyncManualClock
from support.scripted_server import ScriptedServer

KEY = "tp_0123456789abcdef0123456789abcdef"


@pytest.fixture
def clock() -> SyncManualClock:
    """Return a clock that advances only while something waits on it."""
    return SyncManualClock()


@pytest.fixture
def client(server: ScriptedServer, clock: SyncManualClock) -> Generator[AshrLabsClient]:
    """Return a client of the scripted server that uses the test's clock."""
    with AshrLabsClient(KEY, f"{server.url}/testing-platform-api/", timeout=5) as client:
        client._transport.clock = clock
        yield client
