"""The table of events that readers follow."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table

from .columns import CheckedText, JSONText, Number, created_column, metadata, tenant_column

__all__ = ["events"]

# The events of a subject, such as the run 7, numbered from 1 without gaps.
events = Table(
    "events",
    metadata,
    Column("kind", CheckedText, primary_key=True),
    Column("subject", CheckedText, primary_key=True),
    Column("sequence", Number, primary_key=True),
    tenant_column(),
    created_column(),
    Column("type", CheckedText, nullable=False),
    Column("data", JSONText, nullable=False),
)
Index(None, events.c.created_at, events.c.kind)
