"""The tables of prompts: their versions, and the tags of these."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Table

from .columns import JSONText, Number, PlainText, created_column, metadata, numbered_table, tenant_column

__all__ = ["prompt_tags", "prompt_versions", "prompts"]

# Kept when all versions are deleted: their numbers are not used again.
prompts = numbered_table(
    "prompts",
    tenant_column(),
    created_column(),
    Column("slug", PlainText, nullable=False),
    Column("last_version", Number, nullable=False),
)
Index(None, prompts.c.tenant_id, prompts.c.slug, unique=True)

prompt_versions = numbered_table(
    "prompt_versions",
    tenant_column(),
    Column("user_id", Number, ForeignKey("users.id"), nullable=False),
    created_column(),
    Column("prompt_id", Number, ForeignKey("prompts.id", ondelete="CASCADE"), nullable=False),
    Column("version", Number, nullable=False),
    Column("template", PlainText, nullable=False),
    Column("variables", JSONText, nullable=False),
    Column("metadata", JSONText, nullable=False),
)
Index(None, prompt_versions.c.prompt_id, prompt_versions.c.version, unique=True)

prompt_tags = Table(
    "prompt_tags",
    metadata,
    Column("prompt_id", Number, ForeignKey("prompts.id", ondelete="CASCADE"), primary_key=True),
    Column("tag", PlainText, primary_key=True),
    Column("version_id", Number, ForeignKey("prompt_versions.id", ondelete="CASCADE"), nullable=False),
)
Index(None, prompt_tags.c.version_id)
