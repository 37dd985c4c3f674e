"""The tables of alerts and of their firings."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, ForeignKeyConstraint, Index, Table

from .columns import CheckedText, JSONText, Number, PlainText, created_column, metadata, numbered_table

__all__ = ["alert_firings", "alerts"]

alerts = Table(
    "alerts",
    metadata,
    Column("tenant_id", Number, ForeignKey("tenants.id"), primary_key=True),
    Column("id", CheckedText, primary_key=True),
    created_column(),
    Column("name", PlainText, nullable=False),
    # A spec or a scoring rule; NULL: all specs.
    Column("eval_id", PlainText),
    Column("condition", CheckedText, nullable=False),
    Column("window", CheckedText),
    Column("notify", CheckedText, nullable=False),
    Column("webhook_url", PlainText),
    Column("slack_channel", PlainText),
    Column("email_to", JSONText),
    # Whether the condition held the last time, for those of scoring rules.
    Column("is_met", Boolean, nullable=False),
)
Index(None, alerts.c.tenant_id, alerts.c.eval_id)

alert_firings = numbered_table(
    "alert_firings",
    Column("tenant_id", Number, nullable=False),
    Column("alert_id", CheckedText, nullable=False),
    # When it fired.
    created_column(),
    Column("reason", PlainText, nullable=False),
    Column("value", Float, nullable=False),
    # NULL for one of a scoring rule.
    Column("experiment_id", PlainText),
    # `pending`, `delivered`, `failed`, or `none` if no one is notified.
    Column("delivery", CheckedText, nullable=False),
    Column("delivered_at", CheckedText),
    Column("error", PlainText),
    ForeignKeyConstraint(["tenant_id", "alert_id"], ["alerts.tenant_id", "alerts.id"], ondelete="CASCADE"),
)
Index(None, alert_firings.c.tenant_id, alert_firings.c.alert_id, alert_firings.c.id)
