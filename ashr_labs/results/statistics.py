"""Intervals for rates and for means of paired differences; exact and permutation tests, and their correction."""

from __future__ import annotations

import math
from itertools import product
from operator import mul
from random import Random
from statistics import NormalDist, fmean
from typing import TYPE_CHECKING, NamedTuple

from .._deprecation import renamed_argument

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "Interval",
    "bootstrap_interval",
    "expanded_confidence",
    "holm_adjusted",
    "mcnemar_p_value",
    "sign_flip_p_value",
    "wilson_interval",
]

_NORMAL = NormalDist()
_MIN_RESAMPLES = 1_000
_MIN_TAIL = 1e-6
_MAX_DRAWS = 10_000_000
"""About a second of work; larger samples get fewer resamples."""
_MAX_RESAMPLED_COUNTS = 2_000
_MAX_EXACT = 12
"""Up to this many differences, all 4,096 combinations of signs are tried."""
_MAX_FLIPS = 5_000_000
_ROUNDING = 1e-9


class Interval(NamedTuple):
    """A confidence interval."""

    low: float
    high: float


def wilson_interval(successes: float, trials: int, confidence: float = 0.95) -> Interval:
    """Return Wilson's interval of a rate, which keeps its coverage for few trials and for rates near 0 and 1.

    Args:
        successes: Number of successful trials; may be a fraction if each trial is a mean of several.
        trials: Number of trials; without any, the interval is 0 to 1.
        confidence: Share of such intervals that contain the true rate.
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
    """Return the bias-corrected and accelerated (BCa) bootstrap interval of a mean, widened for small samples.

    The bootstrap of a small sample is too narrow, as a normal interval is compared with Student's; its tails are
    widened by the same amount (`expanded_confidence`).

    Args:
        values: One per scenario, the unit that is resampled: repeats of a scenario are one value, their mean.
        confidence: Share of such intervals that contain the true mean.
        resamples: Number of resamples; reduced for very large samples.
        seed: The same seed gives the same interval.
    """
    if not values:
        return Interval(-math.inf, math.inf)
    mean = fmean(values)
    if min(values) == max(values):
        return Interval(mean, mean)
    means = sorted(_resampled_means(values, resamples, seed))
    below = sum(one < mean for one in means) + sum(one == mean for one in means) / 2
    tail = max((1 - expanded_confidence(confidence, len(values))) / 2, _MIN_TAIL)
    bias = _NORMAL.inv_cdf(min(max(below / len(means), 0.5 / len(means)), 1 - 0.5 / len(means)))
    acceleration = _acceleration(values, mean)

    def bound(share: float) -> float:
        shifted = bias + _NORMAL.inv_cdf(share)
        scale = 1 - acceleration * shifted
        if scale <= 0:  # clamp: the BCa correction diverges for few, skewed values
            return means[-1] if shifted > 0 else means[0]
        return _quantile(means, _NORMAL.cdf(bias + shifted / scale))

    return Interval(bound(tail), bound(1 - tail))


def expanded_confidence(confidence: float, count: int) -> float:
    """Return the confidence at which a bootstrap of `count` values is as wide as Student's interval."""
    z = _NORMAL.inv_cdf((1 + confidence) / 2)
    freedom = count - 1
    # Student's quantile by its expansion around the normal one, Abramowitz and Stegun 26.7.5.
    student = z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom * freedom)
    return 2 * _NORMAL.cdf(student * math.sqrt(count / freedom)) - 1


@renamed_argument("broke", "regressed")
def mcnemar_p_value(fixed: int, regressed: int) -> float:
    """Return the exact two-sided p-value of McNemar's test.

    Args:
        fixed: Number of pairs that failed before and passed after.
        regressed: Number of pairs that passed before and failed after; its deprecated name is `broke`.
    """
    changed = fixed + regressed
    term = total = 1
    for count in range(min(fixed, regressed)):
        term = term * (changed - count) // (count + 1)  # comb(changed, count + 1)
        total += term
    return min(1.0, 2 * total / (1 << changed))


