"""Scoring rules, and the scores of traces."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "score_rules",
        sa.Column("tenant_id", _NUMBER, nullable=False),
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("updated_at", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("type", _TEXT, nullable=False),
        sa.Column("config", _TEXT, nullable=False),
        sa.Column("online", _TEXT, nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_score_rules_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_score_rules")),
    )
    op.create_table(
        "trace_scores",
        sa.Column("tenant_id", _NUMBER, nullable=False),
        sa.Column("trace_id", _TEXT, nullable=False),
        sa.Column("rule_id", _TEXT, nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("outcome", _TEXT, nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("message", _TEXT, nullable=True),
        sa.Column("cost_usd", sa.Float(), nullable=True),
        sa.Column("details", _TEXT, nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "trace_id"],
            ["traces.tenant_id", "traces.id"],
            name=op.f("fk_trace_scores_tenant_id_trace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "trace_id", "rule_id", name=op.f("pk_trace_scores")),
    )
    op.create_index(
        "ix_trace_scores_rule",
        "trace_scores",
        ["tenant_id", "rule_id", "created_at", "outcome", "score", "passed", "cost_usd"],
    )
