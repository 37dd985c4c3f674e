"""The scores of experiments, and the sandboxes of scenarios."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_KEY = '"sandbox_id":"'
_RUN = ["tenant_id", "experiment_id", "run"]


def upgrade() -> None:
    """Add the column and the table."""
    op.add_column("experiment_scenarios", sa.Column("sandbox_id", _TEXT, nullable=True))
    op.create_index("ix_experiment_scenarios_point", "experiment_scenarios", [*_RUN, "point", "status"])
    # Results are text with escapes that functions for JSON may refuse; the id is one of the first two fields.
    if op.get_bind().dialect.name == "sqlite":
        rest = f"substr(result, instr(result, '{_KEY}') + {len(_KEY)})"
        found = f"substr({rest}, 1, instr({rest}, '\"') - 1)"
    else:
        found = f"substring(result from '{_KEY}([^\"]*)\"')"
    op.execute(
        f"UPDATE experiment_scenarios SET sandbox_id = nullif({found}, '') WHERE result LIKE '%{_KEY}%'"  # noqa: S608 - constants
    )
    _scores()


def _scores() -> None:
    op.create_table(
        "experiment_scores",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("tenant_id", _NUMBER, nullable=False),
        sa.Column("experiment_id", _TEXT, nullable=False),
        sa.Column("run", _NUMBER, nullable=False),
        sa.Column("scenario", _NUMBER, nullable=False),
        sa.Column("rule_id", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("config", _TEXT, nullable=True),
        sa.Column("outcome", _TEXT, nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("message", _TEXT, nullable=True),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("gate", sa.Boolean(), nullable=False),
        sa.Column("cost_usd", sa.Float(), nullable=True),
        sa.Column("trace_id", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["scenario"], ["experiment_scenarios.id"], name=op.f("fk_experiment_scores_scenario")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "experiment_id"],
            ["experiments.tenant_id", "experiments.id"],
            name=op.f("fk_experiment_scores_tenant_id_experiment_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_experiment_scores")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_experiment_scores_experiment", "experiment_scores", [*_RUN, "id"])
    op.create_index(
        op.f("ix_experiment_scores_tenant_id_rule_id_id"), "experiment_scores", ["tenant_id", "rule_id", "id"]
    )
    op.create_index("ix_experiment_scores_scorer", "experiment_scores", ["scenario", "rule_id", "name"], unique=True)
