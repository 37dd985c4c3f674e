"""Quality gates: thresholds that a run must meet."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .._format import counted, suggestion
from .._json import as_object, is_number
from ..errors import ConfigurationError
from .power import discordant_share, plan
from .reports.text import describe_difference, format_value, listed
from .runs import PASS_RATE, RunResults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .comparison import Comparison, Difference

__all__ = ["NOTHING_CHECKED", "NOTHING_RAN", "Gates"]

NOTHING_RAN = "nothing ran"
NOTHING_CHECKED = "nothing was checked: no scenario has an expectation"


@dataclass(frozen=True, slots=True)
class Gates:
    """Thresholds that a run must meet; a run without a completed and checked test meets none.

    Examples:
        >>> tests = [{"test_id": "refund", "status": "completed", "verdict": "failed", "tags": ["money"]}]
        >>> run = RunResults.of({"tests": tests})
        >>> Gates(min_pass_rate=0.9, min_tag_pass_rates={"money": 1}).failures(run)
        ['pass_rate is 0.0 %, below 90.0 %', 'pass_rate of tag money is 0.0 %, below 100.0 %']
    """

    min_pass_rate: float | None = None
    max_errors: int | None = None
    """Maximum number of samples that end with an error."""
    min_scores: Mapping[str, float] = field(default_factory=dict[str, float])
    """Minimum mean of scores, by name."""
    min_tag_pass_rates: Mapping[str, float] = field(default_factory=dict[str, float])
    min_scenario_pass_rates: Mapping[str, float] = field(default_factory=dict[str, float])
    """By scenario id, over its repeats."""
    no_regression: bool = False
    """Fail if a metric is significantly worse than in the baseline."""
    max_regressed: int | None = None
    """Maximum number of scenarios that passed in the baseline and fail now, significant or not."""
    no_worse_than: float | None = None
    """Margin of the pass rate, such as 0.05: fail unless the interval excludes a larger loss (non-inferiority)."""
    min_each: float | None = None
    """Minimum pass rate of every single scenario, over its repeats."""

    def __post_init__(self) -> None:
        """Validate the thresholds.

        Raises:
            ConfigurationError: One of them cannot be met or missed.
        """
        for name in ("min_pass_rate", "min_each", "no_worse_than"):
            if getattr(self, name) is not None:
                _check_share(name, getattr(self, name))
        for name in ("max_errors", "max_regressed"):
            _check_count(name, getattr(self, name))
        if not isinstance(self.no_regression, bool):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ConfigurationError(f"`no_regression` must be True or False, got {self.no_regression!r}")
        for name, check in (
            ("min_scores", _check_number),
            ("min_tag_pass_rates", _check_share),
            ("min_scenario_pass_rates", _check_share),
        ):
            _check_each(name, getattr(self, name), check)

    def failures(self, run: RunResults, comparison: Comparison | None = None) -> list[str]:
        """Return a line for each threshold that the run misses; an empty list if it passes.

        Args:
            run: The run.
            comparison: Comparison of the run with its baseline, required by `no_regression`, `max_regressed` and
                `no_worse_than`.
        """
        if not any(sample.has_run for sample in run.samples):
            return [NOTHING_RAN]
        if not any(sample.has_run and sample.is_checked for sample in run.samples):
            return [NOTHING_CHECKED]
        found = list(self._failures(run))
        if self.max_errors is not None and run.errors > self.max_errors:
            found.append(f"{counted(run.errors, 'test')} ended with an error, more than {self.max_errors}")
        if comparison is None:
            return found + [f"{name} needs a baseline" for name in self._needs_baseline()]
        if self._needs_baseline() and not comparison.changes:
            return [*found, "no scenario has a verdict in both runs"]
        return found + list(self._regressions(comparison))

    def notes(self, comparison: Comparison) -> list[str]:
        """Return what the gates on the baseline could not have detected: missing scenarios, small differences."""
        missing = comparison.only_in_baseline if self._needs_baseline() else ()
        found = [f"not in the candidate, so not compared: {counted(len(missing), 'scenario')}{listed(missing)}"]
        return (found if missing else []) + (self._undetectable(comparison) if self.no_regression else [])

    def unscored(self, run: RunResults) -> list[str]:
        """Return how many tests have no score, for each score with a minimum: its mean says nothing about them."""
        counts = {name: sum(name not in one.scores for one in run.samples) for name in self.min_scores}
        return [
            f"{name}: {counted(count, 'test')} of {len(run.samples)} without a score, not in its mean"
            for name, count in counts.items()
            if 0 < count < len(run.samples)
        ]

    def _undetectable(self, comparison: Comparison) -> list[str]:
        return [
            f"{one.metric} cannot tell: {_detectable(comparison)}"
            for one in comparison.differences
            if one.metric == PASS_RATE and one.verdict == "cannot tell"
        ]

    def _needs_baseline(self) -> list[str]:
        given = {
            "no_regression": self.no_regression,
            "max_regressed": self.max_regressed is not None,
            "no_worse_than": self.no_worse_than is not None,
        }
        return [name for name, is_given in given.items() if is_given]

    def _failures(self, run: RunResults) -> Iterator[str]:
        if self.min_pass_rate is not None:
            yield from _below(PASS_RATE, PASS_RATE, run.mean(), self.min_pass_rate)
        for name, minimum in self.min_scores.items():
            yield from _below(name, name, run.mean(name), minimum, suggestion(name, run.score_names))
        tags = {tag for sample in run.samples for tag in sample.tags}
        for tag, minimum in self.min_tag_pass_rates.items():
            mean = run.with_tag(tag).mean()
            yield from _below(f"pass_rate of tag {tag}", PASS_RATE, mean, minimum, suggestion(tag, tags))
        means = run.means()
        for scenario_id, minimum in self.min_scenario_pass_rates.items():
            rate = means.get(scenario_id, math.nan)
            hint = suggestion(scenario_id, run.by_scenario)
            yield from _below(f"pass_rate of scenario {scenario_id}", PASS_RATE, rate, minimum, hint)
        if self.min_each is not None:
            below = tuple(name for name, rate in means.items() if rate < self.min_each)
            if below:
                limit = format_value(PASS_RATE, self.min_each)
                yield f"{counted(len(below), 'scenario')} below a pass_rate of {limit}{listed(below)}"

    def _regressions(self, comparison: Comparison) -> Iterator[str]:
        if self.no_regression:
            yield from (describe_difference(one) for one in comparison.differences if one.verdict == "worse")
        regressed = comparison.regressed
        if self.max_regressed is not None and len(regressed) > self.max_regressed:
            yield f"{counted(len(regressed), 'scenario')} regressed, more than {self.max_regressed}{listed(regressed)}"
        if self.no_worse_than is not None:
            yield from _inferior(comparison, self.no_worse_than)


def _check_number(name: str, value: object) -> None:
    if not is_number(value):
        raise ConfigurationError(f"`{name}` must be a number, got {value!r}")


def _check_share(name: str, value: object) -> None:
    if not is_number(value) or not 0 <= value <= 1:
        raise ConfigurationError(f"`{name}` must be a number from 0 to 1, such as 0.9, got {value!r}")


def _check_count(name: str, value: object) -> None:
    if value is not None and (type(value) is not int or value < 0):
        raise ConfigurationError(f"`{name}` must be an integer >= 0 or None, got {value!r}")


def _check_each(name: str, thresholds: object, check: Callable[[str, object], None]) -> None:
    given = as_object(thresholds)
    if given is None:
        raise ConfigurationError(f"`{name}` must be an object of thresholds by name, got {thresholds!r}")
    for key, value in given.items():
        check(f"{name}[{key!r}]", value)


def _below(name: str, metric: str, value: float, minimum: float, hint: str = "") -> Iterator[str]:
    if math.isnan(value):
        yield f"{name} is unknown: no test has it{hint}"
    elif value < minimum:
        yield f"{name} is {format_value(metric, value)}, below {format_value(metric, minimum)}"


def _inferior(comparison: Comparison, margin: float) -> Iterator[str]:
    """Yield why the pass rate is not shown to be at most `margin` worse."""
    rate: Difference | None = next((one for one in comparison.differences if one.metric == PASS_RATE), None)
    if rate is None:
        yield "no_worse_than needs the metric pass_rate"
    elif rate.interval.low < -margin:
        yield (
            f"pass_rate may be {-100 * rate.interval.low:.1f} points worse, more than {100 * margin:.1f}: "
            f"{describe_difference(rate)}"
        )


def _detectable(comparison: Comparison) -> str:
    """Return the smallest difference that a comparison of this size detects."""
    scenarios = len(comparison.changes)
    baseline = next(one.baseline for one in comparison.differences if one.metric == PASS_RATE)
    try:
        planned = plan(scenarios=scenarios, baseline=baseline, disagreement=discordant_share(comparison))
    except ConfigurationError as error:
        return str(error)
    return (
        f"a loss of less than {100 * planned.difference:.1f} points would not be detected by "
        f"{counted(scenarios, 'scenario')} with a power of {100 * planned.power:.0f} %"
    )
