"""Trace events: they become spans of traces, whatever the order they come in, and are read as spans of all traces."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Generator
from importlib import import_module
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ashr_labs.local.events.mapping import event_of, joined, observation_of
from ashr_labs.local.otlp import storing
from ashr_labs.local.server.app import running_server
from support.local_api import Api, Place

NUMBERS = itertools.count()
RECEIVED = "2026-05-01T12:00:00.000000Z"


@pytest.fixture(name="api")
def _api(place: Place) -> Generator[Api]:
    with Api.opened(place) as api:
        yield api


def event(span: str, phase: str = "complete", second: float = 0, **more: Any) -> dict[str, Any]:
    """Return an event of a span of the root `a`."""
    whole = {"ts": f"2026-01-01T00:00:{second:09.6f}Z", "event_type": "tool_call", "tool": f"do {span}", "phase": phase}
    links = {"span_id": span, "parent_span_id": "" if span == "a" else "a", "root_span_id": "a"}
    return {**whole, **links, "status": "ok", **more}


LLM: dict[str, Any] = {
    "event_type": "llm_call",
    "tool": "openai.create",
    "duration_ms": 500,
    "input": '[{"role": "user"}]',
    "output": "hi",
    "cost": {"model": "gpt-4o", "input_tokens": 10, "output_tokens": 2, "cache_read_tokens": 4, "estimated_usd": 0.25},
    "metadata": {"gen_ai.system": "openai", "events": "mine"},
}
EVENTS = [
    event("a", "start", 0),
    event("a", "end", 9, duration_ms=9000, output="all done", mine={"kept": [1]}),
    event("b", "start", 1, note="first"),
    event("b", "end", 3, duration_ms=2000, status="error", error_type="tool_error", output="ValueError: no"),
    event("c", second=5, **LLM),
    event("d", second=6, event_type="tool_use", phase="invoked", tool="search", parent_span_id="c", input="{}"),
]


def send(api: Api, events: list[Any], target: str = "/v1/traces") -> Any:
    answer = api.send("POST", target, {"events": events})
    assert answer.status == 200, answer.body
    return answer.body


def spans_of(api: Api, trace_id: str = "a") -> dict[str, Any]:
    trace = api("get_observability_trace", trace_id=trace_id)["trace"]
    return {one["id"]: one for one in trace["observations"]}


def test_events_become_spans(api: Api) -> None:
    """Start and end are one span; models, tools, errors, tokens and times are those of every other trace."""
    assert {"ingested": 6} == send(api, EVENTS, "/v1/sandboxes/sb-1/trace")

    spans = spans_of(api)
    assert ["tool:do a", "tool:do b", "openai.create", "tool:search"] == [spans[one]["name"] for one in "abcd"]
    assert [None, "a", "a", "c"] == [spans[one]["parent_observation_id"] for one in "abcd"]
    times = {one: (spans[one]["start_time"][17:21], spans[one]["end_time"][17:21]) for one in "abcd"}
    assert {"a": ("00.0", "09.0"), "b": ("01.0", "03.0"), "c": ("04.5", "05.0"), "d": ("06.0", "06.0")} == times
    assert ("ERROR", "ValueError: no") == (spans["b"]["level"], spans["b"]["status_message"])
    assert ("generation", "gpt-4o", '[{"role": "user"}]', "hi") == tuple(
        spans["c"][name] for name in ("type", "model", "input", "output")
    )
    assert {"input_tokens": 10, "cached_input_tokens": 4, "output_tokens": 2, "cost": 0.25} == spans["c"]["usage"]
    [trace] = api("list_observability_traces", session_id="sb-1")["traces"]
    assert ("a", "do a") == (trace["id"], trace["name"])
    analytics = api("get_observability_analytics")
    assert {"do a": 0, "do b": 1, "search": 0} == {
        one["tool_name"]: one["error_rate"] for one in analytics["tool_performance"]
    }
    assert 0.25 == analytics["overview"]["total_cost"]


def test_unknown_fields_are_kept(api: Api) -> None:
    """Fields that the contract does not name come back, in the event and in its metadata."""
    send(api, EVENTS)

    events = {one["span_id"]: one for one in api.got("/v1/traces/a")["spans"]}
    assert {"kept": [1]} == events["a"]["mine"]
    assert ("first", "tool_error", "error", "complete") == tuple(
        events["b"][name] for name in ("note", "error_type", "status", "phase")
    )
    assert LLM["metadata"] == events["c"]["metadata"]
    assert LLM["cost"] == events["c"]["cost"]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(order=st.permutations(EVENTS), cuts=st.sets(st.integers(1, 5)), again=st.booleans())
def test_order_and_requests_do_not_matter(memory: Api, order: list[Any], cuts: set[int], again: bool) -> None:
    """Whatever the order of the events and their requests, repeated ones included, the trace is the same."""
    root = f"root{next(NUMBERS)}"
    events = json.loads(json.dumps(order).replace('"a"', f'"{root}"'))
    ends = [0, *sorted(cuts), len(events)]
    for begin, end in itertools.pairwise(ends):
        send(memory, events[begin:end])
    if again:
        send(memory, events[: ends[1]])

    found = {one["span_id"]: one for one in memory.got(f"/v1/traces/{root}")["spans"]}
    assert {one["span_id"]: one for one in whole(events, root)} == found
    assert "do a" == memory("get_observability_trace", trace_id=root)["trace"]["name"]


@pytest.fixture(name="memory", scope="module")
def _memory() -> Generator[Api]:
    with Api.opened() as api:
        yield api


def whole(events: list[Any], trace_id: str) -> list[dict[str, Any]]:
    """Return the spans of all events that come in the order of their phases."""
    spans: dict[str, Any] = {}
    for one in sorted(events, key=lambda one: one["phase"] != "start"):
        new = observation_of(one, RECEIVED)
        spans[one["span_id"]] = joined(spans[one["span_id"]], new) if one["span_id"] in spans else new
    return [event_of(one, trace_id) for one in spans.values()]


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"span_id": "x"}, {"name": "span", "start_time": RECEIVED, "end_time": RECEIVED}),
        ({"span_id": "x", "ts": "yesterday", "tool": "t"}, {"name": "t", "start_time": None, "end_time": None}),
        ({"span_id": "x", "ts": "2026-01-01T00:00:02+02:00"}, {"end_time": "2025-12-31T22:00:02.000000Z"}),
        (
            {"span_id": "x", "phase": "start", "ts": "2026-01-01"},
            {"end_time": None, "start_time": "2026-01-01T00:00:00.000000Z"},
        ),
        ({"span_id": "x", "duration_ms": -5}, {"start_time": RECEIVED}),
        ({"span_id": "x", "duration_ms": 1e300}, {"start_time": RECEIVED}),
        ({"span_id": "x", "event_type": "eval", "tool": "Eval:E"}, {"name": "Eval:E", "type": "span"}),
        (
            {"span_id": "x", "event_type": "llm_call", "metadata": {"gen_ai.request.model": "m"}},
            {"model": "m", "usage": {}},
        ),
    ],
)
def test_incomplete_events_are_spans_too(sent: dict[str, Any], expected: dict[str, Any]) -> None:
    """An event without a time, a name or a duration is a span with what is known."""
    observation: Any = observation_of(sent, RECEIVED)

    assert expected == {name: observation[name] for name in expected}


@pytest.mark.parametrize(
    ("system", "cost", "expected"),
    [
        ("openai", {"input_tokens": 10, "cache_read_tokens": 4}, {"input_tokens": 10, "cached_input_tokens": 4}),
        ("anthropic", {"input_tokens": 10, "cache_read_tokens": 4}, {"input_tokens": 14, "cached_input_tokens": 4}),
        ("", {"input_tokens": 10, "cache_read_tokens": 100}, {"input_tokens": 110, "cached_input_tokens": 100}),
        ("openai", {"output_tokens": 3, "reasoning_tokens": 2}, {"output_tokens": 3, "reasoning_output_tokens": 2}),
        ("openai", {"input_tokens": 1, "estimated_usd": 0.0}, {"input_tokens": 1}),
        ("openai", {"input_tokens": None, "estimated_usd": 0.5}, {"cost": 0.5}),
    ],
)
def test_tokens_are_counted_as_everywhere(system: str, cost: dict[str, Any], expected: dict[str, Any]) -> None:
    """The input has all tokens, cached ones included, whichever way the provider counts; a cost of 0 is unknown."""
    sent = {"span_id": "x", "event_type": "llm_call", "cost": cost, "metadata": {"gen_ai.system": system}}
    observation: Any = observation_of(sent, RECEIVED)

    assert expected == observation["usage"]


def test_events_without_ids_are_traces_of_their_own(api: Api) -> None:
    """An event without a root belongs to its parent, or to itself; one without an id gets one."""
    send(api, [{"tool": "x"}, {"tool": "y"}, {"span_id": "p"}, {"span_id": "q", "parent_span_id": "p"}])

    assert 3 == api("list_observability_traces")["total"]
    assert ["p", "q"] == sorted(one["span_id"] for one in api.got("/v1/traces/p")["spans"])


def test_sandbox_has_its_events_and_totals(api: Api) -> None:
    """The trace of a sandbox has the spans of all of its traces by time, and totals."""
    send(api, EVENTS, "/v1/sandboxes/sb%2F1/trace")
    send(api, [{"span_id": "z", "ts": "2025-01-01T00:00:00Z", "tool": "before"}], "/v1/sandboxes/sb%2F1/trace")
    send(api, [{"span_id": "other"}], "/v1/sandboxes/sb-2/trace")

    found = api.got("/v1/sandboxes/sb%2F1/trace")
    assert ["z", "a", "b", "c", "d"] == [one["span_id"] for one in found["events"]]
    expected = {"events": 5, "tool_calls": 3, "tool_errors": 1, "llm_calls": 1, "errors": 1, "total_cost_usd": 0.25}
    assert expected == {name: found["metrics"][name] for name in expected}
    assert not found["is_truncated"]
    missing = api.send("GET", "/v1/sandboxes/none/trace")
    assert (404, "not_found") == (missing.status, missing.body["code"])


def items(api: Api, target: str) -> list[str]:
    """Return the spans of all pages."""
    found: list[str] = []
    cursor = ""
    while True:
        page = api.got(f"{target}{'&' if '?' in target else '?'}limit=2{cursor}")
        found += [one["span_id"] for one in page["items"]]
        assert len(page["items"]) == page["count"] <= 2
        if not page["next_cursor"]:
            return found
        assert re.fullmatch("[A-Za-z0-9_-]+", page["next_cursor"])
        cursor = f"&cursor={page['next_cursor']}"


def test_pages_have_every_span_once(api: Api) -> None:
    """Pages go through all spans, those of other origin too, newest traces first, and filters select among them."""
    send(api, EVENTS, "/v1/sandboxes/sb-1/trace")
    send(api, [{"span_id": f"n{n:02}", "agent": "bot", "experiment_id": "e" if n % 2 else "f"} for n in range(45)])
    generation = {"id": "g", "type": "generation", "name": "reply", "model": "m", "input": "in", "level": "ERROR"}
    times = {"start_time": "2026-01-01T00:00:00Z", "end_time": "2026-01-01T00:00:01Z"}
    api("ingest_observability_trace", trace={"id": "sdk", "name": "t", "observations": [{**generation, **times}]})

    everything = items(api, "/v1/traces")
    assert sorted([*"abcdg", *(f"n{n:02}" for n in range(45))]) == sorted(everything)
    assert ["a", "b", "c", "d"] == [one for one in everything if one in "abcd"]
    assert everything == items(api, "/v1/spans")
    assert ["a", "b", "c", "d"] == items(api, "/v1/traces?sandbox_id=sb-1") == items(api, "/v1/spans?trace_id=a")
    assert ["b", "c"] == items(api, "/v1/spans?parent_span_id=a")
    assert ["d"] == items(api, "/v1/spans?span_id=d") == items(api, "/v1/spans?tool=search&event_type=tool_use")
    assert ["a", "b", "c", "d"] == items(api, "/v1/spans?root_span_id=a")
    assert 45 == len(items(api, "/v1/traces?agent=bot"))
    assert 22 == len(items(api, "/v1/traces?experiment_id=e"))
    assert ["b", "c", "d"] == items(api, "/v1/traces?since=2026-01-01T00:00:01Z&sandbox_id=sb-1")
    [foreign] = api.got("/v1/spans?trace_id=sdk")["items"]
    names = ("event_type", "tool", "duration_ms", "status", "input")
    assert ("llm_call", "reply", 1000, "error", "in") == tuple(foreign[name] for name in names)
    assert "m" == foreign["cost"]["model"]


def test_negative_counts_of_a_client_are_zero(api: Api) -> None:
    """Counts of a tracing client that are negative are 0 in the spans."""
    usage = {"input_tokens": -296, "output_tokens": -1, "cost": -0.5, "reasoning_output_tokens": 7}
    generation = {"id": "g", "name": "reply", "type": "generation", "usage": usage}
    api("ingest_observability_trace", trace={"id": "sdk", "name": "t", "observations": [generation]})

    [found] = api.got("/v1/spans?trace_id=sdk")["items"]

    expected = {"input_tokens": 0, "output_tokens": 0, "cache_read_tokens": 0, "reasoning_tokens": 7}
    assert {"model": "", **expected, "estimated_usd": 0} == found["cost"]


def test_page_that_finds_little_ends_early(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page looks at a limited number of spans; what follows is behind its cursor."""
    monkeypatch.setattr("ashr_labs.local.events.listing._MAX_SCANNED", 10)
    send(api, [{"span_id": f"n{n:02}", "tool": "rare" if n == 0 else "often"} for n in range(35)])

    page = api.got("/v1/spans?tool=rare")
    assert ([], 0, True) == (page["items"], page["count"], page["next_cursor"] is not None)
    assert ["n00"] == items(api, "/v1/spans?tool=rare")


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/v1/traces?since=soon", "since"),
        ("/v1/traces?limit=0", "limit"),
        ("/v1/traces?evnt_type=x", "evnt_type"),
    ],
)
def test_invalid_queries_are_refused_by_name(api: Api, target: str, path: str) -> None:
    """A time that is none and unknown filters are refused."""
    answer = api.send("GET", target)

    assert (422, path) == (answer.status, answer.body["path"])


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        ({"events": [{}] * 1001}, 422, "events"),
        ({"events": [{"span_id": "x" * 256}]}, 422, "events[0].span_id"),
        ({"events": [{"span_id": "x"}, {"cost": {"input_tokens": -1}}]}, 422, "events[1].cost"),
        ({"events": [{"metadata": []}]}, 422, "events[0].metadata"),
        ({"events": ["x"]}, 422, "events[0]"),
        ({"event": []}, 422, "did you mean 'events'?"),
        ({}, 422, '"events" is a required property'),
        ({"events": [{"span_id": "a\x00b"}]}, 422, "cannot be stored"),
        (b'{"events": [' + b" " * 10_000_000 + b"]}", 413, "10000000 bytes"),
        (b'{"events": [{"metadata": ' + b'{"a":' * 200 + b"1" + b"}" * 200 + b"}]}", 400, "200 levels"),
        (b"{", 400, "must be JSON"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_limits_of_events(api: Api, body: Any, status: int, text: str) -> None:
    """A request that exceeds a limit is refused with the path, and nothing of it is stored."""
    answer = api.send("POST", "/v1/traces", body)

    assert (status, True) == (answer.status, text in answer.body["error"]), answer.body["error"]
    assert 0 == api("list_observability_traces")["total"]


def test_full_trace_is_refused_and_others_are_stored(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A trace has a limit of spans; events beyond it are counted with the reason, and the others are stored."""
    monkeypatch.setattr(storing, "MAX_OBSERVATIONS", 3)
    send(api, [event("a"), event("b"), event("c")])

    answer = send(api, [event("d"), event("e"), {"span_id": "other"}])

    assert (1, 2) == (answer["ingested"], answer["refused"])
    assert "the trace a has more than" in answer["message"]
    assert {"a", "b", "c"} == spans_of(api).keys()
    assert {"other"} == spans_of(api, "other").keys()


def test_repeated_request_changes_nothing(api: Api) -> None:
    """A request that is sent again, with or without its idempotency key, stores the same spans."""
    bodies = [api.send("POST", "/v1/traces", {"events": EVENTS}, idempotency_key="k").body for _ in range(2)]
    send(api, EVENTS)

    assert [{"ingested": 6}] * 2 == bodies
    assert 4 == len(spans_of(api))


def test_scopes_are_required(api: Api) -> None:
    """Events need the scope `write`, and lists `read`."""
    keys = {
        scope: Api(api.platform, api("create_api_key", name=scope, scopes=[scope])["api_key"]["key"])
        for scope in ("read", "write")
    }

    assert 403 == keys["read"].send("POST", "/v1/traces", {"events": []}).status
    assert 200 == keys["write"].send("POST", "/v1/traces", {"events": []}).status
    assert 403 == keys["write"].send("GET", "/v1/traces").status
    assert 200 == keys["read"].send("GET", "/v1/traces").status


@pytest.mark.integration
def test_public_client_reports_and_exports_traces() -> None:
    """Functions that the public client traces, and events that it ingests, are spans; its exports find them."""
    theirs: Any = import_module("polarity_keystone")
    traced = theirs.traced
    with Api.opened() as api, running_server(api.platform) as url:
        ks = theirs.Keystone(api_key=api.key, base_url=url)
        ks.init_tracing("sb-9")

        def work() -> str:
            with traced(name="inner"):
                pass
            return "result"

        assert "result" == traced(name="outer")(work)()
        import_module("polarity_keystone.tracing")._flush_pending_traces()
        assert {"ingested": 2} == ks.sandboxes.ingest_trace("sb-9", [event("a", "end", 2, duration_ms=5), event("b")])

        trace = ks.sandboxes.get_trace("sb-9")
        assert ["a", "b", "inner", "outer"] == sorted(
            one["span_id"] if one["tool"].startswith("do") else one["tool"] for one in trace["events"]
        )
        assert 4 == trace["metrics"]["events"]
        [root] = list(ks.export.spans(tool="outer"))
        assert ("complete", "result") == (root["phase"], root["output"])
        assert ["inner"] == [one["tool"] for one in ks.export.spans(parent_span_id=root["span_id"])]
        assert {"inner", "outer"} == {one["tool"] for one in ks.export.trace(root["root_span_id"])["spans"]}
        assert 4 == len(list(ks.export.traces(sandbox_id="sb-9", limit=1)))
        with pytest.raises(theirs.KeystoneError, match="there is no trace"):
            ks.export.trace("none")
