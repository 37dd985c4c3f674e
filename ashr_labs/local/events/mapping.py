"""Trace events as observations, and observations as trace events. Pure.

A span is reported by one event of the phase `complete`, or by two, `start` and `end`, which may arrive apart and in any
order. Both are kept in the observation, so that it is the same in whichever order they come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ..._json import as_object
from ..._time import isoformat, parse_iso

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ashr_labs_types import Observation, Usage

__all__ = ["event_of", "joined", "observation_of", "trace_id_of"]

_EVENTS = "events"
"""The key of an observation that has its events as they were sent, without the fields below."""
_CONTENT = ("input", "output", "metadata")
_START = "start"
_TOOLS = {"tool_call", "tool_use"}
_MODEL = "llm_call"
_TOOL = "tool:"
_MAX_MILLISECONDS = 1e12


def trace_id_of(event: Mapping[str, Any]) -> str:
    """Return the id of the trace that an event belongs to: its root, else its parent, else itself."""
    return str(event.get("root_span_id") or event.get("parent_span_id") or event["span_id"])


def observation_of(event: Mapping[str, Any], received: str) -> Observation:
    """Return the observation of one event.

    Args:
        event: The event; it has a `span_id`.
        received: When it arrived, for events without a time.
    """
    phase = _START if event.get("phase") == _START else "end"
    sent = {name: value for name, value in event.items() if name not in _CONTENT}
    content = {name: event[name] for name in _CONTENT[:2] if event.get(name) not in (None, "")}
    metadata = as_object(event.get("metadata")) or {}
    return _built({phase: {"ts": received, **sent}}, content, metadata)


def joined(held: Observation, new: Observation) -> Observation:
    """Return the observation of all events of a span; what is newer replaces the same of an older event."""
    before, after = _events_of(held), _events_of(new)
    content = {
        **{name: held[name] for name in _CONTENT[:2] if name in held},  # type: ignore[literal-required]
        **{name: new[name] for name in _CONTENT[:2] if name in new},  # type: ignore[literal-required]
    }
    return _built({**before, **after}, content, {**_metadata_of(held), **_metadata_of(new)})


def event_of(observation: Observation, trace_id: str) -> dict[str, Any]:
    """Return an observation as one event; those of other origin than events get the fields that they have."""
    events = _events_of(observation)
    event = _merged(events) if events else _foreign(observation)
    event |= {name: observation[name] for name in _CONTENT[:2] if observation.get(name) is not None}  # type: ignore[literal-required]
    return {
        **event,
        "span_id": observation["id"],
        "parent_span_id": observation.get("parent_observation_id") or "",
        "root_span_id": trace_id,
        "trace_id": trace_id,
        "metadata": _metadata_of(observation),
    }


def _built(events: dict[str, Any], content: dict[str, Any], metadata: Mapping[str, Any]) -> Observation:
    event = _merged(events)
    is_model = event.get("event_type") == _MODEL
    name = str(event.get("tool") or event.get("event_type") or "span")
    start, end = _times(events)
    observation: dict[str, Any] = {
        "id": event["span_id"],
        "type": "generation" if is_model else "span",
        "name": f"{_TOOL}{name}" if event.get("event_type") in _TOOLS else name,
        "parent_observation_id": event.get("parent_span_id") or None,
        "start_time": start,
        "end_time": end,
        **content,
        "metadata": metadata,
        _EVENTS: events,
    }
    if event.get("status") == "error":
        observation |= {"level": "ERROR", "status_message": _reason(event, content)}
    if is_model:
        observation |= {"model": _model(event, metadata), "usage": _usage(event, metadata)}
    return cast("Observation", observation)


def _merged(events: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of all events of a span; the end has the last word, but not by empty fields or on the start."""
    start, end = events.get(_START, {}), events.get("end", {})
    event = {**start, **{name: value for name, value in end.items() if value not in (None, "") or name not in start}}
    if start:
        event["ts"] = start["ts"]
    return {**event, "phase": "complete" if start and end else event.get("phase") or "complete"}


