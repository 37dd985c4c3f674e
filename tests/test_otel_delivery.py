"""OpenTelemetry traces are delivered once, whole if possible, without affecting the application."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry import trace as global_otel
from opentelemetry.context import _SUPPRESS_INSTRUMENTATION_KEY, get_value
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanContext, TraceFlags, Tracer, set_span_in_context

from ashr_labs import AshrLabsClient
from ashr_labs._otel_flush import _registered
from ashr_labs.otel import Mirror, SpanExporter, SpanProcessor, flush_otel, register_otel_flush
from ashr_labs.otel._assembler import TraceAssembler
from ashr_labs.tracing.export.exporter import EXPORTER
from support.otel_spans import CHAT, Finished, identifiers, provider_of
from support.scripted_server import ScriptedServer
from support.traces import INGEST, KEY, RealPlatform, Stored, run_process


@pytest.fixture
def stored(server: ScriptedServer) -> Stored:
    return Stored(server)


@pytest.fixture
def client(stored: Stored) -> Generator[AshrLabsClient]:
    """Return a client of the scripted server, without traces of earlier tests."""
    with AshrLabsClient(KEY, stored.server.url) as client:
        yield client
        EXPORTER._sources.clear()
        EXPORTER.close(0)


def traces(stored: Stored) -> list[dict[str, Any]]:
    return [asked.body["trace"] for asked in stored.server.calls(INGEST)]


def names(trace: dict[str, Any]) -> list[str]:
    return [one["name"] for one in trace["observations"]]


def converse(tracer: Tracer, name: str = "support", children: int = 2) -> str:
    """Make a trace of a root and model calls, and return its id."""
    with tracer.start_as_current_span(name) as root:
        for number in range(children):
            tracer.start_span(f"chat {number}", attributes=CHAT).end()
    return identifiers(root)[0]


def test_processor_delivers_after_last_span_ends(client: AshrLabsClient, stored: Stored) -> None:
    """A trace is delivered whole, with its own ids, even if a child ends after the root."""
    provider = provider_of(SpanProcessor(client))
    tracer = provider.get_tracer("test")
    with tracer.start_as_current_span("root") as root:
        late = tracer.start_span("late", attributes=CHAT)
    assert provider.force_flush()
    assert [] == traces(stored)
    late.end()
    assert provider.force_flush()
    [trace] = traces(stored)

    assert (*identifiers(root), identifiers(late)[1]) == (trace["id"], *(one["id"] for one in trace["observations"]))


@pytest.mark.parametrize("processor", [SimpleSpanProcessor, BatchSpanProcessor])
def test_exporter_delivers_after_root_ends(client: AshrLabsClient, stored: Stored, processor: Any) -> None:
    """Behind any processor a trace is delivered whole, with children that end shortly after the root."""
    provider = provider_of(processor(SpanExporter(client)))
    tracer = provider.get_tracer("test")
    with tracer.start_as_current_span("root"):
        late = tracer.start_span("late", attributes=CHAT)
    late.end()
    provider.shutdown()

    assert [["root", "late"]] == [names(trace) for trace in traces(stored)]


def test_exporter_delivers_without_flush(client: AshrLabsClient, stored: Stored) -> None:
    """Without a flush, a trace is delivered shortly after its root has ended."""
    tracer = provider_of(SimpleSpanProcessor(SpanExporter(client))).get_tracer("test")
    converse(tracer)
    deadline = time.monotonic() + 10
    while not stored.names and time.monotonic() < deadline:
        time.sleep(0.02)

    assert ["support"] == stored.names


def test_exporter_without_client_uses_the_environment(stored: Stored, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a client the exporter delivers to the platform of the environment, and fails once it is shut down."""
    monkeypatch.setenv("ASHR_LABS_API_KEY", KEY)
    monkeypatch.setenv("ASHR_LABS_BASE_URL", stored.server.url)
    exporter = SpanExporter()
    converse(provider_of(SimpleSpanProcessor(exporter)).get_tracer("test"))

    assert exporter.force_flush()
    assert ["support"] == stored.names
    exporter.shutdown()
    assert exporter.export([]) is SpanExportResult.FAILURE


