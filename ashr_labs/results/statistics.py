"""How sure a number is: intervals for a single rate and for the mean of paired differences."""

from __future__ import annotations

import math
from random import Random
from statistics import NormalDist, fmean
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Interval", "bootstrap_interval", "expanded_confidence", "wilson_interval"]

_NORMAL = NormalDist()
_FEWEST_RESAMPLES = 1_000
_SMALLEST_TAIL = 1e-6
_MOST_DRAWS = 10_000_000
"""About a second of work; what is beyond it is spent on fewer resamples."""


class Interval(NamedTuple):
    """The values that the data do not rule out."""

    low: float
    high: float


def wilson_interval(successes: float, trials: int, confidence: float = 0.95) -> Interval:
    """Return Wilson's interval of a rate; it is honest for few trials and for rates near 0 and 1.

    Args:
        successes: How many of the trials succeeded; a fraction where each trial is the mean of several.
        trials: How many there were; without any, the rate may be anything.
        confidence: The share of intervals that hold the true rate.
    """
    if not trials:
        return Interval(0.0, 1.0)
    z = _NORMAL.inv_cdf((1 + confidence) / 2)
    rate = successes / trials
    middle = rate + z * z / (2 * trials)
    half = z * math.sqrt(rate * (1 - rate) / trials + (z / (2 * trials)) ** 2)
    scale = 1 + z * z / trials
    return Interval(max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale))


def bootstrap_interval(
    values: Sequence[float], *, confidence: float = 0.95, resamples: int = 10_000, seed: int = 0
) -> Interval:
    """Return the bias-corrected and accelerated (BCa) bootstrap interval of a mean, widened for few values.

    A bootstrap of few values is too narrow, as a normal interval in place of Student's is; its tails are widened by as
    much as those two differ (`expanded_confidence`).

    Args:
        values: One per scenario, which are what is drawn anew: repeats of one scenario are one value, their mean.
        confidence: The share of intervals that hold the true mean.
        resamples: How often to draw; fewer where that would take long.
        seed: The same seed gives the same interval.
    """
    if not values:
        return Interval(-math.inf, math.inf)
    mean = fmean(values)
    if min(values) == max(values):
        return Interval(mean, mean)
    means = sorted(_resampled_means(values, resamples, seed))
    below = sum(one < mean for one in means) + sum(one == mean for one in means) / 2
    tail = max((1 - expanded_confidence(confidence, len(values))) / 2, _SMALLEST_TAIL)
    bias = _NORMAL.inv_cdf(min(max(below / len(means), 0.5 / len(means)), 1 - 0.5 / len(means)))
    acceleration = _acceleration(values, mean)

    def bound(share: float) -> float:
        shifted = bias + _NORMAL.inv_cdf(share)
        scale = 1 - acceleration * shifted
        if scale <= 0:  # so few and so skewed values that the correction runs away: it goes as far as they do
            return means[-1] if shifted > 0 else means[0]
        return _quantile(means, _NORMAL.cdf(bias + shifted / scale))

    return Interval(bound(tail), bound(1 - tail))


def expanded_confidence(confidence: float, count: int) -> float:
    """Return the confidence at which a bootstrap of so many values is as wide as Student's interval."""
    z = _NORMAL.inv_cdf((1 + confidence) / 2)
    freedom = count - 1
    # Student's quantile by its expansion around the normal one, Abramowitz and Stegun 26.7.5.
    student = z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom * freedom)
    return 2 * _NORMAL.cdf(student * math.sqrt(count / freedom)) - 1


def _resampled_means(values: Sequence[float], resamples: int, seed: int) -> list[float]:
    size = len(values)
    random = Random(seed)  # noqa: S311 (statistics, not secrets)
    times = min(resamples, max(_FEWEST_RESAMPLES, _MOST_DRAWS // size))
    return [sum(random.choices(values, k=size)) / size for _ in range(times)]


def _acceleration(values: Sequence[float], mean: float) -> float:
    """Return how fast the spread changes with the mean: the jackknife's skewness, in closed form for a mean."""
    deviations = [value - mean for value in values]
    return sum(one**3 for one in deviations) / (6 * math.pow(sum(one**2 for one in deviations), 1.5))


def _quantile(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    lower = math.floor(place)
    upper = min(lower + 1, len(ordered) - 1)
    return ordered[lower] + (place - lower) * (ordered[upper] - ordered[lower])
