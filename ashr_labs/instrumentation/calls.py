"""A call of a language model in progress: its span, from the request to the end of the reply.

Nothing here raises into the application.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from .._environment import warn_once
from .._serialize import describe_error, json_object, to_json
from .._unset import UNSET
from ..pricing import read_usage
from ..tracing.context import DEFAULT
from ..tracing.instrument import ActiveCall, call_parent, error_status
from ..tracing.spans import NO_SPAN, Generation, active_scope
from .replies import Reply
from .streams import watch
from .values import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ashr_labs_types import Observation

    from .._serialize import JSON
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
            if isinstance(value, int | float) or (captures and value is not None):
                # Lists and objects are copied, as programs may change them.
                found[f"gen_ai.request.{name}"] = value if isinstance(value, int | float | str) else to_json(value)
        return found


Describe: TypeAlias = "Callable[[tuple[Any, ...], dict[str, Any]], Request | None]"
"""Returns the request of a call with these arguments; None if it is not a call of a model."""


class ModelSpan(Generation):
    """The span of a model call; a call of another instrumented library within it is the same call.

    The reply is written by the thread that delivers the trace, or reads it.
    """

    __slots__ = ("_about", "_first_chunk", "_reply")

    def __init__(self, parent: Parent, request: Request, *, captures: bool, reply: Reply | None = None) -> None:
        super().__init__(parent, request.name, request.input if captures else None, None, model=request.model)
        self._about = request.metadata(captures=captures)
        self._reply = Reply() if reply is None else reply
        self._first_chunk: int | None = None

    def note_chunk(self, *, captures: bool) -> None:
        """Note the arrival of a chunk: the end, and the output, if there is no further one."""
        has_content = self._first_chunk is not None or not self._reply.is_empty
        self.suspend(self._reply if has_content and captures else None)
        if has_content and self._first_chunk is None:
            self._first_chunk = self._suspended

    def end_call(self, reply: Reply, *, captures: bool) -> None:
        """End the span with a reply, as far as it is known."""
        self.end()
        self._reply = reply
        if captures and reply.has_output:
            self._output = reply

    def covers_call(self) -> bool:
        """Return True: other instrumented libraries make the same call."""
        return True

    def end_at_last_chunk(self) -> None:
        """Set the end to the time of the last chunk, of a stream that was abandoned."""
        if self._suspended is not None:
            self._ended = self._suspended

    def payload(self, clock_offset: int, hide: Callable[[JSON], JSON]) -> Observation:
        """Return the span as the API takes it."""
        first = self._first_chunk
        took = {} if first is None else {FIRST_CHUNK: (first - self._started) / 1e9}
        told = {**self._about, **(json_object(self._metadata) or {}), **self._reply.facts(), **took}
        self._metadata = to_json(told)
        self._model = self._model or self._reply.model
        usage: Any = read_usage(plain(self._reply.usage)) or None
        self._usage = usage
        return super().payload(clock_offset, hide)

    def content(self) -> tuple[JSON, JSON, Any]:
        """Return the recorded values."""
        return self._input, None, self._reply


class ModelCall(ActiveCall):
    """A model call in progress; its span is active until the function returns, and open until a stream ends."""

    __slots__ = ("_is_open", "is_reading", "reply", "request")

    def __init__(self, request: Request, parent: Parent, trace: Trace | None) -> None:
        state = parent._state  # pyright: ignore[reportPrivateUsage]
        captures = state.capture_content
        self.request = request
        self.reply = Reply()
        span = ModelSpan(parent, request, captures=captures, reply=self.reply) if state.is_open else NO_SPAN
        super().__init__(span, trace, captures)
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
            if isinstance(self.span, ModelSpan):
                self.span.note_chunk(captures=self._captures)
        except Exception as error:
            self._report(error)

    def finish(self) -> None:
        """End the span with the reply so far; only the first call has an effect."""
        if self._is_open:
            self._is_open = False
            self._end()

    def fail(self, error: BaseException) -> None:
        """End the span with an exception; closing a stream early is not an error."""
        if isinstance(error, GeneratorExit):
            self.finish()
        elif self._is_open:
            self._is_open = False
            self._end(error)

    def _end(self, error: BaseException | None = None) -> None:
        with suppress(Exception):
            self._leave()
            failure = None if error is None else error_status(error, captures=self._captures)
            if isinstance(self.span, ModelSpan):
                self.span.end_call(self.reply, captures=self._captures)
            if failure is not None:
                self.span.fail(failure)
            if self._trace is not None:
                output = self.reply if self._captures and self.reply.has_output else UNSET
                self._trace.end(output=output if failure is None else {"error": failure})

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
    try:
        scope = active_scope()
        if scope is None:
            if client is None and DEFAULT.tracing is None:
                return None
        elif not scope.span.is_recorded or scope.span.covers_call():
            return None
        request = describe(args, kwargs)
        found = None if request is None else call_parent(request.name, client)
        return None if request is None or found is None else ModelCall(request, *found)
    except Exception as error:
        warn_once(LOGGER, f"a call could not be recorded: {describe_error(error)}")
        return None
