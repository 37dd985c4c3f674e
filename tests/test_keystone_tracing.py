"""Spans and model calls that `ashr_labs.keystone` delivers as events."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anthropic
import openai
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from ashr_labs import AshrLabsClient, keystone, uninstrument
from ashr_labs.keystone import Keystone, traced
from ashr_labs.local import open_platform
from ashr_labs.local.server.app import running_server
from ashr_labs.tracing.context import DEFAULT
from support.providers import Answer as Reply
from support.providers import Call, Counts, ProviderServer, provider_server
from support.scripted_server import Answer, ScriptedServer

VARIABLES = [
    f"{owner}_{name}"
    for owner in ("POLARITY", "KEYSTONE")
    for name in ("API_KEY", "BASE_URL", "WORKSPACE", "SANDBOX_ID")
]
MESSAGES: Any = [{"role": "user", "content": "Hi"}]


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    yield
    uninstrument()
    DEFAULT.tracing = None


@pytest.fixture(name="server")
def _server() -> Generator[ScriptedServer]:
    server = ScriptedServer()
    server.on("*", {"ingested": 1})
    with server.running():
        yield server


@pytest.fixture(name="provider")
def _provider() -> Generator[ProviderServer]:
    with provider_server() as server:
        yield server


@pytest.fixture(name="ks")
def _ks(server: ScriptedServer) -> Generator[Keystone]:
    with Keystone("ks_live_key", server.url) as client:
        yield client


def sent(server: ScriptedServer, *, path: str = "/v1/traces") -> list[dict[str, Any]]:
    """Wait for the delivery of traces, and return the events that arrived at a path."""
    assert DEFAULT.tracing is None or 0 == DEFAULT.tracing.flush(10)["queued"]  # type: ignore[attr-defined]
    return [event for asked in server.asked if asked.path == path for event in asked.body["events"]]


def delivered(client: Keystone, sandbox_id: str = "") -> None:
    """Wait for the delivery of a client's traces."""
    assert 0 == client._http.reporter(sandbox_id).tracing.flush(10)["queued"]


# Spans


def test_each_form_of_traced_records(server: ScriptedServer, ks: Keystone) -> None:
    """All four forms record spans, synchronous and asynchronous; results and errors pass through."""
    ks.init_tracing()

    @traced
    def plain(x: int) -> int:
        return x * 2

    @traced(name="custom-name")
    async def custom(x: int) -> int:
        await asyncio.sleep(0)
        return plain(x)

    @traced()
    def empty() -> None: ...

    with traced(name="step") as span:
        span.set_output({"answer": 42})
    with traced("positional"):
        pass
    assert 42 == traced("direct", lambda: 42)
    assert 4 == asyncio.run(custom(2))
    assert 6 == asyncio.run(traced("direct-async", lambda: custom(3)))
    empty()
    with pytest.raises(KeyError):
        traced("failing", lambda: {}["missing"])

    events = sent(server)
    ends = {event["tool"].rpartition(".")[2]: event for event in events if event["phase"] == "end"}
    assert {"plain", "custom-name", "step", "positional", "direct", "direct-async", "failing", "empty"} == set(ends)
    assert ('{"answer": 42}', "42") == (ends["step"]["output"], ends["direct"]["output"])
    assert ("error", "tool_error", "KeyError: 'missing'") == tuple(
        ends["failing"][name] for name in ("status", "error_type", "output")
    )
    assert {"tool_call"} == {event["event_type"] for event in events}
    assert all(event["ts"].endswith("Z") for event in events)


def test_spans_of_tasks_and_threads_have_their_own_parents(server: ScriptedServer, ks: Keystone) -> None:
    """Concurrent tasks and threads do not mix: the parent of each child is the root of its own task."""
    ks.init_tracing()

    async def root(name: str) -> None:
        with traced(name=f"root{name}"):
            await asyncio.sleep(0)
            with traced(name=f"child{name}"):
                await asyncio.sleep(0)

    async def both() -> None:
        await asyncio.gather(root("1"), root("2"))

    asyncio.run(both())
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda name: asyncio.run(root(name)), "34"))

    spans = {event["tool"]: event for event in sent(server) if event["phase"] == "start"}
    for number in "1234":
        root_id = spans[f"root{number}"]["span_id"]
        child = spans[f"child{number}"]
        assert (root_id, root_id) == (child["parent_span_id"], child["root_span_id"])


