"""Whether a difference may be chance: exact and randomised tests of paired outcomes, and their correction."""

from __future__ import annotations

import math
from itertools import product
from operator import mul
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["holm_adjusted", "mcnemar_p_value", "sign_flip_p_value"]

_EXACT_UP_TO = 12
"""Differences whose signs are flipped in all ways, 4,096 of them."""
_MOST_FLIPS = 5_000_000
_FEWEST_PERMUTATIONS = 1_000
_ROUNDING = 1e-9


def mcnemar_p_value(fixed: int, broke: int) -> float:
    """Return the exact two-sided p-value of McNemar's test.

    Args:
        fixed: Pairs that failed before and passed after.
        broke: Pairs that passed before and failed after.
    """
    changed = fixed + broke
    rarer = sum(math.comb(changed, count) for count in range(min(fixed, broke) + 1))
    return min(1.0, 2 * rarer / (1 << changed))


def sign_flip_p_value(differences: Sequence[float], *, permutations: int = 10_000, seed: int = 0) -> float:
    """Return the two-sided p-value of the paired permutation test of a mean of zero.

    Args:
        differences: One per scenario.
        permutations: How often signs are flipped at random, where there are too many ways to try them all; fewer
            where that would take long.
        seed: The same seed gives the same value.
    """
    changes = [one for one in differences if one]
    bound = math.fabs(sum(changes)) - _ROUNDING * sum(map(abs, changes))
    if len(changes) <= _EXACT_UP_TO:
        all_signs = list(product((-1, 1), repeat=len(changes)))
        return sum(_is_as_far(changes, signs, bound) for signs in all_signs) / len(all_signs)
    random = Random(seed)  # noqa: S311 (statistics, not secrets)
    times = min(permutations, max(_FEWEST_PERMUTATIONS, _MOST_FLIPS // len(changes)))
    as_far = sum(_is_as_far(changes, random.choices((-1, 1), k=len(changes)), bound) for _ in range(times))
    return (as_far + 1) / (times + 1)


def holm_adjusted(p_values: Mapping[str, float]) -> dict[str, float]:
    """Return Holm's adjusted p-values: the chance of any false alarm among them stays below the level."""
    adjusted: dict[str, float] = {}
    largest = 0.0
    for place, name in enumerate(sorted(p_values, key=lambda name: p_values[name])):
        largest = max(largest, min(1.0, (len(p_values) - place) * p_values[name]))
        adjusted[name] = largest
    return {name: adjusted[name] for name in p_values}


def _is_as_far(changes: Sequence[float], signs: Sequence[int], bound: float) -> bool:
    total: float = abs(sum(map(mul, changes, signs)))
    return total >= bound
