"""Traces on the embedded platform: stored unchanged, found, aggregated, and separate for each tenant."""

from __future__ import annotations

import copy
import json
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ashr_labs.local import open_platform
from ashr_labs.local.store.raw_json import decode, encode
from ashr_labs.local.store.trace_rows import split_trace
from support.local_api import Api, Place, database_with_tenants

DAY = 86_400
START = "2026-01-01T00:00:00.000000Z"


@dataclass
class Clock:
    """A clock controlled by a test."""

    now: float = 1_767_225_600.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(name="clock")
def _clock() -> Clock:
    return Clock()


@pytest.fixture(name="api")
def _api(clock: Clock, place: Place) -> Generator[Api]:
    platform = open_platform(place, now=clock)
    yield Api(platform, platform.bootstrap())
    platform.close()


def observation(number: int = 0, *, ms: float | None = 0, **fields: Any) -> dict[str, Any]:
    """Build an observation that took `milliseconds`, or has not ended."""
    end = {} if ms is None else {"end_time": f"2026-01-01T00:00:{ms / 1000:09.6f}Z"}
    return {"id": f"{number:016x}", "type": "span", "name": "step", "start_time": START, **end, **fields}


def tool(name: str = "search", **fields: Any) -> dict[str, Any]:
    return observation(name=f"tool:{name}", **fields)


def generation(model: str | None = "m", tokens: tuple[int, int] | None = (10, 5), **fields: Any) -> dict[str, Any]:
    usage = None if tokens is None else {"input_tokens": tokens[0], "output_tokens": tokens[1]}
    return observation(type="generation", model=model, usage=usage, **fields)


def ingest(api: Api, *observations: dict[str, Any], **fields: Any) -> str:
    trace = {"name": "t", "observations": list(observations), **fields}
    trace_id: str = api("ingest_observability_trace", trace=trace)["trace_id"]
    return trace_id


def listed(api: Api, function: str = "list_observability_traces", **params: Any) -> list[str]:
    return [trace["id"] for trace in api(function, **params)["traces"]]


def test_trace_is_returned_as_sent(api: Api) -> None:
    """All fields of a trace and its observations are kept in order, including unknown and null ones."""
    trace: dict[str, Any] = {
        "name": "handle-ticket",
        "user_id": "user_42",
        "session_id": None,
        "metadata": {"plan": "pro", "deep": [1, 1.0, None]},
        "tags": ["a", "b"],
        "observations": [
            {**tool(number=2, parent_observation_id="0" * 15 + "9"), "output": None, "shape": {"unknown": True}},
            {**generation(number=1), "level": None, "input": [{"role": "user", "content": "hi"}]},
            {"id": "e", "type": "event", "name": "guardrail", "start_time": "yesterday", "end_time": None},
        ],
        "output": {"resolution": ["done"]},
        "release": "1.2.3",
    }
    sent = copy.deepcopy(trace)

    trace_id = api("ingest_observability_trace", trace=trace)["trace_id"]
    stored = api("get_observability_trace", trace_id=trace_id)["trace"]

    assert stored == {"id": trace_id, **sent, "created_at": START}
    assert [list(one) for one in stored["observations"]] == [list(one) for one in sent["observations"]]


@pytest.mark.parametrize(
    "trace",
    [
        {"name": ""},
        {"name": "t", "observations": []},
        {"name": "t", "tags": None, "metadata": None, "output": None},
        {"name": "t", "observations": [observation(ms=None)]},
        {"name": "t", "observations": [observation(start_time=None, ms=None), observation(start_time="?")]},
        {"name": "t", "observations": [generation(tokens=(10**30, -1)), generation(model="")]},
        {"name": "t", "observations": [observation(status_message="bad \x00 byte", name="tool:\x00")]},
        {"name": "\x00", "user_id": "a\x00b", "session_id": "\x00"},
    ],
)
def test_unusual_traces_are_stored(api: Api, trace: dict[str, Any]) -> None:
    """A trace with unended, untimed or odd observations is stored unchanged and does not break totals."""
    trace_id = api("ingest_observability_trace", trace=trace)["trace_id"]
    stored = api("get_observability_trace", trace_id=trace_id)["trace"]

    assert stored == {"id": trace_id, "observations": [], **trace, "created_at": START}
    assert api("get_observability_analytics")["overview"]["total_traces"] == 1


