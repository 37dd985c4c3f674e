"""Traces: one interaction with an agent in production."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from time import monotonic_ns
from typing import TYPE_CHECKING, Any, Final, Self
from weakref import ref

from .._forks import PROCESS
from .._unset import UNSET
from . import context
from .export.item import ExportResult, QueuedTrace
from .masking import masked
from .propagation import SpanContext, is_sampled, make_trace_id
from .serialize import as_text, describe_error, json_object, optional_text, text_list, to_json
from .spans import Parent, TraceState, rough_size

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from ashr_labs_types import TracePayload

    from .context import TracingHandle

__all__ = ["NO_TRACE", "Trace", "score_trace"]

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
        self._result = ExportResult()
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
            with suppress(Exception):
                self._submit(output, is_open=is_open)
        if wait or self._wait:
            with suppress(Exception):
                self._result.wait()
        return self._result

    def __enter__(self) -> Self:
        with suppress(Exception):  # tracing errors must not reach the application
            self._scope = context.activate(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        scope, self._scope = self._scope, None
        with suppress(Exception):
            if scope is not None:
                context.deactivate(scope)
        output: Any = UNSET
        if error is not None and not isinstance(error, GeneratorExit):
            with suppress(Exception):
                output = {"error": describe_error(error)}
        self.end(output=output)

    def unfinished(self) -> QueuedTrace | None:
        """Return an item with everything that is recorded so far, or None if the trace has ended."""
        state = self._state
        if not state.is_open or self._forks != PROCESS.forks:
            return None
        write = partial(self._payload, UNSET, unfinished=True)
        identifier = f"{state.trace_id}.{monotonic_ns():x}"
        return QueuedTrace(identifier, None, write, self._size(None), unfinished=True)

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
            self._result.begin(sink.settings.flush_timeout, sink.wake)
            write: Callable[[], TracePayload] = partial(self._payload, result)
            size = self._size(result)
            if self._mirrored is not None:
                write = self._mirror(write())
            sink.enqueue(QueuedTrace(state.trace_id, self._result, write, size))
        except Exception as error:
            message = f"The trace could not be queued: {type(error).__name__}"
            self._result.resolve({"status": "error", "message": message})

    def _size(self, output: Any) -> int:
        spans = sum([span.size() for span in self._state.observations])
        return 300 + rough_size(self._metadata) + rough_size(output) + spans

    def _mirror(self, payload: TracePayload) -> Callable[[], TracePayload]:
        mirror = self._sink.settings.mirror
        if mirror is not None:
            with suppress(Exception):
                mirror.copy(payload, self._mirrored)
        return lambda: payload

    def _payload(self, output: Any, *, unfinished: bool = False) -> TracePayload:
        mask = self._sink.settings.mask
        metadata = json_object(masked(self._metadata, mask))
        spans = list(self._state.observations) if unfinished else self._state.release()
        payload: TracePayload = {
            "id": self._state.trace_id,
            "name": as_text(self._name),
            "user_id": optional_text(self._user_id),
            "session_id": optional_text(self._session_id),
            "metadata": {**(metadata or {}), "unfinished": True} if unfinished else metadata,
            "tags": text_list(masked(self._tags, mask)),
            "observations": [span.payload(mask) for span in spans],
        }
        if output is not UNSET:
            payload["output"] = masked(output, mask)
        return payload


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
    """Deliver a score of an earlier trace as a trace of its own, unless that trace was not sampled."""
    try:
        rate = tracing._sink.settings.sample_rate  # pyright: ignore[reportPrivateUsage]
        if len(trace_id) == 32 and not is_sampled(trace_id, rate):
            return
    except (TypeError, ValueError):  # an id in the platform's own format
        pass
    trace = Trace("score", metadata={"scored_trace_id": trace_id}, sampled=True, tracing=tracing)
    trace.score(name, value, comment=comment)
    trace.end()
