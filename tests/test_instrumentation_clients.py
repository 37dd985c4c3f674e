"""The helpers of OpenAI's and Anthropic's clients, what programs see of them, and what is built on their spans."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import logging
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any

import anthropic
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from ashr_labs import AshrLabsClient, EvalRunner, auto_instrument, traced, uninstrument, wrap
from ashr_labs.instrumentation import anthropic_calls, chat, google_calls, openai_calls
from ashr_labs.instrumentation.calls import Request
from ashr_labs.instrumentation.functions import recorded as recorded_function
from ashr_labs.pricing import usage_of_observation
from ashr_labs.tracing.context import DEFAULT
from support.providers import Answer, Call, Counts, ProviderServer, provider_server
from support.recorded import Recorded
from support.scripted_server import Answer as Response
from support.scripted_server import ScriptedServer

MESSAGES: Any = [{"role": "user", "content": "Hi"}]
TEXT = "Hello there"
MESSAGE = {"role": "assistant", "content": TEXT}


@pytest.fixture(name="server")
def _server() -> Generator[ProviderServer]:
    with provider_server() as server:
        yield server
    uninstrument()


@pytest.fixture(name="client")
def _client(server: ProviderServer) -> Generator[openai.OpenAI]:
    with openai.OpenAI(api_key="k", base_url=server.openai_url, max_retries=0) as client:
        yield wrap(client)


@pytest.fixture(name="claude")
def _claude(server: ProviderServer) -> Generator[anthropic.Anthropic]:
    with anthropic.Anthropic(api_key="k", base_url=server.url, max_retries=0) as client:
        yield wrap(client)


class City(BaseModel):
    name: str


Using = Callable[[openai.OpenAI], Any]


def parsed(client: openai.OpenAI) -> None:
    found = client.chat.completions.parse(model="gpt-5", messages=MESSAGES, response_format=City)
    assert City(name="Rome") == found.choices[0].message.parsed


def parsed_response(client: openai.OpenAI) -> None:
    assert City(name="Rome") == client.responses.parse(model="gpt-5", input="Hi", text_format=City).output_parsed


def chat_helper(client: openai.OpenAI) -> None:
    with client.chat.completions.stream(model="gpt-5", messages=MESSAGES) as stream:
        assert '{"name": "Rome"}' == stream.get_final_completion().choices[0].message.content


def response_helper(client: openai.OpenAI) -> None:
    with client.responses.stream(model="gpt-5", input="Hi") as stream:
        assert '{"name": "Rome"}' == stream.get_final_response().output_text


def raw(client: openai.OpenAI) -> None:
    response = client.chat.completions.with_raw_response.create(model="gpt-5", messages=MESSAGES)
    assert "req_1" == response.headers["x-request-id"]
    assert '{"name": "Rome"}' == response.parse().choices[0].message.content


def raw_stream(client: openai.OpenAI) -> None:
    response = client.chat.completions.with_raw_response.create(model="gpt-5", messages=MESSAGES, stream=True)
    assert 0 < len(list(response.parse()))
    response.parse()  # the same stream again


def streaming_response(client: openai.OpenAI) -> None:
    with client.chat.completions.with_streaming_response.create(model="gpt-5", messages=MESSAGES) as response:
        assert '{"name": "Rome"}' == response.parse().choices[0].message.content


def streaming_bytes(client: openai.OpenAI) -> None:
    with client.chat.completions.with_streaming_response.create(model="gpt-5", messages=MESSAGES) as response:
        assert b"Rome" in response.read()


def streaming_stream(client: openai.OpenAI) -> None:
    given_stream = client.chat.completions.with_streaming_response.create(model="gpt-5", messages=MESSAGES, stream=True)
    with given_stream as response:
        assert 0 < len(list(response.parse()))


def old_completion(client: openai.OpenAI) -> None:
    assert '{"name": "Rome"}' == client.completions.create(model="gpt-5", prompt="Hi").choices[0].text


USES: list[Using] = [
    parsed,
    parsed_response,
    chat_helper,
    response_helper,
    raw,
    raw_stream,
    streaming_response,
    streaming_bytes,
    streaming_stream,
    old_completion,
]


@pytest.mark.parametrize("use", USES)
def test_every_way_to_call_openai_is_one_span(use: Using, client: openai.OpenAI, server: ProviderServer) -> None:
    """Helpers, raw responses and streaming responses are recorded like plain calls."""
    server.says(Answer('{"name": "Rome"}'))
    recorded = Recorded()

    with recorded.trace():
        use(client)

    assert {"role": "assistant", "content": '{"name": "Rome"}'} == recorded.span["output"]
    assert "gpt-5" == recorded.span["model"]
    assert "end_time" in recorded.span
    if "stream" not in use.__name__ or use in {streaming_response, streaming_bytes}:
        assert 11 == recorded.span.get("usage", {"input_tokens": 11})["input_tokens"]


@pytest.mark.parametrize("use", USES)
def test_every_way_to_call_openai_is_the_same_without_a_trace(
    use: Using, client: openai.OpenAI, server: ProviderServer
) -> None:
    """Without a trace, programs see nothing of the instrumentation."""
    server.says(Answer('{"name": "Rome"}'))

    use(client)


def test_asynchronous_raw_responses_are_recorded(server: ProviderServer) -> None:
    """Raw and streaming responses of the asynchronous client are recorded like those of the synchronous one."""
    recorded = Recorded()

    async def run() -> None:
        async with openai.AsyncOpenAI(api_key="k", base_url=server.openai_url) as client:
            create = wrap(client).chat.completions
            (await create.with_raw_response.create(model="gpt-5", messages=MESSAGES)).parse()
            asked = create.with_streaming_response.create(model="gpt-5", messages=MESSAGES)
            async with asked as response:
                await response.parse()
            streamed = create.with_streaming_response.create(model="gpt-5", messages=MESSAGES, stream=True)
            async with streamed as chunks:
                async for _ in await chunks.parse():
                    pass

    with recorded.trace():
        asyncio.run(run())

    assert [MESSAGE] * 3 == [span["output"] for span in recorded.spans]


def test_a_raw_response_that_is_read_in_lines_is_recorded_without_its_content(
    client: openai.OpenAI, server: ProviderServer
) -> None:
    """Lines of a response that only the program sees are not recorded; the call is."""
    recorded = Recorded()

    with recorded.trace():
        asked = client.chat.completions.with_streaming_response.create(model="gpt-5", messages=MESSAGES)
        with asked as response:
            assert "Hello there" in "".join(response.iter_lines())

    assert "output" not in recorded.span
    assert "end_time" in recorded.span


def test_anthropic_helpers_are_recorded(claude: anthropic.Anthropic, server: ProviderServer) -> None:
    """The stream helper, raw responses, and the text of a stream are one span each."""
    server.says(Answer(TEXT, reasoning="A greeting."))
    recorded = Recorded()

    with recorded.trace():
        with claude.messages.stream(model="claude-test", max_tokens=5, messages=MESSAGES) as stream:
            assert TEXT == "".join(stream.text_stream)
            assert TEXT == stream.get_final_text()
        raw_response = claude.messages.with_raw_response.create(model="claude-test", max_tokens=5, messages=MESSAGES)
        assert "claude-test-20260101" == raw_response.parse().model
        claude.messages.create(model="claude-test", max_tokens=5, messages=MESSAGES, system="Be brief.")

    assert [{**MESSAGE, "reasoning": "A greeting."}] * 3 == [span["output"] for span in recorded.spans]
    assert {"role": "system", "content": "Be brief."} == recorded.spans[2]["input"][0]


def test_a_helper_that_is_left_early_ends_its_span(client: openai.OpenAI, claude: anthropic.Anthropic) -> None:
    """Leaving the block of a stream helper ends the span with what came so far."""
    recorded = Recorded()

    with recorded.trace():
        with client.chat.completions.stream(model="gpt-5", messages=MESSAGES) as stream:
            next(iter(stream))
        with claude.messages.stream(model="claude-test", max_tokens=5, messages=MESSAGES) as messages:
            next(iter(messages.text_stream))

    assert ["end_time" in span for span in recorded.spans] == [True, True]
    assert "Hello" == recorded.spans[1]["output"]["content"]


def test_streams_keep_their_types(client: openai.OpenAI, claude: anthropic.Anthropic) -> None:
    """Streams are instances of the library's classes, with their attributes and methods."""
    recorded = Recorded()

    with recorded.trace():
        stream = client.chat.completions.create(model="gpt-5", messages=MESSAGES, stream=True)
        events = claude.messages.create(model="claude-test", max_tokens=5, messages=MESSAGES, stream=True)

        assert isinstance(stream, openai.Stream)
        assert isinstance(events, anthropic.Stream)
        assert "Stream" == type(stream).__name__
        assert 200 == stream.response.status_code
        with stream as entered:
            assert entered is stream
        events.close()
        assert inspect.signature(client.request) == inspect.signature(openai.OpenAI.request.__get__(client))


