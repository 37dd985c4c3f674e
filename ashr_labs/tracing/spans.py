"""Traces of what an agent does: spans, calls of language models and events, recorded cheaply and delivered whole.

Nothing here raises into the host. A value is copied when it is given, so that later changes of the host's objects do
not change what is recorded; everything else is written out when the trace ends.
"""

# ruff: noqa: A002 - `input` is the documented name of a parameter

from __future__ import annotations

import logging
import secrets
from itertools import count
from threading import RLock
from time import perf_counter_ns, time_ns
from typing import TYPE_CHECKING, Any, Final, Self

from ._wire import array_of_texts, json_object, optional_text, text, timestamp, token_counts
from .serialize import JSON, describe_error, to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from ashr_labs_types import Observation, TracePayload

__all__ = ["Generation", "Span", "Trace"]

_NOT_GIVEN: Final = object()  # None is an output like any other
_log = logging.getLogger("ashr_labs.tracing")


class _Recorder:
    """What the parts of one trace share: the observations in order of creation, their ids and their clock."""

    __slots__ = ("clock_offset", "ids", "observations")

    def __init__(self) -> None:
        self.observations: list[Span] = []
        # Counted from a random start: as unique as ids drawn one by one, at a fifth of the cost.
        self.ids = count(secrets.randbits(63) + 1)
        # The wall clock is read once: were it set back meanwhile, spans would end before they start.
        self.clock_offset = time_ns() - perf_counter_ns()

    def payloads(self) -> list[Observation]:
        # A copy, since other threads may still add observations.
        return [observation._payload() for observation in tuple(self.observations)]  # pyright: ignore[reportPrivateUsage]


class _Parent:
    """Whatever observations can be made under."""

    __slots__ = ("_id", "_recorder")

    _id: int | None
    _recorder: _Recorder

    def span(self, name: str, *, input: Any = None, metadata: Mapping[str, Any] | None = None) -> Span:
        """Start a span: a step of the agent's work; the span of a tool is named `tool:<name>`."""
        return Span(self, name, input, metadata)

    def generation(
        self, name: str, *, model: str | None = None, input: Any = None, metadata: Mapping[str, Any] | None = None
    ) -> Generation:
        """Start a generation: a call of a language model."""
        return Generation(self, name, input, metadata, model=model)

    def event(
        self, name: str, *, input: Any = None, metadata: Mapping[str, Any] | None = None, level: str | None = None
    ) -> None:
        """Record that something happened just now."""
        _Event(self, name, input, metadata, level=level)


class Span(_Parent):
    """A step of an agent's work, ended by `end()` or by leaving its `with` block."""

    __slots__ = ("_ended", "_input", "_level", "_metadata", "_name", "_output", "_parent_id", "_started", "_status")

    _type = "span"

    def __init__(self, parent: _Parent, name: str, input: Any, metadata: Mapping[str, Any] | None) -> None:
        recorder = parent._recorder
        self._recorder = recorder
        self._parent_id = parent._id
        self._id = next(recorder.ids)
        self._name = name
        self._input = to_json(input)
        self._metadata = to_json(metadata)
        self._output: Any = _NOT_GIVEN
        self._status: str | None = None
        self._level: str | None = None
        self._ended: int | None = None
        self._started = perf_counter_ns()
        recorder.observations.append(self)

    def end(self, *, output: Any = _NOT_GIVEN, status_message: str | None = None, level: str | None = None) -> None:
        """End the span; only the first call counts.

        Args:
            output: What the step gave; None is recorded too when it is given.
            status_message: What went wrong, in words.
            level: DEBUG, DEFAULT, WARNING or ERROR.
        """
        if self._ended is not None:
            return
        self._ended = perf_counter_ns()
        if output is not _NOT_GIVEN:
            self._output = to_json(output)
        self._status = status_message
        self._level = level

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.end()
        if error is not None:
            self._status = describe_error(error)
            self._level = "ERROR"

    def _payload(self) -> Observation:
        offset = self._recorder.clock_offset
        payload: Observation = {
            "id": f"{self._id:016x}",
            "type": self._type,
            "name": text(self._name),
            "parent_observation_id": None if self._parent_id is None else f"{self._parent_id:016x}",
            "start_time": timestamp(self._started + offset),
            "input": self._input,
            "metadata": json_object(self._metadata),
            "level": optional_text(self._level),
        }
        if self._ended is not None:
            payload["end_time"] = timestamp(self._ended + offset)
        if self._output is not _NOT_GIVEN:
            payload["output"] = self._output
        if self._status is not None:
            payload["status_message"] = text(self._status)
        return payload


