"""Sessions of MCP over a process and over HTTP, with a server of the same library."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from contextlib import suppress
from typing import Any

from mcp import ClientSession, StdioServerParameters
from mcp.client import streamable_http
from mcp.client.stdio import stdio_client

from support.frameworks.answers import TEXT, order_of
from support.providers import ProviderServer

CASES = ("ask", "ask_async", "everything", "http", "tool_error", "protocol_error", "two")
_SERVER = ("-m", "support.frameworks.mcp_server")


def state() -> Any:
    """Return what instrumentation changes of the library."""
    return [getattr(ClientSession, name) for name in ("call_tool", "list_tools", "read_resource", "get_prompt")]


class Agent:
    def __init__(self, _server: ProviderServer) -> None:
        """Ask no model: only the server of the tool."""

    def ask(self, message: str) -> str:
        return asyncio.run(self.ask_async(message))

    async def ask_async(self, message: str) -> str:
        async def work(session: Any) -> None:
            await session.call_tool("lookup", {"order": order_of(message)})

        await in_process(work)
        return TEXT

    async def everything(self) -> None:
        await in_process(ask_everything)

    async def http(self) -> None:
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            port = found.getsockname()[1]
        server = subprocess.Popen([sys.executable, *_SERVER, str(port)], stderr=subprocess.DEVNULL)
        try:
            await until_open(port)
            connect: Any = (
                getattr(streamable_http, "streamablehttp_client", None) or streamable_http.streamable_http_client
            )
            async with connect(f"http://127.0.0.1:{port}/mcp") as streams, ClientSession(*streams[:2]) as session:
                await session.initialize()
                await ask_everything(session)
        finally:
            server.terminate()
            server.wait()

    async def tool_error(self) -> None:
        await self.ask_async("Where is X1?")

    async def protocol_error(self) -> None:
        await in_process(lambda session: session.read_resource("shop://nothing"))

    async def two(self) -> None:
        async def work(session: Any) -> None:
            await asyncio.gather(*(session.call_tool(name="lookup", arguments={"order": one}) for one in ("A1", "B2")))

        await in_process(work)


async def in_process(work: Any) -> None:
    parameters = StdioServerParameters(command=sys.executable, args=[*_SERVER], env={"PYTHONPATH": ":".join(sys.path)})
    async with stdio_client(parameters) as streams, ClientSession(*streams) as session:
        await session.initialize()
        await work(session)


async def ask_everything(session: Any) -> None:
    await session.list_tools()
    await session.call_tool("lookup", {"order": "A1"})
    await session.read_resource("shop://policy")
    await session.get_prompt("greeting", {"name": "Ann"})


async def until_open(port: int) -> None:
    for _ in range(300):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        await asyncio.sleep(0.05)
