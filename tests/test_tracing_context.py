"""Spans find their parent in tasks, threads and other services."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs import AshrLabsClient, ContextThreadPoolExecutor, EvalRunner, current_span, keep_context, traced
from ashr_labs.tracing.propagation import SpanContext, is_sampled
from ashr_labs.tracing.spans import FOREIGN_SCOPES, ForeignScope
from support.recorded import Recorded


@pytest.fixture(scope="module")
def client() -> Generator[AshrLabsClient]:
    with AshrLabsClient.local() as client:
        yield client


def parents(client: AshrLabsClient, trace_id: str) -> dict[str, str | None]:
    """Return the name of each observation's parent by its name."""
    observations: list[Any] = client.get_observability_trace(trace_id)["trace"]["observations"]
    names = {one["id"]: one["name"] for one in observations}
    return {one["name"]: names.get(one["parent_observation_id"] or "") for one in observations}


def child(name: str) -> None:
    span = current_span()
    assert span is not None
    span.span(name).end()


def test_current_span_is_the_innermost_block(client: AshrLabsClient) -> None:
    """Entering a block makes its span the current one; leaving it restores the previous one."""
    assert current_span() is None
    with client.trace("t") as trace:
        assert current_span() is trace
        with trace.span("s") as span:
            assert current_span() is span
        assert current_span() is trace
    assert current_span() is None


def test_the_innermost_of_our_and_foreign_scopes_is_active(client: AshrLabsClient) -> None:
    """Operations that libraries keep in their own context are active unless a span of ours was activated in them."""
    contexts: list[ContextVar[ForeignScope | None]] = [ContextVar(name, default=None) for name in ("graph", "chain")]
    finders = [one.get for one in contexts]
    FOREIGN_SCOPES.extend(finders)
    graph, chain = contexts
    try:
        with client.trace("t") as trace:
            outer, inner = trace.span("graph"), trace.span("chain")
            token = chain.set(ForeignScope(outer))
            graph.set(ForeignScope(inner))
            assert current_span() is inner
            with trace.span("ours") as span:
                assert current_span() is span
                chain.set(ForeignScope(outer))
                assert current_span() is outer
            assert current_span() is inner, "the scope in `chain` was made inside of a span that is left"
            chain.reset(token)
            graph.set(None)
            assert current_span() is trace
    finally:
        for finder in finders:
            FOREIGN_SCOPES.remove(finder)


def test_asyncio_tasks_and_threads_inherit_the_span(client: AshrLabsClient) -> None:
    """Across `await`, tasks and `to_thread` the current span is the one that was current where they were started."""

    async def step(name: str) -> None:
        span = current_span()
        assert span is not None
        with span.span(name):
            await asyncio.sleep(0)
            await asyncio.to_thread(child, f"{name}-thread")

    async def work() -> str:
        with client.trace("t") as trace:
            await asyncio.gather(step("a"), step("b"))
            await asyncio.create_task(step("c"))
        return trace.trace_id

    found = parents(client, asyncio.run(work()))

    assert {"a": None, "b": None, "c": None, "a-thread": "a", "b-thread": "b", "c-thread": "c"} == found


def test_helpers_propagate_the_span_to_threads(client: AshrLabsClient) -> None:
    """`keep_context` and `ContextThreadPoolExecutor` propagate the current span; a plain thread does not."""
    bare: list[object] = []
    with client.trace("t") as trace, trace.span("s"):
        threads = [
            Thread(target=keep_context(child), args=("kept",)),
            Thread(target=lambda: bare.append(current_span())),
        ]
        for thread in threads:
            thread.start()
            thread.join()
        with ContextThreadPoolExecutor(2) as pool:
            list(pool.map(child, ["a", "b"]))
        with ThreadPoolExecutor(2) as other:
            list(other.map(keep_context(child), ["c", "d", "e"]))

    assert [None] == bare
    assert {"s": None, **dict.fromkeys(["kept", "a", "b", "c", "d", "e"], "s")} == parents(client, trace.trace_id)


@traced("answered")
def answer(message: str) -> dict[str, Any]:
    return {"text": message, "tool_calls": []}


async def answer_later(message: str) -> dict[str, Any]:
    await asyncio.sleep(0)
    return await asyncio.to_thread(answer, message)


