"""Events that readers follow."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "events",
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("subject", _TEXT, nullable=False),
        sa.Column("sequence", _NUMBER, nullable=False),
        sa.Column("tenant_id", _NUMBER, nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("type", _TEXT, nullable=False),
        sa.Column("data", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_events_tenant_id")),
        sa.PrimaryKeyConstraint("kind", "subject", "sequence", name=op.f("pk_events")),
    )
    op.create_index("ix_events_created_at_kind", "events", ["created_at", "kind"])
