"""`traced` records functions and blocks without changing their behaviour."""

from __future__ import annotations

import asyncio
import functools
import inspect
import pickle
import threading
import traceback
from collections.abc import AsyncGenerator, Callable, Generator
from typing import Any

import pytest

from ashr_labs import AshrLabsClient, current_span, traced
from ashr_labs.tracing import Span, instrument
from support.recorded import Recorded


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()


@traced
def add(a: int, b: int = 2, *more: int, scale: int = 1, **named: int) -> int:
    """Return the sum."""
    return (a + b + sum(more) + sum(named.values())) * scale


@traced("chat", kind="generation", model="m-1")
async def chat(question: str) -> str:
    await asyncio.sleep(0)
    return question.upper()


@traced
def count(to: int) -> Generator[int, None, str]:
    yield from range(to)
    return "done"


@traced
async def stream(to: int) -> AsyncGenerator[int]:
    for number in range(to):
        await asyncio.sleep(0)
        yield number


class Agent:
    @traced
    def respond(self, message: str) -> str:
        return message + "!"

    @traced
    @classmethod
    def outer_class(cls, message: str) -> str:
        return cls.__name__ + message

    @classmethod
    @traced
    def inner_class(cls, message: str) -> str:
        return cls.__name__ + message

    @traced(kind="tool")
    @staticmethod
    def outer_static(message: str) -> str:
        return message

    @staticmethod
    @traced(kind="tool")
    def inner_static(message: str) -> str:
        return message

    @traced("plan")
    async def plan(self, goal: str) -> list[str]:
        return [goal]

    @traced
    def __call__(self, message: str) -> str:
        return message


class Calculator:
    """A callable object."""

    def __call__(self, number: int) -> int:
        return number + 1


class AsyncCalculator:
    async def __call__(self, number: int) -> int:
        return number + 1


def plain(a: int, b: int) -> int:
    return a - b


async def collect(items: AsyncGenerator[Any]) -> list[Any]:
    return [item async for item in items]


CALLS: dict[str, tuple[Callable[[], Any], str, Any, Any]] = {
    "bare": (lambda: add(1), "add", {"a": 1}, 3),
    "all kinds of parameters": (
        lambda: add(1, 2, 3, 4, scale=2, x=5),
        "add",
        {"a": 1, "b": 2, "more": [3, 4], "scale": 2, "x": 5},
        30,
    ),
    "coroutine": (lambda: asyncio.run(chat("hi")), "chat", {"question": "hi"}, "HI"),
    "generator": (lambda: list(count(3)), "count", {"to": 3}, [0, 1, 2]),
    "async generator": (lambda: asyncio.run(collect(stream(3))), "stream", {"to": 3}, [0, 1, 2]),
    "method": (lambda: Agent().respond("a"), "Agent.respond", {"message": "a"}, "a!"),
    "async method": (lambda: asyncio.run(Agent().plan("a")), "plan", {"goal": "a"}, ["a"]),
    "method from the class": (lambda: Agent.respond(Agent(), "a"), "Agent.respond", {"message": "a"}, "a!"),
    "classmethod inside": (lambda: Agent.outer_class("a"), "Agent.outer_class", {"message": "a"}, "Agenta"),
    "classmethod outside": (lambda: Agent().inner_class("a"), "Agent.inner_class", {"message": "a"}, "Agenta"),
    "staticmethod inside": (lambda: Agent.outer_static("a"), "tool:outer_static", {"message": "a"}, "a"),
    "staticmethod outside": (lambda: Agent().inner_static("a"), "tool:inner_static", {"message": "a"}, "a"),
    "object with a call": (lambda: Agent()("a"), "Agent.__call__", {"message": "a"}, "a"),
    "direct call": (lambda: traced("minus", plain)(3, b=1), "minus", {"a": 3, "b": 1}, 2),
    "bound method": (lambda: traced("bound", Calculator().__call__)(1), "bound", {"number": 1}, 2),
    "partial": (lambda: traced(functools.partial(plain, 3))(1), "plain", {"b": 1}, 2),
    "callable object": (lambda: traced(Calculator())(1), "Calculator", {"number": 1}, 2),
    "async callable object": (lambda: asyncio.run(traced(AsyncCalculator())(1)), "AsyncCalculator", {"number": 1}, 2),
    "builtin": (lambda: traced("size", len)("abc"), "size", {"obj": "abc"}, 3),
    "builtin without a signature": (lambda: traced(max)(1, 2), "max", {"args": [1, 2]}, 2),
    "given input": (lambda: traced("minus", plain, input="two numbers")(3, 1), "minus", "two numbers", 2),
    "lambda": (lambda: traced("double", lambda number: 2 * number)(2), "double", {"number": 2}, 4),
}


