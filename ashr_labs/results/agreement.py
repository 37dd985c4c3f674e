"""How far judges agree with people: verdicts of judges against labels of the same tests and traces."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .statistics import Interval, wilson_interval

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Agreement", "agreements"]


@dataclass(frozen=True, slots=True)
class Agreement:
    """The decisions of one judge beside those of people, over the tests and traces that both decided.

    Example:
        >>> found = Agreement("polite", both_passed=40, both_failed=6, only_judge_passed=3, only_label_passed=1)
        >>> found.labels, found.rate, round(found.kappa, 2)
        (50, 0.92, 0.7)
    """

    name: str
    """The name of the score; `verdict` for the verdict of the grading."""
    both_passed: int = 0
    both_failed: int = 0
    only_judge_passed: int = 0
    """The judge was too lenient."""
    only_label_passed: int = 0
    """The judge was too strict."""

    @property
    def labels(self) -> int:
        """Number of decisions that are compared."""
        return self.both_passed + self.both_failed + self.only_judge_passed + self.only_label_passed

    @property
    def rate(self) -> float:
        """Share of equal decisions, from 0 to 1; NaN without any."""
        return (self.both_passed + self.both_failed) / self.labels if self.labels else float("nan")

    @property
    def interval(self) -> Interval:
        """Wilson's 95 % interval of the rate."""
        return wilson_interval(self.both_passed + self.both_failed, self.labels)

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa: 0 for what chance alone would give, 1 for equal decisions; None if both decide alike always.

        Cohen, A coefficient of agreement for nominal scales, 1960, doi:10.1177/001316446002000104.
        """
        count = self.labels
        judge, label = self.both_passed + self.only_judge_passed, self.both_passed + self.only_label_passed
        if not count:
            return None
        chance = (judge * label + (count - judge) * (count - label)) / count**2
        return (self.rate - chance) / (1 - chance) if chance < 1 else None


def agreements(decisions: Iterable[tuple[str, bool, bool]]) -> list[Agreement]:
    """Return the agreement of each judge with the labels, in the order of their names.

    Args:
        decisions: The name of a judge, whether it passed a test, and whether the label does.
    """
    counts: defaultdict[str, dict[tuple[bool, bool], int]] = defaultdict(lambda: defaultdict(int))
    for name, judge, label in decisions:
        counts[name][judge, label] += 1
    return [
        Agreement(name, found[True, True], found[False, False], found[True, False], found[False, True])
        for name, found in sorted(counts.items())
    ]
