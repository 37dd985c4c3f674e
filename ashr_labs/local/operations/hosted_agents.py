"""Deployed agents: deployment, list, variables, and the options of their sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._time import isoformat
from ..hosting.deploying import bundle_of
from ..hosting.environment import check_variables, sealed_values
from ..store.agent_rows import delete_agent, deploy_version, list_agents, read_agent, update_agent
from ..store.bundle_rows import lock_bundles
from .registry import Context, LongContext, long_operation, operation

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "agent_record",
    "delete_api_agents_name",
    "get_api_agents",
    "get_api_agents_name",
    "get_api_agents_name_config",
    "patch_api_agents_name",
    "patch_api_agents_name_config",
    "post_api_agents",
    "wire_time",
]

_MASK = "***"


@long_operation("post_api_agents", writes=True)
def post_api_agents(context: LongContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Store the files of an agent as its next version."""
    values: dict[str, Any] = {}
    if "env" in params:
        check_variables(params["env"], "env")
        values["environment"] = sealed_values(context.sealing, params["env"])
    bundle = bundle_of(params, context.settings.agents)
    tenant_id, timestamp = context.principal.tenant_id, isoformat(context.moment)
    with context.database.write() as connection:
        lock_bundles(connection, tenant_id)
        row = deploy_version(connection, tenant_id, params["name"], bundle, timestamp, **values)
    return {"agent": agent_record(row)}


@operation("get_api_agents")
def get_api_agents(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return all agents of the tenant."""
    return {"agents": [agent_record(row) for row in list_agents(context.connection, context.principal.tenant_id)]}


@operation("get_api_agents_name", is_quick=True)
def get_api_agents_name(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return an agent."""
    return {"agent": agent_record(read_agent(context.connection, context.principal.tenant_id, params["name"]))}


@operation("patch_api_agents_name", writes=True)
def patch_api_agents_name(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Replace the variables that the sessions of an agent begin with."""
    lock_bundles(context.connection, context.principal.tenant_id)
    row = read_agent(context.connection, context.principal.tenant_id, params["name"])
    if "env" in params:
        check_variables(params["env"], "env")
        sealed = sealed_values(context.sealing, params["env"])
        row = update_agent(context.connection, row, environment=sealed, updated_at=context.timestamp)
    return {"agent": agent_record(row)}


@operation("delete_api_agents_name", writes=True)
def delete_api_agents_name(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Delete an agent with its versions; its sessions stay, with their own files."""
    lock_bundles(context.connection, context.principal.tenant_id)
    delete_agent(context.connection, read_agent(context.connection, context.principal.tenant_id, params["name"]))
    return {"ok": True}


@operation("get_api_agents_name_config", is_quick=True)
def get_api_agents_name_config(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that sessions of an agent begin with."""
    return {"config": read_agent(context.connection, context.principal.tenant_id, params["name"])["defaults"]}


@operation("patch_api_agents_name_config", writes=True)
def patch_api_agents_name_config(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Change the options that sessions of an agent begin with; those that are not given stay."""
    lock_bundles(context.connection, context.principal.tenant_id)
    row = read_agent(context.connection, context.principal.tenant_id, params["name"])
    changed = {**row["defaults"], **{key: value for key, value in params.items() if key != "name"}}
    update_agent(context.connection, row, defaults=changed, updated_at=context.timestamp)
    return {"config": changed}


def agent_record(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return an agent as it is answered, without the values of its variables."""
    return {
        "id": row["id"],
        "name": row["name"],
        "tenantId": str(row["tenant_id"]),
        "version": row["version"],
        "path": f"agents/{row['name']}",
        "env": dict.fromkeys(row["environment"] or {}, _MASK),
        "createdAt": wire_time(row["created_at"]),
        "updatedAt": wire_time(row["updated_at"]),
    }


def wire_time(stored: str) -> str:
    """Return a stored time with milliseconds, as clients of this wire expect it."""
    return f"{stored[:23]}Z"
