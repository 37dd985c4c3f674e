"""OpenTelemetry spans of any instrumentation become documented Ashr traces, and the reverse."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import Link, SpanContext, Status, StatusCode, Tracer, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from ashr_labs.local.forwarding.otlp import otlp_requests
from ashr_labs.otel import trace_of
from ashr_labs.otel._mirror import copies_of
from ashr_labs.pricing import read_usage
from ashr_labs.spans.content import input_of
from support.otel_spans import CHAT, finished_spans, identifiers, one_span

MESSAGES = [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]
ANSWER = [{"role": "assistant", "parts": [{"type": "text", "content": "hello"}], "finish_reason": "stop"}]
ASKED = [{"role": "user", "content": "hi"}]
REPLIED = {"role": "assistant", "content": "hello"}
CALLED = {"role": "assistant", "content": "", "tool_calls": [{"id": "c1", "name": "search", "arguments": {"q": 1}}]}


def observation(attributes: dict[str, Any], *events: tuple[str, dict[str, Any]], name: str = "step") -> dict[str, Any]:
    """Return the observation of a span."""
    return dict(trace_of([one_span(attributes, *events, name=name)])["observations"][0])


CASES: dict[str, tuple[dict[str, Any], list[tuple[str, dict[str, Any]]], dict[str, Any]]] = {
    "a call of a model": (
        {
            **CHAT,
            "gen_ai.usage.input_tokens": 7,
            "gen_ai.usage.output_tokens": 3,
            "gen_ai.input.messages": json.dumps(MESSAGES),
            "gen_ai.output.messages": json.dumps(ANSWER),
        },
        [],
        {
            "type": "generation",
            "name": "step",
            "model": "some-model",
            "usage": {"input_tokens": 7, "output_tokens": 3},
            "input": ASKED,
            "output": REPLIED,
        },
    ),
    "instructions of the system": (
        {
            **CHAT,
            "gen_ai.system_instructions": '[{"type": "text", "content": "be kind"}]',
            "gen_ai.input.messages": json.dumps(MESSAGES),
        },
        [],
        {"input": [{"role": "system", "content": "be kind"}, *ASKED]},
    ),
    "messages in the event of the operation": (
        CHAT,
        [
            (
                "gen_ai.client.inference.operation.details",
                {"gen_ai.input.messages": json.dumps(MESSAGES), "gen_ai.output.messages": json.dumps(ANSWER)},
            )
        ],
        {"input": ASKED, "output": REPLIED},
    ),
    "an event for each message": (
        {**CHAT, "gen_ai.system": "openai"},
        [
            ("gen_ai.system.message", {"gen_ai.system": "openai", "content": "be kind"}),
            ("gen_ai.user.message", {"content": "hi"}),
            ("gen_ai.choice", {"index": 0, "finish_reason": "stop", "message": '{"content": "hello"}'}),
        ],
        {
            "input": [{"role": "system", "content": "be kind"}, {"role": "user", "content": "hi"}],
            "output": REPLIED,
        },
    ),
    "calls of tools and their results, in parts": (
        {
            **CHAT,
            "gen_ai.input.messages": json.dumps(
                [
                    {
                        "role": "user",
                        "parts": [{"type": "text", "content": "look "}, {"type": "text", "content": "it up"}],
                    },
                    {
                        "role": "assistant",
                        "name": None,
                        "parts": [
                            {"type": "reasoning", "content": "a search helps"},
                            {"type": "tool_call", "id": "c1", "name": "search", "arguments": {"q": 1}},
                        ],
                    },
                    {"role": "user", "parts": [{"type": "tool_call_response", "id": "c1", "response": "5 days"}]},
                    {"role": "user", "parts": [{"type": "uri", "uri": "https://example.com/a.png"}]},
                ]
            ),
            "gen_ai.output.messages": json.dumps(
                [
                    {
                        "role": "assistant",
                        "parts": [{"type": "tool_call", "id": "c1", "name": "search", "arguments": '{"q": 1}'}],
                    }
                ]
            ),
        },
        [],
        {
            "input": [
                {"role": "user", "content": "look it up"},
                {**CALLED, "reasoning": "a search helps"},
                {"role": "tool", "tool_call_id": "c1", "content": "5 days"},
                {"role": "user", "content": "", "other_content": [{"type": "uri", "uri": "https://example.com/a.png"}]},
            ],
            "output": CALLED,
        },
    ),
    "calls of tools, of OpenInference": (
        {
            "openinference.span.kind": "LLM",
            "llm.model_name": "m-2026-01-01",
            "llm.invocation_parameters": '{"model": "m", "temperature": 0}',
            "llm.output_messages.0.message.role": "assistant",
            "llm.output_messages.0.message.tool_calls.0.tool_call.id": "c1",
            "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "search",
            "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": '{"q": 1}',
        },
        [],
        {"model": "m", "output": CALLED},
    ),
    "a run of an agent of Pydantic AI": (
        {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.system_instructions": '[{"type": "text", "content": "be kind"}]',
            "pydantic_ai.all_messages": json.dumps([*MESSAGES, *ANSWER]),
            "final_result": "hello",
            "logfire.msg": "agent run",
        },
        [],
        {
            "input": [{"role": "system", "content": "be kind"}, *ASKED],
            "output": "hello",
            "metadata": {"gen_ai.operation.name": "invoke_agent", "kind": "agent", "otel.scope.name": "test"},
        },
    ),
    "a tool of an older Pydantic AI": (
        {"gen_ai.tool.name": "search", "tool_arguments": '{"q": 1}', "tool_response": "5 days"},
        [],
        {"name": "tool:search", "input": {"q": 1}, "output": "5 days"},
    ),
    "an event with all messages": (
        CHAT,
        [
            ("gen_ai.content.prompt", {"gen_ai.prompt": "hi"}),
            ("gen_ai.content.completion", {"gen_ai.completion": "yo"}),
        ],
        {"input": "hi", "output": "yo"},
    ),
    "an attribute for each leaf, and older names of counts": (
        {
            "llm.request.type": "chat",
            "gen_ai.request.model": "m",
            "gen_ai.usage.prompt_tokens": 1,
            "gen_ai.usage.completion_tokens": 2,
            "gen_ai.prompt.0.role": "user",
            "gen_ai.prompt.0.content": "hi",
            "gen_ai.prompt.10.role": "tool",
            "gen_ai.prompt.2.role": "assistant",
            "gen_ai.completion.0.tool_calls.0.name": "search",
        },
        [],
        {
            "type": "generation",
            "usage": {"input_tokens": 1, "output_tokens": 2},
            "input": [{"role": "user", "content": "hi"}, {"role": "assistant"}, {"role": "tool"}],
            "output": [{"tool_calls": [{"name": "search"}]}],
        },
    ),
    "a tool": (
        {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "search",
            "gen_ai.tool.call.arguments": '{"q": "refund"}',
            "gen_ai.tool.call.result": "5 days",
        },
        [],
        {"type": "span", "name": "tool:search", "input": {"q": "refund"}, "output": "5 days"},
    ),
    "an agent, whose total of tokens is not counted again": (
        {"gen_ai.operation.name": "invoke_agent", "gen_ai.request.model": "m", "gen_ai.usage.input_tokens": 9},
        [],
        {"type": "span", "name": "step", "model": None, "usage": None},
    ),
    "a model of OpenInference": (
        {
            "openinference.span.kind": "LLM",
            "llm.model_name": "m",
            "llm.token_count.prompt": 4,
            "llm.token_count.completion": 5,
            "llm.input_messages.0.message.role": "user",
            "llm.input_messages.0.message.content": "hi",
            "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "search",
            "input.value": '{"raw": true}',
        },
        [],
        {
            "type": "generation",
            "model": "m",
            "usage": {"input_tokens": 4, "output_tokens": 5},
            "input": [{"role": "user", "content": "hi"}],
            "output": [{"tool_calls": [{"function": {"name": "search"}}]}],
        },
    ),
    "a tool of OpenInference": (
        {"openinference.span.kind": "TOOL", "tool.name": "search", "input.value": '{"q": 1}', "output.value": "found"},
        [],
        {"type": "span", "name": "tool:search", "input": {"q": 1}, "output": "found"},
    ),
    "GenAI before OpenInference": (
        {
            **CHAT,
            "openinference.span.kind": "CHAIN",
            "llm.model_name": "other",
            "gen_ai.prompt": "a",
            "input.value": "b",
        },
        [],
        {"type": "generation", "model": "some-model", "input": "a"},
    ),
    "a task of another library": (
        {"traceloop.span.kind": "tool", "traceloop.entity.name": "search", "traceloop.entity.input": "[1]"},
        [],
        {"name": "tool:search", "input": [1]},
    ),
    "a step that a platform has forwarded": (
        {"ashr.observation.type": "span", "ashr.input": '{"q": 1}', "ashr.output": "found"},
        [],
        {"type": "span", "input": {"q": 1}, "output": "found"},
    ),
    "nothing of an agent": ({"http.route": "/"}, [], {"type": "span", "name": "step", "input": None, "level": None}),
    "JSON that is none": ({**CHAT, "gen_ai.input.messages": "[1,"}, [], {"input": "[1,"}),
    "counts that are none": ({**CHAT, "gen_ai.usage.input_tokens": "7"}, [], {"usage": None}),
}


@pytest.mark.parametrize(("attributes", "events", "expected"), CASES.values(), ids=CASES.keys())
def test_each_convention_is_mapped(
    attributes: dict[str, Any], events: list[tuple[str, dict[str, Any]]], expected: dict[str, Any]
) -> None:
    """The attributes of all conventions are mapped to the fields of Ashr traces."""
    found = observation(attributes, *events)

    assert expected == {name: found.get(name) for name in expected}


def test_unmapped_attributes_become_metadata() -> None:
    """Attributes without a field of their own are metadata, with scope and links; mapped ones are not repeated."""
    other = SpanContext(5, 6, is_remote=True)

    def work(tracer: Tracer) -> None:
        attributes: dict[str, Any] = {**CHAT, "gen_ai.prompt": "secret", "temperature": 0.5}
        tracer.start_span("s", attributes=attributes, links=[Link(other)]).end()

    metadata = trace_of(finished_spans(work))["observations"][0]["metadata"]

    assert {
        **CHAT,
        "temperature": 0.5,
        "otel.scope.name": "test",
        "links": [f"{5:032x}-{6:016x}"],
    } == metadata


def failing(tracer: Tracer) -> None:
    with pytest.raises(ValueError, match="no"), tracer.start_as_current_span("s"):
        raise ValueError("no")


def said(code: StatusCode, description: str | None, *, raised: bool) -> Callable[[Tracer], None]:
    def work(tracer: Tracer) -> None:
        span = tracer.start_span("s")
        span.set_status(Status(code, description))
        if raised:
            span.record_exception(KeyError("k"))
        span.end()

    return work


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        (failing, ("ERROR", "ValueError: no")),
        (said(StatusCode.ERROR, "broken", raised=False), ("ERROR", "broken")),
        (said(StatusCode.ERROR, None, raised=False), ("ERROR", "error")),
        (said(StatusCode.UNSET, None, raised=True), ("ERROR", "KeyError: 'k'")),
        (said(StatusCode.OK, None, raised=True), (None, None)),
        (said(StatusCode.UNSET, None, raised=False), (None, None)),
    ],
)
def test_failures_become_errors(work: Callable[[Tracer], None], expected: tuple[str | None, str | None]) -> None:
    """An error status or a recorded exception is an error with its message, unless the status is OK."""
    found = trace_of(finished_spans(work))["observations"][0]

    assert expected == (found["level"], found.get("status_message"))


def test_ids_parents_times_and_events_are_kept() -> None:
    """Ids, parents, order and times are those of OpenTelemetry; events are observations under their span."""
    made: list[tuple[str, str]] = []

    def work(tracer: Tracer) -> None:
        with tracer.start_as_current_span("root", attributes={"user.id": "u", "tag.tags": ["a", "b"]}) as root:
            child = tracer.start_span("child", attributes={"gen_ai.conversation.id": "c"}, start_time=1_000)
            child.add_event("seen", {"n": 1}, timestamp=2_000)
            child.add_event(
                "gen_ai.evaluation.result", {"gen_ai.evaluation.name": "good", "gen_ai.evaluation.score.value": 0.5}
            )
            made.extend([identifiers(root), identifiers(child)])
        child.end(3_000_000)  # after its parent

    trace = trace_of(finished_spans(work))
    (trace_id, root_id), (_, child_id) = made
    child, seen, score, root = trace["observations"]

    assert (trace_id, "root", "u", "c", ["a", "b"]) == (
        trace["id"],
        trace["name"],
        trace["user_id"],
        trace["session_id"],
        trace["tags"],
    )
    assert {"resource": {"service.name": "shop"}} == trace["metadata"]
    assert (root_id, None) == (root["id"], root["parent_observation_id"])
    assert (child_id, root_id) == (child["id"], child["parent_observation_id"])
    assert ("1970-01-01T00:00:00.000001Z", "1970-01-01T00:00:00.003000Z") == (child["start_time"], child["end_time"])
    assert ("event", "seen", child_id, {"n": 1}) == (
        seen["type"],
        seen["name"],
        seen["parent_observation_id"],
        seen["input"],
    )
    assert ("score:good", {"value": 0.5, "comment": None}) == (score["name"], score["input"])
    assert 4 == len({one["id"] for one in trace["observations"]})
    assert all(16 == len(one["id"]) for one in trace["observations"])


def test_continued_trace_has_its_own_id() -> None:
    """A trace continued from another service has an id of its own, so that it does not replace that service's trace."""
    header = {"traceparent": f"00-{7:032x}-{8:016x}-01"}

    def work(tracer: Tracer) -> None:
        tracer.start_span("served", context=TraceContextTextMapPropagator().extract(header)).end()

    [span] = finished_spans(work)
    trace = trace_of([span])

    assert span.context is not None
    assert f"{7:032x}-{span.context.span_id:016x}" == trace["id"]
    assert {"parent_trace_id": f"{7:032x}", "parent_span_id": f"{8:016x}"}.items() <= (trace["metadata"] or {}).items()
    assert f"{8:016x}" == trace["observations"][0]["parent_observation_id"]


