"""The current span: what is being done right now, in this thread or task."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar, Token, copy_context
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from .spans import Parent

__all__ = ["ContextThreadPoolExecutor", "current_span", "enter", "keep_context", "leave"]

P = ParamSpec("P")
T = TypeVar("T")

_current: ContextVar[Parent | None] = ContextVar("ashr_labs_current_span", default=None)


def current_span() -> Parent | None:
    """Return the span, generation or trace whose `with` block or `@traced` function runs right now, or None.

    It follows `await`, tasks and `asyncio.to_thread`; for other threads see `keep_context`.
    """
    return _current.get()


def enter(span: Parent | None) -> Token[Parent | None] | None:
    """Make a span the current one."""
    return _current.set(span)


def leave(token: Token[Parent | None] | None) -> None:
    """Make the span current again that was before."""
    if token is not None:
        try:
            _current.reset(token)
        except (ValueError, RuntimeError):  # left in another context than entered, as generators can be
            return


def keep_context(function: Callable[P, T]) -> Callable[P, T]:
    """Return the function bound to the current span, for threads, executors and callbacks.

    >>> from threading import Thread
    >>> Thread(target=keep_context(print), args=("in the same trace",)).start()
    in the same trace
    """
    context = copy_context()

    @wraps(function)
    def within(*args: P.args, **kwargs: P.kwargs) -> T:
        # A copy for each call: a context cannot be entered twice at a time.
        return context.copy().run(function, *args, **kwargs)

    return within


class ContextThreadPoolExecutor(ThreadPoolExecutor):
    """A thread pool whose calls find the span that was current where they were submitted."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Submit a call as it is done with any executor."""
        return super().submit(keep_context(fn), *args, **kwargs)
