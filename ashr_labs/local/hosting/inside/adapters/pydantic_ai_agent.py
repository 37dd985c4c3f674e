"""Agents of Pydantic AI."""

from __future__ import annotations

import importlib
import inspect
import json
from typing import TYPE_CHECKING, Any

from .objects import as_json, as_text, has_class, uncached

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..turn import Turn

__all__ = ["LABEL", "adapt"]

LABEL = "agents of Pydantic AI (pydantic_ai.Agent)"


def adapt(value: Any) -> PydanticAIRuntime | None:
    """Return the runtime of an agent; None for anything else."""
    return PydanticAIRuntime(value) if has_class(value, "pydantic_ai", "AbstractAgent", "Agent") else None


class PydanticAIRuntime:
    """Runs an agent for each turn, with the messages of the turns before."""

    kind = "pydantic-ai"
    honoured = frozenset({"model", "systemPrompt", "maxTurns"})

    def __init__(self, agent: Any) -> None:
        self._agent = agent
        self._messages = importlib.import_module("pydantic_ai.messages")
        self._usage = importlib.import_module("pydantic_ai.usage")
        self._exceptions = importlib.import_module("pydantic_ai.exceptions")

    async def play(self, turn: Turn, state: Any) -> Any:
        """Answer a turn."""
        history = None if state is None else self._messages.ModelMessagesTypeAdapter.validate_python(state)
        player = _Player(turn, self._agent)
        try:
            run = await player.played(history, self._options(turn))
        except self._exceptions.UsageLimitExceeded:
            if "maxTurns" not in turn.options:
                raise
            turn.result(player.said, num_turns=player.calls, subtype="error_max_turns")
            return state
        output = run.result.output
        turn.result(as_text(output if isinstance(output, str) else _plain(output)), num_turns=player.calls)
        return json.loads(self._messages.ModelMessagesTypeAdapter.dump_json(run.result.all_messages()))

    def _options(self, turn: Turn) -> dict[str, Any]:
        options: dict[str, Any] = {}
        if "model" in turn.options:
            options["model"] = turn.options["model"]
        if "maxTurns" in turn.options:
            options["usage_limits"] = self._usage.UsageLimits(request_limit=turn.options["maxTurns"])
        if "systemPrompt" in turn.options:
            if "instructions" in inspect.signature(self._agent.iter).parameters:
                options["instructions"] = turn.options["systemPrompt"]
            else:
                turn.warn("`systemPrompt` has no effect: this version of pydantic-ai takes no instructions for a run")
        return options


class _Player:
    """Sends what an agent does in one turn."""

    def __init__(self, turn: Turn, agent: Any) -> None:
        self._turn = turn
        self._agent = agent
        self.calls = 0
        self.said = ""

    async def played(self, history: Any, options: dict[str, Any]) -> Any:
        """Run the agent to its end, and return the run."""
        async with self._agent.iter(self._turn.text, message_history=history, **options) as run:
            async for node in run:
                if self._agent.is_model_request_node(node) and self._turn.wants_partial:
                    await self._streamed(node, run, self._delta)
                elif self._agent.is_call_tools_node(node):
                    self._response(node.model_response)
                    await self._streamed(node, run, self._tool)
            return run

    @staticmethod
    async def _streamed(node: Any, run: Any, take: Callable[[Any], None]) -> None:
        async with node.stream(run.ctx) as events:
            async for event in events:
                take(event)

    def _delta(self, event: Any) -> None:
        kind = getattr(event, "event_kind", "")
        if kind == "part_start":
            part, text = event.part, getattr(event.part, "content", "")
        elif kind == "part_delta":
            part, text = event.delta, getattr(event.delta, "content_delta", "")
        else:
            return
        name = getattr(part, "part_kind", "") or getattr(part, "part_delta_kind", "")
        if isinstance(text, str) and name in {"text", "thinking"}:
            (self._turn.text_delta if name == "text" else self._turn.thinking_delta)(text)

    def _response(self, response: Any) -> None:
        self.calls += 1
        usage = response.usage
        counted = uncached(usage.input_tokens, usage.output_tokens, usage.cache_read_tokens, usage.cache_write_tokens)
        blocks = [block for part in response.parts if (block := _block(part))]
        self.said = "".join(block["text"] for block in blocks if block["type"] == "text") or self.said
        self._turn.assistant(*blocks, usage=counted, model=response.model_name or "")

    def _tool(self, event: Any) -> None:
        if getattr(event, "event_kind", "") not in {"function_tool_result", "output_tool_result"}:
            return
        part = event.part if hasattr(event, "part") else event.result
        is_error = part.part_kind == "retry-prompt"
        text = part.model_response() if is_error else part.model_response_str()
        self._turn.tool_result(part.tool_call_id, text, is_error=is_error)


def _block(part: Any) -> dict[str, Any] | None:
    if part.part_kind == "text":
        return {"type": "text", "text": part.content}
    if part.part_kind == "thinking":
        return {"type": "thinking", "thinking": part.content}
    if part.part_kind == "tool-call":
        given: Any = part.args_as_dict() if part.args else {}
        return {"type": "tool_use", "id": part.tool_call_id, "name": part.tool_name, "input": as_json(given)}
    return None


def _plain(output: Any) -> Any:
    """Return an output as JSON: models of Pydantic and everything that it knows."""
    return importlib.import_module("pydantic_core").to_jsonable_python(output, fallback=str)
