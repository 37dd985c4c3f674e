"""Traces: one interaction with an agent in production."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from time import monotonic_ns
from typing import TYPE_CHECKING, Any, Final, Self, cast
from weakref import ref

from .._forks import PROCESS
from .._json import preview
from .._serialize import describe_error, json_object, to_json
from .._unset import UNSET
from ..errors import ConfigurationError
from .export.item import ExportResult, QueuedTrace
from .payload import estimate_size, write_trace
from .propagation import SpanContext, is_sampled, make_trace_id
from .spans import Parent, active_scope
from .state import TraceState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ashr_labs_types import TracePayload

    from .context import TracingHandle
    from .payload import SpanRecord, TraceRecord

__all__ = ["NO_TRACE", "Trace", "observed_traces", "score_trace"]

_FORKED = "The trace was started by the parent process, which delivers it."


class Trace(Parent):
    """One interaction with an agent in production, delivered once: by `end()` or at the end of its `with` block.

    Args:
        name: Name of the operation, such as `handle-ticket`.
        user_id: The end user, for grouping.
        session_id: The conversation, for grouping.
        metadata: Any further information.
        tags: Labels to filter by.
        wait: Whether `end()` and the end of the block wait for the delivery.
        traceparent: The `traceparent` header of the incoming request; it is recorded under `metadata`.
        sampled: Whether the trace is recorded; defaults to the decision of `sample_rate`.
        tracing: The `client.tracing` that delivers it.
    """

    __slots__ = (
        "__weakref__",
        "_forks",
        "_metadata",
        "_mirrored",
        "_name",
        "_open",
        "_result",
        "_session_id",
        "_sink",
        "_tags",
        "_user_id",
        "_wait",
    )

    def __init__(
        self,
        name: str,
        *,
        user_id: str | None = None,
        session_id: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        tags: Sequence[str] | None = None,
        wait: bool = False,
        traceparent: str | None = None,
        sampled: bool | None = None,
        tracing: TracingHandle,
    ) -> None:
        self._result = ExportResult()
        self._sink = sink = tracing._sink  # pyright: ignore[reportPrivateUsage]
        settings = sink.settings
        remote = None if traceparent is None else SpanContext.parse(traceparent)
        trace_id = make_trace_id(remote)
        if sampled is None:
            sampled = is_sampled(trace_id, settings.sample_rate, remote)
        is_open = settings.enabled and sampled
        self._state = TraceState(
            trace_id,
            sampled=sampled,
            is_open=is_open,
            capture_content=settings.capture,
            parent_header=traceparent if remote and not settings.enabled else None,
        )
        observed = observed_traces()
        if observed is not None:
            observed.append(self._state.spans)
            self._state.observed = observed
        self._id = None
        self._name = name
        self._user_id = user_id
        self._session_id = session_id
        self._metadata = to_json(metadata) if is_open and metadata is not None else None
        if remote is not None:
            self._metadata = {**(json_object(self._metadata) or {}), **remote.as_metadata()}
        self._tags = to_json(tags) if is_open and tags is not None else None
        self._wait = wait
        self._mirrored: Any = None
        if is_open and settings.mirror is not None:
            with suppress(Exception):
                self._mirrored = settings.mirror.begin()
        self._open = [is_open]
        self._scope = None
        self._forks = PROCESS.forks
        if is_open:
            sink.open_traces[trace_id] = ref(self)

    def __repr__(self) -> str:
        state = "open" if self._open else "ended"
        return f"<Trace {self._name!r} id={self._state.trace_id} {state}>"

    @property
    def trace_id(self) -> str:
        """The id of the trace: its own 32 hexadecimal digits, or the id that the platform assigned instead.

        After the end of the trace this waits for the platform's response, for a limited time.
        """
        answered = None
        with suppress(Exception):
            answered = self._result.wait().get("trace_id")
        return answered if isinstance(answered, str) else self._state.trace_id

    def end(self, *, output: Any = UNSET, wait: bool = False) -> ExportResult:
        """End the trace, queue it for delivery, and return a mapping that becomes the platform's response.

        Only the first call has an effect; each call returns the same object. Never raises: if the trace could not be
        delivered, the response is `{"status": "error", "message": ...}`.

        Args:
            output: The result of the whole interaction; None is recorded too if it is passed.
            wait: Whether to wait for the delivery, at most for `flush_timeout`.
        """
        try:
            is_open = self._open.pop()
        except IndexError:
            pass
        else:
            try:  # noqa: SIM105 - suppress() would cost every trace
                self._submit(output, is_open=is_open)
            except Exception:  # noqa: S110 - tracing errors must not reach the application
                pass
        if wait or self._wait:
            with suppress(Exception):
                self._result.wait()
        return self._result

    def _end_block(self, error: BaseException | None) -> None:
        output: Any = UNSET
        if error is not None:
            with suppress(Exception):
                output = {"error": describe_error(error)}
        self.end(output=output)

    def unfinished(self) -> QueuedTrace | None:
        """Return an item with everything that is recorded so far, or None if the trace has ended."""
        state = self._state
        if not state.is_open or self._forks != PROCESS.forks:
            return None
        record = self._record(UNSET, is_finished=False)
        write = partial(write_trace, record, self._sink.settings.mask)
        return QueuedTrace(f"{state.trace_id}.{monotonic_ns():x}", None, write, estimate_size(record), unfinished=True)

    def _submit(self, output: Any, *, is_open: bool) -> None:
        state, sink = self._state, self._sink
        if not is_open:
            self._result.resolve({"status": "ok", "trace_id": state.trace_id, "kept": False})
            return
        try:
            result = output if output is UNSET else to_json(output)
            state.is_open = False
            if self._forks != PROCESS.forks:
                self._result.resolve({"status": "error", "message": _FORKED})
                return
            record = self._record(result)
            state.spans = []  # which would live as long as the application keeps a span
            size = estimate_size(record)
            mask = sink.settings.mask
            write = partial(write_trace, record, mask) if self._mirrored is None else self._mirror(record, mask)
            self._result.begin(sink.settings.flush_timeout, sink.wake)
            sink.enqueue(QueuedTrace(state.trace_id, self._result, write, size))
        except Exception as error:
            message = f"The trace could not be queued: {type(error).__name__}"
            self._result.resolve({"status": "error", "message": message})

    def _record(self, output: Any, *, is_finished: bool = True) -> TraceRecord:
        state = self._state
        return {
            "trace_id": state.trace_id,
            "name": self._name,
            "user_id": self._user_id,
            "session_id": self._session_id,
            "metadata": self._metadata,
            "tags": self._tags,
            "output": output,
            "spans": state.spans if is_finished else state.spans.copy(),
            "clock_offset": state.clock_offset,
            "is_finished": is_finished,
        }

    def _mirror(self, record: TraceRecord, mask: Callable[[Any], Any] | None) -> Callable[[], TracePayload]:
        payload = write_trace(record, mask)
        mirror = self._sink.settings.mirror
        if mirror is not None:
            with suppress(Exception):
                mirror.copy(payload, self._mirrored)
        return lambda: payload


class _NoTrace(Trace):
    """Replacement for a trace that could not be started: it records nothing and is never active."""

    __slots__ = ()

    def __init__(self) -> None:
        Parent.__init__(self, TraceState("0" * 32, sampled=False, is_open=False), None)
        self._name, self._open = "none", []
        self._result = ExportResult()
        self._result.resolve({"status": "error", "message": "The trace could not be started."})

    def end(self, **_given: Any) -> ExportResult:
        """Do nothing."""
        return self._result

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Do nothing."""


