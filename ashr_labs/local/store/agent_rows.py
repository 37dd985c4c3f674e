"""Deployed agents and their versions as rows.

A transaction that changes which bundles are used holds the lock of `lock_bundles`.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, delete, insert, select, update

from ...errors import ConflictError, NotFoundError
from .bundle_rows import bundle_content, delete_unused_bundle, store_bundle
from .hosting_data_tables import hosted_agent_versions
from .hosting_tables import hosted_agents

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from ...bundles import Bundle

__all__ = [
    "MAX_VERSIONS",
    "Row",
    "activate_version",
    "add_version",
    "delete_agent",
    "delete_version",
    "deploy_version",
    "find_agent",
    "list_agents",
    "list_versions",
    "read_agent",
    "read_version",
    "update_agent",
    "update_version",
    "version_content",
]

MAX_VERSIONS: Final = 50
"""Versions of an agent that are kept; beyond, the oldest that is not active is deleted."""

Row = dict[str, Any]
_versions = hosted_agent_versions.c
_OF_TENANT = hosted_agents.c.tenant_id == bindparam("tenant")
_IS_NAMED = _OF_TENANT & (hosted_agents.c.name == bindparam("named"))
_IS_AGENT = hosted_agents.c.id == bindparam("agent")
_OF_AGENT = _versions.agent_id == bindparam("agent")
_IS_VERSION = _OF_AGENT & (_versions.number == bindparam("version"))


def list_agents(connection: Connection, tenant_id: int) -> list[Row]:
    """Return the agents of a tenant by name."""
    listed = select(hosted_agents).where(_OF_TENANT).order_by(hosted_agents.c.name)
    return [dict(row) for row in connection.execute(listed, {"tenant": tenant_id}).mappings()]


def find_agent(connection: Connection, tenant_id: int, name: str) -> Row | None:
    """Return an agent of a tenant; None if it has none of this name."""
    found = connection.execute(select(hosted_agents).where(_IS_NAMED), {"tenant": tenant_id, "named": name})
    row = found.mappings().first()
    return None if row is None else dict(row)


def read_agent(connection: Connection, tenant_id: int, name: str) -> Row:
    """Return an agent of a tenant.

    Raises:
        NotFoundError: The tenant has none of this name.
    """
    row = find_agent(connection, tenant_id, name)
    if row is None:
        raise NotFoundError(f"there is no deployed agent {name!r}")
    return row


def update_agent(connection: Connection, row: Row, **values: Any) -> Row:
    """Change an agent, and return it."""
    connection.execute(update(hosted_agents).where(_IS_AGENT).values(values), {"agent": row["id"]})
    return {**row, **values}


def delete_agent(connection: Connection, row: Row) -> None:
    """Delete an agent with its versions."""
    digests = {version["digest"] for version in list_versions(connection, row)} | {row["digest"]}
    connection.execute(delete(hosted_agent_versions).where(_OF_AGENT), {"agent": row["id"]})
    connection.execute(delete(hosted_agents).where(_IS_AGENT), {"agent": row["id"]})
    for digest in digests:
        delete_unused_bundle(connection, row["tenant_id"], digest)


def deploy_version(
    connection: Connection, tenant_id: int, name: str, bundle: Bundle, timestamp: str, **values: Any
) -> Row:
    """Add a version of an agent and activate it; return the agent, which is added if it does not exist.

    Args:
        connection: A writing connection.
        tenant_id: Whose agent it is.
        name: Its name.
        bundle: Its files.
        timestamp: The time.
        values: Further columns of the agent.
    """
    row = find_agent(connection, tenant_id, name)
    if row is None:
        row = {"id": str(uuid.uuid4()), "tenant_id": tenant_id, "name": name, "created_at": timestamp}
        row |= {"version": 0, "last_version": 0, "environment": {}, "defaults": {}, "updated_at": timestamp}
        row |= {"digest": store_bundle(connection, tenant_id, bundle, timestamp)}
        connection.execute(insert(hosted_agents), row)
    row = update_agent(connection, row, **values) if values else row
    version = add_version(connection, row, bundle, timestamp)
    row["last_version"] = version["number"]
    return activate_version(connection, row, version, timestamp)


def add_version(connection: Connection, row: Row, bundle: Bundle, timestamp: str, **values: Any) -> Row:
    """Add a version of an agent without activating it, and return it.

    Args:
        connection: A writing connection.
        row: The agent.
        bundle: The files of the version.
        timestamp: The time.
        values: Its `name`, `system_prompt` and `release_notes`, if they are given.
    """
    number = row["last_version"] + 1
    version = {
        "id": str(uuid.uuid4()),
        "agent_id": row["id"],
        "tenant_id": row["tenant_id"],
        "number": number,
        "created_at": timestamp,
        "updated_at": timestamp,
        "digest": store_bundle(connection, row["tenant_id"], bundle, timestamp),
        "name": f"v{number}",
        "system_prompt": None,
        "release_notes": None,
        **values,
    }
    connection.execute(insert(hosted_agent_versions), version)
    update_agent(connection, row, last_version=number)
    for old in list_versions(connection, row)[MAX_VERSIONS:]:
        if old["number"] != row["version"]:
            _remove(connection, row, old)
    return version


def list_versions(connection: Connection, row: Row) -> Sequence[Row]:
    """Return the versions of an agent, newest first."""
    listed = select(hosted_agent_versions).where(_OF_AGENT).order_by(_versions.number.desc())
    return [dict(version) for version in connection.execute(listed, {"agent": row["id"]}).mappings()]


def read_version(connection: Connection, row: Row, given: str) -> Row:
    """Return a version of an agent.

    Args:
        connection: A connection.
        row: The agent.
        given: The number or the id of the version.

    Raises:
        NotFoundError: There is no such version.
    """
    is_given = (
        _IS_VERSION
        if given.isascii() and given.isdecimal() and len(given) < 18
        else _OF_AGENT & (_versions.id == bindparam("version"))
    )
    value = int(given) if is_given is _IS_VERSION else given
    query = select(hosted_agent_versions).where(is_given)
    found = connection.execute(query, {"agent": row["id"], "version": value}).mappings().first()
    if found is None:
        raise NotFoundError(f"the agent {row['name']!r} has no version {given!r}")
    return dict(found)


def version_content(connection: Connection, version: Mapping[str, Any]) -> bytes:
    """Return the bundle of a version, or of an agent, as an archive."""
    return bundle_content(connection, version["tenant_id"], version["digest"])


def update_version(connection: Connection, row: Row, version: Row, **values: Any) -> Row:
    """Change a version of an agent, and return it; the active one changes its agent as well."""
    key = {"agent": row["id"], "version": version["number"]}
    connection.execute(update(hosted_agent_versions).where(_IS_VERSION).values(values), key)
    changed = {**version, **values}
    if changed["digest"] != version["digest"]:
        if version["number"] == row["version"]:
            update_agent(connection, row, digest=changed["digest"], updated_at=changed["updated_at"])
        delete_unused_bundle(connection, row["tenant_id"], version["digest"])
    return changed


def activate_version(connection: Connection, row: Row, version: Row, timestamp: str) -> Row:
    """Let new sessions of an agent use a version, and return the agent."""
    changed = {"version": version["number"], "digest": version["digest"], "updated_at": timestamp}
    return update_agent(connection, row, **changed)


def delete_version(connection: Connection, row: Row, version: Row) -> None:
    """Delete a version of an agent.

    Raises:
        ConflictError: It is active.
    """
    if version["number"] == row["version"]:
        raise ConflictError(
            f"version {version['number']} of the agent {row['name']!r} is active; activate another one first"
        )
    _remove(connection, row, version)


def _remove(connection: Connection, row: Row, version: Row) -> None:
    key = {"agent": row["id"], "version": version["number"]}
    connection.execute(delete(hosted_agent_versions).where(_IS_VERSION), key)
    delete_unused_bundle(connection, row["tenant_id"], version["digest"])
