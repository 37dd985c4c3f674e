"""Asynchronous clients in several event loops."""

from __future__ import annotations

import asyncio
import gc
import threading
from typing import Any

from ashr_labs import AsyncAshrLabsClient
from ashr_labs.client._async._pool import AsyncPool
from support.scripted_server import Answer, ScriptedServer

KEY = "tp_0123456789abcdef"


def stacks(client: AsyncAshrLabsClient) -> dict[Any, Any]:
    """Return the connections of a client by event loop."""
    assert isinstance(client._transport.pool, AsyncPool)
    return client._transport.pool._stacks


def test_client_works_in_successive_event_loops(server: ScriptedServer) -> None:
    """Each `asyncio.run` has connections of its own, which are closed at its end."""
    server.on("keep_alive", {"status": "ok"})
    client = AsyncAshrLabsClient(KEY, server.url, max_retries=0)

    async def twice() -> None:
        for _ in range(2):
            assert "ok" == (await client.health_check())["status"]

    for _ in range(3):
        asyncio.run(twice())
        assert {} == stacks(client)
        gc.collect()  # an unclosed connection would warn here, and warnings are errors

    assert 3 == server.connections
    asyncio.run(client.aclose())


def test_client_works_in_concurrent_event_loops(server: ScriptedServer) -> None:
    """Event loops that run at the same time share no connection."""
    server.on("keep_alive", {"status": "ok"})
    client = AsyncAshrLabsClient(KEY, server.url, max_retries=0)
    answers: list[str] = []

    async def calls() -> None:
        bodies = await asyncio.gather(*(client.health_check() for _ in range(20)))
        answers.extend(body["status"] for body in bodies)

    threads = [threading.Thread(target=asyncio.run, args=(calls(),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ["ok"] * 40 == answers


def test_connections_of_unclosed_loop_are_dropped(server: ScriptedServer) -> None:
    """The connections of a loop that was not shut down are dropped when the next loop is used."""
    server.on("keep_alive", {"status": "ok"})
    client = AsyncAshrLabsClient(KEY, server.url, max_retries=0)
    loop = asyncio.new_event_loop()
    stacks(client)[loop] = None
    loop.close()

    async def call() -> None:
        await client.health_check()
        assert [asyncio.get_running_loop()] == list(stacks(client))

    asyncio.run(call())


def test_cancelled_call_leaves_client_usable(server: ScriptedServer) -> None:
    """A cancelled call ends at once, and the client remains usable."""
    release = threading.Event()

    def late(_: object) -> Answer:
        release.wait(5)
        return Answer.of({"status": "ok"})

    server.on("keep_alive", {"status": "ok"})
    server.on("get_run", late)

    async def main() -> None:
        async with AsyncAshrLabsClient(KEY, server.url, max_retries=0) as client:
            call = asyncio.create_task(client.get_run(1))
            await asyncio.sleep(0.05)
            call.cancel()
            assert isinstance((await asyncio.gather(call, return_exceptions=True))[0], asyncio.CancelledError)
            assert "ok" == (await client.health_check())["status"]

    asyncio.run(main())
    release.set()
