"""The table of deployed agents."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, Table

from .columns import CheckedText, Number, PlainText, created_column, metadata, tenant_column

__all__ = ["hosted_agents"]

hosted_agents = Table(
    "hosted_agents",
    metadata,
    Column("id", CheckedText, primary_key=True),
    tenant_column(),
    created_column(),
    Column("updated_at", CheckedText, nullable=False),
    Column("name", PlainText, nullable=False),
    Column("version", Number, nullable=False),
    # The files, as a bundle.
    Column("bundle", LargeBinary, nullable=False),
)
Index(None, hosted_agents.c.tenant_id, hosted_agents.c.name, unique=True)