def scenarios(number: int) -> dict[str, Any]:
    turns = [{"actor": "user", "content": "hi"}, {"actor": "agent", "content": "", "expected_response": {"text": "hi"}}]
    return {"runs": {f"s{n}": {"title": "t", "actions": turns} for n in range(number)}}


async def run_side_by_side(agent: Any) -> None:
    await EvalRunner(scenarios(4)).arun(agent, max_workers=2)


POOLS: dict[str, Callable[[], object]] = {
    "one after the other": lambda: EvalRunner(scenarios(4)).run(answer),
    "threads": lambda: EvalRunner(scenarios(4)).run(answer, max_workers=2),
    "threads with a limit of time": lambda: EvalRunner(scenarios(4)).run(answer, max_workers=2, timeout=30),
    "an event loop": lambda: EvalRunner(scenarios(4)).run(answer_later, max_workers=2),
    "the caller's event loop": lambda: asyncio.run(run_side_by_side(answer_later)),
    "threads of an event loop": lambda: asyncio.run(run_side_by_side(answer)),
    "an executor of the caller's": lambda: EvalRunner(scenarios(4)).run(answer, executor=ThreadPoolExecutor(2)),
}


@pytest.mark.parametrize("pool", POOLS)
def test_runner_propagates_the_span_to_agents(pool: str) -> None:
    """Wherever a runner calls an agent, the current span is the one in which the run was started."""
    recorded = Recorded()
    with recorded.trace(), traced("evaluate"):
        POOLS[pool]()

    evaluate, *answered = recorded.spans
    assert [(evaluate["id"], {"text": "hi", "tool_calls": []})] * 4 == [
        (span["parent_observation_id"], span["output"]) for span in answered
    ]


async def in_executor() -> None:
    with ContextThreadPoolExecutor(1) as pool:
        await asyncio.get_running_loop().run_in_executor(pool, child, "c")


async def in_group() -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.to_thread(child, "c"))


async def in_callback() -> None:
    done = asyncio.Event()
    asyncio.get_running_loop().call_soon(lambda: (child("c"), done.set()))
    await done.wait()


async def in_time() -> None:
    async with asyncio.timeout(5):
        child("c")


async def in_shield() -> None:
    await asyncio.shield(asyncio.wait_for(asyncio.to_thread(child, "c"), 5))


@pytest.mark.parametrize("way", [in_executor, in_group, in_callback, in_time, in_shield], ids=lambda one: one.__name__)
def test_asyncio_constructs_keep_the_current_span(way: Callable[[], Any]) -> None:
    """Task groups, callbacks, timeouts, `shield` and a context-propagating executor keep the current span."""
    recorded = Recorded()

    async def work() -> None:
        with traced("s"):
            await way()

    with recorded.trace():
        asyncio.run(work())

    assert {"s": None, "c": "s"} == recorded.parents


def test_cancelled_task_ends_its_spans(client: AshrLabsClient) -> None:
    """A cancellation ends each span that it passes through once, as an error; other tasks continue."""
    recorded = Recorded()

    @traced("waits")
    async def wait() -> None:
        with traced("inside"):
            await asyncio.sleep(60)

    async def work() -> None:
        task = asyncio.create_task(wait())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})
        await asyncio.to_thread(child, "after")

    with recorded.trace():
        asyncio.run(work())

    assert {"waits": None, "inside": "waits", "after": None} == recorded.parents
    assert ["CancelledError", "CancelledError", None] == [span.get("status_message") for span in recorded.spans]


def test_block_left_in_another_context_ends_once(client: AshrLabsClient) -> None:
    """A generator that is closed in another context ends its span once and raises nothing."""

    def stream(trace: Any) -> Generator[int]:
        with trace.span("stream"):
            yield 1
            yield 2

    trace = client.trace("t")
    steps = stream(trace)
    next(steps)
    thread = Thread(target=steps.close)
    thread.start()
    thread.join()
    trace.end()

    [span] = client.get_observability_trace(trace.trace_id)["trace"]["observations"]
    assert "end_time" in span
    assert "status_message" not in span


