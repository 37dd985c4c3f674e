"""A trace records its spans, is delivered once, and never raises into the application."""

from __future__ import annotations

import asyncio
import gc
import json
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs.tracing import Generation, Span, Trace, current_span
from ashr_labs.tracing.export.item import QueuedTrace
from ashr_labs.tracing.settings import Settings

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


class Platform:
    """A sink that delivers at once and keeps the traces."""

    def __init__(self, answer: dict[str, Any] | None = None) -> None:
        self.settings = Settings()
        self.answer = answer or {"status": "ok"}
        self.received: list[dict[str, Any]] = []
        self.open_traces: dict[str, Any] = {}

    def enqueue(self, item: QueuedTrace) -> None:
        item.serialize()
        self.received.append(json.loads(item.read())["trace"])
        item.resolve(self.answer)

    @property
    def _sink(self) -> Platform:
        return self

    def wake(self) -> None:
        """Do nothing: everything is delivered already."""

    @property
    def trace(self) -> dict[str, Any]:
        [trace] = self.received
        return trace

    @property
    def observations(self) -> list[dict[str, Any]]:
        observations: list[dict[str, Any]] = self.trace["observations"]
        return observations


@pytest.fixture
def platform() -> Platform:
    return Platform()


def test_trace_payload_has_documented_keys(platform: Platform) -> None:
    """The payload has exactly the documented keys, with a W3C trace id as its idempotency key."""
    trace = Trace("t", user_id="u", session_id="s", metadata={"plan": "pro"}, tags=["a", "b"], tracing=platform)
    trace.end()
    assert re.fullmatch("[0-9a-f]{32}", platform.trace["id"])
    assert {
        "id": trace.trace_id,
        "name": "t",
        "user_id": "u",
        "session_id": "s",
        "metadata": {"plan": "pro"},
        "tags": ["a", "b"],
        "observations": [],
    } == platform.trace


def test_observations_are_ordered_by_creation(platform: Platform) -> None:
    """Observations are listed in order of creation with their parents, in whatever order they end."""
    trace = Trace("t", tracing=platform)
    outer = trace.span("outer")
    inner = outer.generation("inner")
    inner.event("token")
    inner.span("tool:search").end()
    trace.event("done")
    outer.end()
    inner.end()
    trace.end()
    ids = {observation["name"]: observation["id"] for observation in platform.observations}
    assert all(re.fullmatch("[0-9a-f]{16}", identifier) for identifier in ids.values())
    assert [
        ("outer", "span", None),
        ("inner", "generation", ids["outer"]),
        ("token", "event", ids["inner"]),
        ("tool:search", "span", ids["inner"]),
        ("done", "event", None),
    ] == [(o["name"], o["type"], o["parent_observation_id"]) for o in platform.observations]


def test_minimal_span_payload(platform: Platform) -> None:
    """Fields that were not passed are null where the API requires them, and absent elsewhere."""
    trace = Trace("t", tracing=platform)
    trace.span("s")
    trace.end()
    [span] = platform.observations
    assert {
        "id": 0,
        "type": "span",
        "name": "s",
        "parent_observation_id": None,
        "start_time": 0,
        "input": None,
        "metadata": None,
        "level": None,
    } == {**span, "id": 0, "start_time": 0}


def test_full_generation_payload(platform: Platform) -> None:
    """Model, usage, output, level and message are delivered as passed."""
    trace = Trace("t", tracing=platform)
    generation = trace.generation("g", model="m-1", input=[{"role": "user"}], metadata={"try": 1})
    generation.end(
        output={"text": "hi"}, usage={"input_tokens": 5, "output_tokens": 2}, status_message="slow", level="WARNING"
    )
    trace.end()
    [sent] = platform.observations
    assert _TIME.fullmatch(sent.pop("start_time"))
    assert _TIME.fullmatch(sent.pop("end_time"))
    del sent["id"]
    assert {
        "type": "generation",
        "name": "g",
        "parent_observation_id": None,
        "input": [{"role": "user"}],
        "metadata": {"try": 1},
        "level": "WARNING",
        "output": {"text": "hi"},
        "status_message": "slow",
        "model": "m-1",
        "usage": {"input_tokens": 5, "output_tokens": 2},
    } == sent


