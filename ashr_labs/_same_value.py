"""Equality of JSON values: numbers by their value, everything else by type and content."""

from __future__ import annotations

import math

from ._json import as_list, as_object

__all__ = ["same_value"]

_TOLERANCE = 1e-9
"""The relative difference of numbers that are equal."""


def same_value(wanted: object, found: object) -> bool:
    """Return True if two JSON values are equal; 1 is 1.0, but neither true nor "1"."""
    if isinstance(wanted, bool) or isinstance(found, bool):
        return wanted is found
    if isinstance(wanted, int | float) and isinstance(found, int | float):
        return wanted == found or (
            (isinstance(wanted, float) or isinstance(found, float))
            and math.isclose(wanted, found, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE**2)
        )
    left, right = as_object(wanted), as_object(found)
    if left is not None and right is not None:
        return left.keys() == right.keys() and all(same_value(left[key], right[key]) for key in left)
    ours, theirs = as_list(wanted), as_list(found)
    if ours is not None and theirs is not None:
        return len(ours) == len(theirs) and all(map(same_value, ours, theirs))
    return type(wanted) is type(found) and wanted == found
