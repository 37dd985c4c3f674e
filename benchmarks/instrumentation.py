"""Cost of recording a model call, next to the wrappers of Langfuse, Braintrust and OpenInference.

    pip install langfuse braintrust openinference-instrumentation-openai pytest
    python benchmarks/instrumentation.py --rounds 30

Every candidate is a process of its own with OpenAI's client over a transport in memory. In each round all take their
turn, in changing order; the cost of a call is the time with a wrapper less that of the plain client in the same round.
Calls come in runs of ten, each of which is a trace, as those of an agent are. "thread" is processor time of the thread
that calls; "total" is that of the process until everything is delivered over HTTP to a server on loopback.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

CALLS = 100
"""Calls per round and candidate."""
LIMIT = 0.5
"""Our share of the cheapest other one, at most."""
CANDIDATES = ("plain", "ashr_labs", "langfuse", "braintrust", "openinference")
WORKS = ("answer", "tools", "stream")
MESSAGES: Any = [
    {"role": "system", "content": "You answer questions about orders, briefly and politely."},
    {"role": "user", "content": "Where is my order 17? I have been waiting for it since Monday."},
    {"role": "assistant", "content": "It left our warehouse in Hamburg on Tuesday morning."},
    {"role": "user", "content": "And when will it arrive?"},
]
USAGE = {
    "prompt_tokens": 71,
    "completion_tokens": 20,
    "total_tokens": 91,
    "prompt_tokens_details": {"cached_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 0},
}
HEAD = {"id": "chatcmpl-1", "created": 1, "model": "gpt-4o-2024-08-06"}
TEXT = "It will arrive on Thursday before noon, and the carrier sends you a message in the morning."
TOOL_CALLS = [
    {"id": f"call_{number}", "type": "function", "function": {"name": "track", "arguments": '{"order": 17}'}}
    for number in range(2)
]


class Subject(NamedTuple):
    """A candidate that is set up."""

    client: Any
    run: Callable[[], AbstractContextManager[Any]]
    """The block of a run of ten calls."""
    deliver: Callable[[], object]


Instrument = Callable[[Any, str], Subject]
"""Takes a client and the URL of a server for traces."""


class Cost(NamedTuple):
    """Processor seconds of a round."""

    thread: float
    total: float


def bodies() -> dict[str, bytes]:
    """Return the responses of the API by the kind of work."""
    usage = {"usage": USAGE}
    said = {"role": "assistant", "content": TEXT}
    called = {"role": "assistant", "content": None, "tool_calls": TOOL_CALLS}
    whole = {
        name: json.dumps(
            {**HEAD, **usage, "object": "chat.completion"}
            | {"choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}]}
        ).encode()
        for name, message in (("answer", said), ("tools", called))
    }
    chunks: list[dict[str, Any]] = [{"index": 0, "delta": {"content": f"{word} "}} for word in TEXT.split()]
    events = [{**HEAD, "object": "chat.completion.chunk", "choices": [one]} for one in chunks]
    events.append({**HEAD, "object": "chat.completion.chunk", "choices": [], "usage": USAGE})
    lines = "".join(f"data: {json.dumps(event)}\n\n" for event in events)
    return {**whole, "stream": f"{lines}data: [DONE]\n\n".encode()}


def make_client() -> Any:
    """Return a client whose responses are in memory."""
    import openai  # noqa: PLC0415

    http = sys.modules[openai.DefaultHttpxClient.__mro__[1].__module__.partition(".")[0]]
    responses = bodies()

    def answer(request: Any) -> Any:
        asked = json.loads(request.content)
        kind = "stream" if asked.get("stream") else "tools" if asked.get("tools") else "answer"
        media = "text/event-stream" if kind == "stream" else "application/json"
        return http.Response(200, content=responses[kind], headers={"content-type": media})

    return openai.OpenAI(api_key="k", http_client=http.Client(transport=http.MockTransport(answer)))


def plain(client: Any, url: str) -> Subject:
    """Record nothing."""
    return Subject(client, nullcontext, lambda: None)


def ashr_labs(client: Any, url: str) -> Subject:
    """Record calls with ours."""
    from ashr_labs import AshrLabsClient, wrap  # noqa: PLC0415

    ours = AshrLabsClient(api_key="tp_0123456789", base_url=url)

    def deliver() -> None:
        counts = ours.tracing.flush(60)
        if counts["queued"] or counts["failed"] or counts["dropped"]:
            raise SystemExit(f"not delivered: {counts}")

    return Subject(wrap(client), lambda: ours.trace("run"), deliver)


def langfuse(client: Any, url: str) -> Subject:
    """Record calls with Langfuse."""
    from langfuse import Langfuse  # noqa: PLC0415
    from langfuse.openai import OpenAI  # noqa: PLC0415

    theirs = Langfuse(public_key="pk", secret_key="sk", base_url=url, span_exporter=otlp_exporter(url))  # noqa: S106
    wrapped = OpenAI(api_key="k", http_client=client._client)
    return Subject(wrapped, lambda: theirs.start_as_current_observation(name="run"), theirs.flush)


def braintrust(client: Any, url: str) -> Subject:
    """Record calls with Braintrust."""
    from braintrust import logger, wrap_openai  # noqa: PLC0415
    from braintrust.test_helpers import init_test_logger, simulate_login  # noqa: PLC0415

    os.environ |= {"BRAINTRUST_API_URL": url, "BRAINTRUST_APP_URL": url}  # nothing is sent elsewhere
    simulate_login()
    init_test_logger("benchmark")
    return Subject(wrap_openai(client), lambda: logger.start_span(name="run"), logger.flush)


def openinference(client: Any, url: str) -> Subject:
    """Record calls with OpenInference."""
    from openinference.instrumentation.openai import OpenAIInstrumentor  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(otlp_exporter(url)))
    OpenAIInstrumentor().instrument(tracer_provider=provider)
    tracer = provider.get_tracer("run")
    return Subject(client, lambda: tracer.start_as_current_span("run"), provider.force_flush)


def otlp_exporter(url: str) -> Any:
    """Return an exporter of OpenTelemetry's protocol."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415

    return OTLPSpanExporter(f"{url}/v1/traces")


