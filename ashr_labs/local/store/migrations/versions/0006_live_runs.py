"""Runs that are stored while they are played."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the state of players to runs, and make the table of their finished tests."""
    op.add_column("runs", sa.Column("playing", _TEXT, nullable=True))
    op.add_column("runs", sa.Column("tests_total", _NUMBER, nullable=True))
    op.add_column("runs", sa.Column("cancel_requested", sa.Boolean(), nullable=True))
    op.create_table(
        "run_tests",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("run_id", _NUMBER, nullable=False),
        sa.Column("test_id", _TEXT, nullable=False),
        sa.Column("repeat", _NUMBER, nullable=False),
        sa.Column("result", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_run_tests_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_tests")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_run_tests_run_id_test_id_repeat"), "run_tests", ["run_id", "test_id", "repeat"], unique=True
    )
