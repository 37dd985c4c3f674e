"""Streams of other libraries: their chunks are recorded, and the stream stays the library's own object.

An object gets a subclass of its class, with the methods that pass chunks or close it; a generator is replaced by
another one.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from functools import cache
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["StreamCall", "call_of", "closing", "override", "subclass", "watch"]

T = TypeVar("T")
_CALL = "_ashr_labs_call"


class StreamCall(Protocol):
    """The call that a stream belongs to; no method raises."""

    is_reading: bool
    """Whether the stream is asked for a chunk: if it closes itself now, it may be because of an exception."""

    def note(self, chunk: Any) -> None:
        """Record a chunk."""
        ...

    def finish(self) -> None:
        """Record the end of the stream."""
        ...

    def fail(self, error: BaseException) -> None:
        """Record the exception that ended the stream."""
        ...


def watch(stream: Any, call: StreamCall) -> Any:
    """Return a stream of the same type that tells a call of its chunks and its end."""
    if call_of(stream) is not None:  # a library may return the same stream again
        return stream
    is_generator, is_async_generator = isinstance(stream, Generator), isinstance(stream, AsyncGenerator)
    if is_generator or is_async_generator:
        return _recorded(stream, call) if is_generator else _recorded_async(stream, call)
    override(stream, _watched, call)
    response = getattr(stream, "response", None)
    if response is not None:
        # Helpers of the libraries close the response and not the stream.
        override(response, closing, call)
    return stream


def override(value: Any, subclass_of: Callable[[Any], type], call: Any) -> None:
    """Give an object a subclass of its class, whose methods find the call in it."""
    vars(value)[_CALL] = call
    value.__class__ = subclass_of(cast("Any", type(value)))


def call_of(value: Any) -> Any:
    """Return the call that an object belongs to, or None."""
    return getattr(value, "__dict__", {}).get(_CALL)


def subclass(kind: Any, methods: dict[str, Any]) -> type:
    """Return a subclass that looks like its class, with other methods."""
    names = {"__module__": kind.__module__, "__qualname__": kind.__qualname__, "__doc__": kind.__doc__}
    return type(kind.__name__, (kind,), {**names, **methods})


@cache
def closing(kind: Any) -> type:
    """Return a subclass that ends the call when an object is closed."""
    return subclass(kind, _closers(kind))


def _recorded(stream: Generator[T, Any, Any], call: StreamCall) -> Generator[T, Any, Any]:
    try:
        while True:
            try:
                chunk: T = _taken(stream, type(stream).__next__, call)
            except StopIteration:
                return
            yield chunk
    finally:  # also if the consumer leaves: that is not an error
        call.finish()
        stream.close()


async def _recorded_async(stream: AsyncGenerator[T, Any], call: StreamCall) -> AsyncGenerator[T, Any]:
    try:
        while True:
            try:
                chunk: T = await _taken_async(stream, type(stream).__anext__, call)
            except StopAsyncIteration:
                return
            yield chunk
    finally:  # as above
        call.finish()
        await stream.aclose()


@cache
def _watched(kind: Any) -> type:
    """Return a subclass that records what an iterator yields."""
    methods: dict[str, Any] = {}
    if hasattr(kind, "__next__"):
        methods |= {"__iter__": _itself, "__next__": _next(kind.__next__)}
    if hasattr(kind, "__anext__"):
        methods |= {"__aiter__": _itself, "__anext__": _anext(kind.__anext__)}
    return subclass(kind, methods | _closers(kind))


def _closers(kind: Any) -> dict[str, Any]:
    return {name: _closer(getattr(kind, name)) for name in ("close", "aclose") if hasattr(kind, name)}


def _itself(self: T) -> T:
    return self


def _next(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def __next__(self: Any) -> Any:  # noqa: N807 - becomes a method
        return _taken(self, function, call_of(self))

    return __next__


def _anext(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    async def __anext__(self: Any) -> Any:  # noqa: N807 - becomes a method
        return await _taken_async(self, function, call_of(self))

    return __anext__


def _taken(stream: Any, read: Callable[[Any], Any], call: StreamCall) -> Any:
    """Return the next chunk of a stream, and record it, the end or the exception."""
    call.is_reading = True
    try:
        chunk = read(stream)
    except StopIteration:
        call.finish()
        raise
    except BaseException as error:
        call.fail(error)
        raise
    finally:
        call.is_reading = False
    call.note(chunk)
    return chunk


async def _taken_async(stream: Any, read: Callable[[Any], Any], call: StreamCall) -> Any:
    call.is_reading = True
    try:
        chunk = await read(stream)
    except StopAsyncIteration:
        call.finish()
        raise
    except BaseException as error:
        call.fail(error)
        raise
    finally:
        call.is_reading = False
    call.note(chunk)
    return chunk


def _closer(function: Callable[..., Any]) -> Callable[..., Any]:
    def close(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return function(self, *args, **kwargs)
        finally:
            _closed(call_of(self))

    async def aclose(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return await function(self, *args, **kwargs)
        finally:
            _closed(call_of(self))

    return aclose if iscoroutinefunction(function) else close


def _closed(call: StreamCall) -> None:
    if not call.is_reading:
        call.finish()
