"""The usage of sessions: tokens, tool calls, messages, time and costs of the turns that have ended."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from ..._time import isoformat
from ...errors import ValidationError
from ..store.trace_rows import parse_timestamp
from ..store.turn_rows import COUNTS, ended_turns, turn_totals
from .hosted_agents import wire_time
from .registry import Context, operation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["get_api_usage", "get_api_usage_stats"]

_LIMIT = 100
_EVENTS = {"tool_calls": "tool_call", "cost": "cost_usd", "seconds": "compute_seconds"}
"""The types of events by the columns whose name is another one."""


@operation("get_api_usage")
def get_api_usage(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return what turns have used, newest first: an event for each kind of usage."""
    limit = params.get("limit", _LIMIT)
    # Each turn has at least one event, so no more turns than this are needed.
    found = ended_turns(context.connection, context.principal.tenant_id, _wanted(params), limit)
    return {"events": [event for turn in found for event in _events(turn)][:limit]}


@operation("get_api_usage_stats")
def get_api_usage_stats(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the sums of what turns have used."""
    totals = turn_totals(context.connection, context.principal.tenant_id, _wanted(params))
    stats = {
        "totalInputTokens": totals["input_tokens"],
        "totalOutputTokens": totals["output_tokens"],
        "totalCacheCreationTokens": totals["cache_creation_tokens"],
        "totalCacheReadTokens": totals["cache_read_tokens"],
        "totalToolCalls": totals["tool_calls"],
        "totalMessages": totals["turns"],
        "totalComputeSeconds": round(totals["seconds"], 6),
        "totalCostUsd": None if totals["cost"] is None else round(totals["cost"], 9),
    }
    return {"stats": stats}


def _events(turn: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    used = {name: turn[name] for name in (*COUNTS, "cost", "seconds")}
    values = {_EVENTS.get(name, name): value for name, value in used.items() if value}
    for kind, value in {**values, "message": 1}.items():
        yield {
            "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{turn['session_id']}/{turn['number']}/{kind}")),
            "tenantId": str(turn["tenant_id"]),
            "sessionId": turn["session_id"],
            "agentName": turn["agent_name"],
            "eventType": kind,
            "value": value,
            "createdAt": wire_time(turn["ended_at"]),
        }


def _wanted(params: Mapping[str, Any]) -> dict[str, Any]:
    names = {"sessionId": "session_id", "agentName": "agent_name"}
    wanted = {column: params[name] for name, column in names.items() if name in params}
    if "after" in params:
        wanted["after"] = _moment("after", params["after"])
    if "before" in params:  # with the rest of the millisecond, because answers have times in milliseconds
        wanted["before"] = f"{_moment('before', params['before'])[:23]}999Z"
    return wanted


def _moment(name: str, text: str) -> str:
    moment = parse_timestamp(text)
    if moment is None:
        reason = f"`{name}` must be a time such as 2026-01-31T12:00:00Z, got {text!a}"
        raise ValidationError(reason, response={"path": name})
    return isoformat(moment)
