"""The tables of deployed agents and their sessions."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, LargeBinary, Table

from .columns import CheckedText, JSONText, Number, PlainText, created_column, metadata, tenant_column

__all__ = ["hosted_agents", "hosted_sessions"]

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

hosted_sessions = Table(
    "hosted_sessions",
    metadata,
    Column("id", CheckedText, primary_key=True),
    tenant_column(),
    created_column(),
    Column("last_active_at", CheckedText, nullable=False),
    Column("agent_name", PlainText, nullable=False),
    Column("status", CheckedText, nullable=False),
    # Of a fork: the session that it was made from.
    Column("parent_id", CheckedText),
    Column("sandbox_id", CheckedText, nullable=False),
    # What it was created with, applied whenever its process starts.
    Column("config", JSONText, nullable=False),
    # How many turns have begun, and the number of the frame behind which the last one begins.
    Column("turns", Number, nullable=False),
    Column("turn_after", Number, nullable=False),
    Column("is_in_turn", Boolean, nullable=False),
    # The workspace after the last turn, or as it was created: a tar archive.
    Column("workspace", LargeBinary),
)
Index(None, hosted_sessions.c.tenant_id, hosted_sessions.c.created_at)
