"""See every model and tool call of an agent of OpenAI's Agents SDK without changing it, and test the same agent."""

from __future__ import annotations

import asyncio
from typing import Any

from agents import Agent, OpenAIChatCompletionsModel, Runner, function_tool
from openai import AsyncOpenAI

from ashr_labs import AshrLabsClient, auto_instrument, uninstrument
from examples.model_server import Model, language_model
from examples.support_orders import evaluate, find_refund, show_traces


def build_agent(model: Model) -> Any:
    """Return an agent with one tool."""
    client = AsyncOpenAI(base_url=model.base_url, api_key=model.api_key)
    chat = OpenAIChatCompletionsModel(model=model.name, openai_client=client)
    return Agent(name="support", instructions="Help.", tools=[function_tool(find_refund)], model=chat)


def main() -> None:
    """Answer a customer, print what was recorded, and evaluate the agent."""
    with language_model() as model, AshrLabsClient.local() as client:

        def ask(message: str) -> str:
            return str(asyncio.run(Runner.run(build_agent(model), message)).final_output)

        auto_instrument("openai-agents", client=client)
        print(ask("Where is my refund of A1?"))
        show_traces(client)
        evaluate(ask)
        uninstrument()


if __name__ == "__main__":
    main()