def test_the_cost_of_calls_is_known_by_the_price_of_the_model(client: openai.OpenAI, server: ProviderServer) -> None:
    """Tokens by kind are those that the prices need: 4 of 11 tokens were cached."""
    recorded = Recorded()

    with recorded.trace():
        client.chat.completions.create(model="gpt-4o", messages=MESSAGES)

    expected = (7 * 2.5 + 4 * 1.25 + 7 * 10) / 1_000_000
    assert expected == pytest.approx(usage_of_observation(recorded.span)["estimated_cost_usd"])


def test_anthropics_cached_tokens_are_beside_the_others(claude: anthropic.Anthropic, server: ProviderServer) -> None:
    """10 tokens and 100,000 from the cache are 100,010 of input, of which 100,000 were cached."""
    server.says(Answer(TEXT, counts=Counts(input=100_010, cached=100_000)))
    recorded = Recorded()

    with recorded.trace():
        claude.messages.create(model="claude-test", max_tokens=5, messages=MESSAGES)

    usage = recorded.span["usage"]
    assert (100_010, 100_000) == (usage["input_tokens"], usage["cached_input_tokens"])


@pytest.mark.parametrize(
    ("base_url", "provider"),
    [
        ("https://api.groq.com/openai/v1", "groq"),
        ("https://api.x.ai/v1", "x_ai"),
        ("https://shop.openai.azure.com/openai/v1", "azure.ai.openai"),
        ("https://generativelanguage.googleapis.com/v1beta/openai/", "gcp.gemini"),
        ("https://gateway.example.com/v1", "openai"),
    ],
)
def test_provider_is_the_one_at_the_base_url(base_url: str, provider: str) -> None:
    """Calls of an OpenAI client to another provider bear its name, which their prices depend on."""
    recorded = Recorded()
    answer = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": []}
    used = openai.DefaultHttpxClient.__base__.__module__.partition(".")[0]  # httpx, or its successor
    http: Any = importlib.import_module(used)
    transport = http.MockTransport(lambda _: http.Response(200, json=answer))
    client = openai.OpenAI(api_key="k", base_url=base_url, http_client=http.Client(transport=transport))
    with client, recorded.trace():
        wrap(client).chat.completions.create(model="m", messages=MESSAGES)
    uninstrument()

    assert provider == recorded.span["metadata"]["gen_ai.provider.name"]