def test_event_has_level_and_no_end(platform: Platform) -> None:
    """An event is a point in time."""
    trace = Trace("t", tracing=platform)
    trace.event("guardrail", input={"passed": False}, metadata={"rule": 3}, level="WARNING")
    trace.end()
    [event] = platform.observations
    assert "end_time" not in event
    assert ({"passed": False}, {"rule": 3}, "WARNING") == (event["input"], event["metadata"], event["level"])


def test_times_are_utc_and_ordered(platform: Platform) -> None:
    """Start and end times are UTC and lie between the test's own readings of the clock."""
    before = datetime.now(UTC)
    trace = Trace("t", tracing=platform)
    trace.span("s").end()
    trace.end()
    after = datetime.now(UTC)
    [span] = platform.observations
    started, ended = (datetime.fromisoformat(span[key]) for key in ("start_time", "end_time"))
    slack = timedelta(milliseconds=5)
    assert before - slack <= started <= ended <= after + slack


def test_span_open_at_trace_end_has_no_end(platform: Platform) -> None:
    """A span that is open at the end of its trace is delivered without an end; ending it later is harmless."""
    trace = Trace("t", tracing=platform)
    span = trace.span("s")
    trace.end()
    span.end()
    trace.span("too late")
    assert "end_time" not in platform.observations[0]


def test_second_end_of_span_is_ignored(platform: Platform) -> None:
    """A second `end()`, such as that of the `with` block, has no effect."""
    trace = Trace("t", tracing=platform)
    with trace.span("s") as span:
        span.end(output=1, level="DEBUG")
    span.end(output=2, status_message="late")
    generation = trace.generation("g")
    generation.end(usage={"input_tokens": 1})
    generation.end(usage={"input_tokens": 2})
    trace.end()
    first, second = platform.observations
    assert (1, "DEBUG", {"input_tokens": 1}) == (first["output"], first["level"], second["usage"])
    assert "status_message" not in first


def test_explicit_none_is_recorded_as_output(platform: Platform) -> None:
    """An explicit None is recorded; without an output, the key is absent."""
    trace = Trace("t", tracing=platform)
    trace.span("given").end(output=None)
    trace.generation("also given").end(output=None)
    trace.span("not given").end()
    trace.end(output=None)
    assert [None, None, "absent"] == [observation.get("output", "absent") for observation in platform.observations]
    assert platform.trace["output"] is None


def test_update_records_what_was_not_known_at_the_start(platform: Platform) -> None:
    """`update()` sets the input and the model, adds to the metadata, and has no effect on a span that has ended."""
    trace = Trace("t", tracing=platform)
    call = trace.generation("chat", metadata={"a": 1, "b": 1})
    call.update(input="hello", metadata={"b": 2}, model="m")
    call.end()
    call.update(input="late")
    trace.end()

    [written] = platform.trace["observations"]
    assert ("hello", {"a": 1, "b": 2}, "m") == (written["input"], written["metadata"], written["model"])


def test_with_blocks_end_spans(platform: Platform) -> None:
    """Leaving a `with` block ends the span, the generation and the trace."""
    with Trace("t", tracing=platform) as trace, trace.span("s") as span, span.generation("g") as generation:
        assert isinstance(span, Span)
        assert isinstance(generation, Generation)
    assert all("end_time" in observation for observation in platform.observations)
    assert "output" not in platform.trace


def test_exceptions_pass_through_and_are_recorded(platform: Platform) -> None:
    """The caller gets the original exception; each span that it left, and the trace's output, is an error."""
    error = ValueError("no such order")

    def work() -> None:
        with Trace("t", tracing=platform) as trace, trace.span("outer") as outer, outer.generation("inner"):
            raise error

    with pytest.raises(ValueError, match="no such order") as caught:
        work()
    assert caught.value is error
    assert {"error": "ValueError: no such order"} == platform.trace["output"]
    for observation in platform.observations:
        assert ("ERROR", "ValueError: no such order") == (observation["level"], observation["status_message"])