def test_incoming_traceparent_is_recorded(client: AshrLabsClient) -> None:
    """A valid `traceparent` is recorded in the metadata; the header for other services has the trace's own id."""
    header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    with client.trace("t", metadata={"a": 1}, traceparent=header) as trace, trace.span("s") as span:
        out = span.traceparent
    stored = client.get_observability_trace(trace.trace_id)["trace"]

    expected = {"a": 1, "parent_trace_id": "0af7651916cd43dd8448eb211c80319c", "parent_span_id": "b7ad6b7169203331"}
    assert expected == stored["metadata"]
    assert f"00-{trace.trace_id}-{stored['observations'][0]['id']}-01" == out


@pytest.mark.parametrize(
    "header",
    [
        "",
        "00",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
        "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.more",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1",
        ", ".join(["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"] * 2),
        "0\u0660-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        None,
        7,
    ],
)
def test_invalid_traceparent_is_ignored(header: Any) -> None:
    """A header that is invalid according to W3C Trace Context is ignored."""
    assert SpanContext.parse(header) is None


@pytest.mark.parametrize(
    ("header", "is_sampled"),
    [
        ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", True),
        (" 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03\t", True),
        ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-02", False),
        ("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", True),
        ("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00-what-the-future-will-be-like", False),
    ],
)
def test_valid_traceparent_is_parsed(header: str, is_sampled: bool) -> None:
    """Only the `sampled` flag is evaluated, and headers of future versions are parsed as far as they are known."""
    assert SpanContext("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", is_sampled) == SpanContext.parse(header)


@pytest.mark.parametrize("rate", [0.0, 0.3, 1.0])
def test_sampling_is_consistent_across_services(rate: float) -> None:
    """At the same sample rate all services of a request record it, or none does; later scores follow the decision."""
    recorded = Recorded(sample_rate=rate)
    for _ in range(200):
        first = recorded.trace("first")
        second = recorded.trace("second", traceparent=first.traceparent)
        with second.span("s") as span:
            third = recorded.trace("third", traceparent=span.traceparent)
        assert 1 == len({trace.is_recorded for trace in (first, second, third)})
        assert third.is_recorded == is_sampled(third.trace_id, rate)
        assert 3 == len({trace.trace_id for trace in (first, second, third)})


def test_headers_are_valid_before_and_after_the_trace() -> None:
    """A header is valid and has the same decision before and after the end of a trace, and if it is not recorded."""
    for rate, flag in ((1.0, True), (0.0, False)):
        trace = Recorded(sample_rate=rate).trace("t")
        headers = [trace.traceparent, trace.span("s").traceparent, trace.generation("g").traceparent]
        trace.end()
        headers += [trace.traceparent, trace.span("late").traceparent]
        remotes = [SpanContext.parse(header) for header in headers]
        assert {(trace.trace_id, flag)} == {(one.trace_id, one.is_sampled) for one in remotes if one is not None}
        assert None not in remotes


def test_disabled_tracing_forwards_traceparent() -> None:
    """With tracing disabled the incoming header is passed on; without one, the trace's own header says `sampled`."""
    header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    off = Recorded(enabled=False)

    assert header == off.trace("t", traceparent=header).traceparent
    assert header == off.trace("t", traceparent=header).span("s").traceparent
    own = SpanContext.parse(off.trace("t").traceparent)
    assert own is not None
    assert own.is_sampled


@given(st.text("0123456789abcdef", min_size=32, max_size=32), st.floats(0, 1), st.floats(0, 1))
def test_sampling_depends_only_on_the_id(trace_id: str, one: float, other: float) -> None:
    """A trace that is sampled at one rate is sampled at all higher rates; all are at 1, none at 0."""
    low, high = sorted((one, other))
    assert is_sampled(trace_id, high) or not is_sampled(trace_id, low)
    assert (True, False) == (is_sampled(trace_id, 1.0), is_sampled(trace_id, 0.0))


def test_unsampled_traces_are_not_sent() -> None:
    """Spans and scores of a trace that is not sampled are not sent; the caller's decision is followed."""
    unsampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
    with AshrLabsClient.local() as client:
        with client.trace("no", traceparent=unsampled) as trace, trace.span("s") as span:
            assert trace is current_span()
            assert span.traceparent.endswith("-00")
        client.tracing.configure(sample_rate=0)
        with client.trace("no") as other:
            other.score("s", 1)
        client.score_trace(other.trace_id, "s", 1)

        assert "ok" == other.end()["status"]
        assert {"sent": 0, "queued": 0, "dropped": 0, "failed": 0} == client.tracing.flush(5)
        assert 0 == client.list_observability_traces()["total"]
