"""Spans of functions and blocks, by the names of `polarity_keystone.tracing`."""

from __future__ import annotations

import atexit
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, overload

from .._otel_flush import flush_otel as _flush_otel
from .._otel_flush import register_otel_flush as _register
from ..tracing.context import DEFAULT
from ..tracing.decorator import Traced
from ..tracing.spans import Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._connection import Reporter

__all__ = ["flush_otel", "init_tracing", "register_otel_flush", "traced"]

F = TypeVar("F", bound="Callable[..., Any]")
T = TypeVar("T")


class TracedSpan:
    """The span of a block."""

    def __init__(self, span: Span) -> None:
        self._span = span

    @property
    def span_id(self) -> str:
        """The id of the span: 16 hexadecimal digits."""
        return self._span.id

    def set_output(self, output: Any) -> None:
        """Set the result of the block."""
        self._span.update(output=output)


class _Block(Traced[Span]):
    """The result of `traced(name="...")`: a decorator and a context manager."""

    def __enter__(self) -> TracedSpan:  # type: ignore[override]
        return TracedSpan(super().__enter__())

    async def __aenter__(self) -> TracedSpan:  # type: ignore[override]
        return self.__enter__()


@overload
def traced(fn: F, fn2: None = None, *, name: str | None = None) -> F: ...
@overload
def traced(fn: str, fn2: Callable[[], T], *, name: str | None = None) -> T: ...
@overload
def traced(fn: str | None = None, fn2: None = None, *, name: str | None = None) -> _Block: ...
def traced(fn: Any = None, fn2: Callable[[], Any] | None = None, *, name: str | None = None) -> Any:
    """Record each call of a function, or a block, as a span.

    `@traced`, `@traced(name="...")` and `with traced(name="...") as span:` record functions and blocks;
    `traced("name", function)` calls the function, and returns its result, a coroutine for an asynchronous one.
    `ashr_labs.traced` has more options, and with a name returns the function.

    Args:
        fn: The function, or the name of the span.
        fn2: The function to call, after a name.
        name: The name of the span; defaults to that of the function.

    Example:
        >>> from ashr_labs.keystone import traced
        >>> with traced(name="step") as span:
        ...     span.set_output(6 * 7)
        >>> traced("step", lambda: 6 * 7)
        42
    """
    named = fn if isinstance(fn, str) else name
    function = fn2 if isinstance(fn, str) else fn
    block = _Block(
        named, kind="span", model=None, metadata=None, capture_arguments=None, capture_result=None, client=None
    )
    if function is None:
        return block
    recorded = block(function)
    return recorded() if isinstance(fn, str) else recorded


def init_tracing(http: Reporter, sandbox_id: str = "", *, otel_tracer: Any = None) -> None:
    """Deliver the spans of `traced` functions; `Keystone.init_tracing()` calls it.

    Args:
        http: The delivery of traces.
        sandbox_id: Part of the documented signature; the delivery has it.
        otel_tracer: An OpenTelemetry tracer that receives a copy of each span.
    """
    if otel_tracer is not None:
        # An optional package.
        from ..otel import Mirror  # noqa: PLC0415

        http.tracing.configure(mirror=Mirror(otel_tracer))
    DEFAULT.tracing = http.tracing


def register_otel_flush(callback: Callable[[], object]) -> None:
    """Register a function that `flush_otel()` calls, also at the end of the process."""
    _register(callback)
    _flush_at_exit()


def flush_otel() -> None:
    """Call the registered functions, in order of registration; never raises."""
    _flush_otel()


@cache
def _flush_at_exit() -> None:
    atexit.register(_flush_otel)
