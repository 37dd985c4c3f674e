"""Realign the calls of one tool within one action, so that the order of the calls does not matter."""

from __future__ import annotations

import json
from collections import defaultdict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .._json import as_object
from ..alignment import MAX_PAIRS, align_calls, max_matching, min_cost_assignment
from ..comparators import compare_args_structural
from ..run_result import ParsedCall
from .rules import FAILED, NOT_EXACT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .rules import ArgumentRules, ToolRules

__all__ = ["realigned"]

_MAX_COMPARED = 40_000
"""Up to this many pairs of calls, the most exact ones are found; above, arguments are aligned one after the other."""


def realigned(calls: Sequence[object], rules: ArgumentRules) -> list[object]:
    """Return the entries, each expected call with the closest actual call of its tool."""
    result = list(calls)
    if len(result) < 2:
        return result
    for tool, indexes in _indexes_by_tool(calls).items():
        entries = [call for index in indexes if isinstance(call := calls[index], ParsedCall)]
        for index, entry, other in zip(indexes, entries, _closest(entries, rules.of(tool)), strict=True):
            result[index] = _with_actual(entry, entries[other])
    return result


def _indexes_by_tool(calls: Sequence[object]) -> dict[str, list[int]]:
    """Return the tools with several calls of which at least one was expected; expected calls come first."""
    expected: defaultdict[str, list[int]] = defaultdict(list)
    unexpected: defaultdict[str, list[int]] = defaultdict(list)
    for index, call in enumerate(calls):
        if isinstance(call, ParsedCall) and call.actual is not None and call.expected in (call.actual, None):
            (unexpected if call.expected is None else expected)[call.actual].append(index)
    return {tool: both for tool, indexes in expected.items() if len(both := indexes + unexpected[tool]) > 1}


def _closest(entries: list[ParsedCall], rules: ToolRules) -> Sequence[int]:
    """Return for each entry the index of the entry whose actual call it gets."""
    count = sum(entry.expected is not None for entry in entries)
    if not any(_distance(entry, entry, rules) for entry in entries[:count]):
        return range(len(entries))
    chosen: dict[int, int] = {}
    if count * len(entries) > MAX_PAIRS:
        _align_equal(entries, count, chosen)
    left = [index for index in range(count) if index not in chosen]
    taken = set(chosen.values())
    free = [index for index in range(len(entries)) if index not in taken]
    if left and len(left) * len(free) <= _MAX_COMPARED:
        _align_closest(entries, left, free, rules, chosen)
    elif left:
        wanted = [_Aligned.of(entries[index].expected_arguments) for index in left]
        given = [_Aligned.of(entries[index].actual_arguments) for index in free]
        pairs = align_calls(wanted, given)
        chosen |= {left[row]: free[column] for row, column in pairs.items()}
    return [chosen[index] for index in range(count)] + sorted(set(range(len(entries))) - set(chosen.values()))


def _align_equal(entries: list[ParsedCall], count: int, chosen: dict[int, int]) -> None:
    """Align the calls with equal arguments that did not fail."""
    waiting: defaultdict[str, deque[int]] = defaultdict(deque)
    for index, entry in enumerate(entries):
        if entry.error is None:
            waiting[_canonical(entry.actual_arguments)].append(index)
    for index in range(count):
        if same := waiting.get(_canonical(entries[index].expected_arguments)):
            chosen[index] = same.popleft()


def _align_closest(
    entries: list[ParsedCall], left: list[int], free: list[int], rules: ToolRules, chosen: dict[int, int]
) -> None:
    """Align as many calls as possible exactly, and the others so that they differ as little as possible."""
    distances = [[_distance(entries[row], entries[column], rules) for column in free] for row in left]
    if len(left) * len(free) <= MAX_PAIRS:
        pairs = min_cost_assignment(distances)
    else:
        pairs = list(max_matching([[c for c, cost in enumerate(row) if cost < NOT_EXACT] for row in distances]).items())
        pairs += _nearest(distances, dict(pairs))
    chosen |= {left[row]: free[column] for row, column in pairs}


def _nearest(distances: list[list[int]], exact: dict[int, int]) -> list[tuple[int, int]]:
    """Return the pairs of the rows without an exact counterpart, nearest first."""
    taken = set(exact.values())
    candidates = sorted(
        (distance, row, column)
        for row, costs in enumerate(distances)
        for column, distance in enumerate(costs)
        if row not in exact and column not in taken
    )
    pairs: dict[int, int] = {}
    for _, row, column in candidates:
        if row not in pairs and column not in taken:
            pairs[row] = column
            taken.add(column)
    return list(pairs.items())


def _distance(expected: ParsedCall, actual: ParsedCall, rules: ToolRules) -> int:
    failed = FAILED if actual.error is not None else 0
    return failed + rules.distance(expected.expected_arguments, actual.actual_arguments)


def _canonical(arguments: object) -> str:
    try:
        return json.dumps(arguments, sort_keys=True, default=repr)
    except (TypeError, ValueError, RecursionError):
        return f"{id(arguments)}"


@dataclass(frozen=True, slots=True)
class _Aligned:
    name: str
    arguments_json: str

    @classmethod
    def of(cls, arguments: object) -> _Aligned:
        return cls("", _canonical(as_object(arguments) or {}))


def _with_actual(entry: ParsedCall, other: ParsedCall) -> ParsedCall:
    if entry is other:
        return entry
    actual: Any = other.fields.get("actual")
    fields = {**entry.fields, "actual": actual}
    expected, made = as_object(fields.get("expected")), as_object(actual)
    if "argument_comparison" in fields and expected is not None and made is not None:
        fields["argument_comparison"] = compare_args_structural(expected, made)[1]
    return ParsedCall(fields, entry.expected, other.actual)
