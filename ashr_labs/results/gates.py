"""Quality gates: thresholds that a run must meet."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .._format import counted
from .reports.text import describe_difference, format_value
from .runs import PASS_RATE, RunResults

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .comparison import Comparison

__all__ = ["Gates"]


@dataclass(frozen=True, slots=True)
class Gates:
    """Thresholds that a run must meet; a run without a completed test meets none.

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

    def failures(self, run: RunResults, comparison: Comparison | None = None) -> list[str]:
        """Return a line for each threshold that the run misses; an empty list if it passes.

        Args:
            run: The run.
            comparison: Comparison of the run with its baseline, required by `no_regression`.
        """
        if not any(sample.has_run for sample in run.samples):
            return ["nothing ran"]
        if not any(sample.has_run and sample.is_checked for sample in run.samples):
            return ["nothing was checked: no scenario expects anything"]
        found = list(self._failures(run))
        if self.max_errors is not None and run.errors > self.max_errors:
            found.append(f"{counted(run.errors, 'test')} ended with an error, more than {self.max_errors}")
        if self.no_regression and comparison is None:
            found.append("no_regression needs a baseline")
        elif self.no_regression and comparison is not None:
            if not comparison.changes:
                found.append("no scenario is in both runs")
            found += [describe_difference(one) for one in comparison.differences if one.verdict == "worse"]
        return found

    def _failures(self, run: RunResults) -> Iterator[str]:
        if self.min_pass_rate is not None:
            yield from _below(PASS_RATE, PASS_RATE, run.mean(), self.min_pass_rate)
        for name, minimum in self.min_scores.items():
            yield from _below(name, name, run.mean(name), minimum)
        for tag, minimum in self.min_tag_pass_rates.items():
            yield from _below(f"pass_rate of tag {tag}", PASS_RATE, run.with_tag(tag).mean(), minimum)
        for scenario_id, minimum in self.min_scenario_pass_rates.items():
            rate = run.means().get(scenario_id, math.nan)
            yield from _below(f"pass_rate of scenario {scenario_id}", PASS_RATE, rate, minimum)


def _below(what: str, metric: str, value: float, minimum: float) -> Iterator[str]:
    if math.isnan(value):
        yield f"{what} is unknown: no test has it"
    elif value < minimum:
        yield f"{what} is {format_value(metric, value)}, below {format_value(metric, minimum)}"