def test_all_content_is_masked() -> None:
    """Inputs, outputs, metadata, messages, events and tags are masked; ids and names are not."""
    span = one_span(
        {**CHAT, "gen_ai.prompt": "secret", "gen_ai.completion": "secret", "note": "secret", "tag.tags": ["secret"]},
        ("seen", {"what": "secret"}),
        ("exception", {"exception.type": "E", "exception.message": "secret", "exception.stacktrace": "secret"}),
    )

    def mask(value: Any) -> Any:
        return json.loads(json.dumps(value).replace("secret", "***"))

    assert "secret" in json.dumps(trace_of([span]))
    assert "secret" not in json.dumps(trace_of([span], mask))
    assert "***" in json.dumps(trace_of([span], mask))


NAMES = st.sampled_from(["gen_ai.prompt", "llm.input_messages"])
PATHS = st.lists(st.sampled_from(["0", "1", "²", "role", "message", ""]), min_size=1, max_size=4).map(".".join)


@given(st.dictionaries(st.builds("{}.{}".format, NAMES, PATHS), st.sampled_from(["a", 1, True]), max_size=8))
def test_contradictory_attributes_are_handled(attributes: dict[str, Any]) -> None:
    """Attributes whose names contradict each other are read without an error."""
    found = input_of(attributes, [])

    assert found is None or isinstance(found, list)


