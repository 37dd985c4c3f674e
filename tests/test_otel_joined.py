"""Spans of a provider of ours join the active trace, as if our own functions had recorded them."""

from __future__ import annotations

import json
from collections.abc import Generator
from typing import Any

import openai
import pytest
from opentelemetry.trace import Tracer

from ashr_labs import current_span, traced, wrap
from ashr_labs.otel._joined import joining_provider
from ashr_labs.tracing.context import DEFAULT
from support.otel_spans import CHAT
from support.providers import provider_server
from support.recorded import Recorded

AGENT = {"gen_ai.operation.name": "invoke_agent"}
TOOL = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search", "gen_ai.tool.call.arguments": '{"q": 1}'}


@pytest.fixture(name="tracer")
def _tracer() -> Generator[Tracer]:
    provider, leave = joining_provider()
    yield provider.get_tracer("library")
    leave()


def test_spans_are_nested_with_ours(tracer: Tracer) -> None:
    """A span is below the active one, ours or OpenTelemetry's; so are our spans, and consumers of neither."""
    recorded = Recorded()
    with recorded.trace() as trace, traced("ours"):
        with tracer.start_as_current_span("agent", attributes=AGENT):
            with traced("inside"), tracer.start_as_current_span("run", attributes=TOOL) as span:
                traced("deep", lambda: None)()
                span.set_attribute("gen_ai.tool.call.result", "found")
            tracer.start_span("never current").end()
        assert current_span() is not trace

    assert {
        "ours": None,
        "agent": "ours",
        "inside": "agent",
        "tool:search": "inside",
        "deep": "tool:search",
        "never current": "agent",
    } == recorded.parents
    [tool] = [one for one in recorded.spans if one["name"] == "tool:search"]
    assert ({"q": 1}, "found") == (tool["input"], tool["output"])
    assert all(one["end_time"] for one in recorded.spans)


def test_a_root_is_a_trace_of_its_own(tracer: Tracer) -> None:
    """Outside of any trace, the default client delivers one with the output of its root, else nothing is recorded."""
    with tracer.start_as_current_span("nowhere", attributes=AGENT):
        assert current_span() is None
    recorded = Recorded()
    before, DEFAULT.tracing = DEFAULT.tracing, recorded.tracing
    try:
        with tracer.start_as_current_span("root", attributes={**AGENT, "final_result": "done"}) as span:
            span.add_event("noted", {"by": "the library"})
    finally:
        DEFAULT.tracing = before

    [trace] = recorded.traces
    assert ("root", "done") == (trace["name"], trace["output"])
    assert [("span", "root"), ("event", "noted")] == [(one["type"], one["name"]) for one in trace["observations"]]
    assert trace["observations"][0]["id"] == trace["observations"][1]["parent_observation_id"]


@pytest.mark.parametrize(("settings", "names"), [({"capture": False}, ["chat"]), ({"sample_rate": 0.0}, [])])
def test_settings_of_tracing_apply(tracer: Tracer, settings: dict[str, Any], names: list[str]) -> None:
    """Content is left out without capture; nothing is recorded in a trace that is not sampled."""
    recorded = Recorded(**settings)
    messages = json.dumps([{"role": "user", "content": "secret"}])
    with recorded.trace(), tracer.start_as_current_span("chat", attributes={**CHAT, "gen_ai.input.messages": messages}):
        traced("inner", lambda: None)()

    spans = [one for trace in recorded.traces for one in trace["observations"]]
    assert names == [one["name"] for one in spans if one["name"] != "inner"]
    assert "secret" not in str(recorded.traces)


def test_the_first_call_in_the_span_of_a_model_is_that_call(tracer: Tracer) -> None:
    """A wrapped client does not record the call of a model's span again; later calls there are others."""
    recorded = Recorded()
    with provider_server() as server:
        client = wrap(openai.OpenAI(api_key="k", base_url=server.openai_url))
        with recorded.trace(), tracer.start_as_current_span("chat", attributes=CHAT):
            for _ in range(2):
                client.chat.completions.create(model="gpt-5", messages=[{"role": "user", "content": "Hi"}])

    assert ["chat", "chat gpt-5"] == [one["name"] for one in recorded.spans]


def test_nothing_joins_after_the_end() -> None:
    """A provider that is left records nothing more, though some instrumentors go on."""
    provider, leave = joining_provider()
    leave()
    recorded = Recorded()
    with recorded.trace() as trace, provider.get_tracer("library").start_as_current_span("late", attributes=AGENT):
        assert current_span() is trace

    assert [] == recorded.spans