def test_evaluation_sees_the_calls_of_a_wrapped_client(client: openai.OpenAI, server: ProviderServer) -> None:
    """The test of a scenario has the spans, tokens and cost of the model calls that its agent made."""

    class Agent:
        def reset(self) -> None: ...

        def respond(self, message: str) -> dict[str, Any]:
            answer = client.chat.completions.create(model="gpt-4o", messages=MESSAGES)
            return {"text": answer.choices[0].message.content, "tool_calls": []}

    actions = [{"actor": "user", "content": "Hi"}, {"actor": "agent", "content": TEXT}]
    run = EvalRunner({"runs": {f"s{number}": {"actions": actions} for number in range(4)}}).run(Agent(), max_workers=4)

    for test in run.build()["tests"]:
        [span] = test["spans"]
        assert "chat gpt-4o" == span["name"]
        assert MESSAGE == span["output"]
        assert 11 == test["usage"]["input_tokens"]
        assert 7 == test["usage"]["output_tokens"]


def test_a_slow_trace_endpoint_costs_the_host_nothing(server: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls do not wait for the delivery of their traces: the endpoint takes 1.5 s for each."""
    monkeypatch.setattr(DEFAULT, "tracing", None)  # restored at the end
    platform = ScriptedServer()
    body = Response.of({"status": "ok"}).body
    platform.on("*", Response(body=body, pause=1.5 / len(body)))
    with platform.running(), AshrLabsClient(api_key="tp_x", base_url=platform.url) as ashr:
        with openai.OpenAI(api_key="k", base_url=server.openai_url) as client:
            ashr.tracing.set_default()
            took = seconds(wrap(client))
        assert 0 < len(platform.asked)
        assert took < 0.5, "the calls waited for the delivery"
        ashr.tracing.shutdown(0)


def seconds(client: openai.OpenAI) -> float:
    """Return the median time of a call."""
    times: list[float] = []
    for _ in range(20):
        started = time.perf_counter()
        client.chat.completions.create(model="gpt-5", messages=MESSAGES)
        times.append(time.perf_counter() - started)
    return median(times)


def test_a_mask_applies_to_recorded_calls(client: openai.OpenAI) -> None:
    """Inputs and outputs of model calls pass the mask of the tracing."""
    recorded = Recorded(mask=lambda value: "hidden")

    with recorded.trace():
        client.chat.completions.create(model="gpt-5", messages=MESSAGES)

    assert "hidden" == recorded.span["input"] == recorded.span["output"]


def test_huge_values_are_cut(client: openai.OpenAI, server: ProviderServer) -> None:
    """A prompt and an answer of 2 MB are cut to the limit of all values."""
    server.says(Answer("a" * 2_000_000))
    recorded = Recorded()

    with recorded.trace():
        client.chat.completions.create(model="gpt-5", messages=[{"role": "user", "content": "b" * 2_000_000}])

    assert recorded.span["output"]["content"].endswith("<cut, 2000000 characters>")
    assert recorded.span["input"][0]["content"].endswith("<cut, 2000000 characters>")


def test_later_changes_of_messages_are_not_recorded(client: openai.OpenAI) -> None:
    """Programs extend their list of messages after a call; the span has them as they were sent."""
    messages = [{"role": "user", "content": "Hi"}]
    recorded = Recorded()

    with recorded.trace():
        client.chat.completions.create(model="gpt-5", messages=messages)  # type: ignore[arg-type]
        messages.append({"role": "assistant", "content": "Hello"})
        messages[0]["content"] = "changed"

    assert [{"role": "user", "content": "Hi"}] == recorded.span["input"]


def test_a_call_within_a_span_of_the_program_is_recorded_in_it(client: openai.OpenAI, server: ProviderServer) -> None:
    """A wrapped call inside of a function traced as a generation is its child, as it has the tokens."""
    recorded = Recorded()

    @traced(kind="generation")
    def answer() -> str | None:
        return client.chat.completions.create(model="gpt-5", messages=MESSAGES).choices[0].message.content

    with recorded.trace():
        answer()

    outer, inner = recorded.spans
    assert outer["id"] == inner["parent_observation_id"]


def test_a_trace_that_is_not_sampled_records_no_calls(client: openai.OpenAI) -> None:
    """The sampling decision of a trace is that of its calls."""
    recorded = Recorded()

    with recorded.trace(sampled=False):
        client.chat.completions.create(model="gpt-5", messages=MESSAGES)
        for _ in client.chat.completions.create(model="gpt-5", messages=MESSAGES, stream=True):
            pass

    assert [] == recorded.traces


FIELDS = [
    "arguments",
    "candidates",
    "choices",
    "content",
    "delta",
    "function",
    "id",
    "index",
    "item",
    "message",
    "model",
    "output",
    "parts",
    "prompt_tokens",
    "text",
    "tool_calls",
    "type",
    "usage",
    "usage_metadata",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
    max_leaves=12,
)
READERS = [
    chat.read_chat,
    chat.read_chat_chunk,
    chat.read_embeddings,
    openai_calls.read_response,
    openai_calls.read_response_event,
    anthropic_calls.read_message,
    anthropic_calls.read_event,
    google_calls._read_response,
]


@pytest.mark.parametrize("reader", READERS)
@given(answer=JSON, chunks=st.lists(JSON, max_size=4))
def test_answers_of_any_shape_reach_the_caller(reader: Any, answer: Any, chunks: list[Any]) -> None:
    """Whatever a provider answers, the caller gets it, and the call is one span that ended."""
    recorded = Recorded()
    whole = recorded_function(lambda: answer, lambda args, kwargs: Request("any", "m", None, reader))
    stream = recorded_function(
        lambda: (chunk for chunk in chunks), lambda args, kwargs: Request("any", "m", None, reader, is_stream=True)
    )

    with recorded.trace():
        assert whole() is answer
        assert all(found is chunk for found, chunk in zip(stream(), chunks, strict=True))

    assert ["end_time" in span for span in recorded.spans] == [True, True]


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (None, None),
        ({}, None),
        ({"prompt_tokens": -5, "completion_tokens": 7}, {"output_tokens": 7}),
        ({"prompt_tokens": "many", "completion_tokens": None}, None),
        ([1, 2], None),
        ({"prompt_tokens": float("nan")}, None),
    ],
)
def test_missing_and_negative_usage_is_absent(usage: Any, expected: Any) -> None:
    """Counts that cannot be are left out, not recorded as 0."""
    recorded = Recorded()
    function = recorded_function(
        lambda: {"choices": [], "usage": usage}, lambda args, kwargs: Request("any", "m", None, chat.read_chat)
    )

    with recorded.trace():
        function()

    assert expected == recorded.span.get("usage")


def test_a_recorder_that_fails_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """A mistake of ours, or of a version of a library, costs the span and not the call."""

    def broken(*_: Any) -> Any:
        raise KeyError("a mistake")

    recorded = Recorded()
    unread = recorded_function(lambda: 42, lambda args, kwargs: Request("reading", "m", None, broken))
    undescribed = recorded_function(lambda: 43, broken)

    with caplog.at_level(logging.WARNING, "ashr_labs.instrumentation"), recorded.trace():
        assert [42, 42, 43, 43] == [unread(), unread(), undescribed(), undescribed()]

    assert 2 == len(caplog.messages)
    assert ["end_time" in span for span in recorded.spans] == [True, True]


def test_instrumentation_is_safe_in_threads(client: openai.OpenAI) -> None:
    """Threads may instrument and uninstrument at the same time as others call; at the end everything is as before."""
    original = openai.OpenAI.request

    def change(number: int) -> None:
        for _ in range(5):
            auto_instrument("openai", "anthropic")
            client.chat.completions.create(model="gpt-5", messages=MESSAGES)
            uninstrument()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(change, range(4)))

    uninstrument()
    assert original is openai.OpenAI.request


def test_tool_calls_without_arguments_are_objects(client: openai.OpenAI, server: ProviderServer) -> None:
    """A call without arguments has none, not an empty text."""
    server.says(Answer("", (Call("now", {}),)))
    recorded = Recorded()

    with recorded.trace():
        client.chat.completions.create(model="gpt-5", messages=MESSAGES)
        for _ in client.responses.create(model="gpt-5", input="Hi", stream=True):
            pass

    assert [[{"id": "call_1", "name": "now", "arguments": {}}]] * 2 == [
        span["output"]["tool_calls"] for span in recorded.spans
    ]
