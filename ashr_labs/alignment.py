"""Alignment of tool calls: find the actual call for each expected one, whatever the order of the calls."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import Counter, defaultdict, deque
from collections.abc import Hashable, Iterator, Mapping, Sequence, Sized
from typing import Any, Protocol, TypeAlias

__all__ = [
    "MAX_PAIRS",
    "AlignableCall",
    "align_calls",
    "align_calls_by",
    "max_matching",
    "min_cost_assignment",
    "out_of_order",
]

MAX_PAIRS = 2_500
"""Up to this many pairs an optimal assignment takes a fraction of a second; time grows with the cube of the rows."""

_MAX_ARGUMENTS = 16
"""How many arguments are used to align calls that are too many to compare all pairs."""

_Indexes: TypeAlias = list[int]
_Texts: TypeAlias = tuple[Sequence[str], Sequence[str]]
"""The arguments of the expected and of the actual calls, as JSON."""
_Features: TypeAlias = tuple[tuple[str, str], ...]
"""The sorted names and values of a call's arguments."""
_FeaturesByIndex: TypeAlias = Mapping[int, _Features]
_Keys: TypeAlias = Sequence[Hashable] | Mapping[int, Hashable]
"""Comparison keys of calls, by index."""


class AlignableCall(Protocol):
    """A tool call with its arguments as the text of a JSON object."""

    @property
    def name(self) -> str:
        """The tool."""
        ...

    @property
    def arguments_json(self) -> str:
        """A JSON object."""
        ...


class Distance(Protocol):
    """A measure of how far the arguments of calls of one tool are from expected ones."""

    def distances(self, expected: Any, given: Sequence[Any], /) -> list[int]:
        """Return the distance of each of several calls' arguments from the expected ones."""
        ...


class DistancePolicy(Protocol):
    """The distance of each tool."""

    def of(self, tool: str, /) -> Distance:
        """Return the distance for a tool."""
        ...


def align_calls(expected: Sequence[AlignableCall], actual: Sequence[AlignableCall]) -> dict[int, int]:
    """Return the index of the actual call for each expected call that has a counterpart.

    Only calls of the same tool are aligned, as many as possible. Calls with equal arguments come first, in their
    order; then those with the fewest different arguments in total.
    """
    chosen: dict[int, int] = {}
    texts = _texts(expected, actual)
    _align_tools(texts, [(wanted, made) for _, wanted, made in _tools(expected, actual)], chosen)
    return chosen


def align_calls_by(
    policy: DistancePolicy, expected: Sequence[AlignableCall], actual: Sequence[AlignableCall]
) -> dict[int, int]:
    """Return the same as `align_calls()`, with the smallest total distance by a policy.

    Calls of a tool that are too many to compare all pairs are aligned as `align_calls()` does.
    """
    chosen: dict[int, int] = {}
    texts = _texts(expected, actual)
    tools = list(_tools(expected, actual))
    limit = _max_pairs([(wanted, made) for _, wanted, made in tools])
    for name, wanted, made in tools:
        if len(wanted) * len(made) <= limit:
            _align_by_distance(texts, wanted, made, policy.of(name), chosen)
    many = [(wanted, made) for _, wanted, made in tools if len(wanted) * len(made) > limit]
    _align_tools(texts, many, chosen)
    return chosen


def out_of_order(chosen: Mapping[int, int]) -> frozenset[int]:
    """Return the fewest expected calls without which the others were made in the expected order."""
    tails: list[int] = []  # the smallest actual index at which an increasing subsequence of each length can end
    at: list[int] = []
    before: dict[int, int | None] = {}
    for index in sorted(chosen):
        length = bisect_left(tails, chosen[index])
        tails[length : length + 1] = [chosen[index]]
        at[length : length + 1] = [index]
        before[index] = at[length - 1] if length else None
    kept: set[int] = set()
    last = at[-1] if at else None
    while last is not None:
        kept.add(last)
        last = before[last]
    return frozenset(chosen.keys() - kept)


