"""A graph of LangGraph with a chat model of LangChain and a tool."""

from __future__ import annotations

import asyncio
from typing import Any

from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.tools import StructuredTool
from langchain_core.tracers import context
from langchain_openai import ChatOpenAI
from langgraph.checkpoint.memory import MemorySaver
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from langgraph.types import interrupt

from ashr_labs import ContextThreadPoolExecutor
from support.frameworks import answers
from support.frameworks.playing import consumed
from support.providers import ProviderServer

CASES = (
    "ask",
    "ask_async",
    "stream",
    "stream_async",
    "reply",
    "early",
    "tool_error",
    "model_error",
    "two",
    "threads",
    "interrupt",
    "retriever",
)


def question(text: str) -> dict[str, Any]:
    return {"messages": [("user", text)]}


def state() -> Any:
    """Return what instrumentation changes of the library."""
    return list(context._configure_hooks)


class Documents(BaseRetriever):
    def _get_relevant_documents(self, query: str, *, run_manager: Any) -> list[Document]:
        answers.inner(query)
        return [Document("thirty days", metadata={"page": 3})]


class Agent:
    def __init__(self, server: ProviderServer) -> None:
        self.model = ChatOpenAI(
            model="gpt-5", base_url=server.openai_url, api_key="k", max_retries=0, stream_usage=True, temperature=0.5
        )
        tool = StructuredTool.from_function(answers.lookup)
        bound = self.model.bind_tools([tool])
        graph: Any = StateGraph(MessagesState)
        graph.add_node("model", lambda state: {"messages": [bound.invoke(state["messages"])]})
        graph.add_node("tools", ToolNode([tool], handle_tool_errors=True))
        graph.add_edge(START, "model")
        graph.add_conditional_edges("model", lambda state: "tools" if state["messages"][-1].tool_calls else END)
        graph.add_edge("tools", "model")
        self.graph = graph.compile()

    def ask(self, message: str) -> str:
        return str(self.graph.invoke(question(message))["messages"][-1].content)

    async def ask_async(self, message: str) -> str:
        return str((await self.graph.ainvoke(question(message)))["messages"][-1].content)

    def stream(self, message: str) -> None:
        for part in self.graph.stream(question(message), stream_mode="messages"):
            consumed(str(part[0].content))

    async def stream_async(self, message: str) -> None:
        async for part in self.graph.astream(question(message), stream_mode="messages"):
            consumed(str(part[0].content))

    def reply(self) -> None:
        for part in self.model.stream("Hello"):
            consumed(part.content)

    def early(self) -> None:
        parts: Any = self.model.stream("Hello")
        while not consumed(next(parts).content):
            """The first chunks hold no text."""
        parts.close()

    def tool_error(self) -> None:
        self.ask("Where is my refund of X1?")

    def model_error(self) -> None:
        self.ask("Where is my refund of E1?")

    async def two(self) -> None:
        await asyncio.gather(self.ask_async("Where is A1?"), self.ask_async("Where is B2?"))

    def interrupt(self) -> None:
        graph: Any = StateGraph(MessagesState)
        graph.add_node("ask", lambda _state: {"messages": [("user", interrupt("Which order?"))]})
        graph.add_edge(START, "ask")
        graph.add_edge("ask", END)
        graph.compile(checkpointer=MemorySaver()).invoke(question("Hello"), {"configurable": {"thread_id": "t1"}})

    def retriever(self, message: str) -> None:
        Documents().invoke(message)

    def threads(self) -> None:
        with ContextThreadPoolExecutor(2) as pool:
            list(pool.map(self.ask, ["Where is A1?", "Where is B2?"]))
