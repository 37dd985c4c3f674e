"""Forwarding of traces to Langfuse or an OTLP endpoint, through outages and crashes."""

from __future__ import annotations

import json
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from ashr_labs._retry import Backoff
from ashr_labs.errors import ConfigurationError
from ashr_labs.local import open_platform
from ashr_labs.local.forwarding import Destination, destination_from_env
from ashr_labs.local.forwarding.ids import span_key, trace_key
from ashr_labs.local.forwarding.langfuse import langfuse_requests
from ashr_labs.local.forwarding.otlp import otlp_requests
from ashr_labs.local.server.app import running_server
from ashr_labs.local.settings import Settings
from support.local_api import Api, Place
from support.serving import call, served
from support.trace_taker import taker

SECRET = "sk-lf-secret-of-the-project"
NOW = "2026-01-01T00:00:00.000000Z"
TRACE: dict[str, Any] = {
    "id": "0123456789abcdef" * 2,
    "name": "chat",
    "user_id": "u",
    "session_id": "s",
    "metadata": {"plan": "pro"},
    "tags": ["a", "b"],
    "output": {"text": "done"},
    "observations": [
        {
            "id": "a" * 16,
            "type": "generation",
            "name": "answer",
            "start_time": NOW,
            "end_time": "2026-01-01T00:00:01.500000Z",
            "model": "gpt",
            "usage": {"input_tokens": 10, "output_tokens": 5, "cost": 0.25},
            "input": [{"role": "user", "content": "hi \ud83e"}],
            "output": "hello",
        },
        {
            "id": "b" * 16,
            "parent_observation_id": "a" * 16,
            "type": "span",
            "name": "tool:search",
            "start_time": "2026-01-01T00:00:00.250000Z",
            "end_time": "2026-01-01T00:00:00.750000Z",
            "input": {"q": 1},
            "output": ["x"],
            "level": "ERROR",
            "status_message": "ValueError: no",
        },
        {"id": "odd", "type": "event", "name": "note", "start_time": "yesterday"},
    ],
}


def environment(kind: str, url: str) -> dict[str, str]:
    return {
        "ASHR_FORWARD_TO": kind,
        "LANGFUSE_HOST": url,
        "LANGFUSE_PUBLIC_KEY": "pk-lf-1",
        "LANGFUSE_SECRET_KEY": SECRET,
        "OTEL_EXPORTER_OTLP_ENDPOINT": url,
        "OTEL_EXPORTER_OTLP_HEADERS": f"x-api-key={SECRET},x-team=a%20b",
    }


def destination(kind: str, url: str, **changes: Any) -> Destination:
    """Return a destination with a back-off of milliseconds."""
    found = destination_from_env(environment(kind, url))
    assert found is not None
    return replace(found, **{"backoff": Backoff(first=0.01, cap=3600), **changes})


@contextmanager
def forwarding(kind: str, url: str, path: Place = None, **changes: Any) -> Generator[Api]:
    """Open a platform that forwards its traces, and close it."""
    platform = open_platform(path, settings=Settings(destination=destination(kind, url, **changes)))
    try:
        yield Api(platform, platform.bootstrap())
    finally:
        platform.close()


def ingest(api: Api, **fields: Any) -> str:
    trace_id: str = api("ingest_observability_trace", trace={"name": "t", **fields})["trace_id"]
    return trace_id