def test_mirrored_spans_follow_conventions() -> None:
    """Mirrored spans have `gen_ai.*` attributes and the original's times, parents and errors."""
    trace: Any = {
        "id": "t",
        "name": "support",
        "session_id": "c",
        "output": {"error": "E: no"},
        "observations": [
            {
                "id": "a",
                "type": "generation",
                "name": "answer",
                "model": "m",
                "usage": {"input_tokens": 2},
                "input": [{"role": "user", "content": "hi"}],
                "output": "hello",
                "start_time": "1970-01-01T00:00:00.000002Z",
                "end_time": "1970-01-01T00:00:00.000003Z",
            },
            {
                "id": "b",
                "type": "span",
                "name": "tool:search",
                "parent_observation_id": "a",
                "input": {"q": 1},
                "level": "ERROR",
                "status_message": "broken",
                "start_time": "1970-01-01T00:00:00.000002Z",
            },
            {
                "id": "e",
                "type": "event",
                "name": "seen",
                "parent_observation_id": "b",
                "input": 1,
                "start_time": "1970-01-01T00:00:00.000004Z",
            },
        ],
    }
    root, generation, tool = copies_of(trace, 1_000, 9_000)

    assert (1_000, 9_000, "E: no", "invoke_agent", "c") == (
        root.started,
        root.ended,
        root.failure,
        root.attributes["gen_ai.operation.name"],
        root.attributes["gen_ai.conversation.id"],
    )
    assert {
        "ashr_labs.trace_id": "t",
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "_OTHER",
        "gen_ai.request.model": "m",
        "gen_ai.usage.input_tokens": 2,
        "gen_ai.input.messages": json.dumps(MESSAGES),
        "gen_ai.output.messages": '[{"role": "assistant", "parts": [{"type": "text", "content": "hello"}]}]',
    } == generation.attributes
    assert (2_000, 3_000, None) == (generation.started, generation.ended, generation.failure)
    assert {
        "ashr_labs.trace_id": "t",
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "search",
        "gen_ai.tool.call.arguments": '{"q": 1}',
    } == tool.attributes
    assert ("a", 9_000, "broken", [("seen", {"ashr_labs.input": "1"}, 4_000)]) == (
        tool.parent,
        tool.ended,
        tool.failure,
        tool.events,
    )


