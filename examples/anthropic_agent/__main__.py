"""See every call of Anthropic's SDK without changing the agent, and test the same agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from anthropic import Anthropic

from ashr_labs import AshrLabsClient, auto_instrument, tool, uninstrument
from examples.model_server import Model, language_model
from examples.support_orders import evaluate, find_refund, show_traces

if TYPE_CHECKING:
    from collections.abc import Iterable

    from anthropic.types import MessageParam, ToolParam

TOOL: ToolParam = {
    "name": "find_refund",
    "description": "Find the refund of an order.",
    "input_schema": {"type": "object", "properties": {"order": {"type": "string"}}, "required": ["order"]},
}
find = tool(find_refund)


class Assistant:
    """Asks the model until it wants no tool any more."""

    def __init__(self, model: Model) -> None:
        self._client = Anthropic(base_url=model.base_url, api_key=model.api_key)
        self._model = model.name

    def ask(self, question: str) -> str:
        """Return the model's answer to a question."""
        messages: list[MessageParam] = [{"role": "user", "content": question}]
        while True:
            answer = self._client.messages.create(model=self._model, max_tokens=200, tools=[TOOL], messages=messages)
            wanted = [block for block in answer.content if block.type == "tool_use"]
            if not wanted:
                return "".join(block.text for block in answer.content if block.type == "text")
            messages.append({"role": "assistant", "content": answer.content})
            messages.append({"role": "user", "content": list(_results(wanted))})


def _results(wanted: Iterable[Any]) -> Iterable[Any]:
    for block in wanted:
        yield {"type": "tool_result", "tool_use_id": block.id, "content": find(**block.input)}


def main() -> None:
    """Answer a customer, print what was recorded, and evaluate the agent."""
    with language_model("anthropic") as model, AshrLabsClient.local() as client:
        assistant = Assistant(model)
        auto_instrument("anthropic", client=client)
        with client.trace("refund request"):
            print(assistant.ask("Where is my refund of A1?"))
        show_traces(client)
        evaluate(assistant.ask)
        uninstrument()


if __name__ == "__main__":
    main()
