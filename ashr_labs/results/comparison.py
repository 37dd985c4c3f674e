"""Paired comparison of two runs: better, worse, or cannot tell."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from statistics import fmean
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from .._deprecation import warn_deprecated
from .._format import counted, suggestion
from .._gc import paused_gc
from .._json import as_list, is_number, preview
from ..errors import ConfigurationError
from ._display import NotebookDisplay
from .prompts import prompt_changes, prompts_of
from .runs import PASS_RATE, TEXT_SIMILARITY, RunResults, read_run
from .statistics import (
    Interval,
    bootstrap_interval,
    holm_adjusted,
    mcnemar_p_value,
    sign_flip_p_value,
    wilson_interval,
)
from .usage import usage_changes, usage_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .prompts import PromptUse
    from .runs import RunSource
    from .usage import Usage

__all__ = ["Change", "Comparison", "Difference", "Verdict", "check_subject", "compare"]

Verdict: TypeAlias = Literal["better", "worse", "cannot tell"]


@dataclass(frozen=True, slots=True)
class Difference:
    """Difference of one metric between the runs, over the scenarios that both have."""

    metric: str
    scenarios: int
    baseline: float
    candidate: float
    interval: Interval
    """Confidence interval of the difference."""
    test: Literal["McNemar", "sign flip"]
    p_value: float
    adjusted_p: float
    """Adjusted for the number of metrics (Holm)."""
    level: float
    """Accepted probability of a false alarm."""

    @property
    def difference(self) -> float:
        """Mean of the candidate minus mean of the baseline."""
        return self.candidate - self.baseline

    @property
    def verdict(self) -> Verdict:
        """`better` or `worse` if the p-value and the interval agree on it."""
        if self.adjusted_p >= self.level or self.interval.low <= 0 <= self.interval.high:
            return "cannot tell"
        return "better" if self.difference > 0 else "worse"

    @property
    def conflict(self) -> str | None:
        """Why the test and the interval disagree, in one sentence; None if they agree."""
        is_significant = self.adjusted_p < self.level
        excludes_zero = not self.interval.low <= 0 <= self.interval.high
        if is_significant == excludes_zero:
            return None
        if excludes_zero:
            return (
                f"the interval of {self.metric} excludes 0, but the {self.test} test does not rule out chance: "
                f"{counted(self.scenarios, 'scenario')} are too few"
            )
        return f"the {self.test} test of {self.metric} rules out chance, but the interval includes 0"


@dataclass(frozen=True, slots=True)
class Change:
    """A scenario in both runs."""

    scenario_id: str
    before: float
    """Share of its repeats that passed in the baseline."""
    after: float

    @property
    def status(self) -> Literal["fixed", "regressed", "flaky", "passed", "failed"]:
        """How it changed; flaky: the repeats of a run do not agree."""
        match self.before, self.after:
            case 0, 1:
                return "fixed"
            case 1, 0:
                return "regressed"
            case 1, 1:
                return "passed"
            case 0, 0:
                return "failed"
            case _:
                return "flaky"

    @property
    def kind(self) -> str:
        """Deprecated: use `status`."""
        warn_deprecated("Change.kind", "Change.status")
        return {"regressed": "broke", "flaky": "flipped"}.get(self.status, self.status)


@dataclass(frozen=True)
class Comparison(NotebookDisplay):
    """Two runs, scenario by scenario."""

    baseline: RunResults
    candidate: RunResults
    differences: tuple[Difference, ...] = field(repr=False)
    changes: tuple[Change, ...] = field(repr=False)

    @property
    def verdict(self) -> Verdict:
        """Verdict on the first metric, by default the pass rate."""
        return self.differences[0].verdict if self.differences else "cannot tell"

    @cached_property
    def fixed(self) -> tuple[str, ...]:
        """Scenarios that failed in the baseline and pass in the candidate."""
        return self._with_status("fixed")

    @cached_property
    def regressed(self) -> tuple[str, ...]:
        """Scenarios that passed in the baseline and fail in the candidate."""
        return self._with_status("regressed")

    @cached_property
    def flaky(self) -> tuple[str, ...]:
        """Scenarios whose repeats do not agree in one of the runs."""
        return self._with_status("flaky")

    @cached_property
    def unchecked(self) -> tuple[str, ...]:
        """Scenarios of both runs with nothing to check in one of them; they are not compared."""
        compared = {one.scenario_id for one in self.changes}
        return tuple(
            one for one in self.baseline.by_scenario if one in self.candidate.by_scenario and one not in compared
        )

    @property
    def broke(self) -> tuple[str, ...]:
        """Deprecated: use `regressed`."""
        warn_deprecated("Comparison.broke", "Comparison.regressed")
        return self.regressed

    @property
    def flipped(self) -> tuple[str, ...]:
        """Deprecated: use `flaky`."""
        warn_deprecated("Comparison.flipped", "Comparison.flaky")
        return self.flaky

    @cached_property
    def only_in_baseline(self) -> tuple[str, ...]:
        """Scenarios missing from the candidate; they are not compared."""
        return tuple(one for one in self.baseline.by_scenario if one not in self.candidate.by_scenario)

    @cached_property
    def only_in_candidate(self) -> tuple[str, ...]:
        """Scenarios missing from the baseline; they are not compared."""
        return tuple(one for one in self.candidate.by_scenario if one not in self.baseline.by_scenario)

    def usage(self) -> tuple[Usage, Usage]:
        """Return latency and cost of both runs over the scenarios that both have."""
        shared = {one.scenario_id for one in self.changes}
        return usage_of(self.baseline, shared), usage_of(self.candidate, shared)

    @property
    def time_conflict(self) -> str | None:
        """Why the times of the runs cannot be compared, in one sentence; None if they can, as far as is known."""
        before, after = (run.facts.get("max_workers") for run in (self.baseline, self.candidate))
        if before is None or after is None or before == after:
            return None
        return f"times are not comparable: max_workers was {before} in the baseline and {after} in the candidate"

    def effort(self) -> tuple[Usage, Usage]:
        """Deprecated: use `usage()`."""
        warn_deprecated("Comparison.effort()", "Comparison.usage()")
        return self.usage()

    def effort_changes(self) -> list[tuple[str, str, str, str]]:
        """Deprecated: use `usage_changes()`."""
        warn_deprecated("Comparison.effort_changes()", "Comparison.usage_changes()")
        return self.usage_changes()

    def usage_changes(self) -> list[tuple[str, str, str, str]]:
        """Return name, baseline, candidate and change of what both runs measured, formatted: quantities and prompts."""
        return [*usage_changes(*self.usage()), *prompt_changes(*self.prompts())]

    def prompts(self) -> tuple[list[PromptUse], list[PromptUse]]:
        """Return the prompt versions of both runs over the scenarios that both have."""
        shared = {one.scenario_id for one in self.changes}
        return prompts_of(self.baseline, shared), prompts_of(self.candidate, shared)

    def __repr__(self) -> str:
        return (
            f"Comparison({self.verdict!r}, scenarios={len(self.changes)}, fixed={len(self.fixed)}, "
            f"regressed={len(self.regressed)}, flaky={len(self.flaky)})"
        )

    def document(self) -> dict[str, Any]:
        """Return a JSON object.

        `broke`, `flipped` and `effort` are deprecated names of `regressed`, `flaky` and `usage`.
        """
        usage = dict(zip(("baseline", "candidate"), (one.document() for one in self.usage()), strict=True))
        return {
            "verdict": self.verdict,
            "baseline": self.baseline.label,
            "candidate": self.candidate.label,
            "scenarios": len(self.changes),
            "metrics": [_document(one) for one in self.differences],
            "usage": usage,
            "effort": usage,
            **({"prompts": _prompts_document(*prompts)} if any(prompts := self.prompts()) else {}),
            **({"time_conflict": conflict} if (conflict := self.time_conflict) else {}),
            "fixed": self.fixed,
            "regressed": self.regressed,
            "broke": self.regressed,
            "flaky": self.flaky,
            "flipped": self.flaky,
            "only_in_baseline": self.only_in_baseline,
            "only_in_candidate": self.only_in_candidate,
            "unchecked": self.unchecked,
        }

    def _with_status(self, status: str) -> tuple[str, ...]:
        return tuple(one.scenario_id for one in self.changes if one.status == status)


@paused_gc()
def check_subject(subject: object) -> None:
    """Check that something can be reported.

    Raises:
        ConfigurationError: It is neither a run nor a comparison.
    """
    if not isinstance(subject, Comparison | RunResults):
        raise ConfigurationError(
            f"the subject of a report must be what read_run() or compare() returned, got {preview(subject)}"
        )


def compare(
    baseline: RunSource,
    candidate: RunSource,
    *,
    metrics: Sequence[str] | None = None,
    confidence: float = 0.95,
    resamples: int = 10_000,
    seed: int = 0,
) -> Comparison:
    """Compare two runs over the scenarios that both have; repeats of a scenario count as one, their mean.

    Args:
        baseline: A run of the platform, the result of a run, or the path of a file with either, or of a journal.
        candidate: The run to judge.
        metrics: The metrics to compare, the deciding one first; defaults to the pass rate and all scores that both
            runs have; `text_similarity` is available as well. Each additional metric makes the others harder to
            distinguish from chance.
        confidence: Confidence of the intervals; 1 minus it is the accepted probability of a false alarm.
        resamples: Number of resamples of the bootstrap and of the permutation test.
        seed: The same seed gives the same answer.

    Raises:
        ConfigurationError: A run cannot be read, or `confidence`, `resamples` or `metrics` is invalid.

    Examples:
        >>> def run(*passed):
        ...     tests = enumerate(passed)
        ...     verdicts = {True: "passed", False: "failed"}
        ...     return {"tests": [{"test_id": n, "status": "completed", "verdict": verdicts[one]} for n, one in tests]}
        >>> compare(run(*[False] * 9, True), run(*[True] * 8, False, True)).verdict
        'better'
        >>> compare(run(False, True), run(True, True)).verdict
        'cannot tell'
    """
    _check_options(metrics, confidence, resamples, seed)
    before, after = read_run(baseline), read_run(candidate)
    names = _metrics(before, after, metrics)
    pairs = {name: _paired(before.means(name), after.means(name)) for name in names}
    tests = {name: _tested(name, pairs[name], before, after, resamples, seed) for name in names}
    adjusted = holm_adjusted({name: p_value for name, (_, p_value) in tests.items()})
    differences = [
        Difference(
            metric=name,
            scenarios=len(pairs[name]),
            baseline=fmean(one for one, _ in pairs[name].values()),
            candidate=fmean(one for _, one in pairs[name].values()),
            interval=_interval(name, _differences(pairs[name]), confidence, resamples, seed),
            test=tests[name][0],
            p_value=tests[name][1],
            adjusted_p=adjusted[name],
            level=1 - confidence,
        )
        for name in names
    ]
    changes = (Change(name, *pair) for name, pair in _paired(before.means(), after.means()).items())
    return Comparison(before, after, tuple(differences), tuple(changes))


def _prompts_document(before: Sequence[PromptUse], after: Sequence[PromptUse]) -> dict[str, Any]:
    return {"baseline": [one.document() for one in before], "candidate": [one.document() for one in after]}


def _check_options(metrics: object, confidence: object, resamples: object, seed: object) -> None:
    if not is_number(confidence) or not 0 < confidence < 1:
        raise ConfigurationError(f"confidence must be between 0 and 1, such as 0.95, got {confidence!r}")
    if type(resamples) is not int or resamples < 1:
        raise ConfigurationError(f"resamples must be an integer >= 1, got {resamples!r}")
    if type(seed) is not int:
        raise ConfigurationError(f"seed must be an integer, got {seed!r}")
    if metrics is not None and as_list(metrics) is None:
        raise ConfigurationError(f"metrics must be a list of names, got {metrics!r}")


_Pairs: TypeAlias = "Mapping[str, tuple[float, float]]"


def _metrics(before: RunResults, after: RunResults, chosen: Sequence[str] | None) -> list[str]:
    """Return the metrics that at least one scenario has in both runs."""
    shared = [PASS_RATE, *(name for name in before.score_names if name in after.score_names)]
    default = [name for name in shared if name != TEXT_SIMILARITY]
    paired = [name for name in shared if _paired(before.means(name), after.means(name))]
    unknown = [name for name in chosen or () if name not in shared]
    if unknown:
        raise ConfigurationError(
            f"metrics: {unknown[0]!r} is not a metric of both runs, which have {', '.join(shared)}"
            f"{suggestion(unknown[0], shared)}"
        )
    return [name for name in dict.fromkeys(chosen or default) if name in paired]


def _paired(before: Mapping[str, float], after: Mapping[str, float]) -> _Pairs:
    return {name: (value, after[name]) for name, value in before.items() if name in after}


def _differences(pairs: _Pairs) -> list[float]:
    return [after - before for before, after in pairs.values()]


def _tested(
    name: str, pairs: _Pairs, before: RunResults, after: RunResults, resamples: int, seed: int
) -> tuple[Literal["McNemar", "sign flip"], float]:
    differences = _differences(pairs)
    is_single = all(len(run.by_scenario[one]) == 1 for run in (before, after) for one in pairs)
    if name == PASS_RATE and is_single:
        return "McNemar", mcnemar_p_value(differences.count(1), differences.count(-1))
    return "sign flip", sign_flip_p_value(differences, permutations=resamples, seed=seed)


def _interval(name: str, differences: list[float], confidence: float, resamples: int, seed: int) -> Interval:
    first = differences[0]
    if name == PASS_RATE and all(one == first for one in differences):
        # If all scenarios changed alike, the bootstrap has no spread: use the uncertainty of a rate of 0 of n.
        unseen = wilson_interval(0, len(differences), confidence).high
        return Interval(first - unseen * (1 + first), first + unseen * (1 - first))
    return bootstrap_interval(differences, confidence=confidence, resamples=resamples, seed=seed)


def _document(one: Difference) -> dict[str, Any]:
    return {
        "metric": one.metric,
        "scenarios": one.scenarios,
        "baseline": one.baseline,
        "candidate": one.candidate,
        "difference": one.difference,
        "low": one.interval.low,
        "high": one.interval.high,
        "test": one.test,
        "p_value": one.p_value,
        "adjusted_p": one.adjusted_p,
        "verdict": one.verdict,
    }
