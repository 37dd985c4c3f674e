"""The job that scores a trace by the online rules of its tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ..._retry import Backoff
from ..._time import isoformat
from ...errors import ConfigurationError
from ...scorers.base import failed_score
from ..online.context import context_of_trace
from ..online.outcomes import Outcome, outcome_of
from ..online.rules import OnlineRule, is_for, is_sampled
from ..store.columns import replace_unstorable
from ..store.score_rows import SCORED, active_rules, has_rules, spent, store_scores
from ..store.trace_pages import read_trace
from .evaluate_alerts import traces_scored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sqlalchemy import Connection

    from ...scorers import ScorerContext
    from ..store.engine import Database
    from .queue import Job

__all__ = ["OUTCOMES", "SCORE", "ScoreTrace"]

SCORE: Final = "score_trace"
"""Due when a trace is complete: each part that arrives enqueues it again for later."""
OUTCOMES: Final = (SCORED, "not_sampled", "over_budget", "cost_unknown", "not_judged", "not_applicable", "failed")
"""The outcomes of a rule for a trace."""
_DAY: Final = 86_400


class ScoreTrace:
    """Score a trace by every active rule that is for it.

    Args:
        database: Has the trace, the rules and what they have cost.
        now: The clock, in seconds since the epoch.
        wake_alerts: Called before the end of the transaction that enqueues the evaluation of alerts.
    """

    max_attempts = 3
    backoff = Backoff(first=1.0, cap=60.0)
    keeps_failed = False

    def __init__(
        self, database: Database, now: Callable[[], float], wake_alerts: Callable[[], object] = lambda: None
    ) -> None:
        self._database = database
        self._wake_alerts = wake_alerts
        self._now = now

    def start(self, connection: Connection, job: Job) -> Job | None:
        """Return the job, unless the rules are gone; traces can be large, so each is read just before it is scored."""
        return job if has_rules(connection, job.tenant_id) else None

    def work(self, task: Job) -> list[dict[str, Any]]:
        """Return a row for each rule that is for the trace."""
        with self._database.read() as connection:
            trace = read_trace(connection, task.tenant_id, task.subject)
            rows = active_rules(connection, task.tenant_id)
        if trace is None:
            return []
        context = context_of_trace(trace)
        return [
            _row(task, row, self._outcome(task, row, trace, context))
            for row in rows
            if is_for(row["online"].get("filter") or {}, trace)
        ]

    def finish(self, connection: Connection, job: Job, outcome: Iterable[dict[str, Any]], moment: float) -> None:
        """Store the scores."""
        rows = [{**row, "created_at": isoformat(moment)} for row in outcome]
        store_scores(connection, rows)
        scored = [row["rule_id"] for row in rows if row["outcome"] == SCORED]
        if scored and traces_scored(connection, job.tenant_id, scored, moment):
            self._wake_alerts()

    def fail(self, connection: Connection, job: Job, reason: str) -> None:
        """Store the reason as the outcome of every rule."""
        failed = Outcome("failed", failed_score("", RuntimeError(reason)))
        rows = [_row(job, row, failed) for row in active_rules(connection, job.tenant_id)]
        self.finish(connection, job, rows, self._now())

    def _outcome(self, job: Job, row: Mapping[str, Any], trace: Mapping[str, Any], context: ScorerContext) -> Outcome:
        if not is_sampled(trace["id"], row["online"].get("sampling_rate", 1.0)):
            return Outcome("not_sampled")
        try:
            rule = OnlineRule.from_row(row)
        except ConfigurationError as error:
            return Outcome("failed", failed_score(row["name"], error))
        if not rule.scorer.is_pure and (refused := self._over_budget(job, rule)):
            return refused
        return outcome_of(rule.scorer, context, mask=rule.mask)

    def _over_budget(self, job: Job, rule: OnlineRule) -> Outcome | None:
        """Return the outcome of a rule that may not spend more today; None if it may."""
        if rule.daily_budget_usd is None:
            return None
        midnight = self._now() // _DAY * _DAY
        with self._database.read() as connection:
            cost, unknown = spent(connection, job.tenant_id, rule.id, isoformat(midnight))
        if unknown:
            return Outcome("cost_unknown")
        return Outcome("over_budget") if cost >= rule.daily_budget_usd else None


def _row(job: Job, rule: Mapping[str, Any], outcome: Outcome) -> dict[str, Any]:
    score = outcome.score
    return {
        "tenant_id": job.tenant_id,
        "trace_id": job.subject,
        "rule_id": rule["id"],
        "name": rule["name"],
        "outcome": outcome.kind,
        "score": score and score.score,
        "passed": score and score.passed,
        "message": score and replace_unstorable(score.message),
        "cost_usd": outcome.cost_usd,
        "details": (score and score.metadata) or None,
    }
