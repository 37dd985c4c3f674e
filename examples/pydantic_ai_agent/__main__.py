"""See every model and tool call of a Pydantic AI agent without changing it, and test the same agent."""

from __future__ import annotations

from typing import Any

from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

from ashr_labs import AshrLabsClient, auto_instrument, uninstrument
from examples.model_server import Model, language_model
from examples.support_orders import evaluate, find_refund, show_traces


def build_agent(model: Model) -> Any:
    """Return an agent with one tool."""
    provider = OpenAIProvider(base_url=model.base_url, api_key=model.api_key)
    return Agent(OpenAIChatModel(model.name, provider=provider), instructions="Help.", tools=[find_refund])


def main() -> None:
    """Answer a customer, print what was recorded, and evaluate the agent."""
    with language_model() as model, AshrLabsClient.local() as client:
        auto_instrument("pydantic-ai", client=client)
        agent = build_agent(model)

        def ask(message: str) -> str:
            return str(agent.run_sync(message).output)

        print(ask("Where is my refund of A1?"))
        show_traces(client)
        evaluate(ask)
        uninstrument()


if __name__ == "__main__":
    main()