def until(condition: Callable[[], bool], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        threading.Event().wait(0.01)


def left(api: Api) -> tuple[int, int]:
    """Return the numbers of waiting and failed traces."""
    counts = api.platform.health()["forwarding"]
    return counts["waiting"], counts["given_up"]


def names(bodies: list[Any]) -> list[str]:
    """Return the names of the traces that Langfuse received."""
    return [span["name"] for body in bodies for span in spans_of(body) if "parentSpanId" not in span]


def test_langfuse_receives_the_whole_trace() -> None:
    """A trace arrives at Langfuse's OTLP endpoint, with the attributes of the trace on every span."""
    with taker() as there, forwarding("langfuse", there.url) as api:
        ingest(api, **TRACE)
        (body,) = there.wait(1)
        until(lambda: left(api) == (0, 0))

    (path, headers, _) = there.requests[0]
    root, generation, tool, event = spans_of(body)
    assert ("/api/public/otel/v1/traces", "4") == (path, headers["x-langfuse-ingestion-version"])
    assert "Basic cGstbGYtMTpzay1sZi1zZWNyZXQtb2YtdGhlLXByb2plY3Q=" == headers["authorization"]
    for span in (root, generation, tool, event):
        assert attributes(span).items() >= {
            "langfuse.trace.name": {"stringValue": "chat"}, "langfuse.user.id": {"stringValue": "u"},
            "langfuse.session.id": {"stringValue": "s"}, "langfuse.trace.metadata.plan": {"stringValue": "pro"},
            "langfuse.trace.tags": {"arrayValue": {"values": [{"stringValue": "a"}, {"stringValue": "b"}]}},
            "langfuse.trace.metadata.ashr_trace_id": {"stringValue": TRACE["id"]},
        }.items()  # fmt: skip
    assert {"stringValue": '{"text": "done"}'} == attributes(root)["langfuse.observation.output"]
    assert attributes(generation).items() >= {
        "langfuse.observation.type": {"stringValue": "generation"},
        "langfuse.observation.model.name": {"stringValue": "gpt"},
        "langfuse.observation.usage_details": {"stringValue": '{"input": 10, "output": 5}'},
        "langfuse.observation.cost_details": {"stringValue": '{"total": 0.25}'},
        "langfuse.observation.output": {"stringValue": "hello"},
    }.items()  # fmt: skip
    assert attributes(tool).items() >= {
        "langfuse.observation.type": {"stringValue": "tool"},
        "langfuse.observation.level": {"stringValue": "ERROR"},
        "langfuse.observation.status_message": {"stringValue": "ValueError: no"},
    }.items()  # fmt: skip
    assert {"stringValue": "event"} == attributes(event)["langfuse.observation.type"]


def spans_of(body: Any) -> list[dict[str, Any]]:
    spans: list[dict[str, Any]] = body["resourceSpans"][0]["scopeSpans"][0]["spans"]
    return spans


def test_otlp_endpoint_receives_the_whole_trace() -> None:
    """A trace arrives as OTLP/JSON spans below a root span, with OpenTelemetry's attribute names."""
    with taker() as there, forwarding("otlp", there.url) as api:
        ingest(api, **TRACE)
        (body,) = there.wait(1)

    (path, headers, _) = there.requests[0]
    root, generation, tool, event = body["resourceSpans"][0]["scopeSpans"][0]["spans"]
    spans = (root, generation, tool, event)
    assert ("/v1/traces", SECRET, "a b") == (path, headers["x-api-key"], headers["x-team"])
    assert {TRACE["id"]} == {span["traceId"] for span in spans}
    assert all(re.fullmatch("[0-9a-f]{16}", span["spanId"]) for span in spans)
    parents = [span.get("parentSpanId") for span in spans]
    assert [None, root["spanId"], generation["spanId"], root["spanId"]] == parents
    times = [(span["startTimeUnixNano"], span["endTimeUnixNano"]) for span in spans]
    assert ("1767225600000000000", "1767225601500000000") == times[1]
    assert (times[1][0], times[3][1]) == times[0]
    assert {"code": 2, "message": "ValueError: no"} == tool["status"]
    assert attributes(generation).items() >= {
        "gen_ai.operation.name": {"stringValue": "chat"}, "gen_ai.request.model": {"stringValue": "gpt"},
        "gen_ai.usage.input_tokens": {"intValue": "10"}, "ashr.cost": {"doubleValue": 0.25},
    }.items()  # fmt: skip
    assert attributes(tool).items() >= {
        "gen_ai.operation.name": {"stringValue": "execute_tool"}, "gen_ai.tool.name": {"stringValue": "search"},
        "gen_ai.tool.call.arguments": {"stringValue": '{"q": 1}'},
    }.items()  # fmt: skip


def attributes(span: dict[str, Any]) -> dict[str, Any]:
    return {entry["key"]: entry["value"] for entry in span["attributes"]}


@pytest.mark.parametrize("kind", ["langfuse", "otlp"])
def test_outage_delays_forwarding(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    """Traces wait during an outage of the destination and arrive afterwards; the log does not contain keys."""
    with taker() as there, forwarding(kind, there.url) as api:
        there.replies = [
            None, (503, f"<html>{SECRET}".encode()), (429, {}), (500, b"\xff"), (200, b"<html>please log in</html>"),
        ]  # fmt: skip
        for number in range(1, 4):
            ingest(api, id=f"{number:032x}")
        bodies = there.wait(3)
        until(lambda: left(api) == (0, 0))

    text = json.dumps(bodies)
    assert all(f"{number:032x}" in text for number in range(1, 4))
    assert "does not accept traces" in caplog.text
    assert "accepts traces again" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    ("kind", "answer", "reason"),
    [
        ("langfuse", (401, f"unknown key {SECRET}".encode()), "status 401"),
        ("langfuse", (413, {}), "status 413"),
        ("langfuse", (302, {}), "status 302"),
        ("langfuse", (200, {"partialSuccess": {"rejectedSpans": 1, "errorMessage": "bad"}}), "bad"),
        ("otlp", (400, {"message": "bad"}), "status 400"),
        ("otlp", (200, {"partialSuccess": {"rejectedSpans": "1", "errorMessage": "too old"}}), "too old"),
    ],
)
def test_rejected_trace_is_reported_and_not_retried(
    kind: str, answer: tuple[int, Any], reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A rejected trace is not sent again; the log and `/health` report it, without the key."""
    with taker() as there, forwarding(kind, there.url) as api, running_server(api.platform) as url:
        there.always = answer
        ingest(api, id="x\nINJECTED")
        until(lambda: left(api) == (0, 1))
        health = httpx.get(f"{url}/health").json()

    assert 1 == len(there.requests)
    assert ("ok", {"waiting": 0, "given_up": 1}) == (health["status"], health["forwarding"])
    assert reason in caplog.text
    assert SECRET not in caplog.text
    assert "\nINJECTED" not in caplog.text


def test_failed_traces_are_retried_after_restart(kept_place: Place, caplog: pytest.LogCaptureFixture) -> None:
    """After `max_attempts` a trace is given up; the next start, perhaps with corrected settings, retries it."""
    with taker() as there:
        there.always = (503, {})
        with forwarding("langfuse", there.url, kept_place, max_attempts=3) as api:
            ingest(api, name="late")
            until(lambda: left(api) == (0, 1))
        assert 3 == len(there.requests)
        assert "was not forwarded to langfuse; gave up after attempt 3: status 503" in caplog.text
        there.always = None
        with forwarding("langfuse", there.url, kept_place) as api:
            assert ["late"] == names(there.wait(1))
            until(lambda: left(api) == (0, 0))


def test_ingest_does_not_wait_for_the_destination(place: Place) -> None:
    """Traces are stored without delay while the destination accepts connections but does not respond."""
    with taker() as there:
        there.open.clear()
        with forwarding("otlp", there.url, place) as api:
            begin = time.monotonic()
            for _ in range(50):
                ingest(api)
            assert time.monotonic() - begin < 5
            until(lambda: len(there.requests) > 0)
            assert left(api)[0] == 50
            there.open.set()
            there.wait(50)


def test_trace_replaced_during_forwarding_is_sent_again(place: Place) -> None:
    """A trace that is replaced while it is being sent is sent again in its new version."""
    with taker() as there, forwarding("langfuse", there.url, place) as api:
        there.open.clear()
        ingest(api, id="mine", name="first")
        until(lambda: len(there.requests) == 1)
        ingest(api, id="mine", name="second")
        there.open.set()
        assert ["first", "second"] == names(there.wait(2))
        until(lambda: left(api) == (0, 0))


@pytest.mark.skipif(sys.platform == "win32", reason="kills the POSIX way")
def test_acknowledged_traces_are_forwarded_after_a_kill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Traces acknowledged before a `kill -9` are forwarded after the next start."""
    path = tmp_path / "evals.db"
    with taker() as there:
        for name, value in environment("langfuse", there.url).items():
            monkeypatch.setenv(name, value)
        there.open.clear()
        with served(path) as server, server.client() as client:
            for number in range(10):
                call(client, "ingest_observability_trace", trace={"name": str(number)})
            until(lambda: len(there.requests) > 0)
            server.process.send_signal(signal.SIGKILL)
            server.process.wait()
        there.taken.clear()
        there.open.set()
        with served(path):
            until(lambda: set(names(there.taken)) == set(map(str, range(10))))


def test_forwarding_is_off_by_default() -> None:
    """Langfuse keys and OpenTelemetry endpoints alone do not enable forwarding."""
    variables = environment("", "http://127.0.0.1:1")
    with Api.opened() as api:
        ingest(api)

        assert "forwarding" not in api.platform.health()
    assert destination_from_env(variables) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ASHR_FORWARD_TO": "elsewhere"}, "one of langfuse, otlp"),
        ({"LANGFUSE_SECRET_KEY": ""}, "LANGFUSE_SECRET_KEY is required"),
        ({"LANGFUSE_SECRET_KEY": "s3cret\r\nx: y"}, "LANGFUSE_SECRET_KEY must be printable"),
        ({"LANGFUSE_HOST": "ftp://there"}, "LANGFUSE_HOST must be"),
        ({"LANGFUSE_HOST": "http://me:s3cret@there"}, "must not contain a user name"),
        ({"ASHR_FORWARD_TO": "otlp", "OTEL_EXPORTER_OTLP_HEADERS": "s3cret"}, "must have the form"),
        ({"ASHR_FORWARD_TO": "otlp", "OTEL_EXPORTER_OTLP_HEADERS": "a=s3cret%0d%0ax"}, "must be printable"),
        ({"ASHR_FORWARD_TO": "otlp", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "there"}, "TRACES_ENDPOINT must be"),
    ],
)
def test_incomplete_settings_are_rejected(changes: dict[str, str], reason: str) -> None:
    """A platform does not open with incomplete settings, and the message does not contain keys."""
    with pytest.raises(ConfigurationError, match=reason) as caught:
        destination_from_env({**environment("langfuse", "http://there"), **changes})

    assert "s3cret" not in str(caught.value)
    assert SECRET not in repr(destination("langfuse", "http://there"))


