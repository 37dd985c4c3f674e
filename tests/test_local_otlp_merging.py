"""Parts of OpenTelemetry traces become whole traces; spans of all conventions become the same observation."""

from __future__ import annotations

import json
from functools import reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from ashr_labs.local.otlp.merging import merged, parts_of
from ashr_labs.local.otlp.reading import read_spans
from support.otlp import START, otlp_request, otlp_span


def trace_of(*spans: Span) -> Any:
    """Return the part that spans of one trace become."""
    [part] = parts_of(read_spans(otlp_request(*spans)).spans).values()
    return part


@st.composite
def traces(draw: st.DrawFn) -> list[list[Span]]:
    """Return the spans of a trace, in some order and in some parts."""
    count = draw(st.integers(2, 7))
    spans = [
        otlp_span(
            number,
            {"user.id": "u", "session.id": "s", "output.value": f"out {number}"},
            parent=draw(st.integers(1, number - 1)) if number > 1 else 0,
            name=f"step {number}",
            start=START + number * 1_000_000,
        )
        for number in range(1, count + 1)
    ]
    for span in spans:
        span.events.add(name="seen", time_unix_nano=START)
    shuffled = draw(st.permutations(spans))
    cut = draw(st.integers(1, count - 1))
    return [shuffled[:cut], shuffled[cut:], draw(st.sampled_from([[], shuffled[:1]]))]


@given(traces())
def test_parts_in_any_order_become_the_trace_that_came_at_once(parts: list[list[Span]]) -> None:
    """A trace is the same whether its spans come at once, in parts, children before parents, or twice."""
    whole = trace_of(*sorted((span for part in parts[:2] for span in part), key=lambda span: span.start_time_unix_nano))

    assert whole == reduce(merged, [trace_of(*part) for part in parts if part])


def test_part_without_root_is_named_until_the_root_comes() -> None:
    """Before its root arrives, a trace has the name of its first span, and says whose child that is."""
    child = trace_of(otlp_span(2, parent=1, name="child", start=START + 10))
    root = trace_of(otlp_span(1, name="root"))

    assert ("child", f"{1:016x}") == (child["name"], child["metadata"]["parent_span_id"])
    assert ("root", {"resource": {"service.name": "shop"}}) == (
        merged(child, root)["name"],
        merged(child, root)["metadata"],
    )
    assert f"{7:032x}" == child["id"] == merged(child, root)["id"]


def test_span_that_comes_again_replaces_itself() -> None:
    """A span that is sent again, such as by a retry, is there once, as it was sent last."""
    first = trace_of(otlp_span(1, name="old"), otlp_span(2, parent=1))

    trace = merged(first, trace_of(otlp_span(1, name="new")))

    assert ("new", ["new", "step"]) == (trace["name"], [one["name"] for one in trace["observations"]])


MESSAGES = [{"role": "user", "content": "Where is my order?"}]
ANSWER = [{"role": "assistant", "content": "On its way."}]
CALLS: dict[str, dict[str, Any]] = {
    "GenAI conventions": {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-5",
        "gen_ai.input.messages": json.dumps(MESSAGES),
        "gen_ai.output.messages": json.dumps(ANSWER),
        "gen_ai.usage.input_tokens": 12,
        "gen_ai.usage.output_tokens": 5,
        "gen_ai.usage.cache_read.input_tokens": 4,
    },
    "OpenInference": {
        "openinference.span.kind": "LLM",
        "llm.model_name": "gpt-5",
        "llm.input_messages.0.message.role": "user",
        "llm.input_messages.0.message.content": "Where is my order?",
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.content": "On its way.",
        "llm.token_count.prompt": 12,
        "llm.token_count.completion": 5,
        "llm.token_count.prompt_details.cache_read": 4,
    },
    "OpenLLMetry": {
        "llm.request.type": "chat",
        "gen_ai.request.model": "gpt-5",
        "gen_ai.prompt.0.role": "user",
        "gen_ai.prompt.0.content": "Where is my order?",
        "gen_ai.completion.0.role": "assistant",
        "gen_ai.completion.0.content": "On its way.",
        "gen_ai.usage.prompt_tokens": 12,
        "gen_ai.usage.completion_tokens": 5,
        "gen_ai.usage.cache_read_input_tokens": 4,
    },
}


@pytest.mark.parametrize("attributes", CALLS.values(), ids=CALLS.keys())
def test_conventions_become_the_same_span(attributes: dict[str, Any]) -> None:
    """A call of a model is the same observation in the GenAI conventions, OpenInference and OpenLLMetry."""
    [found] = trace_of(otlp_span(1, attributes, name="chat"))["observations"]

    del found["metadata"]
    assert {
        "id": f"{1:016x}",
        "type": "generation",
        "name": "chat",
        "parent_observation_id": None,
        "start_time": "2030-03-17T17:46:40.000000Z",
        "end_time": "2030-03-17T17:46:41.000000Z",
        "model": "gpt-5",
        "input": MESSAGES,
        "output": ANSWER[0],
        "usage": {"input_tokens": 12, "output_tokens": 5, "cached_input_tokens": 4},
        "level": None,
    } == found
