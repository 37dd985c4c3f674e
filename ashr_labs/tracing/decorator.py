"""`traced`: spans around functions and blocks."""

# ruff: noqa: A002 - `input` is the documented name of a parameter

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, Literal, TypedDict, TypeVar, Unpack, cast, overload

from .._format import suggestion
from .._unset import UNSET
from ..errors import ConfigurationError
from .instrument import Arguments, SpanSpec, wrap
from .spans import NO_SPAN, Span, current_span

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from .context import HasTracing
    from .instrument import ActiveCall, Kind
    from .spans import Generation

__all__ = ["Traced", "traced"]

F = TypeVar("F", bound="Callable[..., Any] | classmethod[Any, ..., Any] | staticmethod[..., Any]")
S_co = TypeVar("S_co", bound=Span, covariant=True)


_KINDS = ("span", "generation", "tool")


class _Options(TypedDict, total=False):
    """The options of `traced`."""

    model: str | None
    input: Any
    metadata: Mapping[str, Any] | None
    capture: bool | None
    capture_arguments: bool | None
    capture_result: bool | None
    client: HasTracing | None


@overload
def traced(function: F, /, *, kind: Kind = ..., **options: Unpack[_Options]) -> F: ...
@overload
def traced(name: str, function: F, /, *, kind: Kind = ..., **options: Unpack[_Options]) -> F: ...
@overload
def traced(
    name: str | None = None, /, *, kind: Literal["span", "tool"] = ..., **options: Unpack[_Options]
) -> Traced[Span]: ...
@overload
def traced(
    name: str | None = None, /, *, kind: Literal["generation"], **options: Unpack[_Options]
) -> Traced[Generation]: ...
def traced(
    subject: Any = None,
    function: Any = None,
    /,
    *,
    kind: Kind = "span",
    model: str | None = None,
    input: Any = UNSET,
    metadata: Mapping[str, Any] | None = None,
    capture: bool | None = None,
    capture_arguments: bool | None = None,
    capture_result: bool | None = None,
    client: HasTracing | None = None,
) -> Any:
    """Record each call of a function, or a block, as a child of the active span.

    Without an active span, each call starts a trace of its own: with `client`, or with the client whose
    `client.tracing.set_default()` was called; without either, nothing is recorded. Results, exceptions, and values that
    generators yield and receive are not changed.

    Args:
        subject: The function, or the name of the span; defaults to the name of the function.
        function: The function, after a name: `traced("name", function)` returns the function to call.
        kind: `span`; `generation` for a call of a language model; or `tool` for a span named `tool:<name>`.
        model: The model of a generation.
        input: Recorded instead of the arguments.
        metadata: Any further information.
        capture: Whether to record arguments and results; defaults to `client.tracing.configure(capture=)` and
            `ASHR_LABS_TRACING_CAPTURE` in the environment.
        capture_arguments: As `capture`, for arguments only.
        capture_result: As `capture`, for results, yielded items and exception messages only.
        client: The client that delivers the trace if there is no active span.

    Raises:
        ConfigurationError: The kind is unknown.
        TypeError: The decorated object is not a function: a class or a property, for example.

    Example:
        >>> @traced
        ... def answer(question: str) -> str:
        ...     with traced("look up", input=question) as span:
        ...         span.end(output=["a", "b"])
        ...     return "42"
        >>> answer("What is it?")
        '42'
    """
    if kind not in _KINDS:
        allowed = ", ".join(map(repr, _KINDS))
        raise ConfigurationError(f"traced: `kind` must be one of {allowed}, got {kind!r}{suggestion(kind, _KINDS)}")
    name = subject if isinstance(subject, str) else None
    block: Traced[Any] = Traced(
        name,
        kind=kind,
        model=model,
        input=input,
        metadata=metadata,
        capture_arguments=capture if capture_arguments is None else capture_arguments,
        capture_result=capture if capture_result is None else capture_result,
        client=client,
    )
    decorated: Any = function if name is not None or subject is None else subject
    return block if decorated is None else block(decorated)


class Traced(Generic[S_co]):
    """The result of `traced("name")`: a decorator, and a context manager that can be entered any number of times."""

    def __init__(self, name: str | None, **options: Any) -> None:
        self._name = name
        self._options = options
        self._block_spec = self._spec("block")
        self._entered: list[ActiveCall | None] = []

    def __call__(self, function: F) -> F:
        """Return the function with a span around each call."""
        given: Any = function
        if isinstance(function, classmethod | staticmethod):
            wrapped = self._wrap(given.__func__, is_bound_to_class=isinstance(function, classmethod))
            return cast("F", type(given)(wrapped))
        if isinstance(given, type) or not callable(given):
            raise TypeError(f"traced: {given!r} must be a function or method; decorate the methods of a class instead")
        return cast("F", self._wrap(given, is_bound_to_class=False))

    def __enter__(self) -> S_co:
        call = None
        with suppress(Exception):
            call = self._block_spec.begin(None, (), {})
        self._entered.append(call)
        return cast("S_co", NO_SPAN if call is None else call.span)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with suppress(Exception):
            call = self._take()
            if call is not None and error is not None:
                call.fail(error)
            elif call is not None:
                call.succeed()

    async def __aenter__(self) -> S_co:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, traceback)

    def _take(self) -> ActiveCall | None:
        """Remove and return the call of the block that ends; several threads and tasks may be in it."""
        current = current_span()
        entered = self._entered
        mine = next((call for call in reversed(entered) if call is not None and call.span is current), entered[-1])
        entered.remove(mine)
        return mine

    def _wrap(self, function: Callable[..., Any], *, is_bound_to_class: bool) -> Callable[..., Any]:
        arguments = Arguments(function, is_bound_to_class=is_bound_to_class)
        return wrap(function, self._spec(_name_of(function, self._options["kind"])), arguments)

    def _spec(self, default: str) -> SpanSpec:
        name = self._name or default
        return SpanSpec(f"tool:{name}" if self._options["kind"] == "tool" else name, **self._options)


def _name_of(function: Any, kind: Kind) -> str:
    while isinstance(function, partial):
        function = function.func
    full: str = getattr(function, "__qualname__", type(function).__name__)
    return full.rpartition("." if kind == "tool" else "<locals>.")[2]
