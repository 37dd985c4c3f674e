"""Prompts, and the prompt versions that generations name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables of prompts, and add the prompt to observations."""
    op.create_table(
        "prompts",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("tenant_id", _NUMBER, nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("slug", _TEXT, nullable=False),
        sa.Column("last_version", _NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_prompts_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompts")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_prompts_tenant_id_slug"), "prompts", ["tenant_id", "slug"], unique=True)
    op.create_table(
        "prompt_versions",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("tenant_id", _NUMBER, nullable=False),
        sa.Column("user_id", _NUMBER, nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("prompt_id", _NUMBER, nullable=False),
        sa.Column("version", _NUMBER, nullable=False),
        sa.Column("template", _TEXT, nullable=False),
        sa.Column("variables", _TEXT, nullable=False),
        sa.Column("metadata", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_prompt_versions_tenant_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_prompt_versions_user_id")),
        sa.ForeignKeyConstraint(
            ["prompt_id"], ["prompts.id"], name=op.f("fk_prompt_versions_prompt_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompt_versions")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_prompt_versions_prompt_id_version"), "prompt_versions", ["prompt_id", "version"], unique=True
    )
    op.create_table(
        "prompt_tags",
        sa.Column("prompt_id", _NUMBER, nullable=False),
        sa.Column("tag", _TEXT, nullable=False),
        sa.Column("version_id", _NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["prompt_id"], ["prompts.id"], name=op.f("fk_prompt_tags_prompt_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["prompt_versions.id"], name=op.f("fk_prompt_tags_version_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("prompt_id", "tag", name=op.f("pk_prompt_tags")),
    )
    op.create_index(op.f("ix_prompt_tags_version_id"), "prompt_tags", ["version_id"])
    op.add_column("observations", sa.Column("prompt_slug", _TEXT, nullable=True))
    op.add_column("observations", sa.Column("prompt_version", _NUMBER, nullable=True))
    op.create_index(
        "ix_observations_prompts",
        "observations",
        ["tenant_id", "prompt_slug", "prompt_version", "created_at"],
        sqlite_where=sa.text("prompt_slug IS NOT NULL"),
        postgresql_where=sa.text("prompt_slug IS NOT NULL"),
    )
