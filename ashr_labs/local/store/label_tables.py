"""The table of labels: what people say of tests and traces."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index

from .columns import CheckedText, JSONText, Number, PlainText, created_column, numbered_table, tenant_column

__all__ = ["labels"]

labels = numbered_table(
    "labels",
    tenant_column(),
    # Who changed it last.
    Column("user_id", Number, ForeignKey("users.id"), nullable=False),
    created_column(),
    Column("updated_at", CheckedText, nullable=False),
    # Incremented by each change.
    Column("version", Number, nullable=False),
    # The test or the trace, by which a label is unique; long ids are cut.
    Column("target", CheckedText, nullable=False),
    Column("run_id", Number, ForeignKey("runs.id", ondelete="CASCADE")),
    Column("test_id", JSONText),
    # NULL if the scenario was played once.
    Column("repeat", Number),
    # Not a foreign key: a trace that is sent again keeps its label.
    Column("trace_id", PlainText),
    # `passed` or `failed`; NULL: only a score or a comment.
    Column("verdict", CheckedText),
    Column("score", Float),
    Column("comment", PlainText),
    # The verdict and the scores of the test when it was labelled; NULL for a trace, whose scores come later.
    Column("recorded", JSONText),
)
Index(None, labels.c.tenant_id, labels.c.target, unique=True)
Index(None, labels.c.run_id)
Index(None, labels.c.tenant_id, labels.c.id)
