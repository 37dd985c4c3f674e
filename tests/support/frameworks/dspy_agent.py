"""A module of DSPy that calls a language model and a tool."""

from __future__ import annotations

import asyncio
import warnings
from typing import Any

import dspy

from support.frameworks import answers
from support.providers import ProviderServer

CASES = ("ask", "ask_async", "tool_error", "model_error", "two")


class Support(dspy.Module):
    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model
        self.tool = dspy.Tool(answers.lookup)

    def forward(self, question: str) -> Any:
        found = self.tool(order=answers.order_of(question))
        return dspy.Prediction(answer=self.model(f"{question} {found}")[0])

    async def aforward(self, question: str) -> Any:
        found = await self.tool.acall(order=answers.order_of(question))
        return dspy.Prediction(answer=(await self.model.acall(f"{question} {found}"))[0])


def state() -> Any:
    """Return what instrumentation changes of the library."""
    return type(dspy.settings).get


class Agent:
    def __init__(self, server: ProviderServer) -> None:
        warnings.simplefilter("ignore")  # the library's own, of what it will remove
        model = dspy.LM("openai/gpt-4o", api_base=server.openai_url, api_key="k", cache=False, num_retries=0)
        self.support = Support(model)

    def ask(self, message: str) -> str:
        return str(self.support(question=message).answer)

    async def ask_async(self, message: str) -> str:
        return str((await self.support.acall(question=message)).answer)

    def tool_error(self) -> None:
        self.ask("Where is my refund of X1?")

    def model_error(self) -> None:
        self.ask("Where is my refund of E1?")

    async def two(self) -> None:
        await asyncio.gather(self.ask_async("Where is A1?"), self.ask_async("Where is B2?"))
