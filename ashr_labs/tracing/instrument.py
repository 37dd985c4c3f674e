"""Functions of all kinds with a span around each of their calls.

What they return, raise and receive passes through untouched. Whatever goes wrong in tracing is swallowed right here,
at the border to the host's code.
"""

from __future__ import annotations

import inspect
import sys
from contextlib import suppress
from functools import WRAPPER_UPDATES, partial, update_wrapper
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Coroutine, Generator

    from .arguments import Arguments
    from .calls import Plan, Stream

    Function: TypeAlias = Callable[..., Any]

__all__ = ["wrap"]

_FAULTS = suppress(Exception)


def wrap(function: Function, plan: Plan, arguments: Arguments) -> Function:
    """Return a function of the same kind, signature and name whose calls are recorded."""
    called = _called(function)
    wrapper: Function
    if inspect.isasyncgenfunction(called):
        wrapper = _async_generator_function(function, plan, arguments)
    elif inspect.isgeneratorfunction(called):
        wrapper = _generator_function(function, plan, arguments)
    elif inspect.iscoroutinefunction(called):
        wrapper = _coroutine_function(function, plan, arguments)
    else:
        wrapper = _function(function, plan, arguments)
    # The attributes of an object that can be called are its own affair.
    return update_wrapper(wrapper, function, updated=WRAPPER_UPDATES if inspect.isroutine(function) else ())


def _called(function: Any) -> Any:
    """Return what tells the kind of a function: of an object that can be called, its method."""
    while isinstance(function, partial):
        function = function.func
    return function if inspect.isroutine(function) else type(function).__call__


def _function(function: Function, plan: Plan, arguments: Arguments) -> Function:
    def traced_function(*args: Any, **kwargs: Any) -> Any:
        try:
            call = plan.begin(arguments, args, kwargs)
        except Exception:
            call = None
        if call is None:
            return function(*args, **kwargs)
        try:
            result = function(*args, **kwargs)
        except BaseException as error:
            with _FAULTS:
                call.fail(error)
            raise
        try:  # noqa: SIM105 - suppress() costs more, and this is the way of most calls
            call.succeed(result)
        except Exception:  # noqa: S110 - as above
            pass
        return result

    return traced_function


def _coroutine_function(
    function: Callable[..., Coroutine[Any, Any, Any]], plan: Plan, arguments: Arguments
) -> Callable[..., Coroutine[Any, Any, Any]]:
    async def traced_coroutine(*args: Any, **kwargs: Any) -> Any:
        call = None
        with _FAULTS:
            call = plan.begin(arguments, args, kwargs)
        if call is None:
            return await function(*args, **kwargs)
        try:
            result = await function(*args, **kwargs)
        except BaseException as error:
            with _FAULTS:
                call.fail(error)
            raise
        with _FAULTS:
            call.succeed(result)
        return result

    return traced_coroutine


def _generator_function(
    function: Callable[..., Generator[Any, Any, Any]], plan: Plan, arguments: Arguments
) -> Callable[..., Generator[Any, Any, Any]]:
    def traced_generator(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        steps = function(*args, **kwargs)
        call = _begin_stream(plan, arguments, args, kwargs)
        if call is None:
            return (yield from steps)
        turn = _Turn(call)
        advance: Callable[[Any], Any] = steps.send
        value: Any = None
        while True:
            try:
                with turn:
                    item = advance(value)
            except StopIteration as end:
                return end.value
            finally:
                value = None  # an error would keep its frames, and they it
            turn.note(item)
            try:
                value = yield item
                advance = steps.send
            except BaseException as error:
                advance, value = steps.throw, error

    return traced_generator


def _async_generator_function(
    function: Callable[..., AsyncGenerator[Any, Any]], plan: Plan, arguments: Arguments
) -> Callable[..., AsyncGenerator[Any, Any]]:
    async def traced_async_generator(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        steps = function(*args, **kwargs)
        call = _begin_stream(plan, arguments, args, kwargs)
        turn = _Turn(call)
        advance: Callable[[Any], Any] = partial(_start, steps)
        value: Any = None
        while True:
            try:
                with turn:
                    item = await advance(value)
            except StopAsyncIteration:
                return
            finally:
                value = None  # as in generators
            turn.note(item)
            try:
                value = yield item
                advance = steps.asend
            except BaseException as error:
                advance, value = steps.athrow, error

    return traced_async_generator


def _begin_stream(plan: Plan, arguments: Arguments, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Stream | None:
    with _FAULTS:
        return plan.begin_stream(arguments, args, kwargs)
    return None


def _start(steps: AsyncGenerator[Any, Any], value: Any) -> Any:
    """Return the first step of a generator that the event loop does not hear of.

    An event loop closes all generators that it knows when it ends, in any order. The one that we wrap is closed by
    its wrapper; if the loop closed it too, one of both would fail with "already running".
    """
    hooks = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(None, None)
    try:
        return steps.asend(value)
    finally:
        sys.set_asyncgen_hooks(*hooks)


class _Turn:
    """Lets a generator run under its span, and ends the span with it."""

    __slots__ = ("_call",)

    def __init__(self, call: Stream | None) -> None:
        self._call = call

    def __enter__(self) -> None:
        if self._call is not None:
            try:  # noqa: SIM105 - once for each item, as in traced_function()
                self._call.resume()
            except Exception:  # noqa: S110 - as above
                pass

    def note(self, item: Any) -> None:
        """Record an item that was yielded."""
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
                with _FAULTS:
                    self._end(self._call, error)

    @staticmethod
    def _end(call: Stream, error: BaseException) -> None:
        if isinstance(error, StopIteration | StopAsyncIteration):
            call.close()
        else:
            call.fail(error)
