"""If tracing fails anywhere, traced code returns and raises exactly what it does without tracing."""

from __future__ import annotations

import asyncio
import gc
import importlib
import inspect
import pkgutil
import threading
from collections.abc import AsyncIterator, Generator, Iterator
from contextvars import copy_context
from typing import Any

import pytest

import ashr_labs.tracing
from ashr_labs import AshrLabsClient, current_span, keep_context, traced
from ashr_labs.tracing import ContextThreadPoolExecutor
from ashr_labs.tracing.export.exporter import EXPORTER
from support.scripted_server import ScriptedServer
from support.traces import KEY, Stored

MODULES = [
    importlib.import_module(module.name)
    for module in pkgutil.walk_packages(ashr_labs.tracing.__path__, "ashr_labs.tracing.")
]


class BrokenError(Exception):
    """Raised by a patched function."""


def broken(*_: object, **__: object) -> Any:
    raise BrokenError


def patches() -> Iterator[tuple[str, list[tuple[object, str]]]]:
    """Yield each function of tracing with every place that refers to it."""
    for module in MODULES:
        for name, value in vars(module).items():
            if home_of(value) != module.__name__:
                continue
            if inspect.isfunction(value):
                holders = [holder for holder in MODULES if vars(holder).get(name) is value]
                yield f"{module.__name__}.{name}", [(holder, name) for holder in holders]
            elif inspect.isclass(value):
                for part in functions_of(value):
                    yield f"{module.__name__}.{name}.{part}", [(value, part)]


def home_of(value: object) -> str | None:
    """Return the module that defines a function or class; public ones have `ashr_labs` as their `__module__`."""
    name: str | None = getattr(value, "__module__", None)
    if name != "ashr_labs":
        return name
    function = next((vars(value)[part] for part in functions_of(value)), value) if isinstance(value, type) else value
    home: str | None = getattr(function, "__globals__", {}).get("__name__", name)
    return home


def functions_of(kind: type) -> list[str]:
    kinds = (classmethod, staticmethod, property)
    return [name for name, value in vars(kind).items() if inspect.isfunction(value) or isinstance(value, kinds)]


ALL = dict(patches())
"""Every function and method of tracing."""

CALLED_BY_THE_HOST = {
    f"ashr_labs.tracing.{name}"
    for name in (
        "context.keep_context",
        "executor.ContextThreadPoolExecutor.submit",
        "export.item.ExportResult.__getitem__",
        "export.item.ExportResult.__repr__",
        "spans.current_span",
        "spans.Generation.end",
        "spans.Parent.event",
        "spans.Parent.generation",
        "spans.Parent.score",
        "spans.Parent.span",
        "spans.Parent.trace_id",
        "spans.Parent.traceparent",
        "spans.Parent.wrap",
        "spans.Parent.__enter__",
        "spans.Parent.__exit__",
        "spans.Span.end",
        "decorator.Traced.__enter__",
        "decorator.Traced.__exit__",
        "decorator.Traced.__aenter__",
        "decorator.Traced.__aexit__",
        "instrument._Step.__enter__",
        "instrument._Step.__exit__",
        "instrument._Step.__init__",
        "instrument._Step.note",
        "instrument._begin_generator",
        "instrument._start",
        "trace.Trace.end",
        "trace.Trace.trace_id",
    )
}
"""Functions that traced code calls directly, and parts of wrapped functions; tracing does not catch their errors."""


def traced_work(client: AshrLabsClient, fails: bool) -> int:
    """Run traced code of every form."""
    with client.trace(
        "t", user_id="u", metadata={"a": 1}, tags=["x"], traceparent="00-" + "1" * 32 + "-" + "2" * 16 + "-01"
    ) as trace:
        with trace.span("tool:search", input={"q": [object(), "x" * 100]}) as span:
            span.event("seen", input=1, level="DEBUG")
            with span.generation("g", model="m", input="hi") as generation:
                generation.end(output={"a": {1, 2}}, usage={"input_tokens": 1})
            span.score("good", 1, comment="c")
            here = current_span()
            if here is not None:
                here.span("inner").end(output=None, status_message="s", level="WARNING")
            assert 7 == span.span("wrapped").wrap(work, False)
            len(trace.traceparent) + len(trace.trace_id)
        with ContextThreadPoolExecutor(1) as pool:
            total = sum(pool.map(abs, [-1, 2]))
        thread = threading.Thread(target=keep_context(work), args=(False,))
        thread.start()
        thread.join()
        client.score_trace("1" * 32, "late", True)
        call_traced_functions()
        return work(fails) + total


BLOCK = traced("block", input=1)
DIRECT = traced("direct", lambda: iter([2]))


@traced
def double(number: int) -> int:
    return 2 * number


@traced("many", kind="generation", model="m")
def many() -> Iterator[int]:
    yield from (1, 2)


@traced(kind="tool")
async def later() -> int:
    with BLOCK as block:
        block.end(output=2)
    return 5


@traced
async def stream() -> AsyncIterator[int]:
    yield 1
    yield 2


async def drain() -> list[int]:
    return [item async for item in stream()]


class Tools:
    @traced
    def method(self) -> str:
        return "m"

    @traced
    @classmethod
    def of_class(cls) -> str:
        return cls.__name__


def call_traced_functions() -> None:
    """Call functions of each kind that were decorated before anything was patched."""
    assert (4, [1, 2], 5, [1, 2], "m", "Tools", 2) == (
        double(2),
        list(many()),
        asyncio.run(later()),
        asyncio.run(drain()),
        Tools().method(),
        Tools.of_class(),
        next(DIRECT()),
    )


def work(fails: bool) -> int:
    """Return 7, or raise an exception."""
    if fails:
        raise LookupError("the host's own")
    return 7


def outcome(client: AshrLabsClient, *, fails: bool) -> object:
    """Return the result or exception of the work, run in a copy of the context since a block may stay open."""
    try:
        return copy_context().run(traced_work, client, fails)
    except Exception as error:
        return type(error), str(error)


@pytest.fixture(scope="module")
def url() -> Generator[str]:
    script = ScriptedServer()
    with script.running():
        yield Stored(script).server.url


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", sorted(ALL.keys() - CALLED_BY_THE_HOST))
def test_fault_in_tracing_does_not_change_results(name: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """If any one function of tracing raises, the work has the same result and exception as untraced."""
    with monkeypatch.context() as patch:
        for holder, attribute in ALL[name]:
            value = vars(holder)[attribute]
            kind = type(value) if isinstance(value, classmethod | staticmethod | property) else None
            patch.setattr(holder, attribute, kind(broken) if kind else broken)
        client = AshrLabsClient(KEY, url)
        outcomes = [outcome(client, fails=fails) for fails in (False, True)]
    client.close()
    EXPORTER.close(0)
    gc.collect(1)  # asyncio warns of the tasks of an event loop that broke, here and not in some later test

    assert [10, (LookupError, "the host's own")] == outcomes


def test_excluded_functions_exist() -> None:
    """Each function in the list of exceptions exists."""
    assert set() == CALLED_BY_THE_HOST - ALL.keys()
