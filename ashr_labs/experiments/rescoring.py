"""Results with the scores of scorers that run at the client."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from ..errors import ConfigurationError
from ..scorers import run_client_scorers
from ..scorers.custom import as_scorers
from ..scorers.invariants import EnvironmentScorer
from .records import InvariantResult, RunResults, ScenarioResult
from .totals import Finished, metrics_of, shown_statuses
from .verdicts import verdict_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..scorers import Score
    from ..scorers.base import BaseScorer

__all__ = ["with_scores"]

_HAS_VERDICT = ("pass", "fail")


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
    chosen = as_scorers(scorers)
    for one in chosen:
        if isinstance(one, EnvironmentScorer):
            raise ConfigurationError(
                f"the scorer {one.name!r} needs the sandbox, which has ended; put it into the spec's `invariants`, "
                "which `scorers_to_invariants()` makes of scorers"
            )
    if not chosen:
        return results
    rescored = [_rescored(one, chosen, results.pass_threshold) for one in results.scenarios]
    return _totalled(results, rescored)


def _rescored(scenario: ScenarioResult, scorers: Sequence[BaseScorer], threshold: float | None) -> ScenarioResult:
    if (scenario.outcome or scenario.status) not in _HAS_VERDICT:
        return scenario
    added = [
        _invariant(score, scorer)
        for scorer in scorers
        for score in run_client_scorers([scorer], scenario)
        if score.score is not None or "error" in score.metadata
    ]
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
