"""Spans, generations and events of a trace, and which of them is active in each thread and task.

Nothing here raises into the application. Values are copied when they are recorded, so that later changes of the
application's objects have no effect; everything else is serialized by the exporter's thread.
"""

# ruff: noqa: A002 - `input` is the documented name of a parameter

from __future__ import annotations

from contextlib import suppress
from contextvars import ContextVar
from itertools import count
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any, Final, ParamSpec, Self, TypeVar, cast

from .._json import is_object
from .._serialize import describe_error, json_object, to_json
from .._unset import UNSET
from ..pricing import read_usage
from .payload import SpanRecord
from .state import TraceState

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from types import TracebackType

    from .._serialize import Growing

__all__ = [
    "ACTIVE",
    "FOREIGN_SCOPES",
    "NO_SPAN",
    "ForeignScope",
    "Generation",
    "Parent",
    "Scope",
    "Span",
    "activate",
    "active_scope",
    "current_span",
    "deactivate",
    "swap",
]

P = ParamSpec("P")
T = TypeVar("T")


class Scope:
    """A block of code in which a span is active, and the scope around it."""

    __slots__ = ("is_open", "outer", "span")

    def __init__(self, span: Parent, outer: Scope | None) -> None:
        self.span = span
        self.outer = outer
        self.is_open = True


ACTIVE: ContextVar[Scope | None] = ContextVar("ashr_labs_active_scope", default=None)


class ForeignScope(Scope):
    """The scope of an operation that its library keeps in a context variable of its own, such as a step of a graph.

    Generators of such libraries suspend an operation without telling anyone, so `ACTIVE` cannot follow it.
    """

    __slots__ = ("number",)

    _numbers = count()

    def __init__(self, span: Parent) -> None:
        super().__init__(span, ACTIVE.get())
        self.number = next(self._numbers)
        """Scopes that were made later are further inside."""


FOREIGN_SCOPES: list[Callable[[], ForeignScope | None]] = []
"""Functions that return the scope of a library's innermost running operation here."""


def active_scope() -> Scope | None:
    """Return the innermost scope: ours, or a foreign one that was made since ours was activated."""
    scope = ACTIVE.get()
    if not FOREIGN_SCOPES:
        return scope
    found = (find() for find in FOREIGN_SCOPES)
    inside = [one for one in found if one is not None and one.is_open and one.outer is scope]
    return max(inside, key=lambda one: one.number, default=scope)


def current_span() -> Parent | None:
    """Return the active span, generation or trace: that of the innermost `with` block or `@traced` call, or None.

    It follows `await`, tasks and `asyncio.to_thread`; for other threads see `keep_context`.
    """
    try:
        scope = active_scope()
    except Exception:  # tracing errors must not reach the application
        scope = ACTIVE.get()
    return None if scope is None else scope.span


def activate(span: Parent) -> Scope:
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
        outer = scope.outer
        while outer is not None and not outer.is_open:
            outer = outer.outer
        ACTIVE.set(outer)


def swap(scope: Scope | None) -> Scope | None:
    """Activate another scope and return the previous one; used when a generator is resumed or suspended."""
    before = ACTIVE.get()
    ACTIVE.set(scope)
    return before


