"""Results with scores: those of scorers that run at the client, and those that the platform has."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .._format import truncate
from ..errors import ConfigurationError
from ..scorers import run_client_scorers
from ..scorers.custom import as_scorers
from ..scorers.invariants import EnvironmentScorer
from .records import InvariantResult, RunResults, ScenarioResult
from .totals import Finished, metrics_of, shown_statuses
from .verdicts import verdict_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ..scorers import Score
    from ..scorers.base import BaseScorer

__all__ = ["client_scores", "with_scores", "with_stored_scores"]

_HAS_VERDICT = ("pass", "fail")
_MAX_MESSAGE = 1990
_MISSING = {"queued": "it is not scored yet", "failed": "the scorer failed", "not_judged": "it was not judged"}
"""Statuses of scores without a value that leave open whether a scenario passes."""


def with_scores(results: RunResults, scorers: Iterable[object]) -> RunResults:
    """Return results with the scores of scorers, which count as invariants by their weight and gate.

    Statuses, composite scores, counts and the pass rate change accordingly. Scenarios without a verdict stay as they
    are; a scorer that does not apply to a scenario is left out there, and one that raises makes it an error.

    Args:
        results: Those of a run that has ended.
        scorers: Scorers and functions of a scenario, which read its `agent_output` and `parameters`.

    Raises:
        ConfigurationError: A scorer needs the sandbox, or cannot score, or two have the same name.
    """
    chosen = _without_sandbox(scorers)
    if not chosen:
        return results
    added = {
        one.scenario_id: [_invariant(score, scorer) for score, scorer in _scored(one, chosen) if _counts(score)]
        for one in results.scenarios
        if _has_verdict(one)
    }
    return _rescored(results, added)


def with_stored_scores(results: RunResults, scores: Iterable[Mapping[str, Any]]) -> RunResults:
    """Return results with the scores that the platform has of them, which count as `with_scores()` says.

    A score that is still queued, and one whose scorer failed or could not judge, leaves the scenario without a verdict,
    unless it has neither a weight nor a gate.

    Args:
        results: Those of the same run.
        scores: As `client.scoring.get_scores()` returns them.
    """
    added: dict[str, list[InvariantResult]] = {one.scenario_id: [] for one in results.scenarios if _has_verdict(one)}
    for score in scores:
        if score["scenario_id"] in added and (score["score"] is not None or score["status"] in _MISSING):
            added[score["scenario_id"]].append(_stored_invariant(score))
    return _rescored(results, added)


def client_scores(results: RunResults, scorers: Iterable[object]) -> list[dict[str, Any]]:
    """Return the scores of scorers that run here, in the form in which the platform stores them.

    Args:
        results: Those of a run that has ended.
        scorers: As of `with_scores()`.

    Raises:
        ConfigurationError: As of `with_scores()`.
    """
    chosen = _without_sandbox(scorers)
    return [
        {
            "scenario_id": one.scenario_id,
            "name": score.name,
            "score": score.score,
            "passed": score.passed,
            "failed": "error" in score.metadata,
            "message": truncate(score.message, _MAX_MESSAGE),
            "weight": scorer.weight,
            "gate": scorer.gate,
        }
        for one in results.scenarios
        if _has_verdict(one)
        for score, scorer in _scored(one, chosen)
    ]


def _without_sandbox(scorers: Iterable[object]) -> list[BaseScorer]:
    chosen = as_scorers(scorers)
    for one in chosen:
        if isinstance(one, EnvironmentScorer):
            raise ConfigurationError(
                f"the scorer {one.name!r} needs the sandbox, which has ended; put it into the spec's `invariants`, "
                "which `scorers_to_invariants()` makes of scorers"
            )
    return chosen


def _has_verdict(scenario: ScenarioResult) -> bool:
    return (scenario.outcome or scenario.status) in _HAS_VERDICT


def _scored(scenario: ScenarioResult, scorers: Sequence[BaseScorer]) -> Iterator[tuple[Score, BaseScorer]]:
    for scorer in scorers:
        for score in run_client_scorers([scorer], scenario):
            yield score, scorer


def _counts(score: Score) -> bool:
    return score.score is not None or "error" in score.metadata


def _rescored(results: RunResults, added: Mapping[str, Sequence[InvariantResult]]) -> RunResults:
    """Return results with more invariants, by the ids of scenarios."""
    rescored = [
        _with_invariants(one, added[one.scenario_id], results.pass_threshold) if added.get(one.scenario_id) else one
        for one in results.scenarios
    ]
    return _totalled(results, rescored)


def _with_invariants(
    scenario: ScenarioResult, added: Sequence[InvariantResult], threshold: float | None
) -> ScenarioResult:
    invariants = [*scenario.invariants, *added]
    verdict = verdict_of(invariants, scenario.forbidden_checks, pass_threshold=threshold, exit_code=scenario.exit_code)
    return replace(
        scenario,
        invariants=invariants,
        status=verdict.status,
        outcome=verdict.status,
        composite_score=verdict.composite,
        error=verdict.error,
    )


def _invariant(score: Score, scorer: BaseScorer) -> InvariantResult:
    failed = score.score is None
    return InvariantResult(
        name=score.name,
        passed=bool(score.passed),
        gate=scorer.gate,
        weight=scorer.weight,
        score=score.score or 0.0,
        message="" if failed else score.message,
        error=score.message if failed else "",
    )


def _stored_invariant(score: Mapping[str, Any]) -> InvariantResult:
    value: float | None = score["score"]
    message = score["message"] if value is not None else score["message"] or _MISSING[score["status"]]
    return InvariantResult(
        name=score["name"],
        passed=bool(score["passed"]),
        gate=score["gate"],
        weight=score["weight"],
        score=value or 0.0,
        message=message if value is not None else "",
        error=message if value is None else "",
    )


def _totalled(results: RunResults, scenarios: Sequence[ScenarioResult]) -> RunResults:
    facts = [Finished(one.scenario_id.rpartition("-r")[0], one.outcome or one.status) for one in scenarios]
    shown = shown_statuses(facts)
    counts = Counter(shown)
    rate: float = metrics_of(facts)["pass_rate"]
    metrics = replace(results.metrics, pass_rate=rate)
    return replace(
        results,
        scenarios=[replace(one, status=status) for one, status in zip(scenarios, shown, strict=True)],
        passed=counts["pass"],
        failed=counts["fail"],
        flaky=counts["flaky"],
        errors=counts["error"] + counts["cancelled"],
        metrics=metrics,
    )
