"""Reads and writes of the scores of scenarios."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, delete, func, insert, select, update

from .experiment_tables import experiment_scenarios, experiment_scores, experiments

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, Select

__all__ = [
    "QUEUED",
    "count_scorers",
    "is_of_last_run",
    "listed_scores",
    "queued_scores",
    "replace_scores",
    "score_record",
    "scores_of_run",
    "store_outcomes",
]

QUEUED: Final = "queued"
_score = experiment_scores.c
_SHOWN: Final = (
    "rule_id",
    "trace_id",
    "score",
    "passed",
    "name",
    "weight",
    "gate",
    "experiment_id",
    "run",
    "scenario_id",
    "created_at",
    "cost_usd",
)


def listed_scores(tenant_id: int, *conditions: ColumnElement[bool]) -> Select[Any]:
    """Return the query for the scores of scenarios of a tenant."""
    wanted = select(experiment_scores, experiment_scenarios.c.scenario_id).join_from(
        experiment_scores, experiment_scenarios, experiment_scenarios.c.id == _score.scenario
    )
    return wanted.where(_score.tenant_id == tenant_id, *conditions)


def is_of_last_run() -> ColumnElement[bool]:
    """Return the condition for the scores of the last run of each experiment."""
    is_own = and_(experiments.c.tenant_id == _score.tenant_id, experiments.c.id == _score.experiment_id)
    return select(experiments.c.id).where(is_own, experiments.c.run == _score.run).exists()


def scores_of_run(experiment: Mapping[Any, Any]) -> ColumnElement[bool]:
    """Return the condition for the scores of the last run of an experiment."""
    return and_(
        _score.tenant_id == experiment["tenant_id"],
        _score.experiment_id == experiment["id"],
        _score.run == experiment["run"],
    )


def score_record(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a score of `listed_scores()` in the contract's form."""
    return {**{name: row[name] for name in _SHOWN}, "status": row["outcome"], "message": row["message"] or ""}


def replace_scores(connection: Connection, experiment: Mapping[Any, Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """Store scores of the last run; earlier ones of the same scorers for the same scenarios are removed.

    Args:
        connection: A writing connection that has locked the experiment.
        experiment: The experiment.
        rows: Columns of `experiment_scores`, without those of the experiment.
    """
    for scenarios, same in _by_scorer(rows).values():
        connection.execute(
            delete(experiment_scores).where(scores_of_run(experiment), same, _score.scenario.in_(scenarios))
        )
    owner = {"tenant_id": experiment["tenant_id"], "experiment_id": experiment["id"], "run": experiment["run"]}
    if rows:
        connection.execute(insert(experiment_scores), [{**owner, **row} for row in rows])


def count_scorers(connection: Connection, experiment: Mapping[Any, Any]) -> int:
    """Return how many scorers the last run has scores of."""
    scorers = select(_score.rule_id, _score.name).where(scores_of_run(experiment)).distinct()
    return connection.scalar(select(func.count()).select_from(scorers.subquery())) or 0


def queued_scores(connection: Connection, scenario: int) -> Sequence[Mapping[Any, Any]]:
    """Return the scores of a scenario that are still to be made."""
    wanted = select(experiment_scores).where(_score.scenario == scenario, _score.outcome == QUEUED)
    return connection.execute(wanted.order_by(_score.id)).mappings().all()


def store_outcomes(connection: Connection, outcomes: Mapping[int, Mapping[str, Any]]) -> None:
    """Store the outcomes of queued scores by their ids; those that are queued no more stay as they are."""
    for number, values in outcomes.items():
        is_queued = and_(_score.id == number, _score.outcome == QUEUED)
        connection.execute(update(experiment_scores).where(is_queued).values(values))


def _by_scorer(
    rows: Sequence[Mapping[str, Any]],
) -> dict[tuple[str, str], tuple[list[int], ColumnElement[bool]]]:
    """Return the scenarios of each scorer, and the condition for its earlier scores: a rule may have been renamed."""
    found: dict[tuple[str, str], tuple[list[int], ColumnElement[bool]]] = {}
    for row in rows:
        rule_id, name = row["rule_id"], "" if row["rule_id"] else row["name"]
        same = _score.rule_id == rule_id if rule_id else and_(_score.rule_id == "", _score.name == name)
        found.setdefault((rule_id, name), ([], same))[0].append(row["scenario"])
    return found