def test_resent_trace_is_stored_once(api: Api, clock: Clock) -> None:
    """A trace sent again with its id replaces the earlier one, and keeps its creation time."""
    ingest(api, tool(), id="mine", user_id="u")
    clock.now += 60
    other = ingest(api)
    clock.now += 60

    assert "mine" == ingest(api, tool(level="ERROR"), generation(), id="mine", user_id="v")

    assert [other, "mine"] == listed(api)
    assert [] == listed(api, user_id="u")
    assert ["mine"] == listed(api, user_id="v") == listed(api, "get_observability_tool_errors")
    assert START == api("get_observability_trace", trace_id="mine")["trace"]["created_at"]
    assert 2 == len(api("get_observability_trace", trace_id="mine")["trace"]["observations"])
    assert 1 == api("get_observability_analytics")["overview"]["total_tool_calls"]


def test_traces_without_id_are_all_stored(api: Api) -> None:
    """Traces without an id are distinct, even if they are equal."""
    assert 3 == len({ingest(api) for _ in range(3)})
    assert 3 == api("list_observability_traces")["total"]


def test_list_is_paged_newest_first(api: Api, clock: Clock) -> None:
    """Pages count from 1, newest first, and every page has the total."""
    ids = []
    for _ in range(5):
        ids.append(ingest(api, tool()))
        clock.now += 1
    newest = ids[::-1]

    assert newest == listed(api)
    assert newest[:2] == listed(api, limit=2)
    assert newest[2:4] == listed(api, limit=2, page=2)
    assert newest[4:] == listed(api, limit=2, page=3)
    assert {"status": "ok", "traces": [], "total": 5, "next_cursor": None} == api(
        "list_observability_traces", limit=2, page=4
    )
    assert [] == listed(api, page=2**63 - 1)
    assert "observations" not in api("list_observability_traces")["traces"][0]


@pytest.mark.parametrize("params", [{"limit": 0}, {"limit": 101}, {"page": 0}, {"limit": "many"}])
def test_invalid_pages_are_rejected(api: Api, params: dict[str, Any]) -> None:
    """A page holds 1 to 100 traces and its number is at least 1."""
    api.refused(422, "list_observability_traces", **params)


def test_list_is_filtered_by_user_and_session(api: Api) -> None:
    """User and session filter traces, alone and together, and the total counts the matches."""
    first = ingest(api, user_id="u", session_id="s")
    second = ingest(api, user_id="u", session_id="r")
    third = ingest(api, user_id="v", session_id="s")

    assert {first, second} == set(listed(api, user_id="u"))
    assert {first, third} == set(listed(api, session_id="s"))
    assert [first] == listed(api, user_id="u", session_id="s")
    assert 2 == api("list_observability_traces", user_id="u", limit=1)["total"]
    assert [] == listed(api, user_id="unknown")


def test_long_names_are_distinguished(api: Api) -> None:
    """Users, sessions, tools and models of any length are stored, found and aggregated by the whole name."""
    long = "\N{ROBOT FACE}" * 3_000
    for end in "ab":
        ingest(api, tool(long + end), generation(long + end), id=end * 255, user_id=long + end, session_id=long + end)

    assert ["a" * 255] == listed(api, user_id=f"{long}a") == listed(api, session_id=f"{long}a")
    assert [] == listed(api, user_id=long)
    analytics = api("get_observability_analytics")
    assert [1, 1] == [one["total_calls"] for one in analytics["tool_performance"]]
    assert [1, 1] == [one["total_calls"] for one in analytics["model_usage"]]


def test_unknown_trace_is_not_found(api: Api) -> None:
    """An unknown trace id is not found."""
    assert "no trace 'nope'" in api.refused(404, "get_observability_trace", trace_id="nope")


def test_overview(api: Api) -> None:
    """The overview adds up traces, errors, latency, tokens and tool calls."""
    ingest(api, tool(ms=100), tool("refund", ms=300, level="ERROR"), generation(ms=200, tokens=(100, 20)))
    ingest(api, generation(ms=100, tokens=(10, 5)), observation(type="event", name="tool:not-a-span", ms=None))
    ingest(api, observation(ms=None, level="WARNING"), observation(name="tools"))

    assert api("get_observability_analytics")["overview"] == {
        "total_traces": 3,
        "total_errors": 1,
        "error_rate": pytest.approx(1 / 3),
        "avg_latency_ms": pytest.approx(400 / 3, abs=1e-3),
        "p50_latency_ms": 100.0,
        "p95_latency_ms": 300.0,
        "p99_latency_ms": 300.0,
        "total_input_tokens": 110,
        "total_output_tokens": 25,
        "total_tokens": 135,
        "total_tool_calls": 2,
        "total_cost": None,
        "estimated_cost": None,
        "unpriced_calls": 2,
    }


