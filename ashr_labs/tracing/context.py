"""The context of a trace: the default client, that of other threads, and the protocols of clients and the exporter."""

from __future__ import annotations

from contextvars import copy_context
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping
    from weakref import ReferenceType

    from .export.item import QueuedTrace, Unfinished
    from .settings import Settings

__all__ = ["DEFAULT", "HasTracing", "TraceSink", "TracingHandle", "keep_context"]

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


class _Default:
    tracing: TracingHandle | None = None


DEFAULT = _Default()
"""Delivers the traces of `@traced` functions that are called without an active span."""


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