def _times(events: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Return start and end; without an event of the start, it is the end less the duration."""
    start, end = events.get(_START), events.get("end")
    if end is None:
        return _time(start and start["ts"]), None
    ended, duration = _time(end["ts"]), end.get("duration_ms")
    if start is not None:
        return _time(start["ts"]), ended
    moment = parse_iso(ended)
    if moment is None or duration is None or not 0 <= duration <= _MAX_MILLISECONDS:
        return ended, ended
    return isoformat(moment.timestamp() - duration / 1000), ended


def _time(text: object) -> str | None:
    moment = parse_iso(text)
    return None if moment is None else isoformat(moment.timestamp())


def _reason(event: Mapping[str, Any], content: Mapping[str, Any]) -> str:
    output = content.get("output")
    return output if isinstance(output, str) else str(event.get("error_type") or "error")


def _model(event: Mapping[str, Any], metadata: Mapping[str, Any]) -> str | None:
    cost = as_object(event.get("cost")) or {}
    given = (cost.get("model"), metadata.get("gen_ai.response.model"), metadata.get("gen_ai.request.model"))
    return next((one for one in given if isinstance(one, str) and one), None)


def _usage(event: Mapping[str, Any], metadata: Mapping[str, Any]) -> Usage:
    """Return the tokens; Anthropic's clients count what was read from a cache beside the input, all others in it."""
    cost = as_object(event.get("cost")) or {}
    found = {name: value for name, value in cost.items() if type(value) is int and value >= 0}
    cached, given = found.get("cache_read_tokens", 0), found.get("input_tokens", 0)
    is_beside = metadata.get("gen_ai.system") == "anthropic" or cached > given
    usage: dict[str, Any] = {
        "input_tokens": given + cached if is_beside else found.get("input_tokens"),
        "cached_input_tokens": cached or None,
        "output_tokens": found.get("output_tokens"),
        "reasoning_output_tokens": found.get("reasoning_tokens") or None,
        # 0 stands for an unknown price, too.
        "cost": cost.get("estimated_usd") or None,
    }
    return cast("Usage", {name: value for name, value in usage.items() if value is not None})


def _events_of(observation: Observation) -> dict[str, Any]:
    return dict(as_object(cast("Mapping[str, Any]", observation).get(_EVENTS)) or {})


def _metadata_of(observation: Observation) -> dict[str, Any]:
    return dict(as_object(observation.get("metadata")) or {})


def _foreign(observation: Observation) -> dict[str, Any]:
    """Return the event of an observation that a tracing client or an exporter of OpenTelemetry sent."""
    is_model, name = observation.get("type") == "generation", observation["name"]
    is_tool = observation.get("type") == "span" and name.startswith(_TOOL)
    started, ended = parse_iso(observation.get("start_time")), parse_iso(observation.get("end_time"))
    event: dict[str, Any] = {
        "ts": observation.get("start_time") or "",
        "event_type": _MODEL if is_model else "tool_call" if is_tool else str(observation.get("type")),
        "tool": name.removeprefix(_TOOL) if is_tool else name,
        "phase": "complete" if ended else _START,
        "status": "error" if observation.get("level") == "ERROR" else "ok",
    }
    if started and ended:
        event["duration_ms"] = round((ended - started).total_seconds() * 1000)
    if is_model:
        usage = as_object(observation.get("usage")) or {}
        event["cost"] = {
            "model": observation.get("model") or "",
            "input_tokens": _count(usage.get("input_tokens")),
            "output_tokens": _count(usage.get("output_tokens")),
            "cache_read_tokens": _count(usage.get("cached_input_tokens")),
            "reasoning_tokens": _count(usage.get("reasoning_output_tokens")),
            "estimated_usd": _count(usage.get("cost")),
        }
    return event


def _count(given: object) -> int | float:
    """Return a number that a client has sent; 0 in place of what is not one, or is negative."""
    return given if isinstance(given, int | float) and not isinstance(given, bool) and given > 0 else 0
