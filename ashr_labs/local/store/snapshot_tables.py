"""The tables of agent snapshots, and of the bundles that snapshots and deployed agents consist of."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, Table

from .columns import CheckedText, JSONText, Number, PlainText, created_column, metadata, numbered_table, tenant_column

__all__ = ["bundles", "snapshot_names", "snapshot_tags", "snapshots"]

# Archives by the digest of their members. Each is deleted with the last row that refers to it.
bundles = Table(
    "bundles",
    metadata,
    Column("tenant_id", Number, ForeignKey("tenants.id"), primary_key=True),
    Column("digest", CheckedText, primary_key=True),
    created_column(),
    Column("size_bytes", Number, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

# Kept when all snapshots of a name are deleted: their numbers are not used again.
snapshot_names = Table(
    "snapshot_names",
    metadata,
    Column("tenant_id", Number, ForeignKey("tenants.id"), primary_key=True),
    Column("name", CheckedText, primary_key=True),
    Column("last_version", Number, nullable=False),
)

snapshots = numbered_table(
    "snapshots",
    tenant_column(),
    Column("user_id", Number, ForeignKey("users.id"), nullable=False),
    created_column(),
    Column("name", CheckedText, nullable=False),
    Column("version", Number, nullable=False),
    Column("digest", CheckedText, nullable=False),
    # Empty: none is asked for.
    Column("runtime", PlainText, nullable=False),
    Column("entrypoint", JSONText, nullable=False),
    Column("auth", JSONText),
    # The text of its requirements.txt.
    Column("requirements", CheckedText, nullable=False),
    ForeignKeyConstraint(["tenant_id", "name"], ["snapshot_names.tenant_id", "snapshot_names.name"]),
    ForeignKeyConstraint(["tenant_id", "digest"], ["bundles.tenant_id", "bundles.digest"]),
)
Index(None, snapshots.c.tenant_id, snapshots.c.name, snapshots.c.version, unique=True)
Index(None, snapshots.c.tenant_id, snapshots.c.digest)

snapshot_tags = Table(
    "snapshot_tags",
    metadata,
    Column("tenant_id", Number, primary_key=True),
    Column("name", CheckedText, primary_key=True),
    Column("tag", CheckedText, primary_key=True),
    Column("snapshot_id", Number, ForeignKey("snapshots.id", ondelete="CASCADE"), nullable=False),
    ForeignKeyConstraint(["tenant_id", "name"], ["snapshot_names.tenant_id", "snapshot_names.name"]),
)
Index(None, snapshot_tags.c.snapshot_id)
