"""Functions, synchronous or asynchronous, that run with the value of a context variable."""

from __future__ import annotations

import inspect
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextvars import ContextVar

__all__ = ["scoped"]

T = TypeVar("T")
V = TypeVar("V")


def scoped(function: Callable[..., Any], variable: ContextVar[V], value: V) -> Callable[..., Any]:
    """Return a function that sets a context variable while it runs, and while what it returns is awaited."""

    def call(*args: Any, **kwargs: Any) -> Any:
        token = variable.set(value)
        try:
            result = function(*args, **kwargs)
        finally:
            variable.reset(token)
        return _awaited(result, variable, value) if inspect.isawaitable(result) else result

    return call


async def _awaited(awaitable: Awaitable[T], variable: ContextVar[V], value: V) -> T:
    token = variable.set(value)
    try:
        return await awaitable
    finally:
        with suppress(ValueError):  # a coroutine that is closed elsewhere: its context is gone
            variable.reset(token)