@pytest.mark.parametrize("form", CALLS)
def test_each_form_records_arguments_and_result(recorded: Recorded, form: str) -> None:
    """Each form of `traced` records one ended span with its name, arguments without `self`, and result."""
    call, name, given, output = CALLS[form]
    untraced = call()

    with recorded.trace():
        returned = call()

    assert untraced == returned
    assert (name, given, output) == (recorded.span["name"], recorded.span["input"], recorded.span["output"])
    assert "end_time" in recorded.span


def test_generation_has_its_model(recorded: Recorded) -> None:
    """The kind, model and metadata of a language model call are recorded."""
    with recorded.trace():
        asyncio.run(chat("hi"))
        with traced("g", kind="generation", model="m-2", metadata={"try": 1}) as generation:
            generation.end(usage={"input_tokens": 3})

    first, second = recorded.spans
    assert ("generation", "m-1") == (first["type"], first["model"])
    assert ("generation", "m-2", {"try": 1}, {"input_tokens": 3}) == tuple(
        second[key] for key in ("type", "model", "metadata", "usage")
    )


KINDS: list[tuple[Callable[..., Any], Callable[[Any], bool]]] = [
    (chat, inspect.iscoroutinefunction),
    (chat, asyncio.iscoroutinefunction),
    (Agent.plan, inspect.iscoroutinefunction),
    (count, inspect.isgeneratorfunction),
    (stream, inspect.isasyncgenfunction),
    (add, inspect.isfunction),
    (Agent().respond, inspect.ismethod),
    (Agent.outer_class, inspect.ismethod),
    (Agent.inner_class, inspect.ismethod),
    (traced("x", functools.partial(stream, 1)), inspect.isasyncgenfunction),
    (traced(AsyncCalculator()), inspect.iscoroutinefunction),
]


@pytest.mark.filterwarnings("ignore:'asyncio.iscoroutinefunction' is deprecated")  # frameworks still call it
@pytest.mark.parametrize(("function", "is_kind"), KINDS, ids=lambda one: getattr(one, "__name__", ""))
def test_function_kind_is_preserved(function: Callable[..., Any], is_kind: Callable[[Any], bool]) -> None:
    """Frameworks that inspect a function to await, iterate or bind it see the same kind as untraced."""
    assert is_kind(function)


def test_function_metadata_is_preserved() -> None:
    """Signature, name, module, docstring and annotations are those of the function."""
    assert inspect.signature(plain) == inspect.signature(traced("minus", plain))
    assert "(self, message: 'str') -> 'str'" == str(inspect.signature(Agent.respond))
    assert ("add", "Return the sum.", __name__) == (add.__name__, add.__doc__, add.__module__)
    assert "Agent.respond" == Agent.respond.__qualname__
    assert {"a": int, "b": int, "return": int} == inspect.get_annotations(traced(plain), eval_str=True)


def test_traced_functions_are_picklable() -> None:
    """A traced function is pickled by its name, like any function."""
    for function in (add, chat, count, Agent.respond, Agent.outer_static):
        assert pickle.loads(pickle.dumps(function)) is function


def test_other_decorators_may_be_combined(recorded: Recorded) -> None:
    """Above or below another decorator, a call has one span, with the innermost function's argument names."""

    def shouting(function: Callable[..., str]) -> Callable[..., str]:
        @functools.wraps(function)
        def loud(*args: Any, **kwargs: Any) -> str:
            return function(*args, **kwargs).upper()

        return loud

    def greet(name: str) -> str:
        return f"hi {name}"

    with recorded.trace():
        assert "HI ANN" == traced("above", shouting(greet))("ann")
        assert "HI ANN" == shouting(traced("below", greet))("ann")

    assert [("above", {"name": "ann"}, "HI ANN"), ("below", {"name": "ann"}, "hi ann")] == [
        (span["name"], span["input"], span["output"]) for span in recorded.spans
    ]


