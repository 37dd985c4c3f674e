"""What a run must reach, and why one does not."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .reports.text import metric_value, sentence
from .runs import PASS_RATE, RunResults

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .comparison import Comparison

__all__ = ["Gates"]


@dataclass(frozen=True, slots=True)
class Gates:
    """Thresholds, each of which a run must reach; a run in which nothing ran reaches none.

    Examples:
        >>> tests = [{"test_id": "refund", "status": "completed", "verdict": "failed", "tags": ["money"]}]
        >>> run = RunResults.of({"tests": tests})
        >>> Gates(min_pass_rate=0.9, min_tag_pass_rates={"money": 1}).failures(run)
        ['pass_rate is 0.0 %, below 90.0 %', 'pass_rate of tag money is 0.0 %, below 100.0 %']
    """

    min_pass_rate: float | None = None
    max_errors: int | None = None
    """How many samples may fail to run to their end."""
    min_scores: Mapping[str, float] = field(default_factory=dict[str, float])
    """By the names of the scores."""
    min_tag_pass_rates: Mapping[str, float] = field(default_factory=dict[str, float])
    min_scenario_pass_rates: Mapping[str, float] = field(default_factory=dict[str, float])
    """By the ids of the scenarios; over their repeats."""
    no_regression: bool = False
    """Whether the run must not be told to be worse than its baseline."""

    def failures(self, run: RunResults, comparison: Comparison | None = None) -> list[str]:
        """Return why the run does not pass, a line for each threshold; an empty list if it does.

        Args:
            run: The run.
            comparison: The run as the candidate against its baseline, which `no_regression` asks for.
        """
        if not any(sample.has_run for sample in run.samples):
            return ["nothing ran"]
        found = list(self._failures(run))
        if self.max_errors is not None and run.errors > self.max_errors:
            found.append(f"{run.errors} could not be played to their end, more than {self.max_errors}")
        if self.no_regression and comparison is None:
            found.append("there is no baseline to compare with")
        elif self.no_regression and comparison is not None:
            if not comparison.changes:
                found.append("no scenario is in both runs")
            found += [sentence(one) for one in comparison.differences if one.verdict == "worse"]
        return found

    def _failures(self, run: RunResults) -> Iterator[str]:
        if self.min_pass_rate is not None:
            yield from _below(PASS_RATE, PASS_RATE, run.mean(), self.min_pass_rate)
        for name, least in self.min_scores.items():
            yield from _below(name, name, run.mean(name), least)
        for tag, least in self.min_tag_pass_rates.items():
            yield from _below(f"pass_rate of tag {tag}", PASS_RATE, run.with_tag(tag).mean(), least)
        for scenario_id, least in self.min_scenario_pass_rates.items():
            rate = run.means().get(scenario_id, math.nan)
            yield from _below(f"pass_rate of scenario {scenario_id}", PASS_RATE, rate, least)


def _below(what: str, metric: str, value: float, least: float) -> Iterator[str]:
    if math.isnan(value):
        yield f"{what} is unknown: no test has it"
    elif value < least:
        yield f"{what} is {metric_value(metric, value)}, below {metric_value(metric, least)}"
