"""The job that scores one scenario of an experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import select

from ..._retry import Backoff
from ..._time import isoformat
from ...errors import ConfigurationError
from ...scorers.base import failed_score
from ...specs import spec_from_value
from ..experiments.scoring import outcome_columns, scenario_context, trace_of_sandbox
from ..online.outcomes import Outcome, outcome_of
from ..online.rules import rule_scorer
from ..store.experiment_score_rows import queued_scores, store_outcomes
from ..store.experiment_tables import experiment_scenarios, experiments
from ..store.spec_rows import spec_value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection

    from ...scorers import ScorerContext
    from ..store.engine import Database
    from .queue import Job

__all__ = ["SCORE_SCENARIO", "ScoreScenario"]

SCORE_SCENARIO: Final = "score_scenario"
_SCENARIO = select(experiment_scenarios, experiments.c.spec_id, experiments.c.spec_version).join_from(
    experiment_scenarios,
    experiments,
    (experiments.c.tenant_id == experiment_scenarios.c.tenant_id)
    & (experiments.c.id == experiment_scenarios.c.experiment_id),
)


class _Scored(NamedTuple):
    """The outcomes of queued scores by their ids."""

    outcomes: Mapping[int, Outcome]
    trace_id: str = ""


class ScoreScenario:
    """Make the scores of a scenario that are queued.

    Args:
        database: Has the scenario, its traces and the scores.
        now: The clock, in seconds since the epoch.
    """

    max_attempts = 3
    backoff = Backoff(first=1.0, cap=60.0)
    keeps_failed = False

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    def start(self, connection: Connection, job: Job) -> Job | None:
        """Return the job, unless nothing is queued; results can be large, so each is read just before it is scored."""
        return job if queued_scores(connection, int(job.subject)) else None

    def work(self, task: Job) -> _Scored:
        """Return the outcome of each score."""
        with self._database.read() as connection:
            row = connection.execute(_SCENARIO.where(experiment_scenarios.c.id == int(task.subject))).mappings().first()
            queued = queued_scores(connection, int(task.subject))
            if row is None or row["result"] is None:
                return _Scored({})
            spec = spec_from_value(spec_value(connection, task.tenant_id, row["spec_id"], row["spec_version"]))
            context = scenario_context(connection, row, spec.prompt)
            trace_id = trace_of_sandbox(connection, task.tenant_id, row["sandbox_id"])
        return _Scored({one["id"]: _outcome(one, context) for one in queued}, trace_id)

    def finish(self, connection: Connection, job: Job, outcome: _Scored, moment: float) -> None:
        """Store the scores."""
        timestamp = isoformat(moment)
        columns = {
            number: {**outcome_columns(one, timestamp), "trace_id": outcome.trace_id}
            for number, one in outcome.outcomes.items()
        }
        store_outcomes(connection, columns)

    def fail(self, connection: Connection, job: Job, reason: str) -> None:
        """Store the reason in place of every score."""
        failed = Outcome("failed", failed_score("", RuntimeError(reason)))
        outcomes = {one["id"]: failed for one in queued_scores(connection, int(job.subject))}
        self.finish(connection, job, _Scored(outcomes), self._now())


def _outcome(queued: Mapping[Any, Any], context: ScorerContext) -> Outcome:
    config: Mapping[str, Any] = queued["config"]
    try:
        scorer = rule_scorer(queued["name"], config["type"], config["config"])
    except ConfigurationError as error:
        return Outcome("failed", failed_score(queued["name"], error))
    return outcome_of(scorer, context, mask=False)