def test_exception_after_explicit_end_is_recorded(platform: Platform) -> None:
    """A span that was ended inside its block keeps its output and has the exception that left the block."""
    trace = Trace("t", tracing=platform)

    def work() -> None:
        with trace.span("s") as span:
            span.end(output="half", level="DEBUG")
            raise KeyError("k")

    with pytest.raises(KeyError):
        work()
    trace.end()
    [sent] = platform.observations
    assert ("half", "ERROR", "KeyError: 'k'") == (sent["output"], sent["level"], sent["status_message"])


def test_values_are_copied_when_recorded(platform: Platform) -> None:
    """Changing a dict after it was recorded does not change the payload."""
    messages = [{"role": "user"}]
    flat: dict[str, Any] = {"n": 1}
    trace = Trace("t", metadata=flat, tags=(tags := ["a"]), tracing=platform)
    span = trace.span("s", input=messages, metadata=flat)
    span.end(output=flat)
    messages.append({"role": "assistant"})
    flat["n"] = 2
    tags.append("b")
    trace.end()
    assert ({"n": 1}, ["a"]) == (platform.trace["metadata"], platform.trace["tags"])
    [sent] = platform.observations
    assert ([{"role": "user"}], {"n": 1}, {"n": 1}) == (sent["input"], sent["metadata"], sent["output"])


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("name", 7, "7"),
        ("user_id", 42, "42"),
        ("session_id", b"s", "s"),
        ("metadata", ["a"], {"value": ["a"]}),
        ("tags", "solo", ["solo"]),
        ("tags", {"b", "a"}, ["a", "b"]),
        ("tags", 5, ["5"]),
        ("tags", [1, "\ud83e"], ["1", "\ufffd"]),
        ("tags", None, []),
    ],
)
def test_invalid_trace_fields_are_converted(platform: Platform, key: str, value: Any, expected: Any) -> None:
    """A trace field of the wrong type is converted to the type that the platform accepts."""
    arguments: dict[str, Any] = {"name": "t", key: value}
    Trace(tracing=platform, **arguments).end()
    assert expected == platform.trace[key]


def test_invalid_span_fields_do_not_affect_the_trace(platform: Platform) -> None:
    """A level, message, model or count of the wrong type does not affect the rest of the trace."""
    wrong: Any = [1]
    trace = Trace("t", tracing=platform)
    generation = trace.generation(wrong, model=wrong, metadata=wrong, input={"lock": threading.Lock(), "q": 1})
    generation.end(
        output=float("nan"),
        usage={"input_tokens": wrong, "output_tokens": 3, "cost": 0.5},
        status_message=wrong,
        level=wrong,
    )
    assert {"status": "ok"} == trace.end()
    [sent] = platform.observations
    assert {
        "name": "[1]",
        "model": "[1]",
        "metadata": {"value": [1]},
        "usage": {"output_tokens": 3, "cost": 0.5},
        "status_message": "[1]",
        "level": "[1]",
        "output": "NaN",
    } == {key: sent[key] for key in ("name", "model", "metadata", "usage", "status_message", "level", "output")}
    assert {"lock": "<unlocked _thread.lock object>", "q": 1} == sent["input"]


def test_ending_twice_delivers_once(platform: Platform) -> None:
    """Each `end()` returns the result of the single delivery."""
    with Trace("t", tracing=platform) as trace:
        first = trace.end(output=1)
    assert trace.end(output=2) == first == {"status": "ok"}
    assert 1 == platform.trace["output"]


