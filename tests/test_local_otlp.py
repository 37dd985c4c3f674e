"""Traces of OpenTelemetry arrive by OTLP over HTTP, from any language, and none is lost."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from ashr_labs.local.exchange import PlatformRequest, PlatformResponse
from ashr_labs.local.otlp.answers import JSON_TYPE, PROTOBUF_TYPE
from ashr_labs.local.otlp.storing import MAX_OBSERVATIONS
from ashr_labs.local.server.app import running_server
from support.local_api import Api, Place
from support.otlp import NOW, as_otlp_json, otlp_request, otlp_span
from support.serving import KEY, served

PATH = "/otlp/v1/traces"
SPANS = 10_000


@pytest.fixture(name="api")
def _api(place: Place) -> Generator[Api]:
    with Api.opened(place, now=lambda: NOW) as api:
        yield api


@pytest.fixture(name="url")
def _url(api: Api) -> Generator[str]:
    with running_server(api.platform) as url:
        yield url


def sent(api: Api, *spans: Span, media_type: str = PROTOBUF_TYPE, body: bytes | None = None, **headers: str) -> Any:
    """Send spans and return what was answered."""
    request = otlp_request(*spans)
    if body is None:
        body = as_otlp_json(request) if media_type == JSON_TYPE else request.SerializeToString()
    return api.send("POST", PATH, body, content_type=media_type, **headers)


def partial_success(answer: PlatformResponse) -> tuple[int, str]:
    """Return how many spans were rejected, and why, of an answer in either encoding."""
    assert 200 == answer.status, answer.content
    if answer.headers["content-type"] == JSON_TYPE:
        found = answer.body.get("partialSuccess", {})
        return int(found.get("rejectedSpans", 0)), found.get("errorMessage", "")
    partial = ExportTraceServiceResponse.FromString(answer.content).partial_success
    return partial.rejected_spans, partial.error_message


def stored(api: Api, trace: int = 7) -> dict[str, Any]:
    return api("get_observability_trace", trace_id=f"{trace:032x}")["trace"]


@pytest.mark.parametrize("media_type", [PROTOBUF_TYPE, JSON_TYPE])
@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_spans_become_a_trace(api: Api, media_type: str, encoding: str) -> None:
    """Spans in either encoding, compressed or not, are a trace, which lists and totals have as any other."""
    request = otlp_request(
        otlp_span(1, {"user.id": "u"}, name="support"),
        otlp_span(2, {"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 5}, parent=1, name="chat"),
    )
    body = as_otlp_json(request) if media_type == JSON_TYPE else request.SerializeToString()
    body = gzip.compress(body) if encoding == "gzip" else body

    answer = sent(api, media_type=media_type, body=body, content_encoding=encoding)

    assert ((0, ""), media_type) == (partial_success(answer), answer.headers["content-type"])
    assert ("support", ["support", "chat"]) == (
        stored(api)["name"],
        [one["name"] for one in stored(api)["observations"]],
    )
    assert [f"{7:032x}"] == [one["id"] for one in api("list_observability_traces", user_id="u")["traces"]]
    assert 5 == api("get_observability_analytics")["overview"]["total_input_tokens"]


def test_parts_of_a_trace_become_one(api: Api) -> None:
    """Children before parents, late spans and repeated requests are one trace, and no span is there twice."""
    child, root, late = otlp_span(2, parent=1, name="child"), otlp_span(1, name="root"), otlp_span(3, parent=1)
    before = sent(api, child, otlp_span(9, trace=8))
    for spans in ([root], [root], [child, late]):
        assert (0, "") == partial_success(sent(api, *spans))

    assert (0, "") == partial_success(before)
    assert "root" == stored(api)["name"]
    assert {f"{number:016x}" for number in (1, 2, 3)} == {one["id"] for one in stored(api)["observations"]}
    assert 3 == len(stored(api)["observations"])
    assert 2 == api("list_observability_traces")["total"]


def test_concurrent_parts_lose_nothing(api: Api, url: str) -> None:
    """Requests with spans of the same traces at the same time lose nothing."""

    def send(number: int) -> int:
        spans = [otlp_span(100 * trace + number, trace=trace, parent=0 if number == 1 else 101) for trace in (1, 2, 3)]
        headers = {"authorization": f"Bearer {api.key}", "content-type": PROTOBUF_TYPE}
        body = otlp_request(*spans).SerializeToString()
        return httpx.post(f"{url}{PATH}", content=body, headers=headers, timeout=60).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(send, range(1, 41)))

    assert {200} == set(statuses)
    assert [40, 40, 40] == [len(stored(api, trace)["observations"]) for trace in (1, 2, 3)]


@pytest.mark.parametrize("media_type", [PROTOBUF_TYPE, JSON_TYPE])
def test_refused_spans_are_a_partial_success(api: Api, media_type: str) -> None:
    """Spans that cannot be stored are counted with the reason; the others of the request are stored."""
    rejected, message = partial_success(sent(api, otlp_span(1), otlp_span(2, trace=0), media_type=media_type))

    assert (1, 1) == (rejected, len(stored(api)["observations"]))
    assert "1 span refused: 'step' (0000000000000002): `trace_id` must be 16 bytes" in message


def test_clock_of_1970_is_reported_and_kept(api: Api) -> None:
    """A span whose clock is wrong is stored, and the response says so without rejecting it."""
    rejected, message = partial_success(sent(api, otlp_span(1, start=7_000_000_000)))

    assert (0, "1970-01-01T00:00:07.000000Z") == (rejected, stored(api)["observations"][0]["start_time"])
    assert "check the clock of 1 span" in message


@pytest.mark.parametrize("body", [{}, {"resourceSpans": None}, {"resourceSpans": [{"scopeSpans": None}]}])
def test_absent_fields_may_be_null(api: Api, body: Any) -> None:
    """A field that is null counts as absent, as in all JSON of protobuf."""
    assert (0, "") == partial_success(sent(api, media_type=JSON_TYPE, body=json.dumps(body).encode()))


def test_full_traces_take_no_more_spans(api: Api) -> None:
    """A trace takes a limited number of spans and events; those beyond it are refused, and other traces are not."""
    for number in range(2):
        spans = [otlp_span(1 + number * 10_000 + one) for one in range(MAX_OBSERVATIONS // 2)]
        assert (0, "") == partial_success(sent(api, *spans))

    rejected, message = partial_success(sent(api, otlp_span(2**40), otlp_span(1, trace=8)))

    assert 1 == rejected
    assert f"the trace {7:032x} has more than 20,000 spans and events" in message
    assert (MAX_OBSERVATIONS, 1) == (len(stored(api)["observations"]), len(stored(api, 8)["observations"]))


def test_copies_of_stored_traces_are_not_stored_again(api: Api) -> None:
    """Spans that a client has made as copies of its traces are accepted and left out."""
    assert (0, "") == partial_success(sent(api, otlp_span(1, {"ashr_labs.trace_id": "t"})))
    assert 0 == api("list_observability_traces")["total"]


def status_of(content: bytes, media_type: str) -> tuple[int, str]:
    """Return code and message of a `google.rpc.Status`; its first two fields are those of a partial success."""
    if media_type == JSON_TYPE:
        body = json.loads(content)
        return body["code"], body["message"]
    found = ExportTracePartialSuccess.FromString(content)
    return found.rejected_spans, found.error_message


@pytest.mark.parametrize("media_type", [PROTOBUF_TYPE, JSON_TYPE])
@pytest.mark.parametrize(
    ("headers", "body", "status", "code", "reason"),
    [
        ({}, b"\x07 no request", 400, 3, "the body must be"),
        ({"content-encoding": "gzip"}, b"no gzip", 400, 3, "the body must be gzip"),
        ({"content-encoding": "br"}, b"", 415, 3, "content-encoding must be gzip or identity"),
        ({"content-encoding": "gzip"}, gzip.compress(bytes(21 * 2**20)), 413, 8, "at most 20971520 bytes"),
        ({}, bytes(21 * 2**20), 413, 8, "at most 20971520 bytes"),
        ({"authorization": ""}, b"", 401, 16, "an API key is required"),
        ({"authorization": "Bearer tp_unknown"}, b"", 401, 16, "key"),
        ({"authorization": "", "x-api-key": "tp_unknown"}, b"", 401, 16, "key"),
    ],
)
def test_errors_are_statuses_in_the_encoding_of_the_request(
    api: Api, url: str, media_type: str, headers: dict[str, str], body: bytes, status: int, code: int, reason: str
) -> None:
    """A request that is not taken gets a `google.rpc.Status` with the reason, in its own encoding."""
    given = {"authorization": f"Bearer {api.key}", "content-type": media_type, **headers}

    answer = httpx.post(f"{url}{PATH}", content=body, headers={k: v for k, v in given.items() if v}, timeout=60)

    assert (status, media_type) == (answer.status_code, answer.headers["content-type"])
    assert code == status_of(answer.content, media_type)[0]
    assert reason in status_of(answer.content, media_type)[1]


def test_other_media_types_are_refused(api: Api, url: str) -> None:
    """A body that is neither protobuf nor JSON is refused with the media types that are taken."""
    headers = {"authorization": f"Bearer {api.key}", "content-type": "text/plain"}
    answer = httpx.post(f"{url}{PATH}", content=b"x", headers=headers)

    assert 415 == answer.status_code
    assert "application/json or application/x-protobuf" in answer.json()["message"]


def test_key_may_be_in_either_header(api: Api) -> None:
    """The key is taken from `Authorization` and from `x-api-key`."""
    body = otlp_request(otlp_span(1)).SerializeToString()
    headers = {"content-type": PROTOBUF_TYPE, "x-api-key": api.key}

    answer = api.platform.answer(PlatformRequest("POST", PATH, headers=headers, body=body))

    assert (200, 1) == (answer.status, len(stored(api)["observations"]))


EXPORTER = """
import sys
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

