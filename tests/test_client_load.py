"""Many concurrent calls, and many clients one after another."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ashr_labs import APITimeoutError, AshrLabsClient, AsyncAshrLabsClient, Timeout
from support import dripping
from support.dripping import running_dripper
from support.scripted_server import Answer, ScriptedServer

KEY = "tp_0123456789abcdef"
DESCRIPTORS = Path("/proc/self/fd")


def slowly(_: dict[str, Any]) -> Answer:
    time.sleep(0.02)
    return Answer.of({"status": "ok"})


def test_two_hundred_concurrent_tasks_succeed(server: ScriptedServer) -> None:
    """Calls beyond the limit of connections wait for one, without a timeout of its own."""
    server.on("keep_alive", slowly)

    async def main() -> int:
        async with AsyncAshrLabsClient(KEY, server.url, max_retries=0) as client:
            return len(await asyncio.gather(*(client.health_check() for _ in range(200))))

    assert 200 == asyncio.run(main())
    assert 100 >= server.connections


def test_pool_wait_ends_at_deadline() -> None:
    """A call that gets no connection in time is a timeout that certainly sent nothing."""

    async def main(url: str) -> APITimeoutError:
        async with AsyncAshrLabsClient(KEY, url, Timeout(30), max_retries=0) as client:
            calls = [asyncio.create_task(client.health_check()) for _ in range(100)]
            await asyncio.sleep(0)
            with pytest.raises(APITimeoutError) as caught:
                await client.with_options(timeout=Timeout(30, total=0.1)).health_check()
            for call in calls:
                call.cancel()
            await asyncio.gather(*calls, return_exceptions=True)
        return caught.value

    with running_dripper(dripping.reads_slowly) as address:
        error = asyncio.run(main(f"http://{address}"))

    assert "waited for a connection" in str(error)
    assert not error.may_have_arrived


def test_two_hundred_concurrent_threads_succeed(server: ScriptedServer) -> None:
    """A client can be shared by any number of threads."""
    server.on("keep_alive", slowly)

    with AshrLabsClient(KEY, server.url, max_retries=0) as client, ThreadPoolExecutor(200) as threads:
        answers = list(threads.map(lambda _: client.health_check(), range(200)))

    assert [{"status": "ok"}] * 200 == answers


def sync_cycles(url: str, number: int) -> None:
    for _ in range(number):
        with AshrLabsClient(KEY, url, max_retries=0) as client:
            client.health_check()


def async_cycles(url: str, number: int) -> None:
    async def main() -> None:
        for _ in range(number):
            async with AsyncAshrLabsClient(KEY, url, max_retries=0) as client:
                await client.health_check()

    asyncio.run(main())


def open_descriptors() -> int:
    """Return the number of open descriptors after the server has closed its own."""
    gc.collect()
    before = -1
    while before != (before := sum(1 for _ in DESCRIPTORS.iterdir())):
        time.sleep(0.05)
    return before


@pytest.mark.skipif(not DESCRIPTORS.exists(), reason="the system does not list open descriptors here")
@pytest.mark.parametrize("cycles", [sync_cycles, async_cycles])
def test_closed_clients_leak_no_descriptors(server: ScriptedServer, cycles: Callable[[str, int], None]) -> None:
    """Closing a client of either kind closes everything that it opened."""
    server.on("keep_alive", {"status": "ok"})
    cycles(server.url, 1)
    start = open_descriptors()

    cycles(server.url, 200)

    assert start >= open_descriptors()
