"""Queries for alert conditions: finished experiment runs and trace scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, select

from ..._time import isoformat
from ..store.experiment_tables import experiment_runs
from ..store.score_rows import SCORED
from ..store.score_tables import trace_scores
from .window import Sample

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from .window import Window

__all__ = ["run_samples", "score_samples"]


def run_samples(connection: Connection, tenant_id: int, spec_id: str, window: Window, moment: float) -> list[Sample]:
    """Return the runs of a spec in a window, newest first, without cancelled ones."""
    row = experiment_runs.c
    ended = select(row.total_scenarios, row.metrics).where(
        row.tenant_id == tenant_id, row.spec_id == spec_id, row.ended_at.is_not(None), row.metrics.is_not(None)
    )
    if window.seconds is not None:
        ended = ended.where(row.ended_at >= isoformat(moment - window.seconds))
    newest = ended.order_by(row.ended_at.desc(), row.experiment_id, row.run.desc()).limit(window.runs)
    return [Sample(total, metrics) for total, metrics in connection.execute(newest)]


def score_samples(connection: Connection, tenant_id: int, rule_id: str, window: Window, moment: float) -> list[Sample]:
    """Return the totals of the scores of a rule in a window as one sample; none if there are no scores."""
    row = trace_scores.c
    scored: Any = select(row.score, row.passed, row.cost_usd).where(
        row.tenant_id == tenant_id, row.rule_id == rule_id, row.outcome == SCORED
    )
    if window.seconds is not None:
        scored = scored.where(row.created_at >= isoformat(moment - window.seconds))
    if window.runs is not None:
        scored = scored.order_by(row.created_at.desc()).limit(window.runs)
    found = scored.subquery()
    totals = select(
        func.count(), func.avg(found.c.score), func.count(case((found.c.passed, 1))), func.sum(found.c.cost_usd)
    )
    count, mean, passed, cost = connection.execute(totals).one()
    if not count:
        return []
    return [Sample(count, {"pass_rate": passed / count, "mean_score": mean, "total_cost_usd": cost})]