def sign_flip_p_value(differences: Sequence[float], *, permutations: int = 10_000, seed: int = 0) -> float:
    """Return the two-sided p-value of the paired permutation test of a mean of zero.

    Args:
        differences: One per scenario.
        permutations: Number of random sign flips if there are too many combinations to try them all; reduced for
            very large samples.
        seed: The same seed gives the same value.
    """
    changes = [one for one in differences if one]
    bound = math.fabs(sum(changes)) - _ROUNDING * sum(map(abs, changes))
    if len(changes) <= _MAX_EXACT:
        all_signs = list(product((-1, 1), repeat=len(changes)))
        return sum(_is_as_extreme(changes, signs, bound) for signs in all_signs) / len(all_signs)
    random = Random(seed)  # noqa: S311 (statistics, not secrets)
    times = min(permutations, max(_MIN_RESAMPLES, _MAX_FLIPS // len(changes)))
    extreme = sum(_is_as_extreme(changes, random.choices((-1, 1), k=len(changes)), bound) for _ in range(times))
    return (extreme + 1) / (times + 1)


def holm_adjusted(p_values: Mapping[str, float]) -> dict[str, float]:
    """Return Holm's adjusted p-values, which bound the probability of any false alarm among all tests."""
    adjusted: dict[str, float] = {}
    largest = 0.0
    for place, name in enumerate(sorted(p_values, key=lambda name: p_values[name])):
        largest = max(largest, min(1.0, (len(p_values) - place) * p_values[name]))
        adjusted[name] = largest
    return {name: adjusted[name] for name in p_values}


def _resampled_means(values: Sequence[float], resamples: int, seed: int) -> list[float]:
    size = len(values)
    random = Random(seed)  # noqa: S311 (statistics, not secrets)
    if size * resamples > _MAX_DRAWS and set(values) <= {-1.0, 0.0, 1.0}:
        return _resampled_signs(values, min(resamples, _MAX_RESAMPLED_COUNTS), random)
    times = min(resamples, max(_MIN_RESAMPLES, _MAX_DRAWS // size))
    return [sum(random.choices(values, k=size)) / size for _ in range(times)]


def _resampled_signs(values: Sequence[float], resamples: int, random: Random) -> list[float]:
    """Resample -1, 0 and 1 by their counts, which takes two binomials in place of as many draws as there are values."""
    size, up, down = len(values), values.count(1.0), values.count(-1.0)
    means: list[float] = []
    for _ in range(resamples):
        changed = _binomial(size, (up + down) / size, random)
        means.append((2 * _binomial(changed, up / (up + down), random) - changed) / size)
    return means


def _binomial(trials: int, rate: float, random: Random) -> int:
    """Draw a binomial number exactly, by splitting at the median order statistic (Relles 1972)."""
    total = 0
    while trials > 20:
        middle = (trials + 1) // 2
        split = random.betavariate(middle, trials + 1 - middle)
        if split <= rate:
            total += middle
            trials, rate = trials - middle, (rate - split) / (1 - split)
        else:
            trials, rate = middle - 1, rate / split
    return total + sum(random.random() < rate for _ in range(trials))


def _acceleration(values: Sequence[float], mean: float) -> float:
    """Return how fast the spread changes with the mean: the jackknife's skewness, in closed form for a mean."""
    deviations = [value - mean for value in values]
    return sum(one**3 for one in deviations) / (6 * math.pow(sum(one**2 for one in deviations), 1.5))


def _quantile(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    lower = math.floor(place)
    upper = min(lower + 1, len(ordered) - 1)
    return ordered[lower] + (place - lower) * (ordered[upper] - ordered[lower])


def _is_as_extreme(changes: Sequence[float], signs: Sequence[int], bound: float) -> bool:
    total: float = abs(sum(map(mul, changes, signs)))
    return total >= bound
