"""Children find the span that they belong to, in tasks, threads and other services."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs import AshrLabsClient, ContextThreadPoolExecutor, current_span, keep_context
from ashr_labs.tracing.propagation import Remote, is_kept


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


def test_the_current_span_is_the_innermost_block(client: AshrLabsClient) -> None:
    """Entering a block makes it current, and leaving it brings back what was current before."""
    assert current_span() is None
    with client.trace("t") as trace:
        assert current_span() is trace
        with trace.span("s") as span:
            assert current_span() is span
        assert current_span() is trace
    assert current_span() is None


def test_tasks_and_threads_of_asyncio_find_their_parent(client: AshrLabsClient) -> None:
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


def test_threads_find_their_parent_with_help(client: AshrLabsClient) -> None:
    """A bound function and the context-keeping executor see the current span; a bare thread does not."""
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


def test_a_block_left_in_another_context_does_no_harm(client: AshrLabsClient) -> None:
    """A generator that is closed elsewhere ends its span once and raises nothing."""

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
    assert "status_message" not in span or span["status_message"].startswith("GeneratorExit")


def test_a_trace_names_the_service_that_it_is_done_for(client: AshrLabsClient) -> None:
    """A valid `traceparent` is found under the trace's metadata; its own header names its own id."""
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
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        None,
        7,
    ],
)
def test_a_header_that_is_not_valid_is_absent(header: Any) -> None:
    """What W3C Trace Context calls invalid is treated as if it were not there."""
    assert Remote.read(header) is None


@given(st.text("0123456789abcdef", min_size=32, max_size=32), st.floats(0, 1), st.floats(0, 1))
def test_sampling_depends_on_the_id_alone(trace_id: str, one: float, other: float) -> None:
    """A trace that is kept at a rate is kept at each higher rate, all at 1, none at 0."""
    low, high = sorted((one, other))
    assert is_kept(trace_id, high) or not is_kept(trace_id, low)
    assert (True, False) == (is_kept(trace_id, 1.0), is_kept(trace_id, 0.0))


def test_what_is_not_sampled_leaves_no_trace() -> None:
    """Neither children nor scores of a trace that is not kept are sent; a caller's decision is followed."""
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
