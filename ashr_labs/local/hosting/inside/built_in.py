"""The agent of a folder that has instructions only: a loop over a model with tools for files and commands."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from . import anthropic_api, openai_api
from .mcp_stdio import McpServers
from .model_http import ModelError, Reply, stream
from .model_names import APIS, ModelChoice, chosen
from .permissions import Permissions, permissions
from .tools import TOOLS, Tool, use
from .turn import OPTIONS, Turn, TurnError
from .values import mapping

__all__ = ["BuiltIn"]

_INSTRUCTIONS = ("CLAUDE.md", "AGENTS.md")
_FORMATS: dict[str, Any] = {"anthropic": anthropic_api, "openai": openai_api}
_CUSTOM_KEY = "ASH_CUSTOM_API_KEY"
"""The variable of credentials of the type `custom`."""
_MAX_CALLS = 200
"""Calls of the model in a turn without `maxTurns`."""
_PER_TOKEN = {
    "input_tokens": "input",
    "output_tokens": "output",
    "cache_creation_input_tokens": "cache_write",
    "cache_read_input_tokens": "cached",
}


class BuiltIn:
    """The built-in agent.

    Args:
        start: `model`, the record of a `ModelChoice`, and `price`, US dollars per token by kind, or nothing.

    Raises:
        ModelError: The model needs a key, and there is none.
    """

    kind = "built-in"

    honoured = OPTIONS

    def __init__(self, start: dict[str, Any]) -> None:
        self._model = ModelChoice(**start["model"])
        self._price: dict[str, float] = start.get("price") or {}
        self._servers = McpServers()
        self._warned: set[str] = set()
        _key(self._model)

    def play(self, turn: Turn, state: Any) -> Any:
        """Answer a turn."""
        self._warn(turn)
        agents = mapping(turn.options.get("subagents"))
        agent = _agent(agents, turn.options.get("initialAgent"))
        conversation = _Conversation(self, turn, agents)
        messages = [*(state or ()), {"role": "user", "content": turn.prompt}]
        reply = conversation.run(messages, agent)
        turn.result(
            reply.text if reply else "",
            num_turns=conversation.calls,
            subtype=conversation.ended_by,
            cost=conversation.cost,
            **_structured(turn, reply),
        )
        return messages

    def _warn(self, turn: Turn) -> None:
        """Name, once, the options that the API of the model does not have."""
        is_openai = self.model(turn, {}).api == "openai"
        for option in ("betas", "thinking") if is_openai else ():
            if turn.options.get(option) and option not in self._warned:
                self._warned.add(option)
                turn.warn(f"`{option}` has no effect: it is for models of Anthropic")

    def model(self, turn: Turn, agent: dict[str, Any]) -> ModelChoice:
        """Return the model of a turn: the subagent's, the message's or session's, or that of the start."""
        name = agent.get("model") or turn.options.get("model")
        if not name or name in {"inherit", self._model.name}:
            return self._model
        base_url = self._model.base_url if chosen(name).api == self._model.api else ""
        return chosen(name, base_url, os.environ)

    def price(self, model: ModelChoice) -> dict[str, float]:
        """Return the price of a model; empty if it is not known."""
        return self._price if model == self._model else {}

    def tools(self, turn: Turn, allowed: Permissions, agent: dict[str, Any]) -> dict[str, Tool]:
        """Return the tools of an agent by name."""
        found = [*TOOLS, *self._servers.tools(turn.options, turn.warn)]
        names = agent.get("tools")
        return {
            tool.name: tool for tool in found if not allowed.is_hidden(tool) and (names is None or tool.name in names)
        }


