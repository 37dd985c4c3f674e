"""Spans of frameworks that name each of their operations by an id and by the id of its parent."""

# ruff: noqa: A002 - `input` is the documented name of a parameter

from __future__ import annotations

from functools import wraps
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from .._environment import warn_once
from .._serialize import describe_error
from .._unset import UNSET
from ..tracing.instrument import call_parent, error_status
from ..tracing.spans import FOREIGN_SCOPES, NO_SPAN, ForeignScope, activate, deactivate
from .calls import FIRST_CHUNK, LOGGER, ModelSpan

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from ..tracing.spans import Parent, Scope, Span
    from ..tracing.trace import Trace
    from .calls import Request
    from .replies import Reply

__all__ = ["Run", "Runs", "add_scopes", "guarded"]

_MAX_OPEN: Final = 10_000
"""How many operations that have not ended are remembered; the oldest are forgotten first."""

F = TypeVar("F", bound="Callable[..., None]")


def guarded(method: F) -> F:
    """Return a method of a recorder that never raises into the library that calls it, and logs an error once."""

    @wraps(method)
    def call(recorder: object, *args: Any, **kwargs: Any) -> None:
        try:
            method(recorder, *args, **kwargs)
        except Exception as error:
            where = f"{type(recorder).__name__}.{method.__name__}"
            warn_once(LOGGER, f"{where}: an operation could not be recorded: {describe_error(error)}")

    return cast("F", call)


def add_scopes(find: Callable[[], ForeignScope | None]) -> Callable[[], None]:
    """Let spans be started in the running operations of a library; return how to end that.

    Args:
        find: Returns the scope of the innermost operation that runs here; what it raises is ignored.
    """

    def found() -> ForeignScope | None:
        try:
            return find()
        except Exception:  # the library's own code, in calls that have nothing to do with it
            return None

    FOREIGN_SCOPES.append(found)
    return lambda: FOREIGN_SCOPES.remove(found)


class Run:
    """An operation in progress: its span, and its trace if it started one."""

    __slots__ = ("_active", "_started", "_trace", "captures", "memo", "scope", "span")

    def __init__(self, span: Span, trace: Trace | None, *, captures: bool) -> None:
        self.span = span
        self.captures = captures
        """Whether inputs and outputs are recorded."""
        self.scope = ForeignScope(span)
        """For libraries that keep the operation in a context variable of their own."""
        self.memo: Any = None
        """Anything that the recorder needs at the end of the operation."""
        self._trace = trace
        self._active: Scope | None = None
        self._started = perf_counter_ns()

    @property
    def is_active(self) -> bool:
        """Whether the span is between `enter()` and `leave()`."""
        return self._active is not None

    def enter(self) -> None:
        """Activate the span in the current context, until `leave()` there."""
        self._active = activate(self.span)

    def leave(self) -> None:
        """Deactivate the span."""
        active, self._active = self._active, None
        if active is not None:
            deactivate(active)

    def set_start(self, began: int) -> None:
        """Set the start of the span to an earlier time, of `time.perf_counter_ns`."""
        self._started = began
        if self.span.is_recorded:
            self.span._started = began  # pyright: ignore[reportPrivateUsage]

    def note_first_chunk(self) -> None:
        """Record the time to the first chunk of a reply."""
        self.span.update(metadata={FIRST_CHUNK: (perf_counter_ns() - self._started) / 1e9})

    def end(self, output: Any = UNSET, *, error: BaseException | str | None = None) -> None:
        """End the span with an output, or with an error."""
        self.leave()
        output = output if self.captures else UNSET
        self.span.end(output=output)
        self._finish(output, error)

    def end_call(self, reply: Reply, *, error: BaseException | str | None = None) -> None:
        """End the span of a model call with its reply, or with an error."""
        self.leave()
        output = reply.output() if self.captures else UNSET
        if isinstance(self.span, ModelSpan):
            self.span.end_call(reply, captures=self.captures)
        self._finish(output, error)

    def _finish(self, output: Any, error: BaseException | str | None) -> None:
        self.scope.is_open = False
        if error is not None:
            status = self._status(error)
            self.span.fail(status)
            output = {"error": status}
        if self._trace is not None:
            self._trace.end(output=output)

    def _status(self, error: BaseException | str) -> str:
        if isinstance(error, str):
            return error if self.captures else "error"
        return error_status(error, captures=self.captures)


class Runs:
    """The operations in progress of one framework, by their ids."""

    def __init__(self) -> None:
        self._open: dict[Hashable, Run] = {}

    def start(
        self,
        run_id: Hashable,
        parent_id: Hashable,
        name: str,
        *,
        input: Any = UNSET,
        metadata: Mapping[str, Any] | None = None,
    ) -> Run | None:
        """Start the span of an operation, below its parent or the active span; None if nothing is recorded."""
        found = self._parent(parent_id, name)
        if found is None:
            return None
        parent, trace = found
        captures = parent._state.capture_content  # pyright: ignore[reportPrivateUsage]
        span = parent.span(name, input=input if captures and input is not UNSET else None, metadata=metadata)
        return self._remember(run_id, Run(span, trace, captures=captures))

    def start_call(
        self, run_id: Hashable, parent_id: Hashable, request: Request, *, began: int | None = None
    ) -> Run | None:
        """Start the span of a model call; calls of other instrumented libraries within it are the same call.

        Args:
            run_id: The id of the operation.
            parent_id: The id of the operation around it.
            request: What is recorded of the request.
            began: When the call began, of `time.perf_counter_ns`; defaults to now.
        """
        found = self._parent(parent_id, request.name)
        if found is None:
            return None
        parent, trace = found
        state = parent._state  # pyright: ignore[reportPrivateUsage]
        captures = state.capture_content
        span = ModelSpan(parent, request, captures=captures) if state.is_open else NO_SPAN
        run = Run(span, trace, captures=captures)
        if began is not None:
            run.set_start(began)
        return self._remember(run_id, run)

    def hide(self, run_id: Hashable, parent_id: Hashable) -> None:
        """Record nothing for an operation; its children become those of its parent."""
        if (above := self._open.get(parent_id)) is not None:
            self._remember(run_id, above)

    def find(self, run_id: Hashable) -> Run | None:
        """Return the operation in progress with an id."""
        return self._open.get(run_id)

    def take(self, run_id: Hashable, parent_id: Hashable = None) -> Run | None:
        """Remove and return an operation that ends; None if it is hidden or not recorded."""
        run = self._open.pop(run_id, None)
        is_hidden = parent_id is not None and run is self._open.get(parent_id)
        return None if run is None or is_hidden else run

    def end_all_but(self, kept: Run) -> None:
        """End all operations but one, without outputs: the library will not tell more of them."""
        for run_id, run in list(self._open.items()):
            if run is not kept and self._open.pop(run_id, None) is not None:
                run.end()

    def _parent(self, parent_id: Hashable, name: str) -> tuple[Parent, Trace | None] | None:
        above = self._open.get(parent_id)
        return call_parent(name) if above is None else (above.span, None)

    def _remember(self, run_id: Hashable, run: Run) -> Run:
        if len(self._open) >= _MAX_OPEN:
            self._open.pop(next(iter(self._open)), None)
        self._open[run_id] = run
        return run
