"""The tables of scoring rules and of the scores of traces."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, ForeignKeyConstraint, Index, Table

from .columns import CheckedText, JSONText, Number, PlainText, created_column, metadata

__all__ = ["score_rules", "trace_scores"]

score_rules = Table(
    "score_rules",
    metadata,
    Column("tenant_id", Number, ForeignKey("tenants.id"), primary_key=True),
    Column("id", CheckedText, primary_key=True),
    created_column(),
    Column("updated_at", CheckedText, nullable=False),
    Column("name", PlainText, nullable=False),
    Column("type", PlainText, nullable=False),
    Column("config", JSONText, nullable=False),
    # How incoming traces are scored; NULL: they are not.
    Column("online", JSONText),
    Column("is_active", Boolean, nullable=False),
)

# One row for each rule that a trace was tried with, also if it was skipped.
trace_scores = Table(
    "trace_scores",
    metadata,
    Column("tenant_id", Number, primary_key=True),
    Column("trace_id", PlainText, primary_key=True),
    # Not a foreign key: scores outlive their rule.
    Column("rule_id", CheckedText, primary_key=True),
    # When the trace was scored.
    created_column(),
    Column("name", PlainText, nullable=False),
    # `scored`, or why there is no score.
    Column("outcome", CheckedText, nullable=False),
    Column("score", Float),
    Column("passed", Boolean),
    Column("message", PlainText),
    # In US dollars; NULL if it is not known.
    Column("cost_usd", Float),
    Column("details", JSONText),
    ForeignKeyConstraint(["tenant_id", "trace_id"], ["traces.tenant_id", "traces.id"], ondelete="CASCADE"),
)
# Covers what the totals of a rule need.
Index(
    "ix_trace_scores_rule",
    trace_scores.c.tenant_id,
    trace_scores.c.rule_id,
    trace_scores.c.created_at,
    trace_scores.c.outcome,
    trace_scores.c.score,
    trace_scores.c.passed,
    trace_scores.c.cost_usd,
)
