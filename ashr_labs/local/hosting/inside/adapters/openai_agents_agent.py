"""Agents of OpenAI's Agents SDK."""

from __future__ import annotations

import importlib
import json
from typing import TYPE_CHECKING, Any

from ..values import mapping
from .objects import as_json, as_text, has_class, uncached

if TYPE_CHECKING:
    from ..turn import Turn

__all__ = ["LABEL", "adapt"]

LABEL = "agents of OpenAI's Agents SDK (agents.Agent)"


def adapt(value: Any) -> OpenAIAgentsRuntime | None:
    """Return the runtime of an agent; None for anything else."""
    return OpenAIAgentsRuntime(value) if has_class(value, "agents", "Agent") else None


class OpenAIAgentsRuntime:
    """Runs an agent for each turn, with the items of the turns before."""

    kind = "openai-agents"
    honoured = frozenset({"model", "systemPrompt", "maxTurns"})

    def __init__(self, agent: Any) -> None:
        self._agent = agent
        self._library = importlib.import_module("agents")

    async def play(self, turn: Turn, state: Any) -> Any:
        """Answer a turn."""
        state = state or {"items": [], "agent": ""}
        agent = _changed(_found(self._agent, state["agent"]), turn)
        limits = {"max_turns": turn.options["maxTurns"]} if "maxTurns" in turn.options else {}
        asked = [*state["items"], {"role": "user", "content": turn.text}]
        result = self._library.Runner.run_streamed(agent, input=asked, **limits)
        player = _Player(turn)
        try:
            async for event in result.stream_events():
                player.take(event)
        except self._library.MaxTurnsExceeded:
            turn.result(player.said, num_turns=player.calls, subtype="error_max_turns")
            return state
        turn.result(_output(result.final_output), num_turns=player.calls)
        return {"items": as_json(result.to_input_list()), "agent": result.last_agent.name}


class _Player:
    """Sends what an agent does in one turn."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self.calls = 0
        self.said = ""

    def take(self, event: Any) -> None:
        """Send an event of the library."""
        if event.type == "raw_response_event":
            self._raw(event.data)
        elif event.type == "run_item_stream_event" and event.item.type in {
            "tool_call_output_item",
            "handoff_output_item",
        }:
            raw = event.item.raw_item
            call_id = mapping(raw).get("call_id") or getattr(raw, "call_id", "")
            output = getattr(event.item, "output", None)
            content = as_text(mapping(raw).get("output", "") if output is None else output)
            self._turn.tool_result(str(call_id), content)

    def _raw(self, data: Any) -> None:
        if data.type == "response.output_text.delta":
            self._turn.text_delta(data.delta)
        elif data.type in {"response.reasoning_summary_text.delta", "response.reasoning_text.delta"}:
            self._turn.thinking_delta(data.delta)
        elif data.type == "response.completed":
            self._response(data.response)

    def _response(self, response: Any) -> None:
        self.calls += 1
        blocks = [block for item in response.output for block in _blocks(item)]
        self.said = "".join(block["text"] for block in blocks if block["type"] == "text") or self.said
        usage, counted = response.usage, None
        if usage is not None:
            details = getattr(usage, "input_tokens_details", None)
            counted = uncached(usage.input_tokens, usage.output_tokens, getattr(details, "cached_tokens", 0))
        self._turn.assistant(*blocks, usage=counted, model=str(response.model or ""))


def _blocks(item: Any) -> list[dict[str, Any]]:
    if item.type == "message":
        texts = [getattr(part, "text", "") or getattr(part, "refusal", "") for part in item.content]
        return [{"type": "text", "text": text} for text in texts if text]
    if item.type == "reasoning":
        return [{"type": "thinking", "thinking": part.text} for part in item.summary]
    if item.type == "function_call":
        return [{"type": "tool_use", "id": item.call_id, "name": item.name, "input": _arguments(item.arguments)}]
    return []


def _arguments(text: str) -> Any:
    try:
        return json.loads(text or "{}")
    except ValueError:
        return {"arguments": text}


def _found(agent: Any, name: str) -> Any:
    """Return the agent that had the conversation last, among those that it can be handed to."""
    waiting: list[Any] = [agent]
    seen: list[Any] = []
    while waiting:
        one = waiting.pop(0)
        if getattr(one, "name", None) == name:
            return one
        seen.append(one)
        waiting += [other for other in getattr(one, "handoffs", ()) if not any(other is known for known in seen)]
    return agent


def _changed(agent: Any, turn: Turn) -> Any:
    """Return an agent with the model and the instructions of the session."""
    names = {"model": "model", "systemPrompt": "instructions"}
    changes = {names[name]: turn.options[name] for name in names if name in turn.options}
    return agent.clone(**changes) if changes else agent


def _output(output: Any) -> str:
    if isinstance(output, str):
        return output
    return as_text(output.model_dump(mode="json") if hasattr(output, "model_dump") else output)