NO_TRACE: Final[Trace] = _NoTrace()


def score_trace(
    tracing: TracingHandle, trace_id: str, name: str, value: float | str | bool, comment: str | None
) -> None:
    """Deliver a score of an earlier trace as a trace of its own, unless that trace was not sampled.

    Raises:
        ConfigurationError: The id, the name or the value has another type.
    """
    for label, given in (("trace_id", trace_id), ("name", name)):
        if not isinstance(cast("object", given), str) or not given:
            raise ConfigurationError(f"`{label}` must be a string that is not empty, got {preview(given)}")
    if not isinstance(value, str) and not hasattr(cast("object", value), "__float__"):
        raise ConfigurationError(f"`value` must be a number, a string, true or false, got {preview(value)}")
    try:
        rate = tracing._sink.settings.sample_rate  # pyright: ignore[reportPrivateUsage]
        if len(trace_id) == 32 and not is_sampled(trace_id, rate):
            return
    except (TypeError, ValueError):  # an id in the platform's own format
        pass
    trace = Trace("score", metadata={"scored_trace_id": trace_id}, sampled=True, tracing=tracing)
    trace.score(name, value, comment=comment)
    trace.end()


def observed_traces() -> list[list[SpanRecord]] | None:
    """Return the spans of the traces of the scenario that is observed here, its own trace first; None without one."""
    scope = active_scope()
    return None if scope is None else scope.span._state.observed  # pyright: ignore[reportPrivateUsage]