def min_cost_assignment(costs: list[list[int]]) -> list[tuple[int, int]]:
    """Return the pairs of rows and columns with the smallest total cost (the Hungarian method)."""
    if len(costs) > len(costs[0]):
        flipped = [list(column) for column in zip(*costs, strict=True)]
        return [(row, column) for column, row in min_cost_assignment(flipped)]
    width = len(costs[0])
    row_of = [-1] * (width + 1)  # the last column is the row that is being assigned
    of_row, of_column = [0] * len(costs), [0] * (width + 1)
    for row in range(len(costs)):
        row_of[width] = row
        column, came_from = _augment(costs, row_of, of_row, of_column)
        while column != width:
            row_of[column] = row_of[came_from[column]]
            column = came_from[column]
    return sorted((row_of[column], column) for column in range(width) if row_of[column] >= 0)


def max_matching(edges: Sequence[Sequence[int]]) -> dict[int, int]:
    """Return as many rows as possible with a column each, given the columns that suit each row (Kuhn's method)."""
    row_of: dict[int, int] = {}

    def assign(row: int, seen: set[int]) -> bool:
        for column in edges[row]:
            if column not in seen:
                seen.add(column)
                if column not in row_of or assign(row_of[column], seen):
                    row_of[column] = row
                    return True
        return False

    for row in range(len(edges)):
        assign(row, set())
    return {row: column for column, row in row_of.items()}


def _augment(
    costs: list[list[int]], row_of: list[int], of_row: list[int], of_column: list[int]
) -> tuple[int, list[int]]:
    """Find the cheapest path from the last column to a free one, and adjust the potentials along it."""
    width = len(costs[0])
    slack, came_from, visited = [float("inf")] * width, [width] * width, [False] * (width + 1)
    column = width
    while row_of[column] >= 0:
        visited[column] = True
        row = row_of[column]
        for other in range(width):
            if not visited[other] and (gap := costs[row][other] - of_row[row] - of_column[other]) < slack[other]:
                slack[other], came_from[other] = gap, column
        free = [other for other in range(width) if not visited[other]]
        nearest = min(free, key=slack.__getitem__)
        step = int(slack[nearest])
        for other in range(width + 1):
            if visited[other]:
                of_row[row_of[other]] += step
                of_column[other] -= step
            elif other < width:
                slack[other] -= step
        column = nearest
    return column, came_from


def _texts(expected: Sequence[AlignableCall], actual: Sequence[AlignableCall]) -> _Texts:
    return [call.arguments_json for call in expected], [call.arguments_json for call in actual]


def _tools(
    expected: Sequence[AlignableCall], actual: Sequence[AlignableCall]
) -> Iterator[tuple[str, _Indexes, _Indexes]]:
    """Yield the tools that were both expected and called, with the indexes of their calls."""
    wanted, made = _indexes_by_name(expected), _indexes_by_name(actual)
    return ((name, indexes, made[name]) for name, indexes in wanted.items() if name in made)


def _indexes_by_name(calls: Sequence[AlignableCall]) -> dict[str, _Indexes]:
    indexes: dict[str, _Indexes] = {}
    for index, call in enumerate(calls):
        indexes.setdefault(call.name, []).append(index)
    return indexes


def _max_pairs(tools: Sequence[tuple[Sized, Sized]]) -> int:
    """Return up to how many pairs of a tool's calls are compared: fewer if there are many tools."""
    pairs = sum(len(wanted) * len(made) for wanted, made in tools)
    return MAX_PAIRS if pairs <= 10 * MAX_PAIRS else MAX_PAIRS // 25


def _align_by_distance(
    texts: _Texts, wanted: _Indexes, made: _Indexes, measure: Distance, chosen: dict[int, int]
) -> None:
    # Sorted, so that the order of calls with equal distances does not matter.
    wanted = sorted(wanted, key=lambda index: (texts[0][index], index))
    made = sorted(made, key=lambda index: (texts[1][index], index))
    given = [json.loads(texts[1][index]) for index in made]
    distances = [measure.distances(json.loads(texts[0][index]), given) for index in wanted]
    for row, column in min_cost_assignment(distances):
        chosen[wanted[row]] = made[column]


