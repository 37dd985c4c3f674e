"""How many scenarios and repeats it takes to see a difference, before money is spent."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist, fmean
from typing import TYPE_CHECKING, Any

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .comparison import Comparison

__all__ = ["Plan", "measured_disagreement", "plan"]

_NORMAL = NormalDist()
_STEPS = 40
"""Halvings of the range of differences."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a pair of runs can see."""

    scenarios: int
    repeats: int
    difference: float
    """Of the pass rates, as a share of 1: it, or a larger one, is told apart with the given power."""
    baseline: float
    disagreement: float
    power: float
    confidence: float

    @property
    def samples(self) -> int:
        """How often the agent plays a scenario in each of the two runs."""
        return self.scenarios * self.repeats

    def __str__(self) -> str:
        times = f" x {self.repeats} repeats" if self.repeats > 1 else ""
        return (
            f"{self.scenarios} scenarios{times} see a difference of {100 * self.difference:.1f} points "
            f"in {100 * self.power:.0f} % of the cases"
        )

    def document(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        names = ("scenarios", "repeats", "samples", "difference", "baseline", "disagreement", "power", "confidence")
        return {name: getattr(self, name) for name in names}


def plan(
    *,
    scenarios: int | None = None,
    difference: float | None = None,
    repeats: int = 1,
    baseline: float = 0.7,
    disagreement: float | None = None,
    power: float = 0.8,
    confidence: float = 0.95,
) -> Plan:
    """Return how many scenarios see a difference, or which difference a number of scenarios sees.

    Args:
        scenarios: How many there are; None to be told.
        difference: Of two pass rates, such as 0.1 for ten points; None to be told.
        repeats: How often each scenario is played in each run.
        baseline: The pass rate of today's agent.
        disagreement: The share of scenarios that come out differently when the same agent plays them twice: what
            `compare()` of two such runs lists as fixed and broke. Unless given, as if scenarios were all alike, which
            is the most that it can be.
        power: How often the difference is to be seen.
        confidence: What is left to 1 is the chance of a false alarm.

    Raises:
        ConfigurationError: Both or neither of `scenarios` and `difference` are given, or a number cannot work.

    Examples:
        >>> print(plan(difference=0.1, baseline=0.8, disagreement=0.1))
        165 scenarios see a difference of 10.0 points in 80 % of the cases
        >>> print(plan(scenarios=40, repeats=3))
        40 scenarios x 3 repeats see a difference of 29.6 points in 80 % of the cases
    """
    most = 2 * baseline * (1 - baseline)
    disagreement = most if disagreement is None else disagreement
    _check_shares(difference=difference, power=power, confidence=confidence)
    _check_from_zero(baseline=baseline, disagreement=disagreement)
    _check_counts(scenarios=scenarios, repeats=repeats)

    def needed(change: float) -> int:
        return _needed(change, disagreement / repeats, power, confidence)

    if scenarios is None and difference is not None:
        count, change = needed(difference), difference
    elif difference is None and scenarios is not None:
        if scenarios < needed(1):
            raise ConfigurationError(f"{scenarios} scenarios see no difference, however large: {needed(1)} are needed")
        count, change = scenarios, _smallest(lambda change: needed(change) <= scenarios)
    else:
        raise ConfigurationError("give the number of scenarios, or the difference to see, and not both")
    return Plan(count, repeats, change, baseline, disagreement, power, confidence)


def measured_disagreement(comparison: Comparison) -> float:
    """Return the share of scenarios that came out differently in two runs of the same agent."""
    if not comparison.changes:
        raise ConfigurationError("no scenario is in both runs, so that nothing says how far they disagree")
    return fmean(abs(one.after - one.before) for one in comparison.changes)


def _needed(change: float, noise: float, power: float, confidence: float) -> int:
    """Return how many scenarios McNemar's test needs (Connor 1987), corrected for its being exact.

    Args:
        change: The difference of the pass rates: the share of scenarios that the change really fixes.
        noise: The share of scenarios that come out differently by chance; repeats average it out.
        power: See `plan`.
        confidence: See `plan`.
    """
    changed = min(1.0, noise + change)
    alarm, miss = _NORMAL.inv_cdf((1 + confidence) / 2), _NORMAL.inv_cdf(power)
    root = alarm * math.sqrt(changed) + miss * math.sqrt(max(0.0, changed - change * change))
    fewest = math.ceil(1 - math.log2(1 - confidence))  # if all change, and all in one direction
    return max(fewest, math.ceil((root / change) ** 2 + 1 / change))


def _smallest(is_seen: Callable[[float], bool]) -> float:
    """Return the smallest difference that is seen."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if is_seen(middle) else (middle, high)
    return high


def _check_shares(**values: float | None) -> None:
    for name, value in values.items():
        if value is not None and not 0 < value < 1:
            raise ConfigurationError(f"{name} must be between 0 and 1, such as 0.1 for ten points, not {value!r}")


def _check_from_zero(**values: float) -> None:
    for name, value in values.items():
        if not 0 <= value <= 1:
            raise ConfigurationError(f"{name} must be from 0 to 1, not {value!r}")


def _check_counts(**values: int | None) -> None:
    for name, value in values.items():
        if value is not None and value < 1:
            raise ConfigurationError(f"{name} must be 1 or more, not {value!r}")
