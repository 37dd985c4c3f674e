"""Parts of a trace: spans, calls of language models and events, recorded cheaply.

Nothing here raises into the host. A value is copied when it is given, so that later changes of the host's objects do
not change what is recorded; everything else is written out by the worker that delivers the trace.
"""

# ruff: noqa: A002 - `input` is the documented name of a parameter

from __future__ import annotations

from contextlib import suppress
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any, Final, Self

from .._json import is_object
from .._time import isoformat_ns
from ..pricing import observation_usage, read_usage
from . import context
from .export.item import rough_size
from .masking import masked
from .payload import json_object, optional_text, text
from .recorder import Recorder
from .serialize import JSON, describe_error, to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from ashr_labs_types import Observation

    from .context import Block

__all__ = ["NOT_GIVEN", "NO_SPAN", "Generation", "Parent", "Span"]

NOT_GIVEN: Final[Any] = object()  # None is an output like any other


class Parent:
    """Whatever observations can be made under."""

    __slots__ = ("_id", "_recorder")

    def __init__(self, recorder: Recorder, own_id: int | None) -> None:
        self._recorder = recorder
        self._id = own_id

    @property
    def trace_id(self) -> str:
        """The id of the trace: 32 hexadecimal digits."""
        return self._recorder.trace_id

    @property
    def traceparent(self) -> str:
        """What to send as the header `traceparent` (W3C Trace Context) to a service that is called from here."""
        recorder = self._recorder
        if recorder.forwarded is not None:
            return recorder.forwarded
        own = self._id or int(recorder.trace_id[16:], 16) or 1
        return f"00-{recorder.trace_id}-{own:016x}-{recorder.is_kept:02x}"

    @property
    def is_recorded(self) -> bool:
        """Whether anything is recorded here: the trace is one of those that are kept, and has not ended."""
        return self._recorder.is_open

    def span(self, name: str, *, input: Any = None, metadata: Mapping[str, Any] | None = None) -> Span:
        """Start a span: a step of the agent's work; the span of a tool is named `tool:<name>`."""
        if self._recorder.is_open:
            try:
                return Span(self, name, input, metadata)
            except Exception:  # a fault of tracing must not be the host's
                return NO_SPAN
        return _Nothing(self._recorder)

    def generation(
        self, name: str, *, model: str | None = None, input: Any = None, metadata: Mapping[str, Any] | None = None
    ) -> Generation:
        """Start a generation: a call of a language model."""
        if self._recorder.is_open:
            try:
                return Generation(self, name, input, metadata, model=model)
            except Exception:  # as in span()
                return NO_SPAN
        return _Nothing(self._recorder)

    def event(
        self, name: str, *, input: Any = None, metadata: Mapping[str, Any] | None = None, level: str | None = None
    ) -> None:
        """Record that something happened just now."""
        if self._recorder.is_open:
            with suppress(Exception):
                _Event(self, name, input, metadata, level=level)

    def score(self, name: str, value: float | str | bool, *, comment: str | None = None) -> None:
        """Record how good something was, as an event named `score:<name>`."""
        self.event(f"score:{name}", input={"value": value, "comment": comment})


