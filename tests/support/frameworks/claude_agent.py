"""Queries and clients of the Claude Agent SDK, whose program is a stub that speaks the SDK's protocol."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from claude_agent_sdk import ClaudeAgentOptions, ClaudeSDKClient, query
from claude_agent_sdk._internal.client import InternalClient

from support.frameworks import claude_program
from support.frameworks.answers import QUESTION
from support.frameworks.playing import consumed
from support.providers import ProviderServer

CASES = ("ask", "ask_async", "partial", "client", "early", "tool_error", "model_error", "two")


def install_program() -> None:
    """Put the stub of the program where the SDK looks for it: on the path."""
    folder = Path(tempfile.mkdtemp())
    program = folder / "claude"
    program.write_text(f"#!{sys.executable}\n" + Path(claude_program.__file__).read_text())
    program.chmod(0o755)
    os.environ["PATH"] = os.pathsep.join([str(folder), os.environ["PATH"]])


def state() -> Any:
    """Return what instrumentation changes of the library."""
    return [InternalClient.process_query, ClaudeSDKClient.query, ClaudeSDKClient.receive_messages]


class Agent:
    def __init__(self, _server: ProviderServer) -> None:
        install_program()

    def ask(self, message: str) -> str:
        return asyncio.run(self.ask_async(message))

    async def ask_async(self, message: str, **options: Any) -> str:
        text = ""
        async for part in query(prompt=message, options=ClaudeAgentOptions(**options)):
            consumed(type(part).__name__)
            text = getattr(part, "result", text)
        return text

    async def partial(self) -> None:
        await self.ask_async(QUESTION, include_partial_messages=True)

    async def client(self) -> None:
        async with ClaudeSDKClient(ClaudeAgentOptions()) as client:
            for message in ("Where is A1?", "Where is B2?"):
                await client.query(message)
                async for part in client.receive_response():
                    consumed(type(part).__name__)

    async def early(self) -> None:
        messages: Any = query(prompt=QUESTION, options=ClaudeAgentOptions())
        async for part in messages:
            if type(part).__name__ == "AssistantMessage":
                break
        await messages.aclose()

    async def tool_error(self) -> None:
        await self.ask_async("Where is X1?")

    async def model_error(self) -> None:
        await self.ask_async("Where is E1?")

    async def two(self) -> None:
        await asyncio.gather(self.ask_async("Where is A1?"), self.ask_async("Where is B2?"))
