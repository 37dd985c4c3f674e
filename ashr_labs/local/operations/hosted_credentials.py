"""Credentials: keys of model providers that sessions get as variables, encrypted where they are stored."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from ..hosting.environment import credential_variables
from ..store.credential_rows import add_credential, delete_credential, list_credentials
from .hosted_agents import wire_time
from .registry import Context, operation

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["delete_api_credentials_id", "get_api_credentials", "post_api_credentials"]


@operation("post_api_credentials", writes=True)
def post_api_credentials(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Store a credential, and return it without its key."""
    credential_variables(params["type"], params["key"])  # refuses what cannot be a variable
    row = {
        "id": str(uuid.uuid4()),
        "tenant_id": context.principal.tenant_id,
        "created_at": context.timestamp,
        "type": params["type"],
        "label": params.get("label", ""),
        "sealed_key": context.sealing.seal(params["key"]),
        "last_used_at": None,
    }
    add_credential(context.connection, row)
    return {"credential": _record(row)}


@operation("get_api_credentials")
def get_api_credentials(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the credentials of the tenant without their keys, newest first."""
    rows = list_credentials(context.connection, context.principal.tenant_id)
    return {"credentials": [_record(row) for row in rows]}


@operation("delete_api_credentials_id", writes=True)
def delete_api_credentials_id(context: Context, params: Mapping[str, Any]) -> None:
    """Delete a credential; processes that have it keep it until they end."""
    delete_credential(context.connection, context.principal.tenant_id, params["id"])


def _record(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "tenantId": str(row["tenant_id"]),
        "type": row["type"],
        "label": row["label"],
        "active": True,
        "createdAt": wire_time(row["created_at"]),
        "lastUsedAt": None if row["last_used_at"] is None else wire_time(row["last_used_at"]),
    }
