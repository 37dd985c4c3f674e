"""Alerts and their firings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "alerts",
        sa.Column("tenant_id", _NUMBER, nullable=False),
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("eval_id", _TEXT, nullable=True),
        sa.Column("condition", _TEXT, nullable=False),
        sa.Column("window", _TEXT, nullable=True),
        sa.Column("notify", _TEXT, nullable=False),
        sa.Column("webhook_url", _TEXT, nullable=True),
        sa.Column("slack_channel", _TEXT, nullable=True),
        sa.Column("email_to", _TEXT, nullable=True),
        sa.Column("is_met", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_alerts_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_alerts")),
    )
    op.create_index("ix_alerts_tenant_id_eval_id", "alerts", ["tenant_id", "eval_id"])
    op.create_table(
        "alert_firings",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("tenant_id", _NUMBER, nullable=False),
        sa.Column("alert_id", _TEXT, nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("experiment_id", _TEXT, nullable=True),
        sa.Column("delivery", _TEXT, nullable=False),
        sa.Column("delivered_at", _TEXT, nullable=True),
        sa.Column("error", _TEXT, nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "alert_id"],
            ["alerts.tenant_id", "alerts.id"],
            name=op.f("fk_alert_firings_tenant_id_alert_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_firings")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_alert_firings_tenant_id_alert_id_id", "alert_firings", ["tenant_id", "alert_id", "id"])
