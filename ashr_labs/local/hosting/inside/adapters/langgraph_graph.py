"""Graphs of LangGraph whose state has `messages`."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ..turn import Turn, TurnError
from ..values import items, mapping
from .objects import as_json, as_text, has_class, uncached

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

__all__ = ["LABEL", "adapt"]

LABEL = "compiled graphs of LangGraph whose state has `messages`"
_MODES = ["messages", "values"]


def adapt(value: Any) -> LangGraphRuntime | None:
    """Return the runtime of a graph; None for anything else.

    Raises:
        TurnError: It is a graph that cannot be run.
    """
    if has_class(value, "langgraph", "StateGraph"):
        raise TurnError("the graph is not compiled; name what its compile() returns")
    if not has_class(value, "langgraph", "Pregel"):
        return None
    if "messages" not in value.channels:
        raise TurnError(f"the state of the graph must have `messages`, it has {', '.join(value.channels)}")
    return LangGraphRuntime(value)


class LangGraphRuntime:
    """Runs a graph for each turn.

    A graph with a checkpointer has a thread for the session; one that does not know the thread, such as one that keeps
    its checkpoints in memory after a cold resume, gets the whole conversation again.
    """

    kind = "langgraph"
    honoured = frozenset({"maxTurns"})

    def __init__(self, graph: Any) -> None:
        self._graph = graph
        self._messages = importlib.import_module("langchain_core.messages")
        self._errors = importlib.import_module("langgraph.errors")
        base: Any = importlib.import_module("langgraph.checkpoint.base").BaseCheckpointSaver
        saver = graph.checkpointer
        own: Any = saver.__class__
        self._is_sync = isinstance(saver, base) and own.aget_tuple is base.aget_tuple

    async def play(self, turn: Turn, state: Any) -> Any:
        """Answer a turn."""
        state = state or {"messages": [], "thread": turn.session_id}
        config: dict[str, Any] = {"configurable": {"thread_id": state["thread"]}}
        if "maxTurns" in turn.options:
            # A step is a call of the model, or of the tools that it asked for.
            config["recursion_limit"] = 2 * turn.options["maxTurns"]
        player = _Player(turn)
        given = await self._input(turn, state, config, player)
        subtype = "success"
        try:
            async for mode, part in self._parts(given, config):
                player.take(mode, part)
        except self._errors.GraphRecursionError:
            if "maxTurns" not in turn.options:
                raise
            subtype = "error_max_turns"
        for question in player.questions:
            turn.say(question)
        turn.result(player.said, num_turns=player.calls, subtype=subtype)
        return {**state, "messages": as_json(self._messages.messages_to_dict(player.messages))}

    async def _input(self, turn: Turn, state: Any, config: dict[str, Any], player: _Player) -> Any:
        """Return what the graph is run with: an answer to its question, the new message, or the whole conversation."""
        message = self._messages.HumanMessage(content=items(turn.prompt) or turn.text)
        known = await self._known(config)
        if known is not None and any(task.interrupts for task in known.tasks):
            player.see(known.values.get("messages", ()))
            return importlib.import_module("langgraph.types").Command(resume=turn.text)
        stored = known.values.get("messages") if known is not None else None
        before = stored or self._messages.messages_from_dict(state["messages"])
        player.see([*before, message])
        return {"messages": [message] if stored else [*before, message]}

    async def _known(self, config: dict[str, Any]) -> Any:
        """Return what the graph's checkpointer has of the thread; None without a checkpointer."""
        if not self._graph.checkpointer:
            return None
        return self._graph.get_state(config) if self._is_sync else await self._graph.aget_state(config)

    async def _parts(self, given: Any, config: dict[str, Any]) -> AsyncIterator[tuple[str, Any]]:
        if self._is_sync:
            for part in self._graph.stream(given, config, stream_mode=_MODES):
                yield part
        else:
            async for part in self._graph.astream(given, config, stream_mode=_MODES):
                yield part


class _Player:
    """Sends what a graph does in one turn."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._seen: set[str] = set()
        self._count = 0
        self.messages: list[Any] = []
        self.questions: list[str] = []
        self.calls = 0
        self.said = ""

    def see(self, messages: Any) -> None:
        """Take messages of earlier turns, which are not sent."""
        self.messages = [*messages]
        self._count = len(self.messages)
        self._seen = {one.id for one in self.messages if one.id}

    def take(self, mode: str, part: Any) -> None:
        """Send a part of the stream."""
        if mode == "messages":
            chunk = part[0]
            if type(chunk).__name__ == "AIMessageChunk":
                self._turn.text_delta(_text(chunk.content))
            return
        self.questions = [as_text(one.value) for one in part.get("__interrupt__", ())]
        found = [*part.get("messages", ())]
        for index, message in enumerate(found):
            is_new = message.id not in self._seen if message.id else index >= self._count
            if is_new:
                self._send(message)
        self.messages, self._count = found, max(len(found), self._count)
        self._seen |= {one.id for one in found if one.id}

    def _send(self, message: Any) -> None:
        if message.type == "ai":
            self.calls += 1
            blocks = [*_blocks(message)]
            self.said = _text(message.content) or self.said
            model = str(mapping(message.response_metadata).get("model_name", ""))
            self._turn.assistant(*blocks, usage=_usage(message.usage_metadata), model=model)
        elif message.type == "tool":
            is_error = getattr(message, "status", "") == "error"
            self._turn.tool_result(message.tool_call_id, _text(message.content), is_error=is_error)


def _blocks(message: Any) -> list[dict[str, Any]]:
    text = _text(message.content)
    calls = [
        {"type": "tool_use", "id": call["id"], "name": call["name"], "input": as_json(call["args"])}
        for call in message.tool_calls
    ]
    return [*([{"type": "text", "text": text}] if text else []), *calls]


def _usage(usage: Any) -> dict[str, int] | None:
    if not usage:
        return None
    details = mapping(usage.get("input_token_details"))
    return uncached(
        usage["input_tokens"], usage["output_tokens"], details.get("cache_read"), details.get("cache_creation")
    )


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    texts = (block if isinstance(block, str) else block.get("text", "") for block in content)
    return "".join(text for text in texts if isinstance(text, str))