def test_mirror_and_forwarder_write_the_same_model_calls() -> None:
    """The attributes of a model call are the same from the mirror and from the platform's OTLP forwarder."""
    generation: Any = {
        "id": "a",
        "type": "generation",
        "name": "answer",
        "model": "gpt-9",
        "usage": {"input_tokens": 2, "cached_input_tokens": 1, "reasoning_output_tokens": 3, "cost": 0.5},
        "input": [{"role": "user", "content": "hi"}],
        "output": "hello",
        "start_time": "1970-01-01T00:00:00.000002Z",
    }
    trace: Any = {"id": "1" * 32, "name": "t", "created_at": "1970-01-01T00:00:00Z", "observations": [generation]}
    mirrored = [copy.attributes for copy in copies_of(trace, 1_000, 9_000)]
    [request] = otlp_requests(1, trace)
    spans = json.loads(request)["resourceSpans"][0]["scopeSpans"][0]["spans"]
    forwarded = [{one["key"]: next(iter(one["value"].values())) for one in span["attributes"]} for span in spans]

    assert 2 == len(mirrored) == len(forwarded)
    for ours, theirs in zip(mirrored, forwarded, strict=True):
        names = {name for name in ours if name.startswith("gen_ai.")}
        assert {name: str(ours[name]) for name in names} == {
            name: str(value) for name, value in theirs.items() if name.startswith("gen_ai.")
        }


