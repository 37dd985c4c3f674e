"""Sessions of deployed agents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "hosted_sessions",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("tenant_id", _NUMBER, nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("last_active_at", _TEXT, nullable=False),
        sa.Column("agent_name", _TEXT, nullable=False),
        sa.Column("status", _TEXT, nullable=False),
        sa.Column("parent_id", _TEXT, nullable=True),
        sa.Column("sandbox_id", _TEXT, nullable=False),
        sa.Column("config", _TEXT, nullable=False),
        sa.Column("turns", _NUMBER, nullable=False),
        sa.Column("turn_after", _NUMBER, nullable=False),
        sa.Column("is_in_turn", sa.Boolean(), nullable=False),
        sa.Column("workspace", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_hosted_sessions_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hosted_sessions")),
    )
    op.create_index("ix_hosted_sessions_tenant_id_created_at", "hosted_sessions", ["tenant_id", "created_at"])
