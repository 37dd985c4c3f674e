"""Fixtures of the client's tests."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from ashr_labs import AsyncAshrLabsClient
from support.clocks import AsyncManualClock
from support.scripted_server import ScriptedServer

KEY = "tp_0123456789abcdef0123456789abcdef"


@pytest.fixture
def clock() -> AsyncManualClock:
    """Return a clock that advances only while something waits on it."""
    return AsyncManualClock()


@pytest.fixture
async def client(server: ScriptedServer, clock: AsyncManualClock) -> AsyncGenerator[AsyncAshrLabsClient]:
    """Return a client of the scripted server that uses the test's clock."""
    async with AsyncAshrLabsClient(KEY, f"{server.url}/testing-platform-api/", timeout=5) as client:
        client._transport.clock = clock
        yield client
