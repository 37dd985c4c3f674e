"""Traces as text: totals, observations, and lines of lists."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .._format import one_line, truncate
from .._json import as_list, as_object
from ..pricing import usage_of_observation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["observation_lines", "trace_line", "trace_totals"]

_MAX_DEPTH = 50
_MAX_VALUE = 300
_NOT_TRANSCRIBED = {None, "DEFAULT"}


def trace_totals(trace: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the status, latency, tokens and cost of a trace with its observations, and its tags, formatted."""
    found = _observations(trace)
    usages = [usage_of_observation(one) for one in found]
    tokens = sum(usage.get("input_tokens", 0) + usage.get("output_tokens", 0) for usage in usages)
    costs = [cost for usage in usages if (cost := usage.get("cost_usd")) is not None]
    is_estimated = any("estimated_cost_usd" in usage for usage in usages)
    latency = _latency(found)
    return {
        "status": "error" if any(one.get("level") == "ERROR" for one in found) else "ok",
        "latency": None if latency is None else f"{latency:,.0f} ms",
        "tokens": f"{tokens:,}" if any(usages) else None,
        "cost": f"${sum(costs):.4f}{' (estimated)' if is_estimated else ''}" if costs else None,
        "tags": ", ".join(map(str, as_list(trace.get("tags")) or ())) or None,
    }


def trace_line(trace: Mapping[str, Any]) -> str:
    """Return a trace on one line."""
    return "  ".join(
        one_line(str(trace.get(key) or "-")) for key in ("created_at", "id", "name", "user_id", "session_id")
    )


def observation_lines(trace: Mapping[str, Any]) -> list[str]:
    """Return each observation of a trace with its input and output, truncated, indented below its parent."""
    found = _observations(trace)
    known = {one.get("id") for one in found}
    children: dict[object, list[Mapping[str, Any]]] = {}
    for one in sorted(found, key=lambda one: str(one.get("start_time") or "")):
        parent = one.get("parent_observation_id")
        children.setdefault(parent if parent in known else None, []).append(one)
    return list(_tree_lines(children, None, 0))


def _observations(trace: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [fields for one in as_list(trace.get("observations")) or () if (fields := as_object(one)) is not None]


def _tree_lines(children: Mapping[object, Sequence[Mapping[str, Any]]], parent: object, depth: int) -> Iterator[str]:
    for one in children.get(parent, ()):
        margin = "  " * depth
        duration = _milliseconds(one)
        words = [one.get("type"), one.get("name"), f"{duration:.0f} ms" if duration is not None else None]
        if one.get("level") not in _NOT_TRANSCRIBED:
            words += [one["level"], one.get("status_message")]
        yield margin + "  ".join(one_line(str(word)) for word in words if word)
        for name, mark in (("input", "<"), ("output", ">")):
            if (value := one.get(name)) not in (None, "", {}, []):
                yield f"{margin}  {mark} {_short(value)}"
        if depth < _MAX_DEPTH:  # an observation may be its own ancestor
            yield from _tree_lines(children, one.get("id"), depth + 1)


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return truncate(one_line(text), _MAX_VALUE)


def _latency(observations: Sequence[Mapping[str, Any]]) -> float | None:
    """Return the milliseconds from the first start to the last end."""
    times = [time for one in observations for key in ("start_time", "end_time") if (time := _time(one.get(key)))]
    try:
        return (max(times) - min(times)).total_seconds() * 1000 if len(times) > 1 else None
    except TypeError:  # some of them have no time zone
        return None


def _milliseconds(observation: Mapping[str, Any]) -> float | None:
    return _latency([observation])


def _time(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