class Generation(Span):
    """A call of a language model."""

    __slots__ = ("_model", "_usage")

    _type = "generation"

    def __init__(
        self, parent: _Parent, name: str, input: Any, metadata: Mapping[str, Any] | None, *, model: str | None
    ) -> None:
        super().__init__(parent, name, input, metadata)
        self._model = model
        self._usage: JSON = None

    def end(
        self,
        *,
        output: Any = _NOT_GIVEN,
        usage: Mapping[str, int] | None = None,
        status_message: str | None = None,
        level: str | None = None,
    ) -> None:
        """End the generation; only the first call counts.

        Args:
            output: What the model answered; None is recorded too when it is given.
            usage: The tokens that the call took: `input_tokens` and `output_tokens`.
            status_message: What went wrong, in words.
            level: DEBUG, DEFAULT, WARNING or ERROR.
        """
        if self._ended is None:
            self._usage = to_json(usage)
        super().end(output=output, status_message=status_message, level=level)

    def _payload(self) -> Observation:
        payload = super()._payload()
        if self._model is not None:
            payload["model"] = text(self._model)
        if isinstance(self._usage, dict):
            payload["usage"] = token_counts(self._usage)
        return payload


class _Event(Span):
    """A point in time; nobody but the recorder holds it, so nobody ends it."""

    __slots__ = ()

    _type = "event"

    def __init__(
        self, parent: _Parent, name: str, input: Any, metadata: Mapping[str, Any] | None, *, level: str | None
    ) -> None:
        super().__init__(parent, name, input, metadata)
        self._level = level


class Trace(_Parent):
    """One piece of an agent's work in production, delivered once, by `end()` or by leaving its `with` block.

    >>> with Trace("handle-ticket", user_id="user_42", send=lambda trace: {"status": "ok"}) as trace:
    ...     with trace.span("tool:search", input={"q": "refunds"}) as tool:
    ...         tool.end(output=["refund policy"])
    >>> trace.end()
    {'status': 'ok'}

    Args:
        name: What the trace is of, such as `handle-ticket`.
        user_id: The end user, for grouping.
        session_id: The conversation, for grouping.
        metadata: Anything worth knowing about it.
        tags: Words to filter by.
        send: Delivers the payload and returns the platform's answer; what it raises becomes the answer.
    """

    __slots__ = ("_answer", "_lock", "_metadata", "_name", "_own_id", "_send", "_session_id", "_tags", "_user_id")

    def __init__(
        self,
        name: str,
        *,
        user_id: str | None = None,
        session_id: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        tags: Sequence[str] | None = None,
        send: Callable[[TracePayload], Mapping[str, Any]],
    ) -> None:
        self._recorder = _Recorder()
        self._id = None
        self._own_id = secrets.token_hex(16)
        self._name = name
        self._user_id = user_id
        self._session_id = session_id
        self._metadata = to_json(metadata)
        self._tags = to_json(tags)
        self._send = send
        self._lock = RLock()
        self._answer: dict[str, Any] | None = None

    @property
    def trace_id(self) -> str:
        """The trace's id: our own 32 hexadecimal digits, until the platform has answered with another."""
        answered = (self._answer or {}).get("trace_id")
        return answered if isinstance(answered, str) else self._own_id

    def end(self, *, output: Any = _NOT_GIVEN) -> dict[str, Any]:
        """Deliver the trace and return the platform's answer; further calls return the same answer.

        Never raises: where the trace could not be delivered, the answer is `{"status": "error", "message": ...}`.
        """
        with self._lock:
            if self._answer is None:
                # What a call gets that arrives from within the delivery, such as one from a signal handler.
                self._answer = {"status": "error", "message": "The delivery of this trace has not finished."}
                self._answer = self._deliver(output)
            return self._answer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.end(output=_NOT_GIVEN if error is None else {"error": describe_error(error)})

    def _deliver(self, output: Any) -> dict[str, Any]:
        try:
            return dict(self._send(self._payload(output)))
        except Exception as error:
            message = describe_error(error)
            _log.warning("Trace %s was not delivered: %s", self._own_id, message)
            return {"status": "error", "message": message}
        finally:
            # Observations know the recorder: without this, they and their values would wait for the garbage collector.
            self._recorder.observations.clear()

    def _payload(self, output: Any) -> TracePayload:
        payload: TracePayload = {
            "id": self._own_id,
            "name": text(self._name),
            "user_id": optional_text(self._user_id),
            "session_id": optional_text(self._session_id),
            "metadata": json_object(self._metadata),
            "tags": array_of_texts(self._tags),
            "observations": self._recorder.payloads(),
        }
        if output is not _NOT_GIVEN:
            payload["output"] = to_json(output)
        return payload