def test_missing_extra_names_the_install_command() -> None:
    """Importing `ashr_labs.otel` without the SDK names the missing package and the command to install it."""
    code = "import sys; sys.modules['opentelemetry'] = None; import ashr_labs.otel"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert "ModuleNotFoundError: ashr_labs.otel requires the OpenTelemetry SDK" in done.stderr
    assert "pip install 'ashr-labs[otel]>=0.4'" in done.stderr


def test_trace_without_root_is_delivered_after_idle_timeout(client: AshrLabsClient, stored: Stored) -> None:
    """The ended spans of a trace that exceeds `idle_timeout` are delivered, and later the rest, with separate ids."""
    provider = provider_of(SpanProcessor(client, idle_timeout=0.0))
    tracer = provider.get_tracer("test")
    with tracer.start_as_current_span("root") as root:
        tracer.start_span("early", attributes=CHAT).end()
        deadline = time.monotonic() + 10
        while not stored.names and time.monotonic() < deadline:
            time.sleep(0.02)
        last = tracer.start_span("last", attributes=CHAT)
        last.end()
    provider.shutdown()
    client.tracing.flush(10)

    assert {"early", "root", "last"} == {name for trace in traces(stored) for name in names(trace)}
    assert len(stored.ids) == len(set(stored.ids))
    assert identifiers(root)[0] in stored.ids
    assert all(one.startswith(identifiers(root)[0]) for one in stored.ids)


def test_only_agent_traces_are_delivered(client: AshrLabsClient, stored: Stored) -> None:
    """By default only traces with an agent's span are delivered, with all their spans."""
    provider = provider_of(SpanProcessor(client))
    provider.get_tracer("web").start_span("GET /health").end()
    converse(provider.get_tracer("agent"), children=1)
    everything = provider_of(SpanProcessor(client, keep=lambda spans: len(spans) == 1))
    everything.get_tracer("web").start_span("GET /").end()
    client.tracing.flush(10)

    assert [["GET /"], ["support", "chat 0"]] == sorted(names(trace) for trace in traces(stored))


def test_unsampled_and_disabled_traces_are_not_delivered(client: AshrLabsClient, stored: Stored) -> None:
    """Traces that OpenTelemetry or the settings do not sample are not delivered, nor any while tracing is disabled."""
    processor = SpanProcessor(client, keep=lambda _: True)
    tracer = provider_of(processor).get_tracer("test")
    client.tracing.configure(sample_rate=0.0)
    converse(tracer)
    client.tracing.configure(sample_rate=1.0, enabled=False)
    converse(tracer)
    client.tracing.configure(enabled=True)
    unsampled = set_span_in_context(
        global_otel.NonRecordingSpan(SpanContext(1, 2, is_remote=True, trace_flags=TraceFlags(0)))
    )
    tracer.start_span("unsampled", unsampled).end()
    client.tracing.flush(10)

    assert [] == stored.names


def test_max_spans_bounds_memory(client: AshrLabsClient, stored: Stored) -> None:
    """Beyond `max_spans` the least active traces are delivered unfinished; no span is lost or duplicated."""
    processor = SpanProcessor(client, max_spans=50)
    assert processor._buffer is not None
    tracer = provider_of(processor).get_tracer("test")
    roots = [tracer.start_span(f"root {n}") for n in range(20)]
    for root in roots:
        for _ in range(10):
            tracer.start_span("s", set_span_in_context(root), attributes=CHAT).end()
            assert processor._buffer.spans <= 50
    for root in roots:
        root.set_attribute("gen_ai.operation.name", "invoke_agent")
        root.end()
    client.tracing.flush(10)
    observed = Counter(one["id"] for trace in traces(stored) for one in trace["observations"])

    assert 220 == len(observed) == observed.total()
    assert 0 == processor._buffer.spans
    assert len(stored.ids) == len(set(stored.ids))


def test_failures_do_not_reach_the_application(client: AshrLabsClient, stored: Stored) -> None:
    """A `keep` function that raises, or an invalid attribute, affects at most its own trace."""

    def keep(spans: Any) -> bool:
        return bool(spans[0].name == "fine" or 1 / 0)

    tracer = provider_of(SpanProcessor(client, keep=keep)).get_tracer("test")
    tracer.start_span("broken").end()
    tracer.start_span("fine", attributes={"gen_ai.prompt.x.": "a", "gen_ai.prompt.x": "b"}).end()
    client.tracing.flush(10)

    assert ["fine"] == stored.names


