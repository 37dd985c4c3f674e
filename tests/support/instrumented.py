"""Agents that replay recorded replies, and show their tool calls in one of several ways."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from opentelemetry.sdk.trace import TracerProvider

from ashr_labs import tool, traced
from ashr_labs.otel import SpanProcessor
from support.replay import ReferenceRun, Replay, Replaying

WAYS = ("reply", "tool", "traced", "otel")


@dataclass(frozen=True, slots=True)
class Instrumented:
    """Makes the agent of a reference run that shows its calls in one way, wherever the benchmark data is."""

    run: ReferenceRun
    way: str
    is_async: bool = False

    def __call__(self) -> Any:
        replay = Replaying(self.run)()
        if self.way == "reply":
            agent: Any = replay
        else:
            agent = {"tool": ToolAgent, "traced": TracedAgent, "otel": OtelAgent}[self.way](replay)
        return AsyncAgent(agent) if self.is_async else agent


class Error(Exception):
    """A tool fails as it did in the transcript, whose results begin with "Error: "."""


def outcome(call: Mapping[str, Any]) -> Any:
    """Return what a recorded call returned, or raise its error."""
    result = call.get("result")
    if call.get("is_error"):
        raise Error(str(result).removeprefix("Error: "))
    return result


class RecordingAgent:
    """Replies with texts only, and makes the calls while it replies."""

    def __init__(self, replay: Replay) -> None:
        self._replay = replay

    def reset(self, scenario_id: str) -> None:
        self._replay.reset(scenario_id)

    def respond(self, message: str) -> dict[str, Any]:
        reply = self._replay.respond(message)
        for call in reply["tool_calls"]:
            with suppress(Error):
                self.call(call)
        return {"text": reply["text"]}

    def call(self, call: Mapping[str, Any]) -> None:
        raise NotImplementedError


class ToolAgent(RecordingAgent):
    """Calls functions that `tool` wraps."""

    def call(self, call: Mapping[str, Any]) -> None:
        def run(**arguments: Any) -> Any:
            return outcome(call)

        tool(call["name"], run)(**call["arguments"])


class TracedAgent(RecordingAgent):
    """Records spans of the kind `tool` by itself, inside of another span."""

    def call(self, call: Mapping[str, Any]) -> None:
        with traced("step"), traced(call["name"], kind="tool", input=dict(call["arguments"])) as span:
            span.end(output=outcome(call))


class OtelAgent(RecordingAgent):
    """Emits OpenTelemetry spans by the conventions for generative AI."""

    def __init__(self, replay: Replay) -> None:
        super().__init__(replay)
        provider = TracerProvider()
        provider.add_span_processor(SpanProcessor())
        self._tracer = provider.get_tracer("agent")

    def call(self, call: Mapping[str, Any]) -> None:
        attributes = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": call["name"],
            "gen_ai.tool.call.arguments": json.dumps(call["arguments"]),
        }
        with self._tracer.start_as_current_span(f"execute_tool {call['name']}", attributes=attributes) as span:
            span.set_attribute("gen_ai.tool.call.result", outcome(call) or "")


class AsyncAgent:
    """Replies as another agent does, in an event loop, after others had their turn."""

    def __init__(self, agent: Any) -> None:
        self._agent = agent

    def reset(self, scenario_id: str) -> None:
        self._agent.reset(scenario_id)

    async def respond(self, message: str) -> Any:
        await asyncio.sleep(0)
        return self._agent.respond(message)
