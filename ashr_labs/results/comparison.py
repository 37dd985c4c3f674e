"""Whether one run is better than another: paired, with intervals, and with the courage to say *cannot tell*."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from statistics import fmean
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from ..errors import ConfigurationError
from .effort import effort_changes, effort_of
from .reading import read_run
from .runs import PASS_RATE, TEXT_SIMILARITY
from .significance import holm_adjusted, mcnemar_p_value, sign_flip_p_value
from .statistics import Interval, bootstrap_interval, wilson_interval

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .effort import Effort
    from .reading import RunSource
    from .runs import RunResults

__all__ = ["Change", "Comparison", "Difference", "Verdict", "compare"]

Verdict: TypeAlias = Literal["better", "worse", "cannot tell"]


@dataclass(frozen=True, slots=True)
class Difference:
    """How the candidate differs from the baseline in one metric, over the scenarios that both have."""

    metric: str
    scenarios: int
    baseline: float
    candidate: float
    interval: Interval
    """Of the difference."""
    test: Literal["McNemar", "sign flip"]
    p_value: float
    adjusted_p: float
    """Corrected for the number of metrics, by Holm."""
    level: float
    """The chance of a false alarm that was asked for."""

    @property
    def difference(self) -> float:
        """The candidate's mean less the baseline's."""
        return self.candidate - self.baseline

    @property
    def verdict(self) -> Verdict:
        """Better or worse where the p-value and the interval both say so."""
        if self.adjusted_p >= self.level or self.interval.low <= 0 <= self.interval.high:
            return "cannot tell"
        return "better" if self.difference > 0 else "worse"


@dataclass(frozen=True, slots=True)
class Change:
    """A scenario in both runs."""

    scenario_id: str
    before: float
    """The share of its repeats that passed in the baseline."""
    after: float

    @property
    def kind(self) -> Literal["fixed", "broke", "flipped", "passed", "failed"]:
        """What became of it; flipped: not all repeats of a run agree."""
        match self.before, self.after:
            case 0, 1:
                return "fixed"
            case 1, 0:
                return "broke"
            case 1, 1:
                return "passed"
            case 0, 0:
                return "failed"
            case _:
                return "flipped"


@dataclass(frozen=True)
class Comparison:
    """Two runs, scenario by scenario."""

    baseline: RunResults
    candidate: RunResults
    differences: tuple[Difference, ...] = field(repr=False)
    changes: tuple[Change, ...] = field(repr=False)

    @property
    def verdict(self) -> Verdict:
        """The verdict on the first metric: the pass rate, unless other metrics were asked for."""
        return self.differences[0].verdict if self.differences else "cannot tell"

    @cached_property
    def fixed(self) -> tuple[str, ...]:
        """Scenarios that failed in the baseline and pass in the candidate."""
        return self._of_kind("fixed")

    @cached_property
    def broke(self) -> tuple[str, ...]:
        """Scenarios that passed in the baseline and fail in the candidate."""
        return self._of_kind("broke")

    @cached_property
    def flipped(self) -> tuple[str, ...]:
        """Scenarios whose repeats do not agree in one of the runs."""
        return self._of_kind("flipped")

    @cached_property
    def only_in_baseline(self) -> tuple[str, ...]:
        """Scenarios that the candidate did not play; they do not count."""
        return tuple(one for one in self.baseline.by_scenario if one not in self.candidate.by_scenario)

    @cached_property
    def only_in_candidate(self) -> tuple[str, ...]:
        """Scenarios that the baseline did not play; they do not count."""
        return tuple(one for one in self.candidate.by_scenario if one not in self.baseline.by_scenario)

    def effort(self) -> tuple[Effort, Effort]:
        """Return what the two runs took over the scenarios that both have: replies and money."""
        shared = {one.scenario_id for one in self.changes}
        return effort_of(self.baseline, shared), effort_of(self.candidate, shared)

    def effort_changes(self) -> list[tuple[str, str, str, str]]:
        """Return what is known of both runs' effort: its name, before, after, and the change, in words."""
        return list(effort_changes(*self.effort()))

    def __repr__(self) -> str:
        return (
            f"Comparison({self.verdict!r}, scenarios={len(self.changes)}, fixed={len(self.fixed)}, "
            f"broke={len(self.broke)}, flipped={len(self.flipped)})"
        )

    def document(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        return {
            "verdict": self.verdict,
            "baseline": self.baseline.label,
            "candidate": self.candidate.label,
            "scenarios": len(self.changes),
            "metrics": [_document(one) for one in self.differences],
            "effort": dict(zip(("baseline", "candidate"), (one.document() for one in self.effort()), strict=True)),
            "fixed": self.fixed,
            "broke": self.broke,
            "flipped": self.flipped,
            "only_in_baseline": self.only_in_baseline,
            "only_in_candidate": self.only_in_candidate,
        }

    def _repr_html_(self) -> str:
        from .reports.html import html_summary  # noqa: PLC0415 (for notebooks only)

        return html_summary(self)

    def _of_kind(self, kind: str) -> tuple[str, ...]:
        return tuple(one.scenario_id for one in self.changes if one.kind == kind)


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
        baseline: A run of the platform, a result, or the path of a JSON file that holds either, or of a journal.
        candidate: The run that would take its place.
        metrics: What to compare, the deciding one first; the pass rate and every score that both runs were given,
            unless said; `text_similarity` is there too. Each further one makes it harder to tell the others from
            chance.
        confidence: Of the intervals; what is left to 1 is the chance of a false alarm.
        resamples: How often the bootstrap draws, and the permutation test flips.
        seed: The same seed gives the same answer.

    Raises:
        ConfigurationError: A run cannot be read, or `confidence`, `resamples` or `metrics` cannot work.

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
    if not 0 < confidence < 1:
        raise ConfigurationError(f"confidence must be between 0 and 1, such as 0.95, not {confidence!r}")
    if resamples < 1:
        raise ConfigurationError(f"resamples must be 1 or more, not {resamples!r}")
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


_Pairs: TypeAlias = "Mapping[str, tuple[float, float]]"


def _metrics(before: RunResults, after: RunResults, chosen: Sequence[str] | None) -> list[str]:
    """Return the metrics that some scenario has in both runs."""
    shared = [PASS_RATE, *(name for name in before.score_names if name in after.score_names)]
    default = [name for name in shared if name != TEXT_SIMILARITY]
    paired = [name for name in shared if _paired(before.means(name), after.means(name))]
    unknown = [name for name in chosen or () if name not in shared]
    if unknown:
        raise ConfigurationError(f"no such metric in both runs: {unknown[0]}; there are {', '.join(shared)}")
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
        # Where no two scenarios differ a bootstrap knows no doubt; there is as much as about a rate of 0 of n.
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
