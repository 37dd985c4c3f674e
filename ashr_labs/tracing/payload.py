"""Payload of a trace, made from its record in the exporter's thread."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict

from .._serialize import JSON, Growing, as_text, json_object, masked, text_list, to_json
from .._time import isoformat_ns
from .._unset import UNSET
from ..pricing import observation_usage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ashr_labs_types import Observation, TracePayload

__all__ = ["SpanRecord", "TraceRecord", "estimate_size", "estimate_values", "write_trace"]


_MAX_PLAIN = 1_000


class SpanRecord:
    """The record of a span, generation or event; times are those of `time.perf_counter_ns`."""

    __slots__ = ()

    _type: str
    _id: int | None
    _parent_id: int | None
    _name: object
    _input: JSON
    _metadata: JSON
    _output: Any
    """UNSET if there is none."""
    _started: int
    _suspended: int | None
    """The time at which a generator yielded last."""
    _ended: int | None
    _level: object
    _status: object
    _model: object
    _usage: JSON

    def payload(self, clock_offset: int, hide: Callable[[JSON], JSON]) -> Observation:
        """Return the span as the API takes it."""
        ended = self._suspended if self._ended is None else self._ended
        started_at = isoformat_ns(self._started + clock_offset)
        ended_at = None if ended is None else isoformat_ns(ended + clock_offset)
        payload: Observation = {
            "id": f"{self._id:016x}",
            "type": self._type,
            "name": _text(self._name),
            "parent_observation_id": None if self._parent_id is None else f"{self._parent_id:016x}",
            "start_time": started_at,
            "input": hide(self._input),
            "metadata": _object(hide(self._metadata)),
            "level": _optional_text(self._level),
        }
        if ended_at is not None:
            payload["end_time"] = ended_at
        self._add_results(payload, hide)
        return payload

    def _add_results(self, payload: Observation, hide: Callable[[JSON], JSON]) -> None:
        output = self._output
        if output is not UNSET:
            payload["output"] = hide(output.to_json() if isinstance(output, Growing) else output)
        if self._status is not None:
            payload["status_message"] = _text(hide(to_json(self._status)))
        if self._model is not None:
            payload["model"] = _text(self._model)
        if self._usage is not None:
            payload["usage"] = observation_usage(self._usage)

    def content(self) -> tuple[JSON, JSON, Any]:
        """Return the recorded values."""
        return self._input, self._metadata, self._output


class TraceRecord(TypedDict):
    """The record of a trace."""

    trace_id: str
    name: object
    user_id: object
    session_id: object
    metadata: JSON
    tags: JSON
    output: Any
    """UNSET if there is none."""
    spans: Sequence[SpanRecord]
    clock_offset: int
    """The difference between the wall clock and `time.perf_counter_ns`."""
    is_finished: bool


def write_trace(trace: TraceRecord, mask: Callable[[Any], Any] | None) -> TracePayload:
    """Return a trace as the API takes it, masked."""
    hide = _unchanged if mask is None else partial(masked, mask=mask)
    payload: TracePayload = {
        "id": trace["trace_id"],
        "name": _text(trace["name"]),
        "user_id": _optional_text(trace["user_id"]),
        "session_id": _optional_text(trace["session_id"]),
        "metadata": _object(hide(trace["metadata"])),
        "tags": [] if trace["tags"] is None else text_list(hide(trace["tags"])),
        "observations": [span.payload(trace["clock_offset"], hide) for span in trace["spans"]],
    }
    if trace["output"] is not UNSET:
        payload["output"] = hide(trace["output"])
    if not trace["is_finished"]:
        payload["metadata"] = {**(payload["metadata"] or {}), "unfinished": True}
    return payload


def _unchanged(value: JSON) -> JSON:
    return value


def _text(value: object) -> str:
    """Return plain text unchanged, which most names are, and any other value as text."""
    if type(value) is str and len(value) <= _MAX_PLAIN and value.isascii():
        return value
    return as_text(value)


def _optional_text(value: object) -> str | None:
    return None if value is None else _text(value)


def _object(value: JSON) -> dict[str, Any] | None:
    return None if value is None else json_object(value)


def estimate_size(trace: TraceRecord) -> int:
    """Estimate the bytes of memory that a trace takes, from the top two levels of each value."""
    values: list[JSON] = [trace["metadata"], trace["output"]]
    for span in trace["spans"]:
        values += span.content()
    return 300 * (1 + len(trace["spans"])) + estimate_values(values)


def estimate_values(values: Sequence[JSON | Growing]) -> int:
    """Estimate the bytes of values from the top two levels of each."""
    total = 10 * len(values)
    for value in values:
        if type(value) is dict:
            total += 50 * len(value) + sum([len(item) for item in value.values() if type(item) is str])
        elif type(value) is list:
            total += 50 * len(value)
        elif type(value) is str:
            total += len(value)
        elif isinstance(value, Growing):
            total += value.size
    return total
