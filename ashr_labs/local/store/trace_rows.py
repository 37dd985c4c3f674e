"""A trace as a client sends it, taken apart into the rows that are stored: pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..._json import as_object
from .columns import storable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ashr_labs_types import Observation, TracePayload

__all__ = ["TraceRows", "rows_of"]

_TOOL = "tool:"
_MOST_TOKENS = 2**40
"""More in one observation is taken for a mistake; so their sums stay within 64 bits."""


@dataclass(frozen=True, slots=True)
class TraceRows:
    """A trace's row and those of its observations, without tenant, trace id and time."""

    trace: dict[str, Any]
    observations: list[dict[str, Any]]


def rows_of(trace: TracePayload) -> TraceRows:
    """Take a trace apart; what cannot be read, such as a time, is kept as it is and left out of the totals."""
    sent = trace.get("observations") or []
    rows = [_observation_row(observation) for observation in sent]
    usages = [as_object(observation.get("usage")) or {} for observation in sent]
    starts = [moment for one in sent if (moment := _moment(one.get("start_time"))) is not None]
    ends = [moment for one in sent if (moment := _moment(one.get("end_time"))) is not None]
    row = {
        "user_id": _storable(trace.get("user_id")),
        "session_id": _storable(trace.get("session_id")),
        "latency_ms": _latency_ms(min(starts, default=None), max(ends, default=None)),
        "input_tokens": sum(_tokens(usages, "input_tokens")),
        "output_tokens": sum(_tokens(usages, "output_tokens")),
        "tool_calls": sum(row["tool_name"] is not None for row in rows),
        "has_error": _left_by_exception(trace) or any(row["is_error"] for row in rows),
        "has_tool_error": any(row["is_error"] and row["tool_name"] is not None for row in rows),
        "content": {key: value for key, value in trace.items() if key not in {"id", "observations"}},
    }
    return TraceRows(row, rows)


def _observation_row(observation: Observation) -> dict[str, Any]:
    usage = [as_object(observation.get("usage")) or {}]
    return {
        "tool_name": _tool_name(observation),
        "model": (_storable(observation.get("model")) or None) if observation.get("type") == "generation" else None,
        "tokens": sum(_tokens(usage, "input_tokens", "output_tokens")),
        "latency_ms": _latency_ms(_moment(observation.get("start_time")), _moment(observation.get("end_time"))),
        "is_error": observation.get("level") == "ERROR",
        "content": observation,
    }


def _tool_name(observation: Observation) -> str | None:
    name = _storable(observation.get("name"))
    if observation.get("type") != "span" or name is None or not name.startswith(_TOOL):
        return None
    return name.removeprefix(_TOOL)


def _storable(text: object) -> str | None:
    """Return the text for a column that is searched or grouped by; the content keeps the text itself."""
    return storable(text) if isinstance(text, str) else None


def _tokens(usages: Iterable[Mapping[str, Any]], *fields: str) -> Iterable[int]:
    for usage in usages:
        for field in fields:
            count = usage.get(field)
            if isinstance(count, int | float) and 0 <= count <= _MOST_TOKENS:
                yield int(count)


def _moment(text: object) -> float | None:
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _latency_ms(started: float | None, ended: float | None) -> float | None:
    if started is None or ended is None or ended < started:
        return None
    return round((ended - started) * 1000, 3)


def _left_by_exception(trace: TracePayload) -> bool:
    # What clients send when an exception leaves the trace itself, outside of every span.
    output = as_object(trace.get("output"))
    return output is not None and list(output) == ["error"] and isinstance(output["error"], str)