@pytest.mark.parametrize(
    "thing", [7, Agent, property(len), None.__class__], ids=["number", "class", "property", "type"]
)
def test_non_functions_raise_type_error(thing: Any) -> None:
    """`traced` on a class, a property or a number raises TypeError at the definition."""
    with pytest.raises(TypeError, match="must be a function or method"):
        traced("x", thing)


class TroubleError(Exception):
    pass


def fail(secret: str) -> None:
    raise TroubleError(f"no {secret}")


async def fail_later(secret: str) -> None:
    raise TroubleError(f"no {secret}")


def fail_between(secret: str) -> Generator[int]:
    yield 1
    raise TroubleError(f"no {secret}")


async def fail_between_later(secret: str) -> AsyncGenerator[int]:
    yield 1
    raise TroubleError(f"no {secret}")


FAILING: list[tuple[Callable[..., Any], Callable[[Any], Any], Any]] = [
    (fail, lambda given: given, None),
    (fail_later, asyncio.run, None),
    (fail_between, list, [1]),
    (fail_between_later, lambda given: asyncio.run(collect(given)), [1]),
]


@pytest.mark.parametrize(("function", "run", "output"), FAILING, ids=lambda one: getattr(one, "__name__", ""))
def test_exceptions_are_recorded_and_pass_unchanged(
    recorded: Recorded, function: Callable[..., Any], run: Callable[[Any], Any], output: Any
) -> None:
    """The same exception is raised, with one more frame and nothing chained to it, and is recorded."""
    with pytest.raises(TroubleError) as untraced:
        run(function("luck"))
    with recorded.trace(), pytest.raises(TroubleError) as caught:
        run(traced(function)("luck"))

    assert len(traceback.extract_tb(caught.value.__traceback__)) <= len(untraced.traceback) + 1
    assert (None, None) == (caught.value.__cause__, caught.value.__context__)
    span = recorded.span
    assert ("ERROR", "TroubleError: no luck") == (span["level"], span["status_message"])
    assert output == span.get("output")


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, asyncio.CancelledError])
def test_base_exceptions_are_recorded_and_raised(recorded: Recorded, error: type[BaseException]) -> None:
    """Exceptions that `except Exception` does not catch are recorded and raised as well."""
    raised = error()

    def interrupt() -> None:
        raise raised

    with recorded.trace(), pytest.raises(error) as caught:
        traced(interrupt)()

    assert raised is caught.value
    assert "ERROR" == recorded.span["level"]


SWITCHES: list[tuple[bool, dict[str, Any], tuple[bool, bool]]] = [
    (True, {}, (True, True)),
    (True, {"capture": False}, (False, False)),
    (True, {"capture_arguments": False}, (False, True)),
    (True, {"capture_result": False}, (True, False)),
    (True, {"capture": False, "capture_result": True}, (False, True)),
    (False, {}, (False, False)),
    (False, {"capture": True}, (True, True)),
    (False, {"capture_arguments": True}, (True, False)),
]


@pytest.mark.parametrize(("general", "options", "expected"), SWITCHES, ids=repr)
def test_capture_options_override_settings(general: bool, options: dict[str, Any], expected: tuple[bool, bool]) -> None:
    """The decorator's options take precedence over the settings, for arguments and results."""
    recorded = Recorded(capture=general)

    with recorded.trace():
        traced("minus", plain, **options)(3, 1)

    assert expected == (recorded.span["input"] is not None, "output" in recorded.span)


def test_exception_message_is_omitted_without_capture(recorded: Recorded) -> None:
    """Without content capture only the type of an exception is recorded, since its message may repeat arguments."""
    with pytest.raises(TroubleError):
        traced("fails", fail, capture=False, client=recorded)("a secret")

    assert "TroubleError" == recorded.span["status_message"]
    assert {"error": "TroubleError"} == recorded.traces[0]["output"]
    assert "secret" not in str(recorded.traces)


