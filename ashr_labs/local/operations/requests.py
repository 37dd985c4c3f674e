"""Requests for generated datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from ..jobs.handlers import GENERATE
from ..store.columns import add_row
from ..store.schema import requests
from .registry import Context, operation
from .rows import check_user, get_row, page, raw_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ashr_labs_types import CreateRequestRequest, GetRequestRequest, ListRequestsRequest

__all__ = ["create_request", "get_request", "list_requests"]

_ALL_REQUESTS = select(*raw_columns(requests))


@operation("create_request", writes=True)
def create_request(context: Context, params: CreateRequestRequest) -> dict[str, Any]:
    """Store a request and enqueue the generation of its dataset."""
    row = {
        "tenant_id": context.principal.tenant_id,
        "requestor_id": check_user(context, params["requestor_id"]),
        "created_at": context.timestamp,
        "request_name": params["request_name"],
        "request_status": "pending",
        "request_input_schema": params["request_input_schema"],
        "request": params["request"],
    }
    request_id = add_row(context.connection, requests, row)
    context.enqueue(GENERATE, request_id)
    return {"request": _record({**row, "id": request_id, "error": None})}


@operation("get_request", is_quick=True)
def get_request(context: Context, params: GetRequestRequest) -> dict[str, Any]:
    """Return one request."""
    return {"request": _record(get_row(context, requests, params["request_id"], noun="request"))}


@operation("list_requests")
def list_requests(context: Context, params: ListRequestsRequest) -> dict[str, Any]:
    """Return one page of requests, newest first."""
    in_status = [requests.c.request_status == params["status"]] if "status" in params else []
    convert = _summary if params.get("summary") else _record
    found, next_cursor = page(context, _ALL_REQUESTS, requests, params, *in_status, convert=convert)
    return {"requests": found, "next_cursor": next_cursor}


def _summary(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Convert a row, with an empty request, which the contract requires."""
    return {**_record(row), "request": {}, "request_input_schema": None}


def _record(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "created_at": row["created_at"],
        "requestor_id": row["requestor_id"],
        "requestor_tenant": row["tenant_id"],
        "request_name": row["request_name"],
        "request_status": row["request_status"],
        "request_input_schema": row["request_input_schema"],
        "request": row["request"],
        "error": row["error"],
    }
