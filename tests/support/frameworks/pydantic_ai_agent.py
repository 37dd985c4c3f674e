"""An agent of Pydantic AI with a tool."""

from __future__ import annotations

import asyncio
from typing import Any

from openai import AsyncOpenAI
from pydantic_ai import Agent as Assistant
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

from support.frameworks import answers
from support.frameworks.playing import consumed
from support.providers import ProviderServer

CASES = ("ask", "ask_async", "stream", "tool_error", "model_error", "two")


def state() -> Any:
    """Return what instrumentation changes of the library."""
    return Assistant._instrument_default


class Agent:
    def __init__(self, server: ProviderServer) -> None:
        client = AsyncOpenAI(base_url=server.openai_url, api_key="k", max_retries=0)
        model = OpenAIChatModel("gpt-5", provider=OpenAIProvider(openai_client=client))
        self.assistant = Assistant(model, name="support", instructions="Help.", tools=[answers.lookup], retries=0)

    def ask(self, message: str) -> str:
        return self.assistant.run_sync(message).output

    async def ask_async(self, message: str) -> str:
        return (await self.assistant.run(message)).output

    async def stream(self, message: str) -> None:
        async with self.assistant.run_stream(message) as result:
            async for text in result.stream_text():
                consumed(text)

    async def tool_error(self) -> None:
        await self.ask_async("Where is my refund of X1?")

    async def model_error(self) -> None:
        await self.ask_async("Where is my refund of E1?")

    async def two(self) -> None:
        await asyncio.gather(self.ask_async("Where is A1?"), self.ask_async("Where is B2?"))