def test_many_spans_arrive_in_order_without_waiting(server: ScriptedServer, ks: Keystone) -> None:
    """A slow platform loses no span and costs the program no time; each start arrives before its end."""
    server.on("*", lambda _: (time.sleep(0.05), Answer.of({"ingested": 1}))[1])
    ks.init_tracing()
    before = set(threading.enumerate())  # exporters of other tests may still be delivering
    threads = set[threading.Thread]()

    start = time.monotonic()
    for number in range(200):
        traced(f"step-{number}", lambda: threads.update(threading.enumerate()))
    took = time.monotonic() - start

    events = sent(server)
    assert took < 2
    assert 1 >= len([one for one in threads - before if one.name.startswith("ashr-labs")])
    assert 400 == len(events)
    begun: set[str] = set()
    for event in events:
        assert event["phase"] == "start" or event["span_id"] in begun
        begun.add(event["span_id"])


def test_without_key_and_sandbox_nothing_is_delivered(server: ScriptedServer) -> None:
    """`init_tracing()` without a key and a sandbox does nothing."""
    Keystone(base_url=server.url).init_tracing()

    assert 1 == traced("step", lambda: 1)
    assert DEFAULT.tracing is None
    assert [] == server.asked


def test_spans_of_a_sandbox_go_to_it(server: ScriptedServer, ks: Keystone, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox is the argument, else that of the environment."""
    ks.init_tracing("sb-1")
    traced("one", lambda: 1)
    assert 2 == len(sent(server, path="/v1/sandboxes/sb-1/trace"))
    monkeypatch.setenv("KEYSTONE_SANDBOX_ID", "sb-2")
    ks.init_tracing()
    traced("two", lambda: 1)

    assert ["two", "two"] == [event["tool"] for event in sent(server, path="/v1/sandboxes/sb-2/trace")]


def test_masks_and_capture_apply(server: ScriptedServer, ks: Keystone) -> None:
    """Settings of tracing apply to what is delivered: masks, and whether content is captured."""
    ks.init_tracing()
    tracing = ks._http.reporter("").tracing
    tracing.configure(mask=lambda value: "***" if value == "secret" else value)
    traced("masked", lambda: "secret")
    assert "***" == sent(server)[-1]["output"]
    tracing.configure(capture=False, mask=None)
    traced("left out", lambda: "secret")

    assert [""] == [
        event["output"] for event in sent(server) if event["tool"] == "left out" and event["phase"] == "end"
    ]


def test_spans_are_copied_to_opentelemetry(server: ScriptedServer, ks: Keystone) -> None:
    """With `otel_tracer=`, each span is an OpenTelemetry span too."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    ks.init_tracing(otel_tracer=provider.get_tracer("my-app"))

    traced("step", lambda: 1)

    assert "step" in [span.name for span in exporter.get_finished_spans()]
    assert 2 == len(sent(server))


FLUSHED = """
from ashr_labs.keystone import flush_otel, register_otel_flush
register_otel_flush(lambda: print("a"))
register_otel_flush(lambda: 1 / 0)
register_otel_flush(lambda: print("b"))
flush_otel()
print("end")
"""


def test_flush_functions_run_in_order_and_at_exit() -> None:
    """Registered functions are called in order, whatever one of them raises, and again at the end of the process."""
    done = subprocess.run([sys.executable, "-c", FLUSHED], capture_output=True, text=True, check=True)

    assert ["a", "b", "end", "a", "b"] == done.stdout.split()


# Model calls


def anthropic_client(provider: ProviderServer) -> anthropic.Anthropic:
    return anthropic.Anthropic(api_key="k", base_url=provider.url)


def openai_client(provider: ProviderServer) -> openai.OpenAI:
    return openai.OpenAI(api_key="k", base_url=provider.openai_url)


def test_a_wrapped_client_reports_to_its_own_host(
    server: ScriptedServer, provider: ProviderServer, ks: Keystone
) -> None:
    """The calls of a wrapped client go to the host, key and sandbox of the `Keystone` client, and nowhere else."""
    provider.says(
        Reply("Hello", calls=(Call("weather", {"city": "Rome"}),), counts=Counts(input=10, output=5, cached=4))
    )
    client = ks.wrap(openai_client(provider), "sb-explicit", tracing=False, auto_instrument=False)

    client.chat.completions.create(model="gpt-4o", messages=MESSAGES)

    delivered(ks, "sb-explicit")
    [asked] = server.asked
    assert ("/v1/sandboxes/sb-explicit/trace", "Bearer ks_live_key") == (asked.path, asked.headers["authorization"])
    call, use = asked.body["events"]
    assert ("llm_call", "openai.create", "complete", "ok") == tuple(
        call[name] for name in ("event_type", "tool", "phase", "status")
    )
    assert {"input_tokens": 10, "output_tokens": 5, "cache_read_tokens": 4} == {
        name: call["cost"][name] for name in ("input_tokens", "output_tokens", "cache_read_tokens")
    }
    assert call["cost"]["estimated_usd"] == keystone.estimate_cost(call["cost"]["model"], 10, 5, 4)
    assert ("openai", "gpt-4o") == (call["metadata"]["gen_ai.system"], call["metadata"]["gen_ai.request.model"])
    assert "Hi" in call["input"]
    assert "Hello" in call["output"]
    assert ("tool_use", "weather", {"city": "Rome"}, call["span_id"]) == (
        use["event_type"],
        use["tool"],
        json.loads(use["input"]),
        use["parent_span_id"],
    )
    assert DEFAULT.tracing is None


def test_two_clients_report_to_two_sandboxes(server: ScriptedServer, provider: ProviderServer, ks: Keystone) -> None:
    """Each wrapped client keeps the sandbox that it was wrapped for."""
    for name in ("a", "b"):
        client = ks.wrap(openai_client(provider), name, tracing=False, auto_instrument=False)
        client.with_options(timeout=5).chat.completions.create(model="gpt-4o", messages=MESSAGES)
        delivered(ks, name)

    assert ["/v1/sandboxes/a/trace", "/v1/sandboxes/b/trace"] == [asked.path for asked in server.asked]


def test_a_slow_platform_does_not_slow_calls(server: ScriptedServer, provider: ProviderServer, ks: Keystone) -> None:
    """A platform that takes 1.5 s for an event costs the call nothing."""
    server.on("*", lambda _: (time.sleep(1.5), Answer.of({}))[1])
    client = ks.wrap(anthropic_client(provider), tracing=False, auto_instrument=False)

    start = time.monotonic()
    client.messages.create(model="claude-sonnet-5-5", max_tokens=5, messages=MESSAGES)

    assert time.monotonic() - start < 1


def test_a_call_belongs_to_the_traced_function(server: ScriptedServer, provider: ProviderServer, ks: Keystone) -> None:
    """The event of a model call within a traced function has that function as its parent and root."""
    client = ks.wrap(anthropic_client(provider))

    with traced(name="agent"):
        client.messages.create(model="claude-sonnet-5-5", max_tokens=5, messages=MESSAGES)

    start, call = (event for event in sent(server) if event["phase"] != "end")
    assert (start["span_id"], start["span_id"]) == (call["parent_span_id"], call["root_span_id"])
    assert "anthropic" == call["metadata"]["gen_ai.system"]


def test_observe_names_what_it_records(
    server: ScriptedServer, provider: ProviderServer, ks: Keystone, caplog: pytest.LogCaptureFixture
) -> None:
    """Clients, tracing and libraries are recorded without a sandbox, too; anything else is skipped and logged."""
    with caplog.at_level(logging.WARNING):
        applied = ks.observe(clients=[anthropic_client(provider), openai_client(provider), object()])

    assert ["anthropic-client", "openai-client", "tracing"] == applied[:3]
    assert {"openai", "anthropic"} <= set(applied[3:])
    assert "observe: `client` must be a client of one of" in caplog.text
    openai_client(provider).chat.completions.create(model="gpt-4o", messages=MESSAGES)
    assert ["llm_call"] == [event["event_type"] for event in sent(server)]


def test_observe_without_anything_records_nothing(ks: Keystone) -> None:
    """Both switches can be off."""
    assert [] == ks.observe(tracing=False, auto_instrument=False)
    assert DEFAULT.tracing is None


@pytest.mark.parametrize("given", [object(), None, "client"])
def test_what_is_no_client_is_refused(ks: Keystone, given: object) -> None:
    """`wrap` and the named functions refuse what is not a client of a supported library."""
    for wrapped in (
        ks.wrap,
        keystone.wrap_openai,
        keystone.wrap_anthropic,
        keystone.wrap_mistral,
        keystone.wrap_google_genai,
    ):
        with pytest.raises(TypeError, match="`client` must be a client of one of"):
            wrapped(given)
    with pytest.raises(TypeError, match="must be the module claude_agent_sdk"):
        keystone.wrap_claude_agent_sdk(given)


def test_named_functions_wrap(server: ScriptedServer, provider: ProviderServer, ks: Keystone) -> None:
    """`wrap_openai` and the like take the client and the sandbox, or use the default one."""
    client = keystone.wrap_openai(openai_client(provider), keystone=ks, sandbox_id="sb-1")
    client.chat.completions.create(model="gpt-4o", messages=MESSAGES)
    delivered(ks, "sb-1")
    assert ["/v1/sandboxes/sb-1/trace"] == [asked.path for asked in server.asked]

    ks.init_tracing()
    keystone.wrap_anthropic(anthropic_client(provider)).messages.create(
        model="claude-sonnet-5-5", max_tokens=5, messages=MESSAGES
    )
    assert ["llm_call"] == [event["event_type"] for event in sent(server)]


def test_auto_instrument_needs_a_sandbox(server: ScriptedServer, provider: ProviderServer) -> None:
    """Without a sandbox id it is a RuntimeError; with one, all libraries report to it."""
    with pytest.raises(RuntimeError, match=r"pass sandbox_id= or set KEYSTONE_SANDBOX_ID"):
        keystone.auto_instrument()

    applied = keystone.auto_instrument(sandbox_id="sb-9", api_key="ks_live_key", base_url=server.url)
    assert {"openai", "anthropic"} <= set(applied)
    openai_client(provider).chat.completions.create(model="gpt-4o", messages=MESSAGES)
    assert 1 == len(sent(server, path="/v1/sandboxes/sb-9/trace"))


CALL: dict[str, Any] = {
    "provider": "openrouter",
    "model": "gpt-4o",
    "input_tokens": 1000,
    "output_tokens": 500,
    "duration_ms": 250,
}


def test_a_recorded_call_is_delivered(server: ScriptedServer, ks: Keystone) -> None:
    """`record_llm_call` delivers the call with its time, content, tools, ids and metadata."""
    ks.record_llm_call(
        **CALL,
        requested_model="fast",
        cache_tokens=400,
        reasoning_tokens=7,
        input_messages=MESSAGES,
        output_text="Hello",
        tool_calls=[{"name": "search", "arguments": '{"q": 1}', "id": "t1"}],
        metadata={"feature": "review"},
        span_id="request-1",
        parent_span_id="gateway-1",
    )
    delivered(ks)

    [asked] = server.asked
    call, use = asked.body["events"]
    assert ("openrouter.create", 250, "ok", "request-1", "gateway-1") == tuple(
        call[name] for name in ("tool", "duration_ms", "status", "span_id", "parent_span_id")
    )
    assert ("openrouter", "fast", "gpt-4o", "review") == tuple(
        call["metadata"][name] for name in ("gen_ai.system", "gen_ai.request.model", "gen_ai.response.model", "feature")
    )
    assert (1000, 500, 400, 7) == tuple(
        call["cost"][name] for name in ("input_tokens", "output_tokens", "cache_read_tokens", "reasoning_tokens")
    )
    assert ("search", "request-1") == (use["tool"], use["parent_span_id"])


def test_a_failed_call_is_recorded(server: ScriptedServer, ks: Keystone) -> None:
    """A call that failed has its status and the kind of its error."""
    ks.record_llm_call(**CALL, status="error", error_type="upstream_5xx", sandbox_id="sb-1")
    delivered(ks, "sb-1")

    [call] = server.asked[0].body["events"]
    assert ("error", "upstream_5xx") == (call["status"], call["error_type"])


def test_recording_a_call_never_raises(ks: Keystone) -> None:
    """Arguments of any kind do not disturb the program."""
    ks.record_llm_call(provider=5, model=None, input_tokens="x", output_tokens=None, duration_ms="soon")  # type: ignore[arg-type]
    Keystone(base_url="http://127.0.0.1:1").record_llm_call(**CALL)


def test_events_become_a_trace_of_the_platform() -> None:
    """A served platform stores the events as one trace, with the tokens and the cost of the model call."""
    platform = open_platform()
    key = platform.bootstrap()
    with running_server(platform) as url, Keystone(key, url) as client, AshrLabsClient(key, url) as ours:
        client.init_tracing()
        with traced(name="agent") as span:
            span.set_output("done")
            client.record_llm_call(**{**CALL, "model": "gpt-4o-mini"}, output_text="hi")
        delivered(client)

        [trace] = ours.list_observability_traces()["traces"]
        found = {one["name"]: one for one in ours.get_observability_trace(trace["id"])["trace"]["observations"]}
        assert found["openrouter.create"]["parent_observation_id"] == found["tool:agent"]["id"]
        assert 0.00045 == ours.get_observability_analytics()["overview"]["total_cost"]
    platform.close()
