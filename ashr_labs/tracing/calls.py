"""Calls of traced functions, and traced blocks, while they run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from .context import DEFAULT, current_span, enter, leave, switch
from .serialize import GrowingArray, describe_error
from .spans import NOT_GIVEN, Generation, Parent, Span
from .trace import Trace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..client._tracing import TracingMethods
    from .arguments import Arguments

__all__ = ["Call", "Kind", "Plan", "Stream"]

Kind: TypeAlias = Literal["span", "generation", "tool"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is recorded of each call of a function, or of a block."""

    name: str
    kind: Kind = "span"
    model: str | None = None
    input: Any = NOT_GIVEN
    """What is recorded in place of the arguments."""
    metadata: Mapping[str, Any] | None = None
    capture_arguments: bool | None = None
    capture_result: bool | None = None
    client: TracingMethods | None = None

    def begin(self, arguments: Arguments | None, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call | None:
        """Begin a call's span; None where nothing is recorded."""
        parts = self._open(arguments, args, kwargs)
        return None if parts is None else Call(*parts)

    def begin_stream(self, arguments: Arguments | None, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Stream | None:
        """Begin a generator's span; None where nothing is recorded."""
        parts = self._open(arguments, args, kwargs)
        return None if parts is None else Stream(*parts)

    def _open(
        self, arguments: Arguments | None, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Span, Trace | None, bool] | None:
        trace: Trace | None = None
        parent = current_span()
        if parent is None:
            parent = trace = self._open_trace()
        if parent is None:
            return None
        recorder = parent._recorder  # pyright: ignore[reportPrivateUsage]
        if not recorder.is_open:
            # A trace of our own that is not kept is entered all the same, so that what it calls is not kept either.
            return None if trace is None else (trace.span(self.name), trace, False)
        given = self.input
        if given is NOT_GIVEN:
            captures = recorder.captures if self.capture_arguments is None else self.capture_arguments
            given = arguments.by_name(args, kwargs) if captures and arguments is not None else None
        captures = recorder.captures if self.capture_result is None else self.capture_result
        return self._span(parent, given), trace, captures

    def _open_trace(self) -> Trace | None:
        tracing = DEFAULT.tracing if self.client is None else self.client.tracing
        return Trace(self.name, tracing=tracing) if tracing is not None and tracing.settings.enabled else None

    def _span(self, parent: Parent, given: Any) -> Span:
        if self.kind == "generation":
            return Generation(parent, self.name, given, self.metadata, model=self.model)
        return Span(parent, self.name, given, self.metadata)


class Call:
    """A call under way: its span, which is the current one until the call ends, and the trace if it is its own."""

    __slots__ = ("_block", "_captures", "_trace", "span")

    def __init__(self, span: Span, trace: Trace | None, captures: bool) -> None:
        self.span = span
        self._trace = trace
        self._captures = captures
        self._block = enter(span if trace is None or span.is_recorded else trace)

    def succeed(self, result: Any = NOT_GIVEN) -> None:
        """End it with what it returned."""
        self._leave()
        output = result if self._captures else NOT_GIVEN
        self.span.end(output=output)
        if self._trace is not None:
            self._trace.end(output=output)

    def fail(self, error: BaseException) -> None:
        """End it with what it raised; a generator or coroutine that is closed early has done what was asked of it."""
        if isinstance(error, GeneratorExit):
            self.succeed(self._output_so_far())
            return
        self._leave()
        self.span.end(output=self._output_so_far())
        # With content switched off the text stays out as well: it often repeats the arguments.
        status = describe_error(error) if self._captures else type(error).__name__
        self.span.fail(status)
        if self._trace is not None:
            self._trace.end(output={"error": status})

    def _leave(self) -> None:
        leave(self._block)

    def _output_so_far(self) -> Any:
        return NOT_GIVEN


class Stream(Call):
    """A generator under way: its span is the current one whenever it runs, and never while its consumer does."""

    __slots__ = ("_inside", "_items", "_outside")

    def __init__(self, span: Span, trace: Trace | None, captures: bool) -> None:
        super().__init__(span, trace, captures)
        self._items = GrowingArray()
        self._inside = self._outside = switch(self._block.around)

    def resume(self) -> None:
        """Let the generator run until it is suspended."""
        self._outside = switch(self._inside)

    def suspend(self) -> None:
        """Let the consumer run."""
        self._inside = switch(self._outside)

    def note(self, item: Any) -> None:
        """Record an item that was yielded."""
        if self._captures and self.span.is_recorded:
            self._items.append(item)

    def close(self) -> None:
        """End it, exhausted or closed early, with what it yielded."""
        self.succeed(self._output_so_far())

    def _leave(self) -> None:
        self._block.is_open = False

    def _output_so_far(self) -> Any:
        return self._items if self._captures else NOT_GIVEN