def test_mirrored_traces_are_delivered_once(client: AshrLabsClient, stored: Stored) -> None:
    """A trace that is mirrored to a provider that exports to Ashr is delivered once; other processors get the copy."""
    kept = Finished()
    provider = provider_of(kept, SpanProcessor(client, keep=lambda _: True), SimpleSpanProcessor(SpanExporter(client)))
    tracer = provider.get_tracer("test")
    client.tracing.configure(mirror=Mirror(tracer), mask=lambda value: f"masked {value}")
    with (
        tracer.start_as_current_span("request") as request,
        client.trace("t") as trace,
        trace.span("tool:x", input="i") as span,
    ):
        span.event("e", input=1)
    provider.shutdown()
    client.tracing.flush(10)
    copies = {span.name: span for span in kept.spans}

    assert ["request", "t"] == sorted(stored.names)
    assert copies["t"].parent == request.get_span_context()
    assert copies["tool:x"].parent == copies["t"].context
    assert "masked i" == (copies["tool:x"].attributes or {})["gen_ai.tool.call.arguments"]
    assert ["e"] == [event.name for event in copies["tool:x"].events]


def test_failing_mirror_does_not_affect_delivery(client: AshrLabsClient, stored: Stored) -> None:
    """If a mirror raises, the trace is delivered and the application is not affected."""

    class Broken:
        def begin(self) -> int:
            return 1

        def copy(self, trace: Any, begun: Any) -> None:
            raise RuntimeError

    class Worse(Broken):
        def begin(self) -> int:
            raise RuntimeError

    for mirror in (Broken(), Worse()):
        client.tracing.configure(mirror=mirror)
        assert "ok" == client.trace("t").end()["status"]
    assert ["t", "t"] == stored.names


