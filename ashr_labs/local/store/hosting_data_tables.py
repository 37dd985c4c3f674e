"""The tables of versions of deployed agents, of credentials, and of attachments of sessions."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, Table

from .columns import CheckedText, Number, PlainText, created_column, metadata, tenant_column

__all__ = ["hosted_agent_versions", "hosted_attachments", "hosted_credentials"]

hosted_agent_versions = Table(
    "hosted_agent_versions",
    metadata,
    Column("agent_id", CheckedText, ForeignKey("hosted_agents.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Number, primary_key=True),
    Column("id", CheckedText, nullable=False),
    tenant_column(),
    created_column(),
    Column("updated_at", CheckedText, nullable=False),
    Column("name", PlainText, nullable=False),
    # As it was given; NULL for a version that was deployed as files.
    Column("system_prompt", PlainText),
    Column("release_notes", PlainText),
    # Of the bundle with its files.
    Column("digest", CheckedText, nullable=False),
    ForeignKeyConstraint(["tenant_id", "digest"], ["bundles.tenant_id", "bundles.digest"]),
)
Index(None, hosted_agent_versions.c.tenant_id, hosted_agent_versions.c.digest)

hosted_credentials = Table(
    "hosted_credentials",
    metadata,
    Column("id", CheckedText, primary_key=True),
    tenant_column(),
    created_column(),
    Column("type", CheckedText, nullable=False),
    Column("label", PlainText, nullable=False),
    # Encrypted.
    Column("sealed_key", CheckedText, nullable=False),
    # When a session was created with it.
    Column("last_used_at", CheckedText),
)
Index(None, hosted_credentials.c.tenant_id, hosted_credentials.c.created_at)

hosted_attachments = Table(
    "hosted_attachments",
    metadata,
    Column("id", CheckedText, primary_key=True),
    tenant_column(),
    created_column(),
    Column("session_id", CheckedText, ForeignKey("hosted_sessions.id", ondelete="CASCADE"), nullable=False),
    Column("message_id", CheckedText, nullable=False),
    Column("filename", PlainText, nullable=False),
    Column("mime_type", PlainText, nullable=False),
    Column("size", Number, nullable=False),
    Column("content", LargeBinary, nullable=False),
)
Index(None, hosted_attachments.c.session_id, hosted_attachments.c.created_at)