class _Conversation:
    """The calls of the model in one turn."""

    def __init__(self, built_in: BuiltIn, turn: Turn, agents: dict[str, Any]) -> None:
        self._built_in = built_in
        self._turn = turn
        self._agents = agents
        self._allowed = permissions(turn.options)
        self._max_calls = turn.options.get("maxTurns", _MAX_CALLS)
        self._budget = turn.options.get("maxBudgetUsd")
        self.calls = 0
        self.cost: float | None = 0.0
        self.ended_by = "success"

    def run(self, messages: list[dict[str, Any]], agent: dict[str, Any], *, is_sub: bool = False) -> Reply | None:
        """Call the model and its tools until it calls no more, and return its last reply.

        Args:
            messages: The conversation, to which everything is added; at any time it is one that models take.
            agent: `prompt`, `tools` and `model`, all optional.
            is_sub: Whether another agent waits for the reply.
        """
        tools = self._built_in.tools(self._turn, self._allowed, agent)
        if self._agents and not is_sub:
            task = self._task()
            tools[task.name] = task
        system = agent.get("prompt") or _instructions()
        reply: Reply | None = None
        while self._may_call():
            if not is_sub:
                self._turn.kept = [*messages]  # for the case that the turn fails
            reply = self._ask(system, messages, tools, agent, is_sub=is_sub)
            messages.append({"role": "assistant", "content": reply.blocks or [{"type": "text", "text": ""}]})
            if not reply.calls:
                return reply
            messages.append({"role": "user", "content": [self._used(tools, call) for call in reply.calls]})
        return reply

    def _may_call(self) -> bool:
        if self.calls >= self._max_calls:
            self.ended_by = "error_max_turns"
        elif self._budget is not None and (self.cost is None or self.cost >= self._budget):
            if self.cost is None:
                raise TurnError("`maxBudgetUsd` cannot be kept: the price of the model is not known")
            self.ended_by = "error_max_budget_usd"
        else:
            return True
        return False

    def _ask(
        self,
        system: str,
        messages: list[dict[str, Any]],
        tools: dict[str, Tool],
        agent: dict[str, Any],
        *,
        is_sub: bool,
    ) -> Reply:
        turn, model = self._turn, self._built_in.model(self._turn, agent)
        price = self._built_in.price(model)
        if self._budget is not None and not price:
            raise TurnError(f"`maxBudgetUsd` cannot be kept: the price of {model.name} is not known")
        described = [
            {"name": one.name, "description": one.description, "input_schema": one.schema} for one in tools.values()
        ]
        api, key = _FORMATS[model.api], _key(model)
        body = api.body(model.name, system, messages, described, turn.options)
        events = stream(model.base_url + api.path, api.headers(key, turn.options), body, key)
        silent = is_sub or not turn.wants_partial
        reply: Reply = api.reply(events, *((_ignore, _ignore) if silent else (turn.text_delta, turn.thinking_delta)))
        self.calls += 1
        for call in reply.calls:
            call["id"] = call["id"] or turn.new_call_id()
        costs = [price.get(kind, 0.0) * reply.usage.get(name, 0) for name, kind in _PER_TOKEN.items()]
        self.cost = self.cost + sum(costs) if price and self.cost is not None else None
        if is_sub:
            turn.count(reply.usage)
        else:
            turn.assistant(*reply.blocks, usage=reply.usage, model=reply.model or model.name)
        return reply

    def _used(self, tools: dict[str, Tool], call: dict[str, Any]) -> dict[str, Any]:
        """Carry out a call, and return its result as a block."""
        tool = tools.get(call["name"])
        if tool is None:
            content, is_error = f"there is no tool {call['name']}; there are {', '.join(tools)}", True
        elif refusal := self._allowed.refusal(tool, call["input"]):
            content, is_error = refusal, True
        else:
            content, is_error = use(tool, call["input"])
        self._turn.tool_result(call["id"], content, is_error=is_error)
        return {"type": "tool_result", "tool_use_id": call["id"], "content": content, "is_error": is_error}

    def _task(self) -> Tool:
        listed = "; ".join(f"{name}: {one.get('description', '')}" for name, one in self._agents.items())
        texts = {name: {"type": "string"} for name in ("subagent_type", "prompt")}
        schema = {"type": "object", "properties": texts, "required": [*texts], "additionalProperties": False}
        about = f"Give a task to another agent, and return its answer. The agents: {listed}"
        return Tool("Task", about, schema, self._delegated, reads_only=True)

    def _delegated(self, given: dict[str, Any]) -> str:
        agent = _agent(self._agents, given["subagent_type"])
        reply = self.run([{"role": "user", "content": given["prompt"]}], agent, is_sub=True)
        return reply.text if reply else "(no answer)"


def _agent(agents: dict[str, Any], name: str | None) -> dict[str, Any]:
    """Return a subagent; an empty one stands for the agent itself."""
    if not name:
        return {}
    if not isinstance(agents.get(name), dict):
        raise TurnError(f"there is no subagent {name!r} in `subagents`; there are {', '.join(agents) or 'none'}")
    return dict(agents[name])


def _instructions() -> str:
    found = (Path(name) for name in _INSTRUCTIONS if Path(name).is_file())
    return next((path.read_text("utf-8", "replace") for path in found), "")


def _key(model: ModelChoice) -> str:
    api = APIS[model.api]
    key = os.environ.get(api.key) or os.environ.get(_CUSTOM_KEY, "")
    if not key and model.base_url == api.base_url:
        raise ModelError(
            f"the model {model.name} needs a key: pass {api.key} in `extraEnv`, or store a credential; "
            "the model `scripted` needs none"
        )
    return key


def _structured(turn: Turn, reply: Reply | None) -> dict[str, Any]:
    """Return the answer as JSON, if that was asked for."""
    if not turn.options.get("outputFormat") or reply is None:
        return {}
    try:
        return {"structured_output": json.loads(reply.text)}
    except ValueError:
        turn.warn("the answer is not JSON, which `outputFormat` asks for")
        return {}


def _ignore(_text: str) -> None:
    """Drop a part of a message that is not streamed."""