def test_delivery_requests_are_not_traced(
    client: AshrLabsClient, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requests that deliver traces are not traced by HTTP instrumentations, which would never end."""
    from ashr_labs.client._tracing import HTTPTraceTransport

    seen: list[bool] = []
    send = HTTPTraceTransport.send

    async def spy(self: HTTPTraceTransport, *request: Any) -> dict[str, Any]:
        seen.append(bool(get_value(_SUPPRESS_INSTRUMENTATION_KEY)))
        return await send(self, *request)

    monkeypatch.setattr(HTTPTraceTransport, "send", spy)
    tracer = provider_of(SpanProcessor(client)).get_tracer("test")
    converse(tracer)
    client.tracing.flush(10)

    assert [True] == seen
    assert get_value(_SUPPRESS_INSTRUMENTATION_KEY) is None


def test_global_provider_is_not_used(client: AshrLabsClient) -> None:
    """The process's global provider is neither read nor set."""
    code = """
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from ashr_labs import AshrLabsClient
from ashr_labs.otel import *
with AshrLabsClient.local() as client:
    provider = TracerProvider()
    provider.add_span_processor(SpanProcessor(client))
    client.tracing.configure(mirror=Mirror(provider.get_tracer("x")))
    client.trace("t").end()
    register_otel_flush(provider)
    assert flush_otel()
    provider.shutdown()
assert trace._TRACER_PROVIDER is None
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)

    assert (0, "") == (done.returncode, done.stderr)


@pytest.mark.parametrize(
    ("order", "way"),
    [("provider first", "BatchSpanProcessor(SpanExporter(client))"), ("client first", "SpanProcessor(client)")],
)
def test_exit_delivers_everything(order: str, way: str) -> None:
    """In whatever order exit handlers run, all traces are delivered, by this process or the next one."""
    steps = ["provider = TracerProvider()", "client.trace('own').end()"]
    made = "\n".join(steps if order == "provider first" else steps[::-1])
    code = f"""
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from ashr_labs.otel import SpanExporter, SpanProcessor
{made}
provider.add_span_processor({way})
tracer = provider.get_tracer("test")
chat = {CHAT!r}
tracer.start_span("finished", attributes=chat).end()
root = tracer.start_as_current_span("never ends"); root.__enter__()
tracer.start_span("unfinished", attributes=chat).end()
"""
    with RealPlatform.running() as real:
        done = run_process(real.url, code)
        run_process(real.url, "client.tracing.flush(20)")
        arrived = real.names()

    # Logged by older versions of OpenTelemetry for the span that never ended.
    said = done.stderr.replace("Already shutdown, dropping span.\n", "")
    assert (0, "") == (done.returncode, said)
    assert {"own": 1, "finished": 1, "unfinished": 1} == Counter(arrived)


def test_forked_child_delivers_its_own_spans() -> None:
    """If a process is forked during a trace, parent and child each deliver their own spans."""
    code = f"""
import warnings
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from ashr_labs.otel import SpanExporter, SpanProcessor
provider = TracerProvider()
provider.add_span_processor(SpanProcessor(client) if {{way}} else SimpleSpanProcessor(SpanExporter(client)))
tracer = provider.get_tracer("test")
chat = {CHAT!r}
with tracer.start_as_current_span("root"):
    tracer.start_span("before", attributes=chat).end()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    tracer.start_span("child" if child == 0 else "parent", attributes=chat).end()
if child == 0:
    provider.force_flush(); provider.shutdown(); client.tracing.flush(10)
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
"""
    for way in ("1", "0"):
        with RealPlatform.running() as real, AshrLabsClient(KEY, real.url) as reader:
            done = run_process(real.url, code.replace("{way}", way))
            stored = [reader.get_observability_trace(one["id"])["trace"] for one in reader.iter_traces()]

        assert (0, "") == (done.returncode, done.stderr)
        assert [["before", "parent", "root"], ["child"]] == sorted(
            sorted(one["name"] for one in trace["observations"]) for trace in stored
        )


def test_flush_is_bounded_and_reports_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each registered provider and function is flushed once; errors and timeouts are contained and reported."""
    monkeypatch.setattr("ashr_labs._otel_flush._registered", [])
    memory = InMemorySpanExporter()
    provider = provider_of(BatchSpanProcessor(memory))
    calls: list[int] = []

    def count() -> None:
        calls.append(1)

    register_otel_flush(provider)
    register_otel_flush(count)
    register_otel_flush(count)
    provider.get_tracer("test").start_span("s").end()

    assert flush_otel()
    assert ([1], 1) == (calls, len(memory.get_finished_spans()))

    register_otel_flush(lambda: 1 / 0)
    assert not flush_otel(10)
    assert [1, 1] == calls

    stuck = threading.Event()
    register_otel_flush(stuck.wait)
    start = time.monotonic()
    assert not flush_otel(0.2)
    assert time.monotonic() - start < 2
    stuck.set()
    provider.shutdown()
    assert [] == [one for one in _registered if one is provider]


STEPS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.booleans(), st.floats(0, 20)), max_size=40)


@given(STEPS, st.integers(1, 10), st.booleans())
def test_each_span_is_released_once(
    steps: list[tuple[int, int, bool, float]], max_spans: int, sees_starts: bool
) -> None:
    """In whatever order spans start and end, each is released once, together with spans of its own trace."""
    kept = Finished()
    tracer = provider_of(kept).get_tracer("test")
    assembler = TraceAssembler(sees_starts=sees_starts, max_spans=max_spans, idle_timeout=5)
    given_out: list[list[ReadableSpan]] = []
    roots = [tracer.start_span(f"root {n}") for n in range(3)]
    still_open: list[Any] = []
    now = 0.0

    def start(span: Any) -> None:
        still_open.append(span)
        assembler.started(span, now)

    def end(span: Any) -> None:
        span.end()
        given_out.extend(assembler.ended(kept.spans[-1], now))

    for root in roots:
        start(root)
    for which, trace, is_start, wait in steps:
        now += wait
        given_out += assembler.due(now)
        if is_start:
            start(tracer.start_span("s", set_span_in_context(roots[trace])))
        elif still_open:
            end(still_open.pop(which % len(still_open)))
        assert assembler.spans <= max_spans
    given_out += assembler.drain()

    assert Counter(id(span) for span in kept.spans) == Counter(id(span) for part in given_out for span in part)
    assert all(1 == len({span.context.trace_id for span in part if span.context}) for part in given_out)
    assert 0 == assembler.spans
