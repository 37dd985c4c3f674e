"""Power analysis: how many scenarios and repeats a comparison needs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist, fmean
from typing import TYPE_CHECKING, Any

from .._format import counted
from ..errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .comparison import Comparison

__all__ = ["Plan", "discordant_share", "plan"]

_NORMAL = NormalDist()
_STEPS = 40
"""Bisections of the range of differences."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The difference that a pair of runs can detect."""

    scenarios: int
    repeats: int
    difference: float
    """Smallest detectable difference of the pass rates, as a share of 1."""
    baseline: float
    disagreement: float
    power: float
    confidence: float
    margin: float | None = None
    """Largest loss that the runs rule out if the agents are equally good; None if not planned."""

    @property
    def samples(self) -> int:
        """Number of scenarios played in each run, with repeats."""
        return self.scenarios * self.repeats

    def __str__(self) -> str:
        if self.margin is not None:
            return self._margin_text(self.margin)
        times = f" x {counted(self.repeats, 'repeat')}" if self.repeats > 1 else ""
        return (
            f"{counted(self.scenarios, 'scenario')}{times} detect a difference of {100 * self.difference:.1f} points "
            f"with a power of {100 * self.power:.0f} %"
        )

    def _margin_text(self, margin: float) -> str:
        times = f" x {counted(self.repeats, 'repeat')}" if self.repeats > 1 else ""
        return (
            f"{counted(self.scenarios, 'scenario')}{times} show that an equally good candidate is at most "
            f"{100 * margin:.1f} points worse, with a power of {100 * self.power:.0f} %"
        )

    def document(self) -> dict[str, Any]:
        """Return a JSON object."""
        names = ("scenarios", "repeats", "samples", "difference", "baseline", "disagreement", "power", "confidence")
        return {name: getattr(self, name) for name in names} | ({} if self.margin is None else {"margin": self.margin})


def plan(
    *,
    scenarios: int | None = None,
    difference: float | None = None,
    no_worse_than: float | None = None,
    repeats: int = 1,
    baseline: float = 0.7,
    disagreement: float | None = None,
    power: float = 0.8,
    confidence: float = 0.95,
) -> Plan:
    """Return how many scenarios detect a difference, or which difference a number of scenarios detects.

    Args:
        scenarios: Number of scenarios; None to compute it.
        difference: Difference of the pass rates, such as 0.1 for ten points; None to compute it.
        no_worse_than: Margin of the gate of the same name, such as 0.05 for five points, in place of a difference.
        repeats: Number of repeats of each scenario in each run.
        baseline: Pass rate of the current agent.
        disagreement: Share of scenarios with different outcomes when the same agent plays them twice: those that
            `compare()` of two such runs lists as fixed and regressed. Defaults to the largest possible share, the one
            of scenarios that are all equally difficult.
        power: Probability of detecting the difference.
        confidence: 1 minus the accepted probability of a false alarm.

    Raises:
        ConfigurationError: Not exactly one of `scenarios`, `difference` and `no_worse_than` is given, or a number is
            out of range.

    Examples:
        >>> print(plan(difference=0.1, baseline=0.8, disagreement=0.1))
        165 scenarios detect a difference of 10.0 points with a power of 80 %
        >>> print(plan(scenarios=40, repeats=3))
        40 scenarios x 3 repeats detect a difference of 29.6 points with a power of 80 %
    """
    most = 2 * baseline * (1 - baseline)
    disagreement = most if disagreement is None else disagreement
    _check_shares(difference=difference, no_worse_than=no_worse_than, power=power, confidence=confidence)
    _check_from_zero(baseline=baseline, disagreement=disagreement)
    _check_counts(scenarios=scenarios, repeats=repeats)

    def needed(change: float) -> int:
        return _needed(change, disagreement / repeats, power, confidence)

    if (scenarios is None) + (difference is None) + (no_worse_than is None) != 2:
        raise ConfigurationError("give one of scenarios, difference and no_worse_than, not both or none")
    if no_worse_than is not None:
        count = _needed_to_rule_out(no_worse_than, disagreement / repeats, power, confidence)
        return Plan(count, repeats, no_worse_than, baseline, disagreement, power, confidence, no_worse_than)
    if difference is not None:
        count, change = needed(difference), difference
    else:
        assert scenarios is not None  # noqa: S101 (checked above)
        if scenarios < needed(1):
            raise ConfigurationError(
                f"{counted(scenarios, 'scenario')} cannot detect any difference; at least {needed(1)} are needed"
            )
        count, change = scenarios, _smallest(lambda change: needed(change) <= scenarios)
    return Plan(count, repeats, change, baseline, disagreement, power, confidence)


def discordant_share(comparison: Comparison) -> float:
    """Return the share of scenarios with different outcomes in two runs of the same agent."""
    if not comparison.changes:
        raise ConfigurationError("the runs must share a scenario to measure how often they disagree, they share none")
    return fmean(abs(one.after - one.before) for one in comparison.changes)


def _needed(change: float, noise: float, power: float, confidence: float) -> int:
    """Return how many scenarios McNemar's test needs (Connor 1987), corrected for the exact test.

    Args:
        change: Difference of the pass rates: the share of scenarios that the change really fixes.
        noise: Share of scenarios that change by chance; repeats average it out.
        power: See `plan`.
        confidence: See `plan`.
    """
    changed = min(1.0, noise + change)
    alarm, miss = _NORMAL.inv_cdf((1 + confidence) / 2), _NORMAL.inv_cdf(power)
    root = alarm * math.sqrt(changed) + miss * math.sqrt(max(0.0, changed - change * change))
    fewest = math.ceil(1 - math.log2(1 - confidence))  # if all change, and all in one direction
    return max(fewest, math.ceil((root / change) ** 2 + 1 / change))


def _needed_to_rule_out(margin: float, noise: float, power: float, confidence: float) -> int:
    """Return how many scenarios rule out a loss of `margin` by the interval of the difference, if there is none.

    Two runs of one agent differ by chance in a share `noise` of the scenarios, which is the variance of a difference;
    the interval is never narrower than the one of a rate of 0 of n, which is about 3.84 / n at a confidence of 95 %.
    """
    alarm, miss = _NORMAL.inv_cdf((1 + confidence) / 2), _NORMAL.inv_cdf(power)
    by_chance = math.ceil(noise * ((alarm + miss) / margin) ** 2 + (1 / margin if noise else 0))
    without_change = math.ceil(alarm * alarm * (1 - margin) / margin)
    return max(by_chance, without_change)


def _smallest(is_detected: Callable[[float], bool]) -> float:
    """Return the smallest difference that is detected."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if is_detected(middle) else (middle, high)
    return high


def _check_shares(**values: float | None) -> None:
    for name, value in values.items():
        if value is not None and not 0 < value < 1:
            raise ConfigurationError(f"{name} must be between 0 and 1, such as 0.1 for ten points, got {value!r}")


def _check_from_zero(**values: float) -> None:
    for name, value in values.items():
        if not 0 <= value <= 1:
            raise ConfigurationError(f"{name} must be from 0 to 1, got {value!r}")


def _check_counts(**values: int | None) -> None:
    for name, value in values.items():
        if value is not None and value < 1:
            raise ConfigurationError(f"{name} must be 1 or more, got {value!r}")
