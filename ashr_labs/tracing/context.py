"""The current span: what is being done right now, in this thread or task; and who records it where there is none."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from .spans import Parent
    from .trace import Delivering

__all__ = ["DEFAULT", "Block", "ContextThreadPoolExecutor", "current_span", "enter", "keep_context", "leave", "switch"]

P = ParamSpec("P")
T = TypeVar("T")


class Block:
    """A stretch of code that runs under a span, and the block around it."""

    __slots__ = ("around", "is_open", "span")

    def __init__(self, span: Parent, around: Block | None) -> None:
        self.span = span
        self.around = around
        self.is_open = True


class _Default:
    tracing: Delivering | None = None


DEFAULT = _Default()
"""What delivers the traces of `@traced` functions that are called where no span is current."""

_current: ContextVar[Block | None] = ContextVar("ashr_labs_current_block", default=None)


def current_span() -> Parent | None:
    """Return the span, generation or trace whose `with` block or `@traced` function runs right now, or None.

    It follows `await`, tasks and `asyncio.to_thread`; for other threads see `keep_context`.
    """
    block = _current.get()
    return None if block is None else block.span


def enter(span: Parent) -> Block:
    """Begin a block under a span, which is current until the block is left."""
    block = Block(span, _current.get())
    _current.set(block)
    return block


def leave(block: Block) -> None:
    """End a block, and make the one around it the current one.

    A generator's block can be left in another thread or task than it was entered in: there it changes nothing. One that
    a generator left open when it was put aside ends with the block around it.
    """
    block.is_open = False
    inner = _current.get()
    while inner is not None and inner is not block:
        inner = inner.around
    if inner is not None:
        _current.set(_nearest_open(block.around))


def switch(block: Block | None) -> Block | None:
    """Make another block the current one, and return the one that was: generators take turns with their consumers."""
    before = _current.get()
    _current.set(block)
    return before


def _nearest_open(block: Block | None) -> Block | None:
    while block is not None and not block.is_open:
        block = block.around
    return block


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