def test_spans_with_unknown_parent_form_a_trace() -> None:
    """Spans whose parent is unknown make a trace that is named after the first of them."""

    def work(tracer: Tracer) -> None:
        parent = tracer.start_span("never ends")
        context = set_span_in_context(parent)
        tracer.start_span("second", context, start_time=20).end()
        tracer.start_span("first", context, start_time=10).end()

    spans: list[ReadableSpan] = finished_spans(work)

    assert "first" == trace_of(spans)["name"]
    assert trace_of(spans) == trace_of(spans[::-1])


def copied(**observation: Any) -> Any:
    """Return the mirrored spans of a trace with one observation."""
    base = {"id": "a", "type": "span", "name": "s", "start_time": "1970-01-01T00:00:00.000002Z"}
    trace: Any = {"id": "t", "name": "support", "observations": [{**base, **observation}]}
    return copies_of(trace, 1_000, 9_000)


@pytest.mark.parametrize(
    ("model", "metadata", "provider"),
    [
        ("gpt-5-mini", None, "openai"),
        ("openai/o3", None, "openai"),
        ("claude-sonnet-4-5", None, "anthropic"),
        ("gemini-2.5-pro", None, "gcp.gemini"),
        ("anthropic.claude-v2", None, "aws.bedrock"),
        ("mistral-large", {"provider": "azure.ai.inference"}, "azure.ai.inference"),
        ("our-own", {"provider": 7}, "_OTHER"),
        (None, None, "_OTHER"),
    ],
)
def test_mirrored_spans_name_the_provider(model: str | None, metadata: Any, provider: str) -> None:
    """The required provider comes from the metadata, else from the model's name, on the generation and the root."""
    root, generation = copied(type="generation", model=model, metadata=metadata)

    assert provider == generation.attributes["gen_ai.provider.name"] == root.attributes["gen_ai.provider.name"]


