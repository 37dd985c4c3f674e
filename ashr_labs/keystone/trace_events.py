"""Traces as the events of the Keystone wire. Pure."""

from __future__ import annotations

import json
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from .._format import truncate
from .._gen_ai import provider_of
from .._json import as_list, as_object
from .._time import parse_iso
from ..pricing import usage_of_observation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

__all__ = ["PARENT_ID", "SPAN_ID", "events_of"]

SPAN_ID = "keystone.span_id"
"""The key of the metadata with an id that the caller gave."""
PARENT_ID = "keystone.parent_span_id"
_TOOL = "tool:"
_MAX_TEXT = 100_000
"""Characters of an input or output."""


def events_of(trace: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the events of a trace: start and end of each span, and one for each model call and each tool it asked for.

    Args:
        trace: A trace as it is delivered.
    """
    observations: list[Mapping[str, Any]] = [*(as_list(trace.get("observations")) or ())]
    roots = _roots(observations, str(trace.get("id")))
    about = {name: trace[name] for name in ("user_id", "session_id", "tags") if trace.get(name)}
    events: list[dict[str, Any]] = []
    for one in observations:
        shared = _shared(one, roots)
        if not shared["parent_span_id"] and about:
            shared["metadata"] = {**about, **shared["metadata"]}
        events += _model_call(one, shared) if one.get("type") == "generation" else _step(one, shared)
    return events


def _roots(observations: Sequence[Mapping[str, Any]], trace_id: str) -> dict[str, str]:
    """Return the id of the root of each span; that of the trace, if there are several roots."""
    parents = {str(one.get("id")): one.get("parent_observation_id") for one in observations}
    tops = [name for name, parent in parents.items() if parent not in parents]
    return dict.fromkeys(parents, tops[0] if len(tops) == 1 else trace_id)


def _shared(observation: Mapping[str, Any], roots: Mapping[str, str]) -> dict[str, Any]:
    metadata = dict(as_object(observation.get("metadata")) or {})
    name = str(observation.get("id"))
    has_failed = observation.get("level") == "ERROR"
    return {
        "span_id": metadata.pop(SPAN_ID, name),
        "parent_span_id": metadata.pop(PARENT_ID, observation.get("parent_observation_id") or ""),
        "root_span_id": roots[name],
        "status": "error" if has_failed else "ok",
        "metadata": metadata,
    }


def _step(observation: Mapping[str, Any], shared: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    name = str(observation.get("name") or "").removeprefix(_TOOL)
    begun, ended = observation.get("start_time"), observation.get("end_time")
    step = {**shared, "event_type": "tool_call", "tool": name}
    given = {} if observation.get("input") is None else {"input": _text(observation["input"])}
    yield {**step, "ts": begun, "phase": "start", "status": "ok", **given}
    if ended is None:
        return
    failed = shared["status"] == "error"
    output = observation.get("output")
    if failed and output is None:
        output = observation.get("status_message")
    yield {
        **step,
        "ts": ended,
        "phase": "end",
        "duration_ms": _milliseconds(begun, ended),
        "error_type": "tool_error" if failed else "",
        "output": "" if output is None else _text(output),
    }


def _model_call(observation: Mapping[str, Any], shared: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    begun, output = observation.get("start_time"), observation.get("output")
    ended = observation.get("end_time") or begun
    metadata: dict[str, Any] = dict(shared["metadata"])
    duration, error = metadata.pop("duration_ms", None), metadata.pop("error_type", None)
    reason = observation.get("status_message") if shared["status"] == "error" else None
    cost = _cost(observation, str(metadata.get("gen_ai.response.model") or observation.get("model") or ""))
    yield {
        **shared,
        "ts": ended,
        "event_type": "llm_call",
        "tool": f"{provider_of(observation)}.create",
        "phase": "complete",
        "duration_ms": duration or _milliseconds(begun, ended),
        "error_type": error or reason or "",
        "input": "" if observation.get("input") is None else _text(observation["input"]),
        "output": "" if output is None else _text(output),
        "cost": cost,
        "metadata": {**_attributes(observation, cost), **metadata},
    }
    for call in _requested(output):
        yield _tool_use(call, shared, ended)


def _tool_use(call: Mapping[str, Any], shared: Mapping[str, Any], moment: Any) -> dict[str, Any]:
    return {
        "ts": moment,
        "event_type": "tool_use",
        "tool": str(call.get("name") or ""),
        "phase": "invoked",
        "span_id": f"span_{secrets.token_hex(6)}",
        "parent_span_id": shared["span_id"],
        "root_span_id": shared["root_span_id"],
        "status": "ok",
        "duration_ms": 0,
        "input": _text(call.get("arguments") or {}),
    }


def _attributes(observation: Mapping[str, Any], cost: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "gen_ai.system": provider_of(observation),
        "gen_ai.request.model": observation.get("model"),
        "gen_ai.response.model": cost["model"],
        "gen_ai.usage.input_tokens": cost.get("input_tokens", 0),
        "gen_ai.usage.output_tokens": cost.get("output_tokens", 0),
        "gen_ai.operation.name": "chat",
    }


def _cost(observation: Mapping[str, Any], model: str) -> dict[str, Any]:
    """Return tokens and cost; an unknown cost is left out, not 0."""
    usage = usage_of_observation(observation)
    found = {
        "input_tokens": usage.get("input_tokens"),
        "output_tokens": usage.get("output_tokens"),
        "cache_read_tokens": usage.get("cached_input_tokens"),
        "reasoning_tokens": usage.get("reasoning_output_tokens"),
        "model": model,
        "estimated_usd": usage.get("cost_usd"),
    }
    return {name: value for name, value in found.items() if value is not None}


def _requested(output: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the tools that a reply asks for."""
    for message in as_list(output) or (output,):
        for call in as_list((as_object(message) or {}).get("tool_calls")) or ():
            yield as_object(call) or {}


def _text(value: Any) -> str:
    return truncate(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), _MAX_TEXT)


def _milliseconds(begun: Any, ended: Any) -> int:
    start: datetime | None = parse_iso(begun)
    end: datetime | None = parse_iso(ended)
    return 0 if start is None or end is None else max((end - start) // timedelta(milliseconds=1), 0)
