"""The queue of prompts for deployed agents."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from ...errors import BadRequestError, NotFoundError, ValidationError
from ..jobs.queue import enqueue, withdraw
from ..jobs.run_queued import RUN_QUEUED
from ..store.queue_rows import STATUSES, add_item, count_items, find_item, list_items, update_item
from .hosted_agents import wire_time
from .registry import Context, operation

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["delete_api_queue_id", "get_api_queue", "get_api_queue_id", "get_api_queue_stats", "post_api_queue"]

_LIMIT = 50
_MAX_RETRIES = 3


@operation("post_api_queue", writes=True)
def post_api_queue(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Add a prompt; agent and session are looked up when it is its turn."""
    session_id = params.get("sessionId")
    row: dict[str, Any] = {
        "id": str(uuid.uuid4()),
        "tenant_id": context.principal.tenant_id,
        "created_at": context.timestamp,
        "user_id": context.principal.user_id,
        "agent_name": params["agentName"],
        "prompt": params["prompt"],
        "session_id": session_id,
        "makes_session": session_id is None,
        "turn": None,
        "status": "pending",
        "priority": params.get("priority", 0),
        "retry_count": 0,
        "max_retries": params.get("maxRetries", _MAX_RETRIES),
        **dict.fromkeys(("error", "result", "started_at", "completed_at")),
    }
    add_item(context.connection, row)
    tenant_id, priority = context.principal.tenant_id, row["priority"]
    enqueue(context.connection, RUN_QUEUED, tenant_id, row["id"], context.timestamp, priority=priority)
    context.enqueued.add(RUN_QUEUED)
    return {"item": _record({**row, "trace_id": None})}


@operation("get_api_queue")
def get_api_queue(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the items of the tenant, newest first."""
    status = params.get("status")
    if status is not None and status not in STATUSES:
        reason = f"`status` must be one of {', '.join(STATUSES)}, got {status!a}"
        raise ValidationError(reason, response={"path": "status"})
    found = list_items(context.connection, context.principal.tenant_id, params.get("limit", _LIMIT), status)
    return {"items": [_record(row) for row in found]}


@operation("get_api_queue_stats")
def get_api_queue_stats(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return how many items there are, by status."""
    return {"stats": count_items(context.connection, context.principal.tenant_id)}


@operation("get_api_queue_id", is_quick=True)
def get_api_queue_id(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item."""
    return {"item": _record(_found(context, params["id"]))}


@operation("delete_api_queue_id", writes=True)
def delete_api_queue_id(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Cancel an item that waits."""
    tenant_id, item_id = context.principal.tenant_id, params["id"]
    withdraw(context.connection, RUN_QUEUED, tenant_id, item_id)  # first, in the order in which workers lock
    row = _found(context, item_id, locks=True)
    if row["status"] != "pending":
        raise BadRequestError(f"the item {item_id} has the status `{row['status']}`; only a pending one is cancelled")
    update_item(context.connection, tenant_id, item_id, status="cancelled")
    return {"item": _record({**row, "status": "cancelled"})}


def _found(context: Context, item_id: str, *, locks: bool = False) -> dict[str, Any]:
    row = find_item(context.connection, context.principal.tenant_id, item_id, locks=locks)
    if row is None:
        raise NotFoundError(f"there is no item {item_id!r} in the queue")
    return row


def _record(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "tenantId": str(row["tenant_id"]),
        "sessionId": row["session_id"],
        "agentName": row["agent_name"],
        "prompt": row["prompt"],
        "status": row["status"],
        "priority": row["priority"],
        "retryCount": row["retry_count"],
        "maxRetries": row["max_retries"],
        "error": row["error"],
        "result": row["result"],
        "traceId": row["trace_id"],
        "createdAt": wire_time(row["created_at"]),
        "startedAt": _time(row["started_at"]),
        "completedAt": _time(row["completed_at"]),
    }


def _time(stored: str | None) -> str | None:
    return None if stored is None else wire_time(stored)
