"""Versions of sandbox specs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "specs",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("tenant_id", _NUMBER, nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("version", _NUMBER, nullable=False),
        sa.Column("description", _TEXT, nullable=False),
        sa.Column("extends", _TEXT, nullable=True),
        sa.Column("text", _TEXT, nullable=False),
        sa.Column("value", _TEXT, nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_specs_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_specs")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_specs_tenant_id_name_version"), "specs", ["tenant_id", "name", "version"], unique=True)
