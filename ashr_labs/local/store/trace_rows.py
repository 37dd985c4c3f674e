"""A trace as a client sends it, taken apart into the rows that are stored: pure functions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..._json import as_list, as_object
from ..._time import parse_iso
from .columns import indexable, storable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ashr_labs_types import Observation, TracePayload

__all__ = ["TraceRows", "key_text", "moment_of", "rows_of", "searched", "tag_line"]

_TOOL = "tool:"
_MOST_TOKENS = 2**40
"""More in one observation is taken for a mistake; so their sums stay within 64 bits."""
_HIGHEST_COST = 1e12
_LONGEST_SEARCHED = 20_000


@dataclass(frozen=True, slots=True)
class TraceRows:
    """A trace's row and those of its observations, without tenant, trace id and time."""

    trace: dict[str, Any]
    observations: list[dict[str, Any]]


def rows_of(trace: TracePayload) -> TraceRows:
    """Take a trace apart; what cannot be read, such as a time, is kept as it is and left out of the totals."""
    sent = trace.get("observations") or []
    rows = [_observation_row(observation) for observation in sent]
    starts = [moment for one in sent if (moment := moment_of(one.get("start_time"))) is not None]
    ends = [moment for one in sent if (moment := moment_of(one.get("end_time"))) is not None]
    row = {
        "name": _key(trace.get("name")),
        "user_id": _key(trace.get("user_id")),
        "session_id": _key(trace.get("session_id")),
        "tags": "\n".join(["", *map(json.dumps, trace.get("tags") or []), ""]) if trace.get("tags") else None,
        "search_text": _search_text(trace),
        "latency_ms": _latency_ms(min(starts, default=None), max(ends, default=None)),
        "input_tokens": sum(row["input_tokens"] or 0 for row in rows),
        "output_tokens": sum(row["output_tokens"] or 0 for row in rows),
        "tool_calls": sum(row["tool_name"] is not None for row in rows),
        "has_error": _left_by_exception(trace) or any(row["is_error"] for row in rows),
        "has_tool_error": any(row["is_error"] and row["tool_name"] is not None for row in rows),
        "content": {key: value for key, value in trace.items() if key not in {"id", "observations"}},
    }
    return TraceRows(row, rows)


def key_text(text: str) -> str:
    """Return a text as it stands in columns that are searched or grouped by; the content keeps the text itself."""
    return indexable(storable(text))


def tag_line(tag: str) -> str:
    """Return what a trace's column of tags holds exactly if the trace has this tag."""
    return f"\n{json.dumps(tag)}\n"


def searched(text: str) -> str:
    """Return a text as searches compare it: without differences between small and capital letters."""
    return storable(text.casefold())[:_LONGEST_SEARCHED]


def moment_of(text: object) -> float | None:
    """Return an ISO 8601 time as seconds since the epoch, or None if it is not one."""
    moment = parse_iso(text)
    try:
        return moment.timestamp() if moment else None
    except OverflowError:
        return None


def _observation_row(observation: Observation) -> dict[str, Any]:
    usage = as_object(observation.get("usage")) or {}
    return {
        "tool_name": _tool_name(observation),
        "model": (_key(observation.get("model")) or None) if observation.get("type") == "generation" else None,
        "input_tokens": _tokens(usage.get("input_tokens")),
        "output_tokens": _tokens(usage.get("output_tokens")),
        "cost": _cost(usage.get("cost"), observation.get("cost")),
        "latency_ms": _latency_ms(moment_of(observation.get("start_time")), moment_of(observation.get("end_time"))),
        "is_error": observation.get("level") == "ERROR",
        "content": observation,
    }


def _tool_name(observation: Observation) -> str | None:
    name = _key(observation.get("name"))
    if observation.get("type") != "span" or name is None or not name.startswith(_TOOL):
        return None
    return name.removeprefix(_TOOL)


def _key(text: object) -> str | None:
    return key_text(text) if isinstance(text, str) else None


def _search_text(trace: TracePayload) -> str:
    told = [trace.get("name"), trace.get("user_id"), trace.get("session_id"), *(trace.get("tags") or [])]
    metadata = _texts(trace.get("metadata") or {})
    return searched("\n".join([*(text for text in told if text is not None), *metadata]))


def _texts(value: object) -> Iterable[str]:
    """Yield every key and value of a JSON value as text; bodies are nested 200 levels deep at most."""
    if (fields := as_object(value)) is not None:
        for name, item in fields.items():
            yield name
            yield from _texts(item)
    elif (items := as_list(value)) is not None:
        for item in items:
            yield from _texts(item)
    else:
        yield value if isinstance(value, str) else json.dumps(value)


def _tokens(count: object) -> int | None:
    return int(count) if isinstance(count, int | float) and 0 <= count <= _MOST_TOKENS else None


def _cost(*given: object) -> float | None:
    """Return the first cost that can be one: a client's mistake must not make a total negative."""
    known = (cost for cost in given if isinstance(cost, int | float) and not isinstance(cost, bool))
    return next((float(cost) for cost in known if 0 <= cost <= _HIGHEST_COST), None)


def _latency_ms(started: float | None, ended: float | None) -> float | None:
    if started is None or ended is None or ended < started:
        return None
    return round((ended - started) * 1000, 3)


def _left_by_exception(trace: TracePayload) -> bool:
    # What clients send when an exception leaves the trace itself, outside of every span.
    output = as_object(trace.get("output"))
    return output is not None and list(output) == ["error"] and isinstance(output["error"], str)
