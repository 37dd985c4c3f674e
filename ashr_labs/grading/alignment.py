"""Pairs the calls of one tool within one action anew, so that the order of the calls does not decide."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from .._json import as_object
from ..alignment import MAX_PAIRS, min_cost_assignment
from ..comparators import compare_args_structural
from .calls import actual_tool, arguments_of, expected_tool

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .tool_rules import ArgumentPolicy, ToolRules

__all__ = ["paired_anew"]

_MOST_CHARACTERS = 1_000_000
"""How much may be compared in search of the closest calls; beyond that the recorded pairs stand."""


def paired_anew(calls: Sequence[Any], policy: ArgumentPolicy) -> list[Any]:
    """Return the entries, each expected call beside the actual one of its tool that is closest to it."""
    paired = list(calls)
    for tool, places in _places_by_tool(calls).items():
        entries = [calls[place] for place in places]
        order = _closest_first(entries, policy.of(tool))
        for place, entry, right in zip(places, entries, order, strict=True):
            paired[place] = _with_actual(entry, entries[right]["actual"])
    return paired


def _places_by_tool(calls: Sequence[Any]) -> dict[str, list[int]]:
    """Find the tools that were called more than once, and expected at least once; what was expected comes first."""
    expected: defaultdict[str, list[int]] = defaultdict(list)
    unexpected: defaultdict[str, list[int]] = defaultdict(list)
    for place, call in enumerate(calls):
        fields = as_object(call) or {}
        tool, wanted = actual_tool(fields), expected_tool(fields)
        if tool is not None and wanted in (tool, None):
            (unexpected if wanted is None else expected)[tool].append(place)
    return {tool: both for tool, places in expected.items() if len(both := places + unexpected[tool]) > 1}


def _closest_first(entries: list[Any], rules: ToolRules) -> Sequence[int]:
    """Return the entry whose actual call each entry gets."""
    wanted = [arguments_of(entry["expected"]) for entry in entries if expected_tool(entry) is not None]
    given = [arguments_of(entry["actual"]) for entry in entries]
    if not any(rules.differences(*pair) for pair in zip(wanted, given, strict=False)):
        return range(len(entries))
    if len(wanted) * sum(map(_size, given)) + len(given) * sum(map(_size, wanted)) > _MOST_CHARACTERS:
        return range(len(entries))
    distances = [rules.distances(want, given) for want in wanted]
    if len(wanted) * len(given) > MAX_PAIRS:
        return _nearest_first(distances)
    chosen = [place for _, place in min_cost_assignment(distances)]
    return chosen + [place for place in range(len(given)) if place not in chosen]


def _nearest_first(distances: list[list[int]]) -> list[int]:
    """Return the place of the actual call for each expected one, nearest pairs first, then the places left over."""
    candidates = sorted(
        (distance, left, right) for left, row in enumerate(distances) for right, distance in enumerate(row)
    )
    chosen: dict[int, int] = {}
    free = dict.fromkeys(range(len(distances[0])))
    for _, left, right in candidates:
        if left not in chosen and right in free:
            chosen[left] = right
            del free[right]
    return [chosen[left] for left in range(len(distances))] + list(free)


def _size(value: object) -> int:
    try:
        return len(str(value))
    except (ValueError, RecursionError):  # an integer of over 4,300 digits; nested too deep
        return _MOST_CHARACTERS


def _with_actual(entry: dict[str, Any], actual: object) -> dict[str, Any]:
    if actual is entry["actual"]:
        return entry
    paired = {**entry, "actual": actual}
    expected, made = as_object(entry.get("expected")), as_object(actual)
    if "argument_comparison" in entry and expected is not None and made is not None:
        paired["argument_comparison"] = compare_args_structural(expected, made)[1]
    return paired
