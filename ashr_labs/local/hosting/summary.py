"""The usage of a turn, and its trace, from the events that its readers get. Pure."""

from __future__ import annotations

import hashlib
import json
import math
from typing import TYPE_CHECKING, Any, NamedTuple

from ..._json import as_list, as_object
from ..._time import isoformat
from ...pricing import read_usage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ashr_labs_types import Observation, TokenUsage, TracePayload

    from ...pricing import PricingTable

__all__ = ["TurnOrigin", "TurnSummary"]

_MAX_CHARACTERS = 4 << 20
"""Of the inputs and outputs in a trace; what comes later is left out."""
_MAX_OBSERVATIONS = 10_000
_MAX_COST = 1e12


class TurnOrigin(NamedTuple):
    """The facts about a turn that are known when it begins."""

    trace_id: str
    session_id: str
    agent_name: str
    number: int
    begun: float
    """When it began, in seconds since the epoch."""
    prompt: Any
    """The content of the user's message; None if it is not known."""
    model: str | None = None
    """The model that the message or the session asks for."""


class TurnSummary:
    """Collects the events of a turn.

    Args:
        origin: The turn.
    """

    def __init__(self, origin: TurnOrigin) -> None:
        self.origin = origin
        self.error: str | None = None
        """The last error of the turn."""
        self.result: str | None = None
        """The text that the agent ended the turn with."""
        self._model = origin.model
        self._said: list[str] = []
        self._result: Mapping[str, Any] = {}
        self._usages: dict[object, TokenUsage] = {}
        self._observations: list[dict[str, Any]] = []
        self._open: dict[object, dict[str, Any]] = {}
        self._characters = 0
        self._is_truncated = False
        self.tool_calls = 0

    def add(self, frames: Iterable[tuple[str, Mapping[str, Any]]], moment: str) -> None:
        """Take note of events.

        Args:
            frames: Type and data of each.
            moment: When they happened, as times are stored.
        """
        for kind, data in frames:
            if kind == "tool_use":
                self._begin_tool(data, moment)
            elif kind == "tool_result":
                self._end_tool(data, moment)
            elif kind == "message":
                self._read_message(data)
            elif kind == "error":
                self.error = str(data.get("error"))

    @property
    def usage(self) -> TokenUsage:
        """The tokens, as the agent's last message states them, or the sum over its answers without one."""
        if usage := read_usage(self._result.get("usage")):
            return usage
        total: dict[str, Any] = {}
        for one in self._usages.values():
            for name, count in one.items():
                total[name] = total.get(name, 0) + count
        return read_usage(total)

    def cost(self, prices: PricingTable) -> float | None:
        """Return the cost in US dollars: as stated, else by the price of the model; None if that is not known."""
        stated = self._result.get("total_cost_usd", self.usage.get("cost_usd"))
        if isinstance(stated, int | float) and not isinstance(stated, bool) and 0 <= stated <= _MAX_COST:
            return float(stated)
        cost = prices.estimate_cost(self._model, self.usage) if self.usage else None
        return cost if cost is None or math.isfinite(cost) else None

    def columns(self, prices: PricingTable) -> dict[str, Any]:
        """Return what the turn has used, by the columns of its row."""
        usage = self.usage
        written, read = usage.get("cache_write_input_tokens", 0), usage.get("cached_input_tokens", 0)
        return {
            "input_tokens": max(usage.get("input_tokens", 0) - written - read, 0),
            "output_tokens": usage.get("output_tokens", 0),
            "cache_creation_tokens": written,
            "cache_read_tokens": read,
            "tool_calls": self.tool_calls,
            "cost": self.cost(prices),
        }

    def trace(self, status: str, ended_at: str, prices: PricingTable) -> TracePayload:
        """Return the trace of the turn: a span with the calls of its tools, and one generation with its usage.

        Args:
            status: How the turn has ended.
            ended_at: When, as times are stored.
            prices: The prices of models.
        """
        origin, output = self.origin, self._output
        root = self._span(f"turn {origin.number}", "span", isoformat(origin.begun))
        root |= {"end_time": ended_at, "input": origin.prompt, "output": output}
        if status != "completed":
            root |= {"level": "ERROR", "status_message": self.error or status}
        observations = [root, *self._generation(ended_at, prices), *self._observations]
        for number, observation in enumerate(observations):
            observation["id"] = _id(origin.trace_id, number)
            observation["parent_observation_id"] = None if observation is root else _id(origin.trace_id, 0)
        metadata = {"agent": origin.agent_name, "turn": origin.number, "status": status}
        trace: TracePayload = {
            "id": origin.trace_id,
            "name": origin.agent_name,
            "session_id": origin.session_id,
            "tags": ["deployed-agent"],
            "metadata": {**metadata, **({"is_truncated": True} if self._is_truncated else {})},
            "observations": _observations(observations),
            "output": output,
        }
        return trace

    @property
    def _output(self) -> str | None:
        return self.result if self.result is not None else "\n".join(self._said) or None

    def _generation(self, ended_at: str, prices: PricingTable) -> Iterable[dict[str, Any]]:
        usage = dict(self.usage)
        if not usage:
            return
        found = self._span(self._model or "model", "generation", isoformat(self.origin.begun))
        usage.pop("cost_usd", None)
        if (cost := self.cost(prices)) is not None:
            usage["cost"] = cost
        yield {**found, "end_time": ended_at, "model": self._model, "usage": usage}

    def _begin_tool(self, data: Mapping[str, Any], moment: str) -> None:
        self.tool_calls += 1
        if len(self._observations) >= _MAX_OBSERVATIONS:
            self._is_truncated = True
            return
        span = self._span(f"tool:{data.get('name')}", "span", moment)
        span["input"] = self._kept(data.get("input"))
        self._observations.append(span)
        self._open[str(data.get("id"))] = span

    def _end_tool(self, data: Mapping[str, Any], moment: str) -> None:
        span = self._open.pop(str(data.get("tool_use_id")), None)
        if span is None:
            return
        span |= {"end_time": moment, "output": self._kept(data.get("content"))}
        if data.get("is_error"):
            span["level"] = "ERROR"

    def _read_message(self, data: Mapping[str, Any]) -> None:
        if data.get("type") == "result":
            self._result = {name: data.get(name) for name in ("usage", "total_cost_usd") if data.get(name) is not None}
            text = data.get("result")
            self.result = text if isinstance(text, str) else None
            if data.get("is_error"):
                self.error = self.result or str(data.get("subtype") or "the agent gave no reason")
            return
        message = as_object(data.get("message")) or {}
        if isinstance(model := message.get("model"), str) and model:
            self._model = model
        if usage := read_usage(message.get("usage")):
            self._usages[message.get("id") if isinstance(message.get("id"), str) else len(self._usages)] = usage
        for block in as_list(message.get("content")) or ():
            found = as_object(block) or {}
            if found.get("type") == "text" and isinstance(text := self._kept(found.get("text")), str):
                self._said.append(text)

    def _kept(self, value: object) -> object:
        """Return a value if the trace has room for it."""
        self._characters += len(value) if isinstance(value, str) else len(json.dumps(value, default=str))
        if self._characters > _MAX_CHARACTERS:
            self._is_truncated = True
            return None
        return value

    def _span(self, name: str, kind: str, begun_at: str) -> dict[str, Any]:
        return {"id": "", "type": kind, "name": name, "start_time": begun_at}


def _observations(found: list[dict[str, Any]]) -> list[Observation]:
    observations: list[Any] = found
    return observations


def _id(trace_id: str, number: int) -> str:
    return hashlib.sha256(f"{trace_id}/{number}".encode()).hexdigest()[:16]
