"""Traced generators behave as untraced ones, and their span is not active in their consumers."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import suppress
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs import current_span, traced
from support.recorded import Recorded


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()


class StopItError(Exception):
    pass


def name_of_current() -> str | None:
    span = current_span()
    return None if span is None else repr(span).split("'")[1]


def obedient(log: list[Any]) -> Generator[Any, Any, str]:
    """Record what it receives."""
    try:
        for number in range(4):
            try:
                got = yield number
            except StopItError as error:
                log.append(str(error))
                got = yield "recovered"
            log.append(got)
    finally:
        log.append("over")
    return "end"


def stubborn(log: list[Any]) -> Generator[Any, Any, str]:
    """Yield even when it is closed."""
    for number in range(3):
        try:
            log.append((yield number))
        except BaseException as error:
            log.append(type(error).__name__)
            yield "still here"
    raise ValueError("enough")


async def obedient_later(log: list[Any]) -> AsyncGenerator[Any, Any]:
    try:
        for number in range(4):
            await asyncio.sleep(0)
            try:
                got = yield number
            except StopItError as error:
                log.append(str(error))
                got = yield "recovered"
            log.append(got)
    finally:
        await asyncio.sleep(0)
        log.append("over")


async def stubborn_later(log: list[Any]) -> AsyncGenerator[Any, Any]:
    for number in range(3):
        try:
            log.append((yield number))
        except BaseException as error:
            log.append(type(error).__name__)
            yield "still here"
    raise ValueError("enough")


STEPS = st.lists(st.sampled_from(["next", "send", "throw", "close"]), max_size=8)


def play(steps: Generator[Any, Any, Any], acts: list[str]) -> list[Any]:
    """Drive a generator and return the outcome of each step."""
    seen: list[Any] = []
    for act in acts:
        try:
            seen.append(
                {
                    "next": lambda: next(steps),
                    "send": lambda: steps.send("sent"),
                    "throw": lambda: steps.throw(StopItError("stop")),
                    "close": steps.close,
                }[act]()
            )
        except BaseException as error:
            seen.append((type(error).__name__, str(error), getattr(error, "value", None)))
        assert "consumer" == name_of_current()
    return seen


async def play_later(steps: AsyncGenerator[Any, Any], acts: list[str]) -> list[Any]:
    seen: list[Any] = []
    for act in acts:
        try:
            seen.append(
                await {
                    "next": lambda: anext(steps),
                    "send": lambda: steps.asend("sent"),
                    "throw": lambda: steps.athrow(StopItError("stop")),
                    "close": steps.aclose,
                }[act]()
            )
        except BaseException as error:
            seen.append((type(error).__name__, str(error)))
        assert "consumer" == name_of_current()
    return seen


@pytest.mark.filterwarnings("ignore:Exception ignored:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("function", [obedient, stubborn], ids=lambda one: one.__name__)
@given(acts=STEPS)
def test_traced_generator_behaves_like_untraced(function: Callable[..., Any], acts: list[str]) -> None:
    """With `next`, `send`, `throw` and `close` it has the same items, exceptions, effects and result as untraced."""
    recorded = Recorded()
    logs: list[list[Any]] = [[], []]

    with recorded.trace("consumer"):
        expected = play(function(logs[0]), acts)
        got = play(traced("stream", function)(logs[1]), acts)

    assert (expected, logs[0]) == (got, logs[1])


@pytest.mark.filterwarnings("ignore:Exception ignored:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("function", [obedient_later, stubborn_later], ids=lambda one: one.__name__)
@given(acts=STEPS)
def test_traced_async_generator_behaves_like_untraced(function: Callable[..., Any], acts: list[str]) -> None:
    """The same holds for async generators, inside and outside of a trace."""
    recorded = Recorded()
    logs: list[list[Any]] = [[], []]

    with recorded.trace("consumer"):
        expected = asyncio.run(play_later(function(logs[0]), acts))
        got = asyncio.run(play_later(traced("stream", function)(logs[1]), acts))

    assert (expected, logs[0]) == (got, logs[1])


def used_up(steps: Generator[Any]) -> None:
    assert [0, 1, 2, 3] == list(steps)


def left_early(steps: Generator[Any]) -> None:
    for item in steps:
        if item == 1:
            break


def closed(steps: Generator[Any]) -> None:
    next(steps)
    next(steps)
    steps.close()
    steps.close()


def thrown_at(steps: Generator[Any]) -> None:
    next(steps)
    next(steps)
    with pytest.raises(ZeroDivisionError):
        steps.throw(ZeroDivisionError("thrown"))


def dropped(steps: Generator[Any]) -> None:
    next(steps)
    next(steps)
    cycle: list[Any] = [steps]
    cycle.append(cycle)
    del cycle, steps
    gc.collect()


def closed_by_another_thread(steps: Generator[Any]) -> None:
    next(steps)
    next(steps)
    thread = Thread(target=steps.close)
    thread.start()
    thread.join()


ENDS: list[tuple[Callable[[Any], None], list[int], str | None]] = [
    (used_up, [0, 1, 2, 3], None),
    (left_early, [0, 1], None),
    (closed, [0, 1], None),
    (dropped, [0, 1], None),
    (closed_by_another_thread, [0, 1], None),
    (thrown_at, [0, 1], "ZeroDivisionError: thrown"),
]


@pytest.mark.parametrize(("consume", "items", "status"), ENDS, ids=lambda one: getattr(one, "__name__", ""))
def test_generator_span_ends_once(
    recorded: Recorded, consume: Callable[[Any], None], items: list[int], status: str | None
) -> None:
    """The span has the items so far and ends with its children; closing the generator early is not an error."""

    @traced("stream")
    def stream() -> Generator[int]:
        with traced("inside"):
            for number in range(4):
                assert "inside" == name_of_current()
                yield number

    with recorded.trace("consumer"):
        consume(stream())
        assert "consumer" == name_of_current()
        with traced("after"):
            pass

    outer, inside, _after = recorded.spans
    assert (items, status) == (outer["output"], outer.get("status_message"))
    assert ("ERROR" if status else None) == outer["level"]
    assert all("end_time" in span for span in recorded.spans)
    assert {"stream": None, "inside": "stream", "after": None} == recorded.parents
    assert inside.get("status_message") == status


def test_generator_and_consumer_have_separate_current_spans(recorded: Recorded) -> None:
    """A span that the generator opens is never active in its consumer, nor the reverse."""

    @traced("outer")
    def outer() -> Generator[int]:
        for number in inner():
            with traced("in-outer"):
                yield number

    @traced("inner")
    def inner() -> Generator[int]:
        with traced("in-inner"):
            yield 1
            assert "in-inner" == name_of_current()
            yield 2

    with recorded.trace("consumer"):
        steps = outer()
        next(steps)
        with traced("between"):
            next(steps)
            assert "between" == name_of_current()
            with traced("deeper"):
                assert [] == list(steps)
                assert "deeper" == name_of_current()
        assert "consumer" == name_of_current()

    assert {
        "outer": None,
        "inner": "outer",
        "in-inner": "inner",
        "in-outer": "outer",
        "between": None,
        "deeper": "between",
    } == recorded.parents


def test_items_are_recorded_within_limits(recorded: Recorded) -> None:
    """The first items of a long stream are recorded as they were when yielded; the rest are counted."""

    @traced("numbers")
    def numbers() -> Generator[dict[str, int]]:
        shared = {"n": 0}
        for number in range(30_000):
            shared["n"] = number
            yield shared

    with recorded.trace():
        assert 30_000 == sum(1 for _ in numbers())

    items = recorded.span["output"]
    assert {"n": 3} == items[3]
    assert len(items) <= 10_001
    assert f"<{30_000 - len(items) + 1} more items>" == items[-1]


def test_generator_continues_after_its_trace_ends(recorded: Recorded) -> None:
    """Items after the end of the trace are yielded but not recorded; the span has the earlier ones."""

    @traced("late")
    def late() -> Generator[int]:
        yield from range(3)

    with recorded.trace():
        steps = late()
        next(steps)
    assert [1, 2] == list(steps)
    assert [0] == recorded.span["output"]
    assert recorded.span["start_time"] <= recorded.span["end_time"]
    assert current_span() is None


async def drained(steps: AsyncGenerator[Any]) -> None:
    assert [0, 1, 2, 3] == [item async for item in steps]


async def closed_later(steps: AsyncGenerator[Any]) -> None:
    await anext(steps)
    await anext(steps)
    await steps.aclose()
    await steps.aclose()


async def closed_by_another_task(steps: AsyncGenerator[Any]) -> None:
    await anext(steps)
    await anext(steps)

    async def close() -> None:
        with traced("other task"):
            await steps.aclose()
            assert "other task" == name_of_current()

    await asyncio.create_task(close())


async def advanced_by_other_tasks(steps: AsyncGenerator[Any]) -> None:
    for number in range(2):
        assert number == await asyncio.create_task(anext(steps))
    await steps.aclose()


async def cancelled(steps: AsyncGenerator[Any]) -> None:
    await anext(steps)
    await anext(steps)
    task = asyncio.ensure_future(anext(steps))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def dropped_later(steps: AsyncGenerator[Any]) -> None:
    await anext(steps)
    await anext(steps)
    del steps


async def held_until_the_loop_ends(steps: AsyncGenerator[Any]) -> None:
    await anext(steps)
    await anext(steps)
    HELD.append(steps)


async def timed_out(steps: AsyncGenerator[Any]) -> None:
    await anext(steps)
    await anext(steps)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await anext(steps)


HELD: list[Any] = []
ASYNC_ENDS: list[tuple[Any, list[int], str | None]] = [
    (drained, [0, 1, 2, 3], None),
    (closed_later, [0, 1], None),
    (closed_by_another_task, [0, 1], None),
    (advanced_by_other_tasks, [0, 1], None),
    (cancelled, [0, 1], "CancelledError"),
    (timed_out, [0, 1], "CancelledError"),
    (dropped_later, [0, 1], None),
    (held_until_the_loop_ends, [0, 1], None),
]


@pytest.mark.parametrize(("consume", "items", "status"), ASYNC_ENDS, ids=lambda one: getattr(one, "__name__", ""))
def test_async_generator_span_ends_once(
    recorded: Recorded, caplog: pytest.LogCaptureFixture, consume: Any, items: list[int], status: str | None
) -> None:
    """The same holds for async generators; each is closed once, with `await`, and nothing is logged."""
    cleaned: list[str] = []

    @traced("stream")
    async def stream() -> AsyncGenerator[int]:
        try:
            with traced("inside"):
                for number in range(4):
                    await asyncio.sleep(0)
                    assert "inside" == name_of_current()
                    yield number
        finally:
            await asyncio.sleep(0)
            cleaned.append("once")

    async def work(trace: Any) -> None:
        await consume(stream())
        assert "consumer" == name_of_current()
        gc.collect()
        await asyncio.sleep(0.01)
        assert "consumer" == name_of_current()

    with caplog.at_level(logging.WARNING), recorded.trace("consumer") as trace:
        asyncio.run(work(trace))
        HELD.clear()

    by_name = {span["name"]: span for span in recorded.spans}
    assert (items, status) == (by_name["stream"]["output"], by_name["stream"].get("status_message"))
    assert status == by_name["inside"].get("status_message")
    assert all("end_time" in span for span in recorded.spans)
    assert ["once"] == cleaned
    assert [] == caplog.records


def test_closed_coroutine_ends_its_span(recorded: Recorded) -> None:
    """A suspended coroutine that is closed ends its span and leaves the current span unchanged."""

    @traced("coroutine")
    async def work() -> None:
        await asyncio.Event().wait()

    with recorded.trace("consumer"):
        coroutine = work()

        async def start() -> None:
            # As an event loop would, up to the first suspension.
            coroutine.send(None)

        asyncio.run(start())
        with traced("elsewhere"):
            coroutine.close()
            assert "elsewhere" == name_of_current()

    assert "end_time" in recorded.spans[0]
    assert "status_message" not in recorded.spans[0]


class Closed:
    """A block in an untraced generator, which stays active between items."""

    def __init__(self) -> None:
        self.steps = self._steps()

    def _steps(self) -> Generator[int]:
        with traced("inner"):
            yield 1
            yield 2


def test_generator_block_ends_with_enclosing_block(recorded: Recorded) -> None:
    """A suspended generator's open block does not stay current after the block around it has ended."""
    with recorded.trace("t"):
        with traced("outer"):
            kept = Closed()
            next(kept.steps)
        assert "t" == name_of_current()
    assert current_span() is None
    kept.steps.close()
    assert current_span() is None