def _align_tools(texts: _Texts, tools: Sequence[tuple[_Indexes, _Indexes]], chosen: dict[int, int]) -> None:
    rest = [left for left in (_align_equal_calls(texts, *indexes, chosen) for indexes in tools) if left]
    limit = _max_pairs(rest)
    for left, right in rest:
        align_rest = _align_closest if len(left) * len(right) <= limit else _align_by_arguments
        align_rest(left, right, list(left), list(right), chosen)


def _align_equal_calls(
    texts: _Texts, wanted: _Indexes, made: _Indexes, chosen: dict[int, int]
) -> tuple[_FeaturesByIndex, _FeaturesByIndex] | None:
    """Align calls of a tool with equal arguments; return the features of the others if both sides have any."""
    if len(wanted) == len(made) == 1:
        chosen[wanted[0]] = made[0]
        return None
    wanted, made = _align_equal(*texts, wanted, made, chosen)
    if not wanted or not made:
        return None
    # Features make 1 and 1.0 equal; sorted, so that it does not matter which of them came first.
    left, right = (
        {index: _features(side[index]) for index in sorted(indexes, key=lambda index: (side[index], index))}
        for side, indexes in zip(texts, (wanted, made), strict=True)
    )
    wanted, made = _align_equal(left, right, list(left), list(right), chosen)
    if not wanted or not made:
        return None
    # Sorted by content, so that content decides between calls with the same distance.
    wanted.sort(key=lambda index: (left[index], texts[0][index], index))
    made.sort(key=lambda index: (right[index], texts[1][index], index))
    return {index: left[index] for index in wanted}, {index: right[index] for index in made}


def _align_equal(
    wanted_keys: _Keys, made_keys: _Keys, wanted: _Indexes, made: _Indexes, chosen: dict[int, int]
) -> tuple[_Indexes, _Indexes]:
    """Align items with equal keys, first with first; return the rest of both sides, in order."""
    waiting: defaultdict[Hashable, deque[int]] = defaultdict(deque)
    for index in made:
        waiting[made_keys[index]].append(index)
    left: _Indexes = []
    taken: set[int] = set()
    for index in wanted:
        same = waiting.get(wanted_keys[index])
        if same:
            chosen[index] = same.popleft()
            taken.add(chosen[index])
        else:
            left.append(index)
    return left, [index for index in made if index not in taken]


def _align_closest(
    wanted_features: _FeaturesByIndex,
    made_features: _FeaturesByIndex,
    wanted: _Indexes,
    made: _Indexes,
    chosen: dict[int, int],
) -> None:
    """Align calls so that the fewest arguments differ in total."""
    sets = [frozenset(made_features[index]) for index in made]
    costs = [[len(frozenset(wanted_features[index]) ^ other) for other in sets] for index in wanted]
    for row, column in min_cost_assignment(costs):
        chosen[wanted[row]] = made[column]


def _align_by_arguments(
    wanted_features: _FeaturesByIndex,
    made_features: _FeaturesByIndex,
    wanted: _Indexes,
    made: _Indexes,
    chosen: dict[int, int],
) -> None:
    """Align calls that are too many to compare all pairs: by one argument after the other, then in order.

    Arguments with the most distinct values, such as ids, come first.
    """
    values = Counter(name for name, _ in {feature for index in wanted for feature in wanted_features[index]})
    for name in sorted(values, key=lambda name: (-values[name], name))[:_MAX_ARGUMENTS]:
        # The defaults differ: a call without the argument must not be aligned with another one without it.
        wanted_keys = {index: dict(wanted_features[index]).get(name, index) for index in wanted}
        made_keys = {index: dict(made_features[index]).get(name, -1 - index) for index in made}
        wanted, made = _align_equal(wanted_keys, made_keys, wanted, made, chosen)
        if not wanted or not made:
            return
    chosen.update(zip(wanted, made, strict=False))


def _features(arguments_json: str) -> _Features:
    try:
        arguments: dict[str, object] = _decoder.decode(arguments_json)
        return tuple(sorted((name, json.dumps(value, sort_keys=True)) for name, value in arguments.items()))
    except RecursionError:  # nested too deep for the stack that is left
        return (("", arguments_json),)


def _number(text: str) -> float:
    """Parse a number with a fraction or exponent; 1.0 is 1."""
    number = float(text)
    return int(number) if number.is_integer() else number


_decoder = json.JSONDecoder(parse_float=_number)
