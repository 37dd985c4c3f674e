"""See every model and tool call of a LangGraph agent without changing it, and test the same agent."""

from __future__ import annotations

from typing import Any

from langchain_core.tools import StructuredTool
from langchain_openai import ChatOpenAI
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from pydantic import SecretStr

from ashr_labs import AshrLabsClient, auto_instrument, uninstrument
from examples.model_server import Model, language_model
from examples.support_orders import evaluate, find_refund, show_traces


def build_graph(model: Model) -> Any:
    """Return a graph of two nodes: the model, and the tool that it asks for."""
    tool = StructuredTool.from_function(find_refund)
    chat = ChatOpenAI(model=model.name, base_url=model.base_url, api_key=SecretStr(model.api_key)).bind_tools([tool])
    graph: Any = StateGraph(MessagesState)
    graph.add_node("model", lambda state: {"messages": [chat.invoke(state["messages"])]})
    graph.add_node("tools", ToolNode([tool]))
    graph.add_edge(START, "model")
    graph.add_conditional_edges("model", lambda state: "tools" if state["messages"][-1].tool_calls else END)
    graph.add_edge("tools", "model")
    return graph.compile()


def main() -> None:
    """Answer a customer, print what was recorded, and evaluate the agent."""
    with language_model() as model, AshrLabsClient.local() as client:
        graph = build_graph(model)

        def ask(message: str) -> str:
            return str(graph.invoke({"messages": [("user", message)]})["messages"][-1].content)

        auto_instrument("langchain", client=client)
        print(ask("Where is my refund of A1?"))
        show_traces(client)
        evaluate(ask)
        uninstrument()


if __name__ == "__main__":
    main()