def test_generator_block_is_not_restored(recorded: Recorded) -> None:
    """A block that ends inside a later block of the consumer does not make its span current again."""
    with recorded.trace("t"):
        kept = Closed()
        next(kept.steps)
        with traced("later"):
            kept.steps.close()
        assert "t" == name_of_current()
    assert current_span() is None


@pytest.mark.parametrize("how", ["break", "anext", "return", "raise", "held"])
def test_abandoned_stream_records_its_items(recorded: Recorded, how: str) -> None:
    """However a consumer leaves an async generator early, its items and an end time are recorded."""

    @traced("stream")
    async def stream() -> AsyncGenerator[int]:
        for number in range(5):
            yield number

    held: list[Any] = []

    async def consume() -> None:
        steps = stream()
        held.append(steps)
        if how in {"anext", "held"}:
            assert (0, 1) == (await anext(steps), await anext(steps))
            return
        async for number in steps:
            if number == 1 and how == "break":
                break
            if number == 1 and how == "return":
                return
            if number == 1:
                raise LookupError

    async def main() -> None:
        with recorded.trace(), suppress(LookupError):
            await consume()

    asyncio.run(main())
    held.clear()
    assert [0, 1] == recorded.span["output"]
    assert recorded.span["start_time"] <= recorded.span["end_time"]


def test_suspended_generator_records_its_items(recorded: Recorded) -> None:
    """A generator that is still suspended when its trace ends has its items so far and an end time."""

    @traced("steps")
    def steps() -> Generator[int]:
        yield from range(5)

    with recorded.trace():
        held = steps()
        assert 0 == next(held)

    assert [0] == recorded.span["output"]
    assert recorded.span["end_time"]
