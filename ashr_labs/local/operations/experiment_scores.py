"""Scores of experiments: made by the platform with rules and other scorers, or by clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import select

from ...errors import ConfigurationError, ConflictError, NotFoundError, ValidationError
from ...scorers.invariants import EnvironmentScorer
from ..experiments.exporting import score_array
from ..experiments.listing import score_page
from ..jobs.score_scenario import SCORE_SCENARIO
from ..online.rules import CUSTOM, rule_scorer
from ..store.columns import replace_unstorable
from ..store.experiment_rows import DRAFT, RUNNING, scenarios_of_run
from ..store.experiment_score_rows import QUEUED, count_scorers, replace_scores
from ..store.schema import score_rules
from ..store.score_rows import SCORED
from ..streams import Download
from .experiments import found_experiment
from .registry import Context, LongContext, long_operation, operation

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["list_experiment_scores", "list_scores", "score_experiment"]

_MAX_SCORERS: Final = 20
"""Of one request."""
_MAX_ALL_SCORERS: Final = 50
"""Of all scores of a run."""
_JSON: Final = {"content-type": "application/json"}
_PASSING: Final = 0.5
_WITH_VERDICT: Final = frozenset(("pass", "fail"))
_OF_CLIENTS: Final = "its scorer is code of the client, which adds its scores with client.scoring.add_scores()"


class _Scorer(NamedTuple):
    """A scorer of a request."""

    rule_id: str
    name: str
    kind: str
    config: Mapping[str, Any]
    weight: float
    gate: bool


@operation("score_experiment", writes=True)
def score_experiment(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Enqueue a job for each scenario with a verdict, and store the scores of the client."""
    experiment = found_experiment(
        context.connection, context.principal.tenant_id, params["experiment_id"], for_update=True
    )
    if not any(params.get(name) for name in ("rule_ids", "scorers", "scores")):
        raise ValidationError("score_experiment: `rule_ids`, `scorers` or `scores` must name at least one scorer")
    if experiment["status"] in {DRAFT, RUNNING}:
        raise ConflictError(
            f"the experiment {experiment['id']} must have ended to be scored, its status is {experiment['status']}"
        )
    scorers = _scorers(context, params)
    numbers = _scenarios(context, experiment)
    queued = [_queued(scorer, number, context.timestamp) for scorer in scorers for number in numbers.values()]
    given = [_given(score, index, numbers, context.timestamp) for index, score in enumerate(params.get("scores") or ())]
    # The jobs first: a worker that stores outcomes has locked its job.
    for number in numbers.values() if any(one["outcome"] == QUEUED for one in queued) else ():
        context.enqueue(SCORE_SCENARIO, number)
    replace_scores(context.connection, experiment, [*queued, *given])
    if (count := count_scorers(context.connection, experiment)) > _MAX_ALL_SCORERS:
        raise ValidationError(f"a run may have the scores of at most {_MAX_ALL_SCORERS} scorers, with these {count}")
    waiting = sum(one["outcome"] == QUEUED for one in queued)
    stored = len(queued) - waiting + len(given)
    return {"status": "queued" if waiting else "completed", "queued": waiting, "stored": stored}


@long_operation("list_experiment_scores")
def list_experiment_scores(context: LongContext, params: Mapping[str, Any]) -> Download:
    """Return the scores of the last run, which are read while they are sent."""
    with context.database.read() as connection:
        experiment = found_experiment(connection, context.principal.tenant_id, params["experiment_id"])
    return Download(score_array(context.database, experiment), dict(_JSON))


@operation("list_scores")
def list_scores(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return one page of the scores of experiments, and then of those of traces."""
    return score_page(context.connection, context.principal.tenant_id, context.cursors("list_scores"), params)


def _scorers(context: Context, params: Mapping[str, Any]) -> list[_Scorer]:
    """Return the scorers that the platform runs, each once."""
    rules = [_rule(context, rule_id) for rule_id in dict.fromkeys(params.get("rule_ids") or ())]
    others = [_checked("", one, f"scorers[{index}]") for index, one in enumerate(params.get("scorers") or ())]
    found = [*rules, *others]
    if len(found) > _MAX_SCORERS:
        raise ValidationError(f"at most {_MAX_SCORERS} scorers can be given at once, got {len(found)}")
    names = [one.name for one in others]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValidationError(f"`scorers` must have different names, got {twice[0]!r} more than once")
    return found


def _rule(context: Context, rule_id: str) -> _Scorer:
    own = (score_rules.c.tenant_id == context.principal.tenant_id, score_rules.c.id == rule_id)
    row = context.connection.execute(select(score_rules).where(*own)).mappings().first()
    if row is None:
        raise NotFoundError(f"there is no scoring rule {rule_id!r}")
    return _checked(row["id"], {name: row[name] for name in ("name", "type", "config")}, f"the rule {rule_id}")


def _checked(rule_id: str, given: Mapping[str, Any], where: str) -> _Scorer:
    """Return a scorer that can be made, and needs no sandbox."""
    name, kind, config = given["name"], given["type"], given.get("config", {})
    if kind == CUSTOM:
        return _Scorer(rule_id, name, kind, config, weight=1.0, gate=False)
    try:
        scorer = rule_scorer(name, kind, config)
    except ConfigurationError as error:
        raise ValidationError(f"{where}: {error.message}") from error
    if isinstance(scorer, EnvironmentScorer):
        raise ValidationError(
            f"{where}: the type {kind!r} needs the sandbox, which has ended; put it into the spec's `invariants`"
        )
    return _Scorer(rule_id, name, kind, config, scorer.weight, scorer.gate)


def _scenarios(context: Context, experiment: Mapping[Any, Any]) -> dict[str, int]:
    """Return the numbers of the scenarios with a verdict by their ids."""
    rows = scenarios_of_run(context.connection, experiment, "id", "scenario_id", "status")
    return {row["scenario_id"]: row["id"] for row in rows if row["status"] in _WITH_VERDICT}


def _queued(scorer: _Scorer, scenario: int, timestamp: str) -> dict[str, Any]:
    is_ours = scorer.kind != CUSTOM
    return {
        "scenario": scenario,
        "rule_id": scorer.rule_id,
        "name": scorer.name,
        "created_at": timestamp,
        "config": {"type": scorer.kind, "config": dict(scorer.config)},
        "outcome": QUEUED if is_ours else "not_applicable",
        "score": None,
        "passed": None,
        "message": None if is_ours else _OF_CLIENTS,
        "weight": scorer.weight,
        "gate": scorer.gate,
        "cost_usd": None if is_ours else 0.0,
        "trace_id": "",
    }


def _given(score: Mapping[str, Any], index: int, numbers: Mapping[str, int], timestamp: str) -> dict[str, Any]:
    scenario = numbers.get(score["scenario_id"])
    if scenario is None:
        raise ValidationError(
            f"scores[{index}].scenario_id must be a scenario of the last run that has a verdict, got "
            f"{score['scenario_id'][:100]!a}",
            response={"path": f"scores[{index}].scenario_id"},
        )
    value: float | None = score["score"]
    passed: bool | None = score.get("passed")
    if value is not None and passed is None:
        passed = value >= _PASSING
    return {
        "scenario": scenario,
        "rule_id": "",
        "name": score["name"],
        "created_at": timestamp,
        "config": None,
        "outcome": SCORED if value is not None else "failed" if score.get("failed") else "not_applicable",
        "score": value,
        "passed": passed if value is not None else None,
        "message": replace_unstorable(score.get("message", "")),
        "weight": score.get("weight", 1.0),
        "gate": score.get("gate", False),
        "cost_usd": None,
        "trace_id": "",
    }
