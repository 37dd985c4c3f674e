"""Bundles as rows, one for each digest of a tenant, which several snapshots and deployed agents may refer to.

A transaction that adds or removes a use of a bundle locks the tenant first: otherwise one could delete a bundle that
another one begins to use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, select

from .columns import upsert
from .hosting_data_tables import hosted_agent_versions
from .hosting_tables import hosted_agents
from .schema import tenants
from .snapshot_tables import bundles, snapshots

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ...bundles import Bundle

__all__ = ["bundle_content", "delete_unused_bundle", "lock_bundles", "store_bundle"]

_USERS = (snapshots, hosted_agents, hosted_agent_versions)


def lock_bundles(connection: Connection, tenant_id: int) -> None:
    """Make other transactions that change the bundles of the tenant wait until this one has ended."""
    connection.execute(select(tenants.c.id).where(tenants.c.id == tenant_id).with_for_update())


def store_bundle(connection: Connection, tenant_id: int, bundle: Bundle, timestamp: str) -> str:
    """Store a bundle unless it is there; return its digest."""
    row = {
        "tenant_id": tenant_id,
        "digest": bundle.digest,
        "created_at": timestamp,
        "size_bytes": len(bundle.content),
        "content": bundle.content,
    }
    connection.execute(upsert(connection.dialect.name, bundles).on_conflict_do_nothing(), row)
    return bundle.digest


def bundle_content(connection: Connection, tenant_id: int, digest: str) -> bytes:
    """Return the archive of a digest that a row refers to."""
    found = select(bundles.c.content).where(bundles.c.tenant_id == tenant_id, bundles.c.digest == digest)
    content: bytes = connection.execute(found).scalar_one()
    return content


def delete_unused_bundle(connection: Connection, tenant_id: int, digest: str) -> None:
    """Delete a bundle that no row refers to."""
    unused = delete(bundles).where(bundles.c.tenant_id == tenant_id, bundles.c.digest == digest)
    for table in _USERS:
        used = exists().where(table.c.tenant_id == bundles.c.tenant_id, table.c.digest == bundles.c.digest)
        unused = unused.where(~used)
    connection.execute(unused)
