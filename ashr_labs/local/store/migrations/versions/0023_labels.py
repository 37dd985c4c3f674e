"""Labels of tests and traces."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0017"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "labels",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("tenant_id", _NUMBER, nullable=False),
        sa.Column("user_id", _NUMBER, nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("updated_at", _TEXT, nullable=False),
        sa.Column("version", _NUMBER, nullable=False),
        sa.Column("target", _TEXT, nullable=False),
        sa.Column("run_id", _NUMBER, nullable=True),
        sa.Column("test_id", _TEXT, nullable=True),
        sa.Column("repeat", _NUMBER, nullable=True),
        sa.Column("trace_id", _TEXT, nullable=True),
        sa.Column("verdict", _TEXT, nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("comment", _TEXT, nullable=True),
        sa.Column("recorded", _TEXT, nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_labels_tenant_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_labels_user_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_labels_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_labels")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_labels_tenant_id_target", "labels", ["tenant_id", "target"], unique=True)
    op.create_index("ix_labels_run_id", "labels", ["run_id"])
    op.create_index("ix_labels_tenant_id_id", "labels", ["tenant_id", "id"])
