"""The tables of experiments, their runs, the scenarios of each run, and the scores of these."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, ForeignKeyConstraint, Index, Integer, Table

from .columns import CheckedText, JSONText, Number, PlainText, created_column, metadata, numbered_table

__all__ = ["experiment_runs", "experiment_scenarios", "experiment_scores", "experiments"]

experiments = Table(
    "experiments",
    metadata,
    Column("tenant_id", Number, ForeignKey("tenants.id"), primary_key=True),
    Column("id", CheckedText, primary_key=True),
    created_column(),
    Column("creator_id", Number, ForeignKey("users.id"), nullable=False),
    Column("name", PlainText, nullable=False),
    # A version of a spec, which stays when the spec is deleted.
    Column("spec_id", PlainText, nullable=False),
    Column("spec_version", Number, nullable=False),
    Column("seed", Number, nullable=False),
    # The ids of the scenarios to play; NULL: all.
    Column("selection", JSONText),
    # The values of secrets by name, encrypted.
    Column("secrets", CheckedText),
    Column("status", CheckedText, nullable=False),
    # The number of the last run; 0: none yet.
    Column("run", Number, nullable=False),
    Column("total_scenarios", Integer, nullable=False),
    # The snapshot that is the agent, as it was found when the experiment was created; it may have been deleted.
    Column("snapshot_id", Number),
)
Index(None, experiments.c.tenant_id, experiments.c.created_at, experiments.c.id)

experiment_runs = Table(
    "experiment_runs",
    metadata,
    Column("tenant_id", Number, primary_key=True),
    Column("experiment_id", CheckedText, primary_key=True),
    Column("run", Number, primary_key=True),
    Column("spec_id", PlainText, nullable=False),
    Column("started_at", CheckedText, nullable=False),
    Column("ended_at", CheckedText),
    Column("total_scenarios", Integer, nullable=False),
    # The totals of all scenarios; NULL: it has not ended, or was cancelled.
    Column("metrics", JSONText),
    ForeignKeyConstraint(["tenant_id", "experiment_id"], ["experiments.tenant_id", "experiments.id"]),
)
Index("ix_experiment_runs_trend", experiment_runs.c.tenant_id, experiment_runs.c.spec_id, experiment_runs.c.ended_at)

# Numbered, because jobs name them.
experiment_scenarios = numbered_table(
    "experiment_scenarios",
    Column("tenant_id", Number, nullable=False),
    Column("experiment_id", CheckedText, nullable=False),
    Column("run", Number, nullable=False),
    Column("position", Integer, nullable=False),
    Column("scenario_id", CheckedText, nullable=False),
    # The part of the id that replicas share.
    Column("point", CheckedText, nullable=False),
    Column("replica", Integer, nullable=False),
    Column("seed", Number, nullable=False),
    Column("parameters", JSONText, nullable=False),
    Column("status", CheckedText, nullable=False),
    # What the totals need; the result has the same numbers.
    Column("wall_ms", Number, nullable=False),
    Column("tool_calls", Integer, nullable=False),
    Column("tool_errors", Integer, nullable=False),
    Column("tokens", Number, nullable=False),
    Column("cost_usd", Float, nullable=False),
    Column("violations", Integer, nullable=False),
    # The calls of each tool.
    Column("tools", JSONText),
    # The result without its status; NULL: there is none yet.
    Column("result", JSONText),
    # The session of its traces; NULL: it had no sandbox.
    Column("sandbox_id", CheckedText),
    ForeignKeyConstraint(["tenant_id", "experiment_id"], ["experiments.tenant_id", "experiments.id"]),
)
Index(
    "ix_experiment_scenarios_position",
    experiment_scenarios.c.tenant_id,
    experiment_scenarios.c.experiment_id,
    experiment_scenarios.c.run,
    experiment_scenarios.c.position,
    unique=True,
)
# For replicas that disagree.
Index(
    "ix_experiment_scenarios_point",
    experiment_scenarios.c.tenant_id,
    experiment_scenarios.c.experiment_id,
    experiment_scenarios.c.run,
    experiment_scenarios.c.point,
    experiment_scenarios.c.status,
)

# Numbered, so that pages have an order that lasts. A scorer has one score for each scenario of a run.
experiment_scores = numbered_table(
    "experiment_scores",
    Column("tenant_id", Number, nullable=False),
    Column("experiment_id", CheckedText, nullable=False),
    Column("run", Number, nullable=False),
    Column("scenario", Number, ForeignKey("experiment_scenarios.id"), nullable=False),
    # The stored rule, which may be deleted since; empty for a scorer without one.
    Column("rule_id", CheckedText, nullable=False),
    Column("name", PlainText, nullable=False),
    # When it was queued, and then when it was scored.
    created_column(),
    # Type and options of the scorer; NULL: a client has scored.
    Column("config", JSONText),
    # `queued`, `scored`, or why there is no score.
    Column("outcome", CheckedText, nullable=False),
    Column("score", Float),
    Column("passed", Boolean),
    Column("message", PlainText),
    Column("weight", Float, nullable=False),
    Column("gate", Boolean, nullable=False),
    # In US dollars; NULL if it is not known.
    Column("cost_usd", Float),
    # The trace of the scenario; empty if there is none.
    Column("trace_id", PlainText, nullable=False),
    ForeignKeyConstraint(["tenant_id", "experiment_id"], ["experiments.tenant_id", "experiments.id"]),
)
Index(
    "ix_experiment_scores_experiment",
    experiment_scores.c.tenant_id,
    experiment_scores.c.experiment_id,
    experiment_scores.c.run,
    experiment_scores.c.id,
)
Index(None, experiment_scores.c.tenant_id, experiment_scores.c.rule_id, experiment_scores.c.id)
Index(
    "ix_experiment_scores_scorer",
    experiment_scores.c.scenario,
    experiment_scores.c.rule_id,
    experiment_scores.c.name,
    unique=True,
)
