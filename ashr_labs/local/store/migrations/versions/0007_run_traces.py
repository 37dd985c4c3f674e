"""The tests that a trace belongs to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table; runs that are stored already have no ids of traces."""
    op.create_table(
        "run_traces",
        sa.Column("run_id", _NUMBER, nullable=False),
        sa.Column("test", _TEXT, nullable=False),
        sa.Column("tenant_id", _NUMBER, nullable=False),
        sa.Column("trace_id", _TEXT, nullable=False),
        sa.Column("test_id", _TEXT, nullable=False),
        sa.Column("repeat", _NUMBER, nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_run_traces_run_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_run_traces_tenant_id")),
        sa.PrimaryKeyConstraint("run_id", "test", name=op.f("pk_run_traces")),
    )
    op.create_index(op.f("ix_run_traces_tenant_id_trace_id_run_id"), "run_traces", ["tenant_id", "trace_id", "run_id"])
