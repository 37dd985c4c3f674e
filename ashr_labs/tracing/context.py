"""The active span of each thread and task, and the protocols between traces, clients and the exporter."""

from __future__ import annotations

from contextvars import ContextVar, copy_context
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping
    from weakref import ReferenceType

    from .export.item import QueuedTrace, Unfinished
    from .settings import Settings

__all__ = [
    "ACTIVE",
    "DEFAULT",
    "HasTracing",
    "Scope",
    "TraceSink",
    "TracingHandle",
    "activate",
    "deactivate",
    "keep_context",
    "swap",
]

P = ParamSpec("P")
T = TypeVar("T")


class TraceSink(Protocol):
    """Where ended traces are delivered."""

    @property
    def settings(self) -> Settings:
        """The settings of traces that start now."""
        ...

    @property
    def open_traces(self) -> MutableMapping[str, ReferenceType[Unfinished]]:
        """Traces that have not ended, by their ids."""
        ...

    def enqueue(self, item: QueuedTrace) -> None:
        """Queue an ended trace for delivery; never blocks."""
        ...

    def wake(self) -> None:
        """Deliver at once, since a caller is waiting."""
        ...


class TracingHandle(Protocol):
    """The part of `client.tracing` that traces use."""

    @property
    def _sink(self) -> TraceSink: ...


class HasTracing(Protocol):
    """Any client."""

    @property
    def tracing(self) -> TracingHandle:
        """The tracing of the client."""
        ...


class Scope:
    """A block of code in which a span is active, and the scope around it."""

    __slots__ = ("is_open", "outer", "span")

    def __init__(self, span: Any, outer: Scope | None) -> None:
        self.span = span
        self.outer = outer
        self.is_open = True


class _Default:
    tracing: TracingHandle | None = None


DEFAULT = _Default()
"""Delivers the traces of `@traced` functions that are called without an active span."""

ACTIVE: ContextVar[Scope | None] = ContextVar("ashr_labs_active_scope", default=None)


def activate(span: Any) -> Scope:
    """Make a span the active one until its scope is deactivated."""
    scope = Scope(span, ACTIVE.get())
    ACTIVE.set(scope)
    return scope


def deactivate(scope: Scope) -> None:
    """Close a scope and activate the one around it.

    A generator may leave its scope in another thread or task than it entered it in; the context there is unchanged.
    A scope that a suspended generator left open is closed together with the scope around it.
    """
    scope.is_open = False
    inner = ACTIVE.get()
    while inner is not None and inner is not scope:
        inner = inner.outer
    if inner is not None:
        ACTIVE.set(_nearest_open(scope.outer))


def swap(scope: Scope | None) -> Scope | None:
    """Activate another scope and return the previous one; used when a generator is resumed or suspended."""
    before = ACTIVE.get()
    ACTIVE.set(scope)
    return before


def _nearest_open(scope: Scope | None) -> Scope | None:
    while scope is not None and not scope.is_open:
        scope = scope.outer
    return scope


def keep_context(function: Callable[P, T]) -> Callable[P, T]:
    """Bind a function to the current context, for threads, executors and callbacks.

    Its spans become children of the span that is active here, as with `contextvars.copy_context`.

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