def test_mirrored_spans_have_all_token_counts() -> None:
    """Cached, written and reasoning tokens and the cost of a generation are attributes, and are read back."""
    usage = {
        "input_tokens": 100,
        "cached_input_tokens": 80,
        "cache_write_input_tokens": 10,
        "output_tokens": 5,
        "reasoning_output_tokens": 3,
    }
    _, generation = copied(type="generation", usage={**usage, "cost": 0.5})

    assert {**usage, "cost_usd": 0.5} == read_usage(generation.attributes)


@pytest.mark.parametrize(
    ("value", "attribute"),
    [
        (0.5, ("gen_ai.evaluation.score.value", 0.5)),
        (2, ("gen_ai.evaluation.score.value", 2.0)),
        ("good", ("gen_ai.evaluation.score.label", "good")),
        (True, ("gen_ai.evaluation.score.label", "true")),
    ],
)
def test_scores_become_evaluation_events(value: object, attribute: tuple[str, object]) -> None:
    """A score is an event `gen_ai.evaluation.result` with its name, value or label, and explanation."""
    [root] = copied(type="event", name="score:tone", input={"value": value, "comment": "why"})
    [(name, attributes, _)] = root.events

    assert "gen_ai.evaluation.result" == name
    assert ("tone", "why") == (attributes["gen_ai.evaluation.name"], attributes["gen_ai.evaluation.explanation"])
    assert attribute in attributes.items()


@pytest.mark.parametrize("kind", ["agent", "chain", "retriever", "reranker", "guardrail", "evaluator"])
def test_kinds_of_spans_are_kept(kind: str) -> None:
    """The kind of an OpenInference span is kept in the metadata and restored in the mirrored span."""

    def work(tracer: Tracer) -> None:
        tracer.start_span("s", attributes={"openinference.span.kind": kind.upper()}).end()

    [observation] = trace_of(finished_spans(work))["observations"]
    assert observation["metadata"] is not None
    assert kind == observation["metadata"]["kind"]
    _, span = copied(metadata=observation["metadata"])

    assert kind.upper() == span.attributes["openinference.span.kind"]
