"""Conversion of a trace as clients send it to the rows that are stored; pure functions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..._gen_ai import named_provider
from ..._json import as_list, as_object
from ..._time import parse_iso
from .columns import index_text, replace_unstorable
from .raw_json import RawJSON

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ashr_labs_types import Observation, TracePayload

__all__ = ["TraceRows", "key_text", "parse_timestamp", "search_text", "split_trace", "tag_line"]

_TOOL = "tool:"
_MAX_TOKENS = 2**40
"""Larger counts of one observation are ignored, so that sums fit into 64 bits."""
_MAX_COST = 1e12
_MAX_SEARCHED = 20_000
_YEAR_2000 = 946_684_800.0
_YEAR_2100 = 4_102_444_800.0


_PARTS = {
    "cached_input_tokens": "cached_input_tokens",
    "cache_write_tokens": "cache_write_input_tokens",
    "cache_write_1h_tokens": "cache_write_1h_input_tokens",
    "input_audio_tokens": "input_audio_tokens",
    "output_audio_tokens": "output_audio_tokens",
}
"""Columns of parts of the tokens, and their names in a usage."""


@dataclass(frozen=True, slots=True)
class TraceRows:
    """The row of a trace and the rows of its observations, without tenant, trace id and time."""

    trace: dict[str, Any]
    observations: list[dict[str, Any]]


def split_trace(trace: TracePayload) -> TraceRows:
    """Split a trace; values that cannot be parsed, such as times, are stored unchanged and left out of the totals."""
    sent = trace.get("observations") or []
    rows = [_observation_row(observation) for observation in sent]
    starts, ends = _moments(sent, "start_time"), _moments(sent, "end_time")
    row = {
        "name": _key(trace.get("name")),
        "user_id": _key(trace.get("user_id")),
        "session_id": _key(trace.get("session_id")),
        "tags": "\n".join(["", *map(json.dumps, trace.get("tags") or []), ""]) if trace.get("tags") else None,
        "search_text": _trace_search_text(trace),
        "latency_ms": _latency_ms(min(starts, default=None), max(ends, default=None)),
        "input_tokens": sum(row["input_tokens"] or 0 for row in rows),
        "output_tokens": sum(row["output_tokens"] or 0 for row in rows),
        "tool_calls": sum(row["tool_name"] is not None for row in rows),
        "has_error": _ended_by_exception(trace) or any(row["is_error"] for row in rows),
        "has_tool_error": any(row["is_error"] and row["tool_name"] is not None for row in rows),
        "content": RawJSON.dump({key: value for key, value in trace.items() if key not in {"id", "observations"}}),
    }
    return TraceRows(row, rows)


def key_text(text: str) -> str:
    """Return text for columns that are filtered or grouped by; `content` keeps the original."""
    return index_text(replace_unstorable(text))


def tag_line(tag: str) -> str:
    """Return the line that the tags column of a trace contains if and only if the trace has the tag."""
    return f"\n{json.dumps(tag)}\n"


def search_text(text: str) -> str:
    """Return text as searches compare it: case-folded."""
    return replace_unstorable(text.casefold())[:_MAX_SEARCHED]


def parse_timestamp(text: object) -> float | None:
    """Return an ISO 8601 time as seconds since the epoch, or None if it is not one."""
    moment = parse_iso(text)
    try:
        return moment.timestamp() if moment else None
    except OverflowError:
        return None


def _observation_row(observation: Observation) -> dict[str, Any]:
    usage = as_object(observation.get("usage")) or {}
    started, ended = parse_timestamp(observation.get("start_time")), parse_timestamp(observation.get("end_time"))
    model = (_key(observation.get("model")) or None) if observation.get("type") == "generation" else None
    slug, version = _prompt(observation)
    return {
        "tool_name": _tool_name(observation),
        "model": model,
        "provider": (_key(named_provider(observation)) or None) if model is not None else None,
        "input_tokens": _tokens(usage.get("input_tokens")),
        "output_tokens": _tokens(usage.get("output_tokens")),
        **{column: _tokens(usage.get(name)) for column, name in _PARTS.items()},
        "cost": _cost(usage.get("cost"), observation.get("cost")),
        "prompt_slug": slug,
        "prompt_version": version,
        "latency_ms": _latency_ms(started, ended),
        "is_error": observation.get("level") == "ERROR",
        "content": RawJSON.dump(observation),
    }


def _prompt(observation: Observation) -> tuple[str | None, int | None]:
    """Return slug and version of the prompt that a generation names."""
    metadata = as_object(observation.get("metadata")) if observation.get("type") == "generation" else None
    prompt = as_object((metadata or {}).get("prompt")) or {}
    slug, version = _key(prompt.get("slug")), prompt.get("version")
    is_version = isinstance(version, int) and not isinstance(version, bool) and 0 < version <= _MAX_TOKENS
    return (slug, version) if slug and is_version else (None, None)


def _tool_name(observation: Observation) -> str | None:
    name = _key(observation.get("name"))
    if observation.get("type") != "span" or name is None or not name.startswith(_TOOL):
        return None
    return name.removeprefix(_TOOL)


def _key(text: object) -> str | None:
    return key_text(text) if isinstance(text, str) else None


def _trace_search_text(trace: TracePayload) -> str:
    texts = [trace.get("name"), trace.get("user_id"), trace.get("session_id"), *(trace.get("tags") or [])]
    metadata = _texts(trace.get("metadata") or {})
    return search_text("\n".join([*(text for text in texts if text is not None), *metadata]))


def _texts(value: object) -> Iterable[str]:
    """Yield every key and value of a JSON value as text; bodies are at most 200 levels deep."""
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
    return int(count) if isinstance(count, int | float) and 0 <= count <= _MAX_TOKENS else None


def _cost(*given: object) -> float | None:
    """Return the first valid cost: a client's mistake must not make a total negative."""
    known = (cost for cost in given if isinstance(cost, int | float) and not isinstance(cost, bool))
    return next((float(cost) for cost in known if 0 <= cost <= _MAX_COST), None)


def _moments(observations: Iterable[Observation], field: str) -> list[float]:
    """Return times of a trace; those of clocks that were never set would make its latency one of decades."""
    moments = (parse_timestamp(one.get(field)) for one in observations)
    return [moment for moment in moments if moment is not None and _YEAR_2000 <= moment < _YEAR_2100]


def _latency_ms(started: float | None, ended: float | None) -> float | None:
    if started is None or ended is None or not _YEAR_2000 <= started <= ended < _YEAR_2100:
        return None
    return round((ended - started) * 1000, 3)


def _ended_by_exception(trace: TracePayload) -> bool:
    # Clients send this when an exception leaves the trace outside of every span.
    output = as_object(trace.get("output"))
    return output is not None and list(output) == ["error"] and isinstance(output["error"], str)
