"""The tables of sandboxes, and of the platforms that run them."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table

from .columns import CheckedText, JSONText, Number, PlainText, created_column, metadata, tenant_column

__all__ = ["instances", "sandboxes"]

# The platforms that have sandboxes now. One without a row, or whose lease is over, has none any more.
instances = Table(
    "instances",
    metadata,
    Column("id", CheckedText, primary_key=True),
    created_column(),
    Column("lease_until", CheckedText, nullable=False),
)

sandboxes = Table(
    "sandboxes",
    metadata,
    Column("id", CheckedText, primary_key=True),
    tenant_column(),
    created_column(),
    Column("ended_at", CheckedText),
    # The platform that runs it. Not a foreign key: sandboxes outlive it.
    Column("instance", CheckedText, nullable=False),
    Column("spec_id", PlainText, nullable=False),
    Column("spec_version", Number, nullable=False),
    Column("state", CheckedText, nullable=False),
    Column("error", PlainText),
    Column("metadata", JSONText, nullable=False),
    # What is known since it was ready: services, path, url, isolation.
    Column("facts", JSONText),
)
Index(None, sandboxes.c.tenant_id, sandboxes.c.ended_at)
Index(None, sandboxes.c.instance, sandboxes.c.ended_at)