def test_overview_without_traces(api: Api) -> None:
    """Without traces the counts and rates are 0, and latencies are null."""
    analytics = api("get_observability_analytics")

    assert analytics["overview"]["total_traces"] == analytics["overview"]["error_rate"] == 0
    assert analytics["overview"]["avg_latency_ms"] is analytics["overview"]["p99_latency_ms"] is None
    assert [] == analytics["tool_performance"] == analytics["model_usage"]


@pytest.mark.parametrize("count", [1, 2, 19, 100])
def test_percentiles_are_nearest_ranks(api: Api, count: int) -> None:
    """A percentile is the smallest latency that this percentage of the traces does not exceed."""
    for number in range(count, 0, -1):
        ingest(api, observation(ms=number))

    overview = api("get_observability_analytics")["overview"]

    for percent in (50, 95, 99):
        expected = next(value for value in range(1, count + 1) if value * 100 >= percent * count)
        assert overview[f"p{percent}_latency_ms"] == expected


def test_latency_of_a_trace_runs_from_first_start_to_last_end(api: Api) -> None:
    """A trace's latency ignores the order of observations, respects time zones, and is null for invalid times."""
    ingest(api, observation(ms=900, start_time="2026-01-01T00:00:00.500000Z"), observation(ms=100))
    ingest(api, observation(start_time="2026-01-01T01:00:00+01:00", end_time="2026-01-01T00:00:00.900"))
    ingest(api, observation(start_time="2026-01-02T00:00:00Z"))

    overview = api("get_observability_analytics")["overview"]

    assert (overview["avg_latency_ms"], overview["p50_latency_ms"]) == (900.0, 900.0)


def test_times_of_unset_clocks_are_in_no_latency(api: Api) -> None:
    """A span of 1970, or of the latest time that OTLP can state, makes no latency one of decades."""
    unset: Any = {"start_time": "1970-01-01T00:00:07Z", "end_time": "1970-01-01T00:00:08Z"}
    last: Any = {"start_time": "2026-01-01T00:00:00Z", "end_time": "2554-07-21T23:34:33Z"}
    ingest(api, observation(ms=100), observation(**unset), observation(**last))

    assert 100.0 == api("get_observability_analytics")["overview"]["avg_latency_ms"]


def test_tool_performance(api: Api) -> None:
    """Tools are spans named `tool:`; they are listed by number of calls, without the prefix, with their error rates."""
    ingest(api, tool(ms=100), tool(ms=300, level="ERROR"), tool("refund", ms=None), observation(level="ERROR"))
    ingest(api, tool(ms=200), tool(ms=None))

    assert api("get_observability_analytics")["tool_performance"] == [
        {"tool_name": "search", "total_calls": 4, "error_rate": 0.25, "avg_latency_ms": 200.0},
        {"tool_name": "refund", "total_calls": 1, "error_rate": 0.0, "avg_latency_ms": None},
    ]


def test_model_usage(api: Api) -> None:
    """Models are those of generations; calls, tokens and latency are aggregated for each, most calls first."""
    ingest(api, generation("small", (1, 2), ms=100), generation("small", None, ms=300), generation(None, (5, 5)))
    ingest(api, generation("large", (100, 50), ms=None), observation(model="of a span"))

    assert api("get_observability_analytics")["model_usage"] == [
        {"model": "small", "total_calls": 2, "total_tokens": 3, "avg_latency_ms": 200.0, **unpriced(2)},
        {"model": "large", "total_calls": 1, "total_tokens": 150, "avg_latency_ms": None, **unpriced(1)},
    ]


def unpriced(calls: int) -> dict[str, Any]:
    return {"total_cost": None, "estimated_cost": None, "unpriced_calls": calls}


def test_window_counts_days_by_arrival(api: Api, clock: Clock) -> None:
    """Totals and errors cover the last days by arrival time, seven by default, to the second."""
    failing = tool(level="ERROR"), generation()
    old = ingest(api, *failing)
    clock.now += 6 * DAY
    young = ingest(api, *failing)
    clock.now += DAY

    def seen(**days: int) -> tuple[int, int, int, list[str], list[str]]:
        analytics = api("get_observability_analytics", **days)
        return (
            analytics["overview"]["total_traces"],
            sum(each["total_calls"] for each in analytics["tool_performance"]),
            sum(each["total_calls"] for each in analytics["model_usage"]),
            listed(api, "get_observability_errors", **days),
            listed(api, "get_observability_tool_errors", **days),
        )

    assert (2, 2, 2, [young, old], [young, old]) == seen() == seen(days=7)
    clock.now += 1
    assert (1, 1, 1, [young], [young]) == seen()
    assert (0, 0, 0, [], []) == seen(days=1)
    assert (2, 2, 2, [young, old], [young, old]) == seen(days=3650)