CALL = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "some-model"}
provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(), max_queue_size=20_000))
tracer = provider.get_tracer("test")
for number in range(int(sys.argv[1]) // 10):
    with tracer.start_as_current_span("agent", attributes=CALL):
        for step in range(9):
            tracer.start_span(f"chat {number}", attributes=CALL).end()
provider.shutdown()
"""
NODE = """
const kind = process.argv[2];
const { OTLPTraceExporter } = require(`@opentelemetry/exporter-trace-otlp-${kind}`);
const { BasicTracerProvider, BatchSpanProcessor } = require("@opentelemetry/sdk-trace-base");
const { trace, context } = require("@opentelemetry/api");

const attributes = { "gen_ai.operation.name": "chat", "gen_ai.request.model": "some-model" };
const processor = new BatchSpanProcessor(new OTLPTraceExporter(), { maxQueueSize: 20000 });
const provider = new BasicTracerProvider({ spanProcessors: [processor] });
const tracer = provider.getTracer("test");
for (let number = 0; number < Number(process.argv[1]) / 10; number++) {
  const root = tracer.startSpan("agent", { root: true, attributes });
  const inside = trace.setSpan(context.active(), root);
  for (let step = 0; step < 9; step++) {
    tracer.startSpan(`chat ${number}`, { attributes }, inside).end();
  }
  root.end();
}
provider.shutdown().then(() => process.exit(0));
"""


def counted(database: Path, command: list[str], folder: Path | None = None) -> tuple[int, int]:
    """Run a program that exports to a served platform; return how many traces and calls of a model that has."""
    with served(database) as server:
        environment = {
            **os.environ,
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"{server.url}/otlp",
            "OTEL_EXPORTER_OTLP_HEADERS": f"x-api-key={KEY}",
        }
        subprocess.run(command, env=environment, cwd=folder, check=True, timeout=120)
    with Api.opened(database) as api:
        totals = api("get_observability_analytics")
        calls = sum(model["total_calls"] for model in totals["model_usage"])
        return totals["overview"]["total_traces"], calls


def test_exporter_of_python_loses_nothing(tmp_path: Path) -> None:
    """OpenTelemetry's own exporter in another process delivers 10,000 spans by two environment variables."""
    found = counted(tmp_path / "p.db", [sys.executable, "-c", EXPORTER, str(SPANS)])

    assert (SPANS // 10, SPANS) == found


@pytest.mark.integration
@pytest.mark.parametrize("kind", ["http", "proto"])
def test_exporter_of_node_loses_nothing(tmp_path: Path, kind: str) -> None:
    """OpenTelemetry's exporters for Node deliver 10,000 spans, in JSON and in protobuf."""
    packages = [f"@opentelemetry/exporter-trace-otlp-{kind}", "@opentelemetry/sdk-trace-base", "@opentelemetry/api"]
    install = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(tmp_path), *packages]
    subprocess.run(install, check=True, timeout=120, capture_output=True)

    found = counted(tmp_path / "p.db", ["node", "-e", NODE, "--", str(SPANS), kind], tmp_path)

    assert (SPANS // 10, SPANS) == found
