"""Deployed agents: deployment, list, files."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, insert, select, update

from ..._time import isoformat
from ...bundles import opened, read_bundle
from ...errors import NotFoundError, ValidationError
from ..exchange import Attachment
from ..failures import RefusedError
from ..hosting.deploying import bundle_of
from ..store.bundle_rows import bundle_content, delete_unused_bundle, lock_bundles, store_bundle
from ..store.schema import hosted_agents
from .registry import Context, LongContext, long_operation, operation

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "delete_api_agents_name",
    "get_api_agents",
    "get_api_agents_name",
    "get_api_agents_name_files",
    "get_api_agents_name_files_path",
    "post_api_agents",
    "wire_time",
]

_MAX_JSON = 1 << 20
_OF_TENANT = hosted_agents.c.tenant_id == bindparam("of_tenant")
_IS_NAMED = _OF_TENANT & (hosted_agents.c.name == bindparam("named"))
_UPDATE = update(hosted_agents).where(_IS_NAMED)


@long_operation("post_api_agents", writes=True)
def post_api_agents(context: LongContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Store the files of an agent as its next version."""
    bundle = bundle_of(params, context.settings.agents)
    key = {"of_tenant": context.principal.tenant_id, "named": params["name"]}
    tenant_id, timestamp = context.principal.tenant_id, isoformat(context.moment)
    with context.database.write() as connection:
        lock_bundles(connection, tenant_id)
        found = connection.execute(select(hosted_agents).where(_IS_NAMED), key).mappings().first()
        changed = {"updated_at": timestamp, "digest": store_bundle(connection, tenant_id, bundle, timestamp)}
        if found is not None:
            changed["version"] = found["version"] + 1
            connection.execute(_UPDATE.values(changed), key)
            delete_unused_bundle(connection, tenant_id, found["digest"])
            return {"agent": _record({**found, **changed})}
        row = {"id": str(uuid.uuid4()), "tenant_id": tenant_id, "name": params["name"], "version": 1, **changed}
        row["created_at"] = timestamp
        connection.execute(insert(hosted_agents), row)
    return {"agent": _record(row)}


@operation("get_api_agents")
def get_api_agents(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return all agents of the tenant."""
    listed = select(hosted_agents).where(_OF_TENANT).order_by(hosted_agents.c.name)
    rows = context.connection.execute(listed, {"of_tenant": context.principal.tenant_id}).mappings()
    return {"agents": [_record(row) for row in rows]}


@operation("get_api_agents_name", is_quick=True)
def get_api_agents_name(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return an agent."""
    return {"agent": _record(_row(context, params["name"]))}


@operation("delete_api_agents_name", writes=True)
def delete_api_agents_name(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Delete an agent; its sessions stay, with their own files."""
    tenant_id = context.principal.tenant_id
    lock_bundles(context.connection, tenant_id)
    row = _row(context, params["name"])
    context.connection.execute(delete(hosted_agents).where(hosted_agents.c.id == row["id"]))
    delete_unused_bundle(context.connection, tenant_id, row["digest"])
    return {"ok": True}


@operation("get_api_agents_name_files")
def get_api_agents_name_files(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the files of an agent by path."""
    row = _row(context, params["name"])
    members = read_bundle(_content(context, row)).members
    return {
        "files": [
            {"path": member.path, "size": member.size, "modifiedAt": wire_time(row["updated_at"])}
            for member in members
            if member.kind == "file"
        ]
    }


@operation("get_api_agents_name_files_path")
def get_api_agents_name_files_path(context: Context, params: Mapping[str, Any]) -> dict[str, Any] | Attachment:
    """Return a file of an agent as JSON, or its bytes."""
    path = params["path"]
    with opened(_content(context, _row(context, params["name"]))) as archive:
        if not any(member.path == path and member.kind == "file" for member in archive.contents.members):
            raise NotFoundError(f"the agent {params['name']!r} has no file {path!r}")
        content = archive.read(path)
    if params.get("format") == "raw":
        headers = {"content-type": "application/octet-stream", "x-content-type-options": "nosniff"}
        return Attachment(content, headers)
    if len(content) > _MAX_JSON:
        raise RefusedError(413, f"{path} has {len(content)} bytes; above {_MAX_JSON}, read it with format=raw")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise ValidationError(f"{path} is not text; read it with format=raw") from error
    return {"path": path, "content": text, "size": len(content)}


def _row(context: Context, name: str) -> Mapping[Any, Any]:
    key = {"of_tenant": context.principal.tenant_id, "named": name}
    row = context.connection.execute(select(hosted_agents).where(_IS_NAMED), key).mappings().first()
    if row is None:
        raise NotFoundError(f"there is no deployed agent {name!r}")
    return row


def _content(context: Context, row: Mapping[Any, Any]) -> bytes:
    """Return the bundle of an agent."""
    return bundle_content(context.connection, context.principal.tenant_id, row["digest"])


def _record(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "name": row["name"],
        "tenantId": str(row["tenant_id"]),
        "version": row["version"],
        "path": f"agents/{row['name']}",
        "createdAt": wire_time(row["created_at"]),
        "updatedAt": wire_time(row["updated_at"]),
    }


def wire_time(stored: str) -> str:
    """Return a stored time with milliseconds, as clients of this wire expect it."""
    return f"{stored[:23]}Z"
