"""Versions of deployed agents: list, create, get, change, delete, activate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._time import isoformat
from ...bundles import Bundle, opened, read_bundle, repack
from ...errors import ConfigurationError, NotFoundError, ValidationError
from ..hosting.deploying import decoded_files, manifest_of
from ..hosting.manifest import INSTRUCTIONS
from ..store.agent_rows import (
    Row,
    activate_version,
    add_version,
    delete_version,
    list_versions,
    read_agent,
    read_version,
    update_version,
    version_content,
)
from ..store.bundle_rows import lock_bundles, store_bundle
from .hosted_agents import wire_time
from .registry import Context, LongContext, long_operation, operation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

__all__ = [
    "delete_api_agents_name_versions_version",
    "get_api_agents_name_versions",
    "get_api_agents_name_versions_version",
    "patch_api_agents_name_versions_version",
    "post_api_agents_name_versions",
    "post_api_agents_name_versions_version_activate",
]

_COLUMNS = {"name": "name", "systemPrompt": "system_prompt", "releaseNotes": "release_notes"}


@operation("get_api_agents_name_versions")
def get_api_agents_name_versions(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the versions of an agent, newest first."""
    row = read_agent(context.connection, context.principal.tenant_id, params["agent"])
    return {"versions": [_record(row, version) for version in list_versions(context.connection, row)]}


@long_operation("post_api_agents_name_versions", writes=True)
def post_api_agents_name_versions(context: LongContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Add a version, which is used once it is activated."""
    tenant_id, timestamp = context.principal.tenant_id, isoformat(context.moment)
    with context.database.write() as connection:
        lock_bundles(connection, tenant_id)
        row = read_agent(connection, tenant_id, params["agent"])
        source = _source(connection, row, params.get("cloneFrom", row["version"]))
        bundle = _changed(version_content(connection, source), params)
        values = {"system_prompt": source["system_prompt"], **_columns(params)}
        version = add_version(connection, row, bundle, timestamp, **values)
    return {"version": _record(row, version)}


@operation("get_api_agents_name_versions_version")
def get_api_agents_name_versions_version(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return a version with the paths of its files."""
    row = read_agent(context.connection, context.principal.tenant_id, params["agent"])
    version = read_version(context.connection, row, params["version"])
    members = read_bundle(version_content(context.connection, version)).members
    return {"version": {**_record(row, version), "files": [one.path for one in members if one.kind == "file"]}}


@long_operation("patch_api_agents_name_versions_version", writes=True)
def patch_api_agents_name_versions_version(context: LongContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Change a version; if it is active, new sessions begin with the change."""
    tenant_id, timestamp = context.principal.tenant_id, isoformat(context.moment)
    with context.database.write() as connection:
        lock_bundles(connection, tenant_id)
        row = read_agent(connection, tenant_id, params["agent"])
        version = read_version(connection, row, params["version"])
        values = {**_columns(params), "updated_at": timestamp}
        if "systemPrompt" in params or "files" in params:
            bundle = _changed(version_content(connection, version), params)
            values["digest"] = store_bundle(connection, tenant_id, bundle, timestamp)
        version = update_version(connection, row, version, **values)
    return {"version": _record(row, version)}


@operation("delete_api_agents_name_versions_version", writes=True)
def delete_api_agents_name_versions_version(context: Context, params: Mapping[str, Any]) -> None:
    """Delete a version that is not active."""
    lock_bundles(context.connection, context.principal.tenant_id)
    row = read_agent(context.connection, context.principal.tenant_id, params["agent"])
    delete_version(context.connection, row, read_version(context.connection, row, params["version"]))


@operation("post_api_agents_name_versions_version_activate", writes=True)
def post_api_agents_name_versions_version_activate(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Let new sessions of an agent use a version."""
    lock_bundles(context.connection, context.principal.tenant_id)
    row = read_agent(context.connection, context.principal.tenant_id, params["agent"])
    version = read_version(context.connection, row, params["version"])
    activate_version(context.connection, row, version, context.timestamp)
    return {"activated": True, "versionNumber": version["number"]}


def _source(connection: Connection, row: Row, number: int) -> Row:
    """Return the version that another one is made from."""
    try:
        return read_version(connection, row, str(number))
    except NotFoundError as error:
        raise ValidationError(error.message, response={"path": "cloneFrom"}) from error


def _changed(content: bytes, params: Mapping[str, Any]) -> Bundle:
    """Return the files of a version with other instructions and files.

    Raises:
        ValidationError: They break a rule, or are not an agent.
    """
    written = decoded_files(params.get("files", ()))
    if "systemPrompt" in params:
        written[_instructions(content)] = params["systemPrompt"].encode("utf-8", "replace")
    try:
        bundle = repack(content, written)
    except ConfigurationError as error:
        raise ValidationError(error.message) from error
    manifest_of(bundle.content)
    return bundle


def _instructions(content: bytes) -> str:
    """Return the name of the file with the instructions."""
    with opened(content) as archive:
        return next((name for name in INSTRUCTIONS if archive.has_file(name)), INSTRUCTIONS[0])


def _columns(params: Mapping[str, Any]) -> dict[str, Any]:
    return {column: params[name] for name, column in _COLUMNS.items() if name in params}


def _record(row: Row, version: Row) -> dict[str, Any]:
    return {
        "id": version["id"],
        "tenantId": str(row["tenant_id"]),
        "agentName": row["name"],
        "versionNumber": version["number"],
        "name": version["name"],
        "systemPrompt": version["system_prompt"],
        "releaseNotes": version["release_notes"],
        "isActive": version["number"] == row["version"],
        "createdAt": wire_time(version["created_at"]),
        "updatedAt": wire_time(version["updated_at"]),
    }
