"""Sandboxes, and the platforms that run them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0022"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "instances",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("lease_until", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instances")),
    )
    op.create_table(
        "sandboxes",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("tenant_id", _NUMBER, nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("ended_at", _TEXT, nullable=True),
        sa.Column("instance", _TEXT, nullable=False),
        sa.Column("spec_id", _TEXT, nullable=False),
        sa.Column("spec_version", _NUMBER, nullable=False),
        sa.Column("state", _TEXT, nullable=False),
        sa.Column("error", _TEXT, nullable=True),
        sa.Column("metadata", _TEXT, nullable=False),
        sa.Column("facts", _TEXT, nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_sandboxes_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sandboxes")),
    )
    op.create_index("ix_sandboxes_tenant_id_ended_at", "sandboxes", ["tenant_id", "ended_at"])
    op.create_index("ix_sandboxes_instance_ended_at", "sandboxes", ["instance", "ended_at"])