@pytest.mark.parametrize(("written", "expected"), [("false", False), ("0", False), ("true", True), ("", True)])
def test_environment_variable_sets_capture(monkeypatch: pytest.MonkeyPatch, written: str, expected: bool) -> None:
    """ASHR_LABS_TRACING_CAPTURE is the default for capture."""
    monkeypatch.setenv("ASHR_LABS_TRACING_CAPTURE", written)
    with AshrLabsClient.local() as client:
        with client.trace("t") as trace:
            traced(plain)(3, 1)
        trace.end(wait=True)
        [span] = client.get_observability_trace(trace.trace_id)["trace"]["observations"]

    assert expected == ("output" in span)


def test_environment_variable_disables_tracing(monkeypatch: pytest.MonkeyPatch) -> None:
    """With ASHR_LABS_TRACING=false nothing is recorded or sent and no thread is started, whatever the settings."""
    monkeypatch.setenv("ASHR_LABS_TRACING", "false")
    threads = set(threading.enumerate())
    with AshrLabsClient.local() as client:
        client.tracing.configure(enabled=True)
        client.tracing.set_default()
        assert 3 == add(1)
        with client.trace("t"), traced("block"):
            assert [0, 1] == list(count(2))
        assert {"sent": 0, "queued": 0, "dropped": 0, "failed": 0} == client.tracing.flush(1)
        assert set() == {one.name for one in set(threading.enumerate()) - threads if "trac" in one.name}
        assert 0 == client.list_observability_traces()["total"]


def test_untraced_call_is_not_recorded() -> None:
    """Without a default client, a traced function outside of a trace is called and not recorded."""
    assert 2 == traced(plain)(3, 1)
    with traced("block") as span:
        assert current_span() is None
        span.event("nothing")
    assert [0, 1] == list(count(2))


def test_client_starts_a_trace_for_untraced_call(recorded: Recorded) -> None:
    """A traced function with a client starts a trace, and the traced functions that it calls are in it."""

    @traced(client=recorded)
    def outer() -> int:
        return add(1) + sum(count(2))

    assert 4 == outer()

    assert {
        outer.__qualname__.rpartition("<locals>.")[2]: None,
        "add": "outer",
        "count": "outer",
    } == recorded.parents
    assert ("outer", 4) == (recorded.traces[0]["name"], recorded.traces[0]["output"])


def test_default_client_records_untraced_calls() -> None:
    """The default client records functions outside of a trace until it is closed."""
    with AshrLabsClient.local() as client:
        client.tracing.set_default()
        add(1)
        with traced("block", input=1) as span:
            span.end(output=2)
        list(count(2))
        asyncio.run(collect(stream(1)))
        client.tracing.flush(10)
        names = [trace["name"] for trace in client.list_observability_traces()["traces"]]
    assert sorted(["add", "block", "count", "stream"]) == sorted(names)

    with AshrLabsClient.local() as other:
        add(1)
        assert 0 == other.list_observability_traces()["total"]


def test_active_trace_takes_precedence(recorded: Recorded) -> None:
    """Inside a trace the function's own client is not used."""
    other = Recorded()
    with recorded.trace():
        traced("minus", plain, client=other)(3, 1)

    assert "minus" == recorded.span["name"]
    assert [] == other.traces


@pytest.mark.parametrize("settings", [{"sample_rate": 0.0}, {"enabled": False}], ids=repr)
def test_unsampled_trace_records_nothing(settings: dict[str, Any]) -> None:
    """A trace that is not sampled or disabled records nothing, and calls inside it do not start traces of their own."""
    recorded = Recorded(**settings)

    @traced(client=recorded)
    def outer() -> int:
        return traced("inner", plain, client=recorded)(3, 1)

    assert [2] * 50 == [outer() for _ in range(50)]
    with traced("block", client=recorded) as span:
        assert not span.is_recorded
        assert 2 == outer()
    assert [] == recorded.traces
    assert current_span() is None