def test_concurrent_end_delivers_once(platform: Platform) -> None:
    """A trace that several threads end at the same time is delivered once, and all get the result."""
    trace = Trace("t", tracing=platform)
    with ThreadPoolExecutor(8) as pool:
        ends = [pool.submit(trace.end) for _ in range(32)]
        assert all({"status": "ok"} == end.result(10) for end in ends)
    assert 1 == len(platform.received)


def test_concurrent_spans_are_all_delivered(platform: Platform) -> None:
    """Spans that several threads add to a trace are all delivered, with unique ids."""
    trace = Trace("t", tracing=platform)

    def work(_number: int) -> None:
        for _ in range(200):
            with trace.span("s") as span:
                span.event("e")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    trace.end()
    assert 8 * 200 * 2 == len({observation["id"] for observation in platform.observations})


def test_ids_are_unique_between_traces() -> None:
    """Two traces share neither their ids nor those of their observations."""
    platform = Platform()
    for _ in range(100):
        trace = Trace("t", tracing=platform)
        trace.span("s")
        trace.end()
    ids = [i for t in platform.received for i in (t["id"], *(o["id"] for o in t["observations"]))]
    assert 200 == len(set(ids))


def test_end_never_raises() -> None:
    """If a trace cannot be queued, its result is an error."""

    class Broken(Platform):
        def enqueue(self, item: QueuedTrace) -> None:
            raise OSError("no memory")

    trace = Trace("t", tracing=Broken())
    answer = trace.end()
    assert "error" == answer["status"]
    assert answer["message"]
    assert trace.end() is answer


def test_platform_id_replaces_trace_id() -> None:
    """If the platform assigns ids of its own, `trace_id` is the assigned one."""
    trace = Trace("t", tracing=Platform({"status": "ok", "trace_id": "tr-9"}))
    assert 32 == len(trace.trace_id)
    trace.end()
    assert "tr-9" == trace.trace_id


def test_delivered_spans_are_freed() -> None:
    """The spans of a delivered trace are freed at once, without the garbage collector."""
    gc.collect()
    gc.disable()
    try:
        trace = Trace("t", tracing=Platform())
        trace.span("s", input=["large"]).generation("g")
        trace.end()
        assert not [held for held in gc.get_objects() if isinstance(held, Span) and held.trace_id == trace.trace_id]
    finally:
        gc.enable()


@given(st.lists(st.tuples(st.sampled_from(["span", "generation", "event"]), st.integers(0, 20), st.booleans())))
def test_any_span_tree_is_delivered_completely(steps: list[tuple[str, int, bool]]) -> None:
    """Each observation of a random tree is delivered once, under its parent."""
    platform = Platform()
    trace = Trace("t", tracing=platform)
    parents: list[Any] = [trace]
    names_of: dict[Any, str] = {}
    expected: list[tuple[str, str, str | None]] = []
    for number, (kind, choice, ends) in enumerate(steps):
        parent = parents[choice % len(parents)]
        made = getattr(parent, kind)(str(number))
        expected.append((str(number), kind, None if parent is trace else names_of[parent]))
        if made is not None:
            names_of[made] = str(number)
            parents.append(made)
            if ends:
                made.end()
    trace.end()
    names = {observation["id"]: observation["name"] for observation in platform.observations}
    assert expected == [(o["name"], o["type"], names.get(o["parent_observation_id"])) for o in platform.observations]


def test_span_overhead_is_small() -> None:
    """Starting and ending a small span takes a few microseconds; the bound allows for a busy machine."""
    trace = Trace("t", tracing=Platform())

    def once() -> float:
        start = time.perf_counter()
        for _ in range(100):
            trace.span("tool:search", input={"q": "refunds"}).end(output={"hits": 3})
        return (time.perf_counter() - start) / 100

    assert min(once() for _ in range(50)) < 15e-6


