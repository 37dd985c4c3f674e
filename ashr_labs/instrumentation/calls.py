"""A call of a language model in progress: its span, from the request to the end of the reply.

Nothing here raises into the application.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any, TypeAlias

from .._environment import warn_once
from .._serialize import describe_error
from .._unset import UNSET
from ..pricing import read_usage
from ..tracing.context import DEFAULT
from ..tracing.instrument import ActiveCall, call_parent
from ..tracing.spans import NO_SPAN, Generation, active_scope
from .replies import Reply
from .streams import watch
from .values import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..tracing.context import HasTracing
    from ..tracing.spans import Parent
    from ..tracing.trace import Trace

    Reader: TypeAlias = "Callable[[Reply, Any], None]"

__all__ = ["FIRST_CHUNK", "LOGGER", "Describe", "ModelCall", "ModelSpan", "Request", "begin"]

LOGGER = "ashr_labs.instrumentation"
FIRST_CHUNK = "gen_ai.response.time_to_first_chunk"


@dataclass(slots=True)
class Request:
    """The recorded parts of a request. Values are those of the caller; the span copies them."""

    provider: str | None
    """The provider's name in the GenAI conventions of OpenTelemetry."""
    model: str | None
    input: Any
    read: Reader
    """Adds a whole response to a reply."""
    read_chunk: Reader | None = None
    """Adds a chunk of a stream to a reply."""
    operation: str = "chat"
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    is_stream: bool = False
    unwrap: Callable[[ModelCall, Any], Any] | None = None
    """Takes a result of the library's own kind, such as a raw response, in place of a response or stream."""

    @property
    def name(self) -> str:
        """The name of the span."""
        return self.operation if self.model is None else f"{self.operation} {self.model}"

    def metadata(self, *, captures: bool) -> dict[str, Any]:
        """Return the attributes of the request, by the GenAI conventions of OpenTelemetry.

        Args:
            captures: Whether content is recorded: parameters that may hold some are left out otherwise.
        """
        found: dict[str, Any] = {"gen_ai.operation.name": self.operation}
        if self.provider is not None:
            found["gen_ai.provider.name"] = self.provider
        for name, value in self.parameters.items():
            if value is not None and (captures or isinstance(value, int | float)):
                found[f"gen_ai.request.{name}"] = value if isinstance(value, int | float | str) else plain(value)
        return found


Describe: TypeAlias = "Callable[[tuple[Any, ...], dict[str, Any]], Request | None]"
"""Returns what is recorded of a call with these arguments; None if it is not a call of a model."""


class ModelSpan(Generation):
    """The span of a model call; a call of another instrumented library within it is the same call."""

    __slots__ = ()

    def __init__(self, parent: Parent, request: Request, *, captures: bool) -> None:
        given = plain(request.input) if captures else None
        super().__init__(parent, request.name, given, request.metadata(captures=captures), model=request.model)

    def covers_call(self) -> bool:
        """Return True: other instrumented libraries make the same call."""
        return True

    @property
    def started(self) -> int:
        """When the call began, in nanoseconds of `time.perf_counter_ns`."""
        return self._started

    def end_at_last_chunk(self) -> None:
        """Set the end to the time of the last chunk, of a stream that was abandoned."""
        if self._suspended is not None:
            self._ended = self._suspended


class ModelCall(ActiveCall):
    """A model call in progress; its span is active until the function returns, and open until a stream ends."""

    __slots__ = ("_first_chunk", "_is_open", "is_reading", "reply", "request")

    def __init__(self, request: Request, parent: Parent, trace: Trace | None) -> None:
        state = parent._state  # pyright: ignore[reportPrivateUsage]
        captures = state.capture_content
        span = ModelSpan(parent, request, captures=captures) if state.is_open else NO_SPAN
        super().__init__(span, trace, captures)
        self.request = request
        self.reply = Reply()
        self._first_chunk: int | None = None
        self._is_open = True
        self.is_reading = False

    def answered(self, result: Any) -> Any:
        """Record what the function returned; return it, a stream so that its chunks are recorded."""
        try:
            self._leave()
            if not self.span.is_recorded:
                self.finish()
            elif self.request.unwrap is not None:
                return self.request.unwrap(self, result)
            else:
                return self.took(result)
        except Exception as error:
            self._report(error)
            self.finish()
        return result

    def took(self, result: Any) -> Any:
        """Record a response, or return a stream whose chunks are recorded."""
        if self.request.is_stream:
            return watch(result, self)
        self.request.read(self.reply, result)
        self.finish()
        return result

    def note(self, chunk: Any) -> None:
        """Record a chunk of a stream, and the current time as the end if there is no further one."""
        try:
            (self.request.read_chunk or self.request.read)(self.reply, chunk)
            has_content = self._first_chunk is not None or not self.reply.is_empty
            if has_content and self._first_chunk is None:
                self._first_chunk = perf_counter_ns()
                self._add_facts()  # which are known without an end, too, if there is none
            self.span.suspend(self.reply if has_content and self._captures else None)
        except Exception as error:
            self._report(error)

    def finish(self) -> None:
        """End the span with what is known of the reply; only the first call has an effect."""
        if self._is_open:
            self._is_open = False
            self._end()

    def fail(self, error: BaseException) -> None:
        """End the span with an exception; closing a stream early is not an error."""
        if isinstance(error, GeneratorExit):
            self.finish()
        elif self._is_open:
            self._is_open = False
            # Without content capture the message is left out as well: it often repeats the arguments.
            self._end(describe_error(error) if self._captures else type(error).__name__)

    def _end(self, failure: str | None = None) -> None:
        with suppress(Exception):
            self._leave()
            output = self.reply.output() if self._captures else UNSET
            if isinstance(self.span, ModelSpan):
                self._add_facts()
                self.span.end(output=output, usage=read_usage(self.reply.usage) or None)
            if failure is not None:
                self.span.fail(failure)
            if self._trace is not None:
                self._trace.end(output=output if failure is None else {"error": failure})

    def _add_facts(self) -> None:
        facts = self.reply.facts()
        if self._first_chunk is not None and isinstance(self.span, ModelSpan):
            facts[FIRST_CHUNK] = (self._first_chunk - self.span.started) / 1e9
        self.span.update(metadata=facts, model=self.reply.model if self.request.model is None else None)

    def _report(self, error: Exception) -> None:
        what = self.request.operation if self.request.provider is None else self.request.provider
        warn_once(LOGGER, f"a reply of {what} could not be recorded: {describe_error(error)}")

    def __del__(self) -> None:
        if self._is_open:  # a stream that was abandoned
            self.finish()
            if isinstance(self.span, ModelSpan):
                self.span.end_at_last_chunk()


def begin(
    describe: Describe, args: tuple[Any, ...], kwargs: dict[str, Any], client: HasTracing | None = None
) -> ModelCall | None:
    """Start the span of a call; None if nothing is recorded, or an outer call of a library records it."""
    scope = active_scope()
    if scope is None:
        if client is None and DEFAULT.tracing is None:
            return None
    elif not scope.span.is_recorded or scope.span.covers_call():
        return None
    try:
        request = describe(args, kwargs)
        found = None if request is None else call_parent(request.name, client)
        return None if request is None or found is None else ModelCall(request, *found)
    except Exception as error:
        warn_once(LOGGER, f"a call could not be recorded: {describe_error(error)}")
        return None