class Parent:
    """Base class of traces and spans: anything that observations can be added to."""

    __slots__ = ("_id", "_scope", "_state")

    def __init__(self, state: TraceState, own_id: int | None) -> None:
        self._state = state
        self._id = own_id
        self._scope: Scope | None = None

    @property
    def trace_id(self) -> str:
        """The id of the trace: 32 hexadecimal digits."""
        return self._state.trace_id

    @property
    def traceparent(self) -> str:
        """The `traceparent` header (W3C Trace Context) to send with requests to other services."""
        state = self._state
        if state.parent_header is not None:
            return state.parent_header
        own = self._id or int(state.trace_id[16:], 16) or 1
        return f"00-{state.trace_id}-{own:016x}-{state.sampled:02x}"

    @property
    def is_recorded(self) -> bool:
        """Whether spans are recorded here: the trace is sampled and has not ended."""
        return self._state.is_open

    def covers_call(self) -> bool:
        """Return True if a call of a model that is made now under this span is the call that the span records."""
        return False

    def span(self, name: str, *, input: Any = None, metadata: Mapping[str, Any] | None = None) -> Span:
        """Start a span: one step of the agent. The span of a tool call is named `tool:<name>`."""
        if self._state.is_open:
            try:
                return Span(self, name, input, metadata)
            except Exception:  # tracing errors must not reach the application
                return NO_SPAN
        return _NoSpan(self._state)

    def generation(
        self, name: str, *, model: str | None = None, input: Any = None, metadata: Mapping[str, Any] | None = None
    ) -> Generation:
        """Start a generation: a call of a language model."""
        if self._state.is_open:
            try:
                return Generation(self, name, input, metadata, model=model)
            except Exception:  # as in span()
                return NO_SPAN
        return _NoSpan(self._state)

    def event(
        self, name: str, *, input: Any = None, metadata: Mapping[str, Any] | None = None, level: str | None = None
    ) -> None:
        """Record an event at the current time."""
        if self._state.is_open:
            with suppress(Exception):
                _Event(self, name, input, metadata, level=level)

    def wrap(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function under this span, and end the span with its result or exception.

        Returns the result; that of an asynchronous function is awaited by the caller, and the span ends then.

        >>> from ashr_labs import AshrLabsClient
        >>> with AshrLabsClient.local() as client, client.trace("sum") as trace:
        ...     trace.span("add").wrap(sum, [1, 2])
        3
        """
        self.__enter__()
        try:
            result = function(*args, **kwargs)
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise
        with suppress(Exception):  # as in span()
            returned: Any = result
            if callable(getattr(returned, "__await__", None)):
                self._leave()
                return cast("T", self._wrap_awaitable(returned))
            self._end_with(result)
        return result

    async def _wrap_awaitable(self, awaitable: Awaitable[Any]) -> Any:
        self.__enter__()
        try:
            result = await awaitable
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise
        with suppress(Exception):  # as in span()
            self._end_with(result)
        return result

    def _end_with(self, result: Any) -> None:
        self._leave()
        self.end(output=result if self._state.capture_content else UNSET)

    def _leave(self) -> None:
        """Close the scope and keep the span open."""
        scope, self._scope = self._scope, None
        if scope is not None:
            deactivate(scope)

    def end(self, *, output: Any = UNSET) -> object:
        """End the trace or span."""
        raise NotImplementedError

    def _end_block(self, error: BaseException | None) -> None:
        """End the trace or span at the end of its `with` block, with the error that left the block."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        try:  # noqa: SIM105 - suppress() would cost every span
            self._scope = activate(self)
        except Exception:  # noqa: S110 - tracing errors must not reach the application
            pass
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:  # noqa: SIM105 - as in __enter__()
            self._leave()
        except Exception:  # noqa: S110 - as in __enter__()
            pass
        try:  # noqa: SIM105 - as in __enter__()
            # Closing a generator early is not an error.
            self._end_block(None if isinstance(error, GeneratorExit) else error)
        except Exception:  # noqa: S110 - as in __enter__()
            pass

    def score(self, name: str, value: float | str | bool, *, comment: str | None = None) -> None:
        """Record a score as an event named `score:<name>`."""
        self.event(f"score:{name}", input={"value": value, "comment": comment})


class Span(Parent, SpanRecord):
    """A step of an agent, ended by `end()` or by its `with` block."""

    __slots__ = (
        "_ended",
        "_input",
        "_level",
        "_metadata",
        "_model",
        "_name",
        "_output",
        "_parent_id",
        "_started",
        "_status",
        "_suspended",
        "_usage",
    )

    _type = "span"

    def __init__(self, parent: Parent, name: str, input: Any, metadata: Mapping[str, Any] | None) -> None:
        state = parent._state
        self._state = state
        self._parent_id = parent._id
        self._id = next(state.ids)
        self._name = name
        self._input = None if input is None else to_json(input)
        self._metadata = None if metadata is None else to_json(metadata)
        self._output = UNSET
        self._status = self._level = self._model = self._usage = self._ended = self._suspended = None
        self._scope = None
        self._started = perf_counter_ns()
        state.spans.append(self)

    def __repr__(self) -> str:
        state = "open" if self._ended is None and self._state.is_open else "ended"
        return f"<{type(self).__name__} {self._name!r} id={self.id} {state}>"

    @property
    def id(self) -> str:
        """The id of the span: 16 hexadecimal digits."""
        return f"{self._id or 0:016x}"

    def end(self, *, output: Any = UNSET, status_message: str | None = None, level: str | None = None) -> None:
        """End the span; only the first call has an effect.

        Args:
            output: The result of the step; None is recorded too if it is passed.
            status_message: Description of an error.
            level: DEBUG, DEFAULT, WARNING or ERROR.
        """
        if self._ended is not None or not self._state.is_open:
            return
        self._ended = perf_counter_ns()
        self._status = status_message
        self._level = level
        if output is not UNSET:
            try:  # noqa: SIM105 - as in __enter__()
                self._output = to_json(output)
            except Exception:  # noqa: S110 - as in __enter__()
                pass

    def update(
        self,
        *,
        input: Any = UNSET,
        output: Any = UNSET,
        metadata: Mapping[str, Any] | None = None,
        model: str | None = None,
    ) -> None:
        """Record what was not known at the start, until the end of the span; keys of the metadata are added."""
        if not self._state.is_open or self._ended is not None:
            return
        with suppress(Exception):  # as in span()
            if input is not UNSET:
                self._input = to_json(input)
            self._output = self._output if output is UNSET else to_json(output)
            if metadata is not None:
                self._metadata = {**(json_object(self._metadata) or {}), **(json_object(to_json(metadata)) or {})}
            self._model = self._model if model is None else model

    def fail(self, status: str) -> None:
        """Set the level to ERROR and the status message, even after the end of the span."""
        if self._state.is_open:
            self._level, self._status = "ERROR", status

    def suspend(self, items: Growing | None) -> None:
        """Note that a generator or stream was suspended: its end, and its output, if it is never resumed."""
        self._suspended = perf_counter_ns()
        if items is not None and self._ended is None:
            self._output = items

    def _end_block(self, error: BaseException | None) -> None:
        self.end()
        if error is not None:
            self.fail(describe_error(error))


class Generation(Span):
    """A call of a language model."""

    __slots__ = ()

    _type = "generation"

    def __init__(
        self, parent: Parent, name: str, input: Any, metadata: Mapping[str, Any] | None, *, model: str | None
    ) -> None:
        super().__init__(parent, name, input, metadata)
        self._model = model

    def end(
        self,
        *,
        output: Any = UNSET,
        usage: object = None,
        status_message: str | None = None,
        level: str | None = None,
    ) -> None:
        """End the generation; only the first call has an effect.

        Args:
            output: The model's reply; None is recorded too if it is passed.
            usage: Token counts and `cost`, in the format of any of the common model APIs.
            status_message: Description of an error.
            level: DEBUG, DEFAULT, WARNING or ERROR.
        """
        if usage is not None and self._ended is None:
            with suppress(Exception):
                # Objects with attributes are read at once; mappings are copied, and read by the exporter's thread.
                self._usage = to_json(usage if is_object(usage) else read_usage(usage) or None)
        super().end(output=output, status_message=status_message, level=level)


class _Event(Span):
    """A point in time; it has no end."""

    __slots__ = ()

    _type = "event"

    def __init__(
        self, parent: Parent, name: str, input: Any, metadata: Mapping[str, Any] | None, *, level: str | None
    ) -> None:
        super().__init__(parent, name, input, metadata)
        self._level = level


class _NoSpan(Generation):
    """A span of a trace that is not sampled or has ended: it records nothing and is never active."""

    __slots__ = ()

    def __init__(self, state: TraceState) -> None:
        Parent.__init__(self, state, None)

    def __repr__(self) -> str:
        return "<Span not recorded>"

    def end(self, **_given: Any) -> None:
        """Do nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Do nothing."""


NO_SPAN: Final[Generation] = _NoSpan(TraceState("0" * 32, sampled=False, is_open=False))
