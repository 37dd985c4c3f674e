"""The edit distance of two texts: by rapidfuzz where it is installed, otherwise in Python with the same result."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["edit_distance", "edit_similarity", "python_edit_distance"]


def edit_distance(left: str, right: str) -> int:
    """Return how many characters must be inserted, deleted or replaced to make one text the other."""
    return 0 if left == right else _implementation()(left, right)


def edit_similarity(left: str, right: str) -> float:
    """Return 1 minus the edit distance by the longer length; two empty texts are equal."""
    longest = max(len(left), len(right))
    return 1.0 - edit_distance(left, right) / longest if longest else 1.0


@cache
def _implementation() -> Callable[[str, str], int]:
    try:
        distance: Callable[[str, str], int] = import_module("rapidfuzz.distance.Levenshtein").distance
    except ImportError:
        return python_edit_distance
    return distance


def python_edit_distance(left: str, right: str) -> int:
    """Return the edit distance by the bit-parallel method of Myers and Hyyrö: integers hold columns of the table."""
    left, right = _without_common_ends(left, right)
    if not left or not right:
        return len(left) + len(right)
    places: dict[str, int] = {}
    for index, character in enumerate(left):
        places[character] = places.get(character, 0) | 1 << index
    every, last = (1 << len(left)) - 1, 1 << (len(left) - 1)
    plus, minus, distance = every, 0, len(left)
    for character in right:
        equal = places.get(character, 0)
        vertical = equal | minus
        horizontal = (((equal & plus) + plus) ^ plus) | equal
        up = minus | (every & ~(horizontal | plus))
        down = plus & horizontal
        if up & last:
            distance += 1
        elif down & last:
            distance -= 1
        up = up << 1 | 1
        plus = (down << 1 | ~(vertical | up)) & every
        minus = up & vertical & every
    return distance


def _without_common_ends(left: str, right: str) -> tuple[str, str]:
    start, longest = 0, min(len(left), len(right))
    while start < longest and left[start] == right[start]:
        start += 1
    end = 0
    while end < longest - start and left[-1 - end] == right[-1 - end]:
        end += 1
    return left[start : len(left) - end], right[start : len(right) - end]