def test_blocks_nest_and_record_errors(recorded: Recorded) -> None:
    """A block's span is current inside it, records values, and has the exception that left it."""

    def failing() -> None:
        with traced("failing"):
            raise TroubleError("x")

    with recorded.trace():
        with traced("outer", input={"a": 1}, metadata={"m": 1}) as outer:
            assert outer is current_span()
            with pytest.raises(TroubleError):
                failing()
            outer.end(output="done")
        asyncio.run(_async_block())

    outer_, failed, later = recorded.spans
    assert ({"a": 1}, {"m": 1}, "done") == (outer_["input"], outer_["metadata"], outer_["output"])
    assert ("failing", "TroubleError: x") == (failed["name"], failed["status_message"])
    assert "later" == later["name"]
    assert {"outer": None, "failing": "outer", "later": None} == recorded.parents


async def _async_block() -> None:
    async with traced("later") as span:
        await asyncio.sleep(0)
        assert span is current_span()


def test_block_is_reusable_by_concurrent_tasks(recorded: Recorded) -> None:
    """A block that several tasks and recursive calls enter at the same time has one span for each."""
    block = traced("step")

    async def step(number: int) -> None:
        with block as outer:
            await asyncio.sleep(0.001 * (5 - number))
            assert outer is current_span()
            with block as inner:
                await asyncio.sleep(0)
                assert inner is current_span()
            inner.end()
            outer.end(output=number)

    async def work() -> None:
        await asyncio.gather(*(step(number) for number in range(5)))

    with recorded.trace():
        asyncio.run(work())

    assert 10 == len(recorded.spans)
    assert {0, 1, 2, 3, 4} == {span["output"] for span in recorded.spans if "output" in span}
    assert all("end_time" in span for span in recorded.spans)


def test_explicit_values_take_precedence_over_result(recorded: Recorded) -> None:
    """Values that a function records in its span take precedence over its result."""

    @traced
    def work() -> str:
        span = current_span()
        assert isinstance(span, Span)
        span.event("halfway")
        span.end(output="short", level="WARNING")
        return "very long"

    with recorded.trace():
        assert "very long" == work()

    span, _event = recorded.spans
    assert ("short", "WARNING") == (span["output"], span["level"])


class Hostile:
    def __repr__(self) -> str:
        raise RuntimeError("no text")

    def __getattr__(self, name: str) -> Any:
        raise ZeroDivisionError(name)

    def __iter__(self) -> Any:
        raise AssertionError("must not run")

    def __eq__(self, other: object) -> bool:
        raise AssertionError("must not run")

    __hash__ = None  # type: ignore[assignment]


def cyclic() -> list[Any]:
    value: list[Any] = []
    value.append(value)
    return value


@pytest.mark.parametrize(
    "make",
    [
        Hostile,
        cyclic,
        lambda: iter([1, 2]),
        lambda: (n for n in [1, 2]),
        lambda: {"a": float("nan")},
        lambda: "\ud83e",
        object,
    ],
    ids=["hostile", "cyclic", "iterator", "generator", "nan", "surrogate", "object"],
)
def test_any_value_passes_through_unchanged(recorded: Recorded, make: Callable[[], Any]) -> None:
    """Arguments and results are passed on as the same objects, unconsumed, and the trace is delivered."""
    value = make()

    def same(given: Any) -> Any:
        return given

    with recorded.trace():
        assert value is traced("same", same)(value)
        assert value is traced("same", same)(given=value)

    assert 2 == len(recorded.spans)
    assert [span["input"] for span in recorded.spans] == [{"given": span["output"]} for span in recorded.spans]
    if hasattr(type(value), "__next__"):
        assert [1, 2] == list(value)


BROKEN = ["begin", "begin_stream", "succeed", "fail", "resume", "suspend", "note", "close"]


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("form", [form for form in CALLS if "signature" not in form])
def test_fault_in_tracing_returns_untraced_result(
    recorded: Recorded, monkeypatch: pytest.MonkeyPatch, form: str, name: str
) -> None:
    """If any part of tracing raises, a function returns its untraced result."""

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("a fault of ours")

    call, _, _, _ = CALLS[form]
    expected = call()
    for owner in (instrument.SpanSpec, instrument.ActiveCall, instrument.ActiveGenerator):
        if hasattr(owner, name):
            monkeypatch.setattr(owner, name, broken)

    with recorded.trace():
        assert expected == call()
    assert current_span() is None