INSTRUMENTS: dict[str, Instrument] = {
    "plain": plain,
    "ashr_labs": ashr_labs,
    "langfuse": langfuse,
    "braintrust": braintrust,
    "openinference": openinference,
}


def call(client: Any, work: str) -> None:
    """Make one call."""
    create = client.chat.completions.create
    if work == "stream":
        for _ in create(model="gpt-4o", messages=MESSAGES, stream=True, stream_options={"include_usage": True}):
            pass
    elif work == "tools":
        function = {"name": "track", "parameters": {"type": "object", "properties": {"order": {"type": "integer"}}}}
        create(model="gpt-4o", messages=MESSAGES, tools=[{"type": "function", "function": function}])
    else:
        create(model="gpt-4o", messages=MESSAGES, temperature=0)


def child(name: str, url: str) -> None:
    """Run a round for each line that names its work, and print what it cost."""
    try:
        subject = INSTRUMENTS[name](make_client(), url)
    except ImportError as error:
        print(json.dumps({"absent": str(error)}), flush=True)
        return
    print(json.dumps({}), flush=True)
    for line in sys.stdin:
        thread, total = time.thread_time(), time.process_time()
        for _ in range(CALLS // 10):
            with subject.run():
                for _ in range(10):
                    call(subject.client, line.strip())
        thread = time.thread_time() - thread
        subject.deliver()
        print(json.dumps([thread, time.process_time() - total]), flush=True)


def serve() -> ThreadingHTTPServer:
    """Serve an endpoint that takes traces."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.answer(b"{}")

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.answer(b'{"status": "ok", "trace_id": "x"}')

        def answer(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def start(name: str, url: str) -> subprocess.Popen[str] | None:
    """Start the process of a candidate; say why there is none."""
    command = [sys.executable, __file__, "--child", name, "--url", url]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603
    told = json.loads(ask(process, ""))
    if "absent" not in told:
        return process
    print(f"{name} is left out: {told['absent']}")
    return None


def ask(process: subprocess.Popen[str], line: str) -> str:
    """Send a line, if it is not empty, and return the answer."""
    if process.stdin is None or process.stdout is None:
        raise SystemExit("a process without pipes")
    if line:
        process.stdin.write(f"{line}\n")
        process.stdin.flush()
    answer = process.stdout.readline()
    if not answer:
        raise SystemExit(f"{process.args} ended")
    return answer


def measure(processes: dict[str, subprocess.Popen[str]], work: str, rounds: int) -> dict[str, list[Cost]]:
    """Return the costs of all rounds after the first, by candidate."""
    costs: dict[str, list[Cost]] = {name: [] for name in processes}
    names = list(processes)
    for number in range(rounds + 1):
        shift = number % len(names)
        for name in names[shift:] + names[:shift]:
            costs[name].append(Cost(*json.loads(ask(processes[name], work))))
    return {name: found[1:] for name, found in costs.items()}


def report(work: str, costs: dict[str, list[Cost]]) -> None:
    """Print the median cost of a call of each candidate, in microseconds, and our share of the cheapest other."""
    for kind in Cost._fields:
        times = {name: [getattr(one, kind) for one in found] for name, found in costs.items()}
        medians = {
            name: statistics.median(mine - bare for mine, bare in zip(found, times["plain"], strict=True)) / CALLS * 1e6
            for name, found in times.items()
            if name != "plain"
        }
        shown = "  ".join(f"{name} {microseconds:7.1f}" for name, microseconds in medians.items())
        others = [value for name, value in medians.items() if name != "ashr_labs"]
        share = medians["ashr_labs"] / min(others) if others else float("nan")
        verdict = "holds" if share <= LIMIT else "MISSED"
        print(f"{work:7}{kind:7} us per call: {shown}   ours/cheapest {share:.2f}, limit {LIMIT}: {verdict}")


def main() -> None:
    """Measure all kinds of work."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--child", choices=CANDIDATES, help=argparse.SUPPRESS)
    parser.add_argument("--url", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options.child, options.url)
        return
    server = serve()
    started = {name: start(name, f"http://127.0.0.1:{server.server_port}") for name in CANDIDATES}
    processes = {name: process for name, process in started.items() if process is not None}
    for work in WORKS:
        report(work, measure(processes, work, options.rounds))
    for process in processes.values():
        process.terminate()


if __name__ == "__main__":
    main()