class Span(Parent):
    """A step of an agent's work, ended by `end()` or by leaving its `with` block."""

    __slots__ = (
        "_block",
        "_ended",
        "_input",
        "_level",
        "_metadata",
        "_name",
        "_output",
        "_parent_id",
        "_started",
        "_status",
    )

    _type = "span"

    def __init__(self, parent: Parent, name: str, input: Any, metadata: Mapping[str, Any] | None) -> None:
        recorder = parent._recorder
        self._recorder = recorder
        self._parent_id = parent._id
        self._id = next(recorder.ids)
        self._name = name
        self._input = to_json(input)
        self._metadata = None if metadata is None else to_json(metadata)
        self._output: Any = NOT_GIVEN
        self._status: str | None = None
        self._level: str | None = None
        self._ended: int | None = None
        self._block: Block | None = None
        self._started = perf_counter_ns()
        recorder.observations.append(self)

    def end(self, *, output: Any = NOT_GIVEN, status_message: str | None = None, level: str | None = None) -> None:
        """End the span; only the first call counts.

        Args:
            output: What the step gave; None is recorded too when it is given.
            status_message: What went wrong, in words.
            level: DEBUG, DEFAULT, WARNING or ERROR.
        """
        if self._ended is not None or not self._recorder.is_open:
            return
        self._ended = perf_counter_ns()
        self._status = status_message
        self._level = level
        if output is not NOT_GIVEN:
            try:  # noqa: SIM105 - suppress() would cost every span
                self._output = to_json(output)
            except Exception:  # noqa: S110 - a fault of tracing must not be the host's
                pass

    def __enter__(self) -> Self:
        try:  # noqa: SIM105 - as in end()
            self._block = context.enter(self)
        except Exception:  # noqa: S110 - as in end()
            pass
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        block, self._block = self._block, None
        try:
            if block is not None:
                context.leave(block)
        except Exception:  # noqa: S110 - as in end()
            pass
        self.end()
        # A generator that is closed early has done what was asked of it.
        if error is not None and not isinstance(error, GeneratorExit):
            with suppress(Exception):
                self.fail(describe_error(error))

    def fail(self, status: str) -> None:
        """Say that the span ended with an error, whatever it was ended with."""
        if self._recorder.is_open:
            self._level, self._status = "ERROR", status

    def _size(self) -> int:
        return 300 + rough_size(self._input) + rough_size(self._metadata) + rough_size(self._output)

    def _payload(self, mask: Callable[[Any], Any] | None) -> Observation:
        offset = self._recorder.clock_offset
        payload: Observation = {
            "id": f"{self._id:016x}",
            "type": self._type,
            "name": text(self._name),
            "parent_observation_id": None if self._parent_id is None else f"{self._parent_id:016x}",
            "start_time": isoformat_ns(self._started + offset),
            "input": masked(self._input, mask),
            "metadata": json_object(masked(self._metadata, mask)),
            "level": optional_text(self._level),
        }
        if self._ended is not None:
            payload["end_time"] = isoformat_ns(self._ended + offset)
        if self._output is not NOT_GIVEN:
            payload["output"] = masked(self._output, mask)
        if self._status is not None:
            payload["status_message"] = text(masked(to_json(self._status), mask))
        return payload


class Generation(Span):
    """A call of a language model."""

    __slots__ = ("_model", "_usage")

    _type = "generation"

    def __init__(
        self, parent: Parent, name: str, input: Any, metadata: Mapping[str, Any] | None, *, model: str | None
    ) -> None:
        super().__init__(parent, name, input, metadata)
        self._model = model
        self._usage: JSON = None

    def end(
        self,
        *,
        output: Any = NOT_GIVEN,
        usage: object = None,
        status_message: str | None = None,
        level: str | None = None,
    ) -> None:
        """End the generation; only the first call counts.

        Args:
            output: What the model answered; None is recorded too when it is given.
            usage: The tokens of the call and its `cost`, as the model API returned them, or as `input_tokens` and
                `output_tokens`; see `docs/tracing.md` for the formats.
            status_message: What went wrong, in words.
            level: DEBUG, DEFAULT, WARNING or ERROR.
        """
        if self._ended is None and usage is not None:
            with suppress(Exception):
                # Objects with attributes are read at once; mappings are copied, and read by the worker.
                self._usage = to_json(usage if is_object(usage) else read_usage(usage) or None)
        super().end(output=output, status_message=status_message, level=level)

    def _payload(self, mask: Callable[[Any], Any] | None) -> Observation:
        payload = super()._payload(mask)
        if self._model is not None:
            payload["model"] = text(self._model)
        if self._usage is not None:
            payload["usage"] = observation_usage(self._usage)
        return payload


class _Event(Span):
    """A point in time; nobody but the recorder holds it, so nobody ends it."""

    __slots__ = ()

    _type = "event"

    def __init__(
        self, parent: Parent, name: str, input: Any, metadata: Mapping[str, Any] | None, *, level: str | None
    ) -> None:
        super().__init__(parent, name, input, metadata)
        self._level = level


class _Nothing(Generation):
    """What is made in a trace that is not kept or has ended: nothing of it is recorded, and it is never current."""

    __slots__ = ()

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._id = None

    def end(self, **_given: Any) -> None:
        """Do nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Do nothing."""


NO_SPAN: Final[Generation] = _Nothing(Recorder("0" * 32, is_kept=False, is_open=False))
