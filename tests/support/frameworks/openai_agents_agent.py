"""An agent of OpenAI's Agents SDK with a tool and a guardrail."""

from __future__ import annotations

import asyncio
from typing import Any

import agents
from openai import AsyncOpenAI

from support.frameworks import answers
from support.frameworks.playing import consumed
from support.providers import ProviderServer

CASES = ("ask", "ask_async", "responses", "handoff", "stream", "tool_error", "model_error", "two")


def harmless(_context: Any, _agent: Any, _given: Any) -> Any:
    return agents.GuardrailFunctionOutput(output_info="harmless", tripwire_triggered=False)


def state() -> Any:
    """Return what instrumentation changes of the library."""
    provider: Any = agents.tracing.get_trace_provider()
    return provider._multi_processor._processors


class Agent:
    def __init__(self, server: ProviderServer) -> None:
        client = AsyncOpenAI(base_url=server.openai_url, api_key="k", max_retries=0)
        self.chat = self.assistant(agents.OpenAIChatCompletionsModel(model="gpt-5", openai_client=client))
        self.responding = self.assistant(agents.OpenAIResponsesModel(model="gpt-5", openai_client=client))

    @staticmethod
    def assistant(model: Any) -> Any:
        return agents.Agent(
            name="support",
            instructions="Help.",
            tools=[agents.function_tool(answers.lookup)],
            model=model,
            input_guardrails=[agents.InputGuardrail(guardrail_function=harmless)],
        )

    def ask(self, message: str) -> str:
        return asyncio.run(self.ask_async(message))

    async def ask_async(self, message: str) -> str:
        return str((await agents.Runner.run(self.chat, message)).final_output)

    async def responses(self, message: str) -> str:
        return str((await agents.Runner.run(self.responding, message)).final_output)

    async def handoff(self, message: str) -> None:
        await agents.Runner.run(agents.Agent(name="front", handoffs=[self.chat], model=self.chat.model), message)

    async def stream(self, message: str) -> None:
        async for event in agents.Runner.run_streamed(self.responding, message).stream_events():
            consumed(event.type)

    async def tool_error(self) -> None:
        await self.ask_async("Where is my refund of X1?")

    async def model_error(self) -> None:
        await self.ask_async("Where is my refund of E1?")

    async def two(self) -> None:
        await asyncio.gather(self.ask_async("Where is A1?"), self.ask_async("Where is B2?"))
