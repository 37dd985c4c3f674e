"""Realign the calls of one tool within one action, so that the order of the calls does not matter."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from .._json import as_object
from ..alignment import MAX_PAIRS, min_cost_assignment
from ..comparators import compare_args_structural
from ..run_result import CallRecord

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .rules import ArgumentRules, ToolRules

__all__ = ["realigned"]

_MAX_CHARACTERS = 1_000_000
"""How much is compared in search of the closest calls; above that the recorded pairs are kept."""


def realigned(calls: Sequence[object], rules: ArgumentRules) -> list[object]:
    """Return the entries, each expected call with the closest actual call of its tool."""
    result = list(calls)
    for tool, indexes in _indexes_by_tool(calls).items():
        entries = [call for index in indexes if isinstance(call := calls[index], CallRecord)]
        order = _closest_first(entries, rules.of(tool))
        for index, entry, other in zip(indexes, entries, order, strict=True):
            result[index] = _with_actual(entry, entries[other])
    return result


def _indexes_by_tool(calls: Sequence[object]) -> dict[str, list[int]]:
    """Return the tools with several calls of which at least one was expected; expected calls come first."""
    expected: defaultdict[str, list[int]] = defaultdict(list)
    unexpected: defaultdict[str, list[int]] = defaultdict(list)
    for index, call in enumerate(calls):
        if isinstance(call, CallRecord) and call.actual is not None and call.expected in (call.actual, None):
            (unexpected if call.expected is None else expected)[call.actual].append(index)
    return {tool: both for tool, indexes in expected.items() if len(both := indexes + unexpected[tool]) > 1}


def _closest_first(entries: list[CallRecord], rules: ToolRules) -> Sequence[int]:
    """Return for each entry the index of the entry whose actual call it gets."""
    wanted = [entry.expected_arguments for entry in entries if entry.expected is not None]
    given = [entry.actual_arguments for entry in entries]
    if not any(rules.differences(*pair) for pair in zip(wanted, given, strict=False)):
        return range(len(entries))
    if len(wanted) * sum(map(_size, given)) + len(given) * sum(map(_size, wanted)) > _MAX_CHARACTERS:
        return range(len(entries))
    distances = [rules.distances(want, given) for want in wanted]
    if len(wanted) * len(given) > MAX_PAIRS:
        return _nearest_first(distances)
    chosen = [column for _, column in min_cost_assignment(distances)]
    return chosen + [index for index in range(len(given)) if index not in chosen]


def _nearest_first(distances: list[list[int]]) -> list[int]:
    """Return the index of the actual call for each expected one, nearest pairs first, then the rest."""
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
        return _MAX_CHARACTERS


def _with_actual(entry: CallRecord, other: CallRecord) -> CallRecord:
    if entry is other:
        return entry
    actual: Any = other.fields.get("actual")
    fields = {**entry.fields, "actual": actual}
    expected, made = as_object(fields.get("expected")), as_object(actual)
    if "argument_comparison" in fields and expected is not None and made is not None:
        fields["argument_comparison"] = compare_args_structural(expected, made)[1]
    return CallRecord(fields, entry.expected, other.actual)