@pytest.mark.parametrize("form", ["trace", "span", "generation"])
def test_wrap_records_function_result(platform: Platform, form: str) -> None:
    """A trace, span or generation is active during the call, and ends with the result."""
    trace = Trace("t", tracing=platform)
    parent: Any = {
        "trace": lambda: trace,
        "span": lambda: trace.span("s"),
        "generation": lambda: trace.generation("s"),
    }[form]()

    def add(left: int, *, right: int) -> int:
        here = current_span()
        assert here is parent
        here.span("inner").end()
        return left + right

    assert 3 == parent.wrap(add, 1, right=2)
    assert current_span() is None
    trace.end()
    outputs = {one["name"]: one.get("output") for one in platform.observations}
    assert 3 == (platform.trace["output"] if form == "trace" else outputs["s"])
    assert "inner" in outputs


@pytest.mark.parametrize("form", ["trace", "span"])
def test_wrap_records_function_exception(platform: Platform, form: str) -> None:
    """An exception passes through, and the span has its description."""
    trace = Trace("t", tracing=platform)
    parent: Any = trace if form == "trace" else trace.span("s")

    with pytest.raises(ZeroDivisionError):
        parent.wrap(lambda: 1 / 0)
    assert current_span() is None
    trace.end()
    if form == "trace":
        assert {"error": "ZeroDivisionError: division by zero"} == platform.trace["output"]
    else:
        [span] = platform.observations
        assert ("ERROR", "ZeroDivisionError: division by zero") == (span["level"], span["status_message"])


def test_wrap_awaits_async_functions(platform: Platform) -> None:
    """The span is active while the function is awaited, and not between the call and the await."""
    trace = Trace("t", tracing=platform)
    good, bad = trace.span("good"), trace.span("bad")

    async def work(number: int) -> int:
        await asyncio.sleep(0)
        here = current_span()
        assert here is (good if number else bad)
        return 10 // number

    async def main() -> int:
        failing = bad.wrap(work, 0)
        assert current_span() is None
        with pytest.raises(ZeroDivisionError):
            await failing
        return await good.wrap(work, 5)

    assert 2 == asyncio.run(main())
    trace.end()
    ended = {one["name"]: one for one in platform.observations}
    assert 2 == ended["good"]["output"]
    assert "ERROR" == ended["bad"]["level"]


def test_wrap_without_recording_calls_the_function(platform: Platform) -> None:
    """If the trace is not sampled or has ended, the function is called and nothing is recorded."""
    trace = Trace("t", sampled=False, tracing=platform)
    assert 3 == trace.wrap(sum, [1, 2]) == trace.span("s").wrap(sum, [1, 2]) == trace.generation("g").wrap(sum, [1, 2])
    assert [] == platform.received


def test_span_id_is_the_delivered_id(platform: Platform) -> None:
    """`Span.id` is the id under which the span is delivered."""
    trace = Trace("t", tracing=platform)
    span = trace.span("s")
    trace.end()

    assert [span.id] == [one["id"] for one in platform.observations]


def test_reprs_show_name_id_and_state(platform: Platform) -> None:
    """The repr of a trace or span has its name, id and state, and does not wait for the platform."""
    trace = Trace("t", tracing=platform)
    span = trace.span("s")
    assert (f"<Trace 't' id={trace.trace_id} open>", f"<Span 's' id={span.id} open>") == (repr(trace), repr(span))
    span.end()
    trace.end()
    assert repr(trace).endswith(" ended>")
    assert repr(span).endswith(" ended>")


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"prompt_tokens": 5, "completion_tokens": 2.0}, {"input_tokens": 5, "output_tokens": 2}),
        (SimpleNamespace(prompt_token_count=5, candidates_token_count=2), {"input_tokens": 5, "output_tokens": 2}),
        ({"input_tokens": -5, "output_tokens": 2, "tier": "x"}, {"output_tokens": 2, "tier": "x"}),
        (7, None),
    ],
)
def test_usage_of_any_api_is_normalized(platform: Platform, usage: object, expected: dict[str, Any] | None) -> None:
    """The usage of a generation has the API's field names, whatever format was passed."""
    trace = Trace("t", tracing=platform)
    trace.generation("g").end(usage=usage)
    trace.end()

    [sent] = platform.observations
    assert expected == sent.get("usage")
