"""Wrappers of functions that record a span for each call.

Results, exceptions and sent values pass through unchanged. Tracing errors are suppressed here, at the boundary to the
application's code.
"""

from __future__ import annotations

import inspect
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import WRAPPER_UPDATES, partial, update_wrapper
from inspect import Parameter, signature
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from .._serialize import GrowingArray, describe_error
from .._unset import UNSET
from .context import DEFAULT
from .spans import Generation, Parent, Span, activate, active_scope, deactivate, swap
from .trace import Trace

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Mapping

    from .context import HasTracing

    Function: TypeAlias = Callable[..., Any]

__all__ = ["ActiveCall", "ActiveGenerator", "Arguments", "Kind", "SpanSpec", "call_parent", "error_status", "wrap"]

Kind: TypeAlias = Literal["span", "generation", "tool"]

_ERRORS = suppress(Exception)
_POSITIONAL = {Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD}
_BOUND = {"self", "cls"}


class Arguments:
    """The parameters of a function; functions written in C may not have a signature.

    Args:
        function: The function that is called.
        is_bound_to_class: Whether the first argument is a class, whatever its name.
    """

    __slots__ = ("_names", "_rest", "_skipped")

    def __init__(self, function: Function, *, is_bound_to_class: bool = False) -> None:
        try:
            parameters = list(signature(function).parameters.values())
        except (ValueError, TypeError):
            parameters = []
        names = [parameter.name for parameter in parameters if parameter.kind in _POSITIONAL]
        self._skipped = int(bool(names) and (is_bound_to_class or names[0] in _BOUND))
        self._names = names[self._skipped :]
        self._rest = next((one.name for one in parameters if one.kind is Parameter.VAR_POSITIONAL), "args")

    def by_name(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Return the passed arguments by name, without `self` or `cls`, and without defaults."""
        given = args[self._skipped :] if self._skipped else args
        named = dict(zip(self._names, given))  # noqa: B905 - either may be longer, and the argument costs time
        if len(given) > len(named):
            named[self._rest] = given[len(named) :]
        return named | kwargs if kwargs else named


class ActiveCall:
    """A call in progress: its span, which is active until the call ends, and its trace if it started one."""

    __slots__ = ("_captures", "_scope", "_trace", "span")

    def __init__(self, span: Span, trace: Trace | None, captures: bool) -> None:
        self.span = span
        self._trace = trace
        self._captures = captures
        self._scope = activate(span if trace is None or span.is_recorded else trace)

    def succeed(self, result: Any = UNSET) -> None:
        """End the span with a result."""
        self._leave()
        output = result if self._captures else UNSET
        self.span.end(output=output)
        if self._trace is not None:
            self._trace.end(output=output)

    def fail(self, error: BaseException) -> None:
        """End the span with an exception; closing a generator or coroutine early is not an error."""
        if isinstance(error, GeneratorExit):
            self.succeed(self._output_so_far())
            return
        self._leave()
        self.span.end(output=self._output_so_far())
        status = error_status(error, captures=self._captures)
        self.span.fail(status)
        if self._trace is not None:
            self._trace.end(output={"error": status})

    def _leave(self) -> None:
        deactivate(self._scope)

    def _output_so_far(self) -> Any:
        return UNSET


class ActiveGenerator(ActiveCall):
    """A generator in progress: its span is active while it runs, and not while its consumer does."""

    __slots__ = ("_inner", "_items", "_outer")

    def __init__(self, span: Span, trace: Trace | None, captures: bool) -> None:
        super().__init__(span, trace, captures)
        self._items = GrowingArray() if captures else None
        self._inner = self._outer = swap(self._scope.outer)

    def resume(self) -> None:
        """Activate the span."""
        self._outer = swap(self._inner)

    def suspend(self) -> None:
        """Activate the span of the consumer."""
        self._inner = swap(self._outer)

    def note(self, item: Any) -> None:
        """Record a yielded item, and the current time as the end if the generator is never resumed."""
        if self.span.is_recorded:
            if self._items is not None:
                self._items.append(item)
            self.span.suspend(self._items)

    def close(self) -> None:
        """End the span of a generator that is exhausted or closed, with the items that it yielded."""
        self.succeed(self._output_so_far())

    def _leave(self) -> None:
        self._scope.is_open = False

    def _output_so_far(self) -> Any:
        return UNSET if self._items is None else self._items


@dataclass(frozen=True, slots=True)
class SpanSpec:
    """The settings of what is recorded for each call of a function, or for a block."""

    name: str
    kind: Kind = "span"
    model: str | None = None
    input: Any = UNSET
    """Recorded in place of the arguments."""
    metadata: Mapping[str, Any] | None = None
    capture_arguments: bool | None = None
    capture_result: bool | None = None
    client: HasTracing | None = None

    def begin(self, arguments: Arguments | None, args: tuple[Any, ...], kwargs: dict[str, Any]) -> ActiveCall | None:
        """Start the span of a call; None if nothing is recorded."""
        parts = self._open(arguments, args, kwargs)
        return None if parts is None else ActiveCall(*parts)

    def begin_generator(
        self, arguments: Arguments | None, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> ActiveGenerator | None:
        """Start the span of a generator; None if nothing is recorded."""
        parts = self._open(arguments, args, kwargs)
        return None if parts is None else ActiveGenerator(*parts)

    def _open(
        self, arguments: Arguments | None, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Span, Trace | None, bool] | None:
        found = call_parent(self.name, self.client)
        if found is None:
            return None
        parent, trace = found
        state = parent._state  # pyright: ignore[reportPrivateUsage]
        if not state.is_open:
            # A new trace that is not sampled is activated too, so that its callees are not sampled either.
            return None if trace is None else (trace.span(self.name), trace, False)
        given = self.input
        if given is UNSET:
            captures = state.capture_content if self.capture_arguments is None else self.capture_arguments
            given = arguments.by_name(args, kwargs) if captures and arguments is not None else None
        captures = state.capture_content if self.capture_result is None else self.capture_result
        return self._span(parent, given), trace, captures

    def _span(self, parent: Parent, given: Any) -> Span:
        if self.kind == "generation":
            return Generation(parent, self.name, given, self.metadata, model=self.model)
        return Span(parent, self.name, given, self.metadata)


def error_status(error: BaseException, *, captures: bool) -> str:
    """Return an exception as a status; without content only its type, as the message often repeats the arguments."""
    return describe_error(error) if captures else type(error).__name__


def call_parent(name: str, client: HasTracing | None = None) -> tuple[Parent, Trace | None] | None:
    """Return the active span, or else a new trace (twice) with a client or the default one; None without either."""
    scope = active_scope()
    if scope is not None:
        return scope.span, None
    tracing = DEFAULT.tracing if client is None else client.tracing
    if tracing is None or not tracing._sink.settings.enabled:  # pyright: ignore[reportPrivateUsage]
        return None
    trace = Trace(name, tracing=tracing)
    return trace, trace


def wrap(function: Function, spec: SpanSpec, arguments: Arguments) -> Function:
    """Return a function of the same kind, signature and name whose calls are recorded."""
    called = _called(function)
    wrapper: Function
    if inspect.isasyncgenfunction(called):
        wrapper = _async_generator_function(function, spec, arguments)
    elif inspect.isgeneratorfunction(called):
        wrapper = _generator_function(function, spec, arguments)
    elif inspect.iscoroutinefunction(called):
        wrapper = _coroutine_function(function, spec, arguments)
    else:
        wrapper = _function(function, spec, arguments)
    # The attributes of a callable object are not copied.
    return update_wrapper(wrapper, function, updated=WRAPPER_UPDATES if inspect.isroutine(function) else ())


def _called(function: Any) -> Any:
    """Return the function that determines the kind; for a callable object, its `__call__`."""
    while isinstance(function, partial):
        function = function.func
    return function if inspect.isroutine(function) else type(function).__call__


def _function(function: Function, spec: SpanSpec, arguments: Arguments) -> Function:
    def traced_function(*args: Any, **kwargs: Any) -> Any:
        try:
            call = spec.begin(arguments, args, kwargs)
        except Exception:
            call = None
        if call is None:
            return function(*args, **kwargs)
        try:
            result = function(*args, **kwargs)
        except BaseException as error:
            with _ERRORS:
                call.fail(error)
            raise
        try:  # noqa: SIM105 - suppress() costs more, and most calls pass here
            call.succeed(result)
        except Exception:  # noqa: S110 - as above
            pass
        return result

    return traced_function


def _coroutine_function(
    function: Callable[..., Coroutine[Any, Any, Any]], spec: SpanSpec, arguments: Arguments
) -> Callable[..., Coroutine[Any, Any, Any]]:
    async def traced_coroutine(*args: Any, **kwargs: Any) -> Any:
        call = None
        with _ERRORS:
            call = spec.begin(arguments, args, kwargs)
        if call is None:
            return await function(*args, **kwargs)
        try:
            result = await function(*args, **kwargs)
        except BaseException as error:
            with _ERRORS:
                call.fail(error)
            raise
        with _ERRORS:
            call.succeed(result)
        return result

    return traced_coroutine


def _generator_function(
    function: Callable[..., Generator[Any, Any, Any]], spec: SpanSpec, arguments: Arguments
) -> Callable[..., Generator[Any, Any, Any]]:
    def traced_generator(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        steps = function(*args, **kwargs)
        call = _begin_generator(spec, arguments, args, kwargs)
        if call is None:
            return (yield from steps)
        step = _Step(call)
        advance: Callable[[Any], Any] = steps.send
        value: Any = None
        while True:
            try:
                with step:
                    item = advance(value)
            except StopIteration as end:
                return end.value
            finally:
                value = None  # an exception and its frames would reference each other
            step.note(item)
            try:
                value = yield item
                advance = steps.send
            except BaseException as error:
                advance, value = steps.throw, error

    return traced_generator


def _async_generator_function(
    function: Callable[..., AsyncGenerator[Any, Any]], spec: SpanSpec, arguments: Arguments
) -> Callable[..., AsyncGenerator[Any, Any]]:
    async def traced_async_generator(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        steps = function(*args, **kwargs)
        call = _begin_generator(spec, arguments, args, kwargs)
        step = _Step(call)
        advance: Callable[[Any], Any] = partial(_start, steps)
        value: Any = None
        while True:
            try:
                with step:
                    item = await advance(value)
            except StopAsyncIteration:
                return
            finally:
                value = None  # as in generators
            step.note(item)
            try:
                value = yield item
                advance = steps.asend
            except BaseException as error:
                advance, value = steps.athrow, error

    return traced_async_generator


def _begin_generator(
    spec: SpanSpec, arguments: Arguments, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> ActiveGenerator | None:
    with _ERRORS:
        return spec.begin_generator(arguments, args, kwargs)
    return None


def _start(steps: AsyncGenerator[Any, Any], value: Any) -> Any:
    """Return the first step of an asynchronous generator without registering it with the event loop.

    At its end an event loop closes all generators that it knows, in any order. The wrapped generator is closed by its
    wrapper; if the loop closed it too, one of them would fail with "already running".
    """
    hooks = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(None, None)
    try:
        return steps.asend(value)
    finally:
        sys.set_asyncgen_hooks(*hooks)


class _Step:
    """Runs a generator up to its next item under its span, and ends the span with the generator."""

    __slots__ = ("_call",)

    def __init__(self, call: ActiveGenerator | None) -> None:
        self._call = call

    def __enter__(self) -> None:
        if self._call is not None:
            try:  # noqa: SIM105 - once per item, as in traced_function()
                self._call.resume()
            except Exception:  # noqa: S110 - as above
                pass

    def note(self, item: Any) -> None:
        """Record a yielded item."""
        if self._call is not None:
            try:  # noqa: SIM105 - as in __enter__()
                self._call.note(item)
            except Exception:  # noqa: S110 - as above
                pass

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        if self._call is not None:
            try:  # noqa: SIM105 - as in __enter__()
                self._call.suspend()
            except Exception:  # noqa: S110 - as above
                pass
            if error is not None:
                with _ERRORS:
                    self._end(self._call, error)

    @staticmethod
    def _end(call: ActiveGenerator, error: BaseException) -> None:
        if isinstance(error, StopIteration | StopAsyncIteration):
            call.close()
        else:
            call.fail(error)
