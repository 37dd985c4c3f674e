"""Experiments, their runs, and the scenarios of each run."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_EXPERIMENT = ["experiments.tenant_id", "experiments.id"]


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "experiments",
        sa.Column("tenant_id", _NUMBER, nullable=False),
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("creator_id", _NUMBER, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("spec_id", _TEXT, nullable=False),
        sa.Column("spec_version", _NUMBER, nullable=False),
        sa.Column("seed", _NUMBER, nullable=False),
        sa.Column("selection", _TEXT, nullable=True),
        sa.Column("secrets", _TEXT, nullable=True),
        sa.Column("status", _TEXT, nullable=False),
        sa.Column("run", _NUMBER, nullable=False),
        sa.Column("total_scenarios", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_experiments_tenant_id")),
        sa.ForeignKeyConstraint(["creator_id"], ["users.id"], name=op.f("fk_experiments_creator_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_experiments")),
    )
    op.create_index(op.f("ix_experiments_tenant_id_created_at_id"), "experiments", ["tenant_id", "created_at", "id"])
    op.create_table(
        "experiment_runs",
        sa.Column("tenant_id", _NUMBER, nullable=False),
        sa.Column("experiment_id", _TEXT, nullable=False),
        sa.Column("run", _NUMBER, nullable=False),
        sa.Column("spec_id", _TEXT, nullable=False),
        sa.Column("started_at", _TEXT, nullable=False),
        sa.Column("ended_at", _TEXT, nullable=True),
        sa.Column("total_scenarios", sa.Integer(), nullable=False),
        sa.Column("metrics", _TEXT, nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "experiment_id"], _EXPERIMENT, name=op.f("fk_experiment_runs_tenant_id_experiment_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "experiment_id", "run", name=op.f("pk_experiment_runs")),
    )
    op.create_index("ix_experiment_runs_trend", "experiment_runs", ["tenant_id", "spec_id", "ended_at"])
    _scenarios()


def _scenarios() -> None:
    op.create_table(
        "experiment_scenarios",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("tenant_id", _NUMBER, nullable=False),
        sa.Column("experiment_id", _TEXT, nullable=False),
        sa.Column("run", _NUMBER, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("scenario_id", _TEXT, nullable=False),
        sa.Column("point", _TEXT, nullable=False),
        sa.Column("replica", sa.Integer(), nullable=False),
        sa.Column("seed", _NUMBER, nullable=False),
        sa.Column("parameters", _TEXT, nullable=False),
        sa.Column("status", _TEXT, nullable=False),
        sa.Column("wall_ms", _NUMBER, nullable=False),
        sa.Column("tool_calls", sa.Integer(), nullable=False),
        sa.Column("tool_errors", sa.Integer(), nullable=False),
        sa.Column("tokens", _NUMBER, nullable=False),
        sa.Column("cost_usd", sa.Float(), nullable=False),
        sa.Column("violations", sa.Integer(), nullable=False),
        sa.Column("tools", _TEXT, nullable=True),
        sa.Column("result", _TEXT, nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "experiment_id"], _EXPERIMENT, name=op.f("fk_experiment_scenarios_tenant_id_experiment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_experiment_scenarios")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_experiment_scenarios_position",
        "experiment_scenarios",
        ["tenant_id", "experiment_id", "run", "position"],
        unique=True,
    )