@pytest.mark.parametrize("requests", [langfuse_requests, otlp_requests])
def test_forwarding_is_idempotent(requests: Callable[[int, Any], list[bytes]]) -> None:
    """Repeated requests are identical, and a changed trace has the same ids, so that it is stored once."""
    record = {**TRACE, "created_at": NOW}

    assert requests(1, record) == requests(1, json.loads(json.dumps(record)))
    first, second = (
        [(span["traceId"], span["spanId"]) for span in spans_of(json.loads(requests(1, trace)[0]))]
        for trace in (record, {**record, "output": "other"})
    )
    assert first == second


def test_invalid_ids_are_converted() -> None:
    """Ids of other forms become hexadecimal ones that are stable and differ by tenant and trace."""
    keys = [trace_key(1, "x"), trace_key(2, "x"), trace_key(1, "y"), trace_key(1, "0" * 32), trace_key(1, "\ud83e")]

    assert len(keys) == len(set(keys))
    assert all(re.fullmatch("[0-9a-f]{32}", key) and set(key) != {"0"} for key in keys)
    assert span_key("t", "1") == span_key("t", "1") != span_key("u", "1")


def test_large_traces_are_split() -> None:
    """No request exceeds Langfuse's limit, and an enormous observation does not cost the others."""
    sizes = [2**21, 2**21, 2**21, 2**22]
    steps = [{"id": str(n), "type": "span", "name": "s", "input": "x" * size} for n, size in enumerate(sizes)]
    bodies = langfuse_requests(1, {**TRACE, "created_at": NOW, "observations": steps})

    spans = [span for body in bodies for span in spans_of(json.loads(body))]
    assert all(len(body) < 3_500_000 for body in bodies)
    assert [span_key(TRACE["id"], str(number)) for number in range(4)] == [span["spanId"] for span in spans[1:]]
    assert "not forwarded" in attributes(spans[-1])["ashr.truncated"]["stringValue"]
    assert 2**21 == len(attributes(spans[1])["langfuse.observation.input"]["stringValue"])