def test_errors_and_tool_errors(api: Api, clock: Clock) -> None:
    """Errors are traces with an ERROR observation or ended by an exception; tool errors have an ERROR tool span."""
    traces = {
        "span": ingest(api, tool(), observation(level="ERROR")),
        "tool": ingest(api, tool(level="ERROR"), generation()),
        "trace": ingest(api, output={"error": "ValueError: no such order"}),
        "fine": ingest(api, tool(level="WARNING"), output={"error": "none", "text": "fine"}),
        "also fine": ingest(api, generation(level="error"), output={"error": None}),
    }

    errors = api("get_observability_errors", limit=2)
    assert (3, 2) == (errors["total"], len(errors["traces"]))
    assert {traces["span"], traces["tool"], traces["trace"]} == set(listed(api, "get_observability_errors"))
    assert 1 == len(listed(api, "get_observability_errors", limit=2, page=2))
    assert [traces["tool"]] == listed(api, "get_observability_tool_errors")
    assert [] == listed(api, "get_observability_tool_errors", page=2)


def test_traces_are_isolated_by_tenant(kept_place: Place) -> None:
    """The same trace id in two tenants is two traces, and lists and totals only count the tenant's own."""
    keys = database_with_tenants(kept_place, 2)
    platform = open_platform(kept_place)
    first, second = (Api(platform, key, number) for number, key in enumerate(keys, start=1))
    ingest(first, tool(level="ERROR"), generation(), id="same", user_id="u")
    only_first = ingest(first, tool(), user_id="u")

    assert "same" == ingest(second, id="same", name="other", user_id="u")

    assert "t" == first("get_observability_trace", trace_id="same")["trace"]["name"]
    assert "other" == second("get_observability_trace", trace_id="same")["trace"]["name"]
    second.refused(404, "get_observability_trace", trace_id=only_first)
    assert ["same"] == listed(second) == listed(second, user_id="u")
    assert [] == listed(second, "get_observability_errors") == listed(second, "get_observability_tool_errors")
    analytics = second("get_observability_analytics")
    assert (1, 0) == (analytics["overview"]["total_traces"], analytics["overview"]["total_tool_calls"])
    assert [] == analytics["tool_performance"] == analytics["model_usage"]
    assert 2 == first("get_observability_analytics")["overview"]["total_traces"]
    platform.close()


def test_traces_persist_in_file(kept_place: Place) -> None:
    """A trace in a file exists when the platform is opened again."""
    with Api.opened(kept_place) as api:
        trace_id = ingest(api, tool())
    with Api.opened(kept_place) as api:
        assert [trace_id] == listed(api)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
OBSERVATIONS = st.fixed_dictionaries(
    {"id": st.text(max_size=4), "type": st.sampled_from(["span", "generation", "event", "x"]), "name": st.text()},
    optional={
        "start_time": st.none() | st.text(max_size=8) | st.datetimes().map(str),
        "end_time": st.none() | st.text(max_size=8) | st.datetimes().map(str),
        "usage": st.none() | st.dictionaries(st.sampled_from(["input_tokens", "output_tokens"]), st.integers()),
        "level": st.none() | st.sampled_from(["ERROR", "DEBUG"]),
        "model": st.none() | st.text(max_size=4),
        "input": JSON,
        "more": JSON,
    },
)


@settings(max_examples=200, deadline=None)
@given(st.lists(OBSERVATIONS, max_size=4), JSON)
def test_any_trace_is_split_without_loss(observations: list[dict[str, Any]], output: Any) -> None:
    """Splitting any trace loses nothing and yields totals that a database can store."""
    trace: Any = {"name": "t", "observations": observations, "output": output}

    rows = split_trace(trace)

    assert observations == [decode(row["content"].text) for row in rows.observations]
    assert {"name": "t", "output": output} == decode(rows.trace["content"].text)
    assert 0 <= rows.trace["input_tokens"] < 2**63
    assert rows.trace["latency_ms"] is None or rows.trace["latency_ms"] >= 0
    assert json.loads(encode([rows.trace, rows.observations]))
