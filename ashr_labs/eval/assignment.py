"""Finds for each expected call the actual one that suits it best, so that the order of the calls does not decide."""

from __future__ import annotations

import json
from collections import defaultdict, deque
from typing import TYPE_CHECKING, Any, TypeAlias, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from .calls import Call

__all__ = ["assign"]

_LARGEST_SEARCH = 2_500
"""How many pairs are compared in search of the closest; beyond that, calls of one tool are paired in sorted order."""

_Left: TypeAlias = list[int]
"""Places of calls that have no partner yet."""


def assign(expected: Sequence[Call], actual: Sequence[Call]) -> dict[int, int]:
    """Return the place of the actual call for each expected one that has a partner.

    Only calls of the same tool are paired, as many as there are. Calls with the same arguments come first, in their
    order; then those that differ least, by the number of arguments that are not the same.
    """
    chosen: dict[int, int] = {}
    wanted, made = _places_by_name(expected), _places_by_name(actual)
    for name, places in wanted.items():
        if name in made:
            _assign_tool(expected, actual, places, made[name], chosen)
    return chosen


def _assign_tool(
    expected: Sequence[Call], actual: Sequence[Call], wanted: _Left, made: _Left, chosen: dict[int, int]
) -> None:
    if len(wanted) == len(made) == 1:
        chosen[wanted[0]] = made[0]
        return

    def pair(keys: Callable[[Call], Hashable], wanted: _Left, made: _Left) -> tuple[_Left, _Left]:
        return _pair_equals(expected, actual, wanted, made, keys, chosen)

    wanted, made = pair(lambda call: call.arguments_json, wanted, made)
    if not wanted or not made:
        return
    # From here on texts such as 1 and 1.0 stand for the same; sorted, it does not matter which of them came first.
    wanted.sort(key=lambda place: (expected[place].arguments_json, place))
    made.sort(key=lambda place: (actual[place].arguments_json, place))
    wanted, made = pair(lambda call: _canonical(_arguments(call)), wanted, made)
    if wanted and made:
        _pair_closest(expected, actual, wanted, made, chosen)


def _places_by_name(calls: Sequence[Call]) -> dict[str, _Left]:
    places: dict[str, _Left] = {}
    for place, call in enumerate(calls):
        places.setdefault(call.name, []).append(place)
    return places


def _pair_equals(
    expected: Sequence[Call],
    actual: Sequence[Call],
    wanted: _Left,
    made: _Left,
    key_of: Callable[[Call], Hashable],
    chosen: dict[int, int],
) -> tuple[_Left, _Left]:
    """Pair what has the same key, first with first; return what is left on both sides."""
    waiting: defaultdict[Hashable, deque[int]] = defaultdict(deque)
    for place in made:
        waiting[key_of(actual[place])].append(place)
    left: _Left = []
    for place in wanted:
        same = waiting.get(key_of(expected[place]))
        if same:
            chosen[place] = same.popleft()
        else:
            left.append(place)
    return left, [place for places in waiting.values() for place in places]


def _pair_closest(
    expected: Sequence[Call], actual: Sequence[Call], wanted: _Left, made: _Left, chosen: dict[int, int]
) -> None:
    """Pair the rest so that as few arguments as possible differ in all; which call came first does not matter."""
    rows = sorted((_features(expected[place]), expected[place].arguments_json, place) for place in wanted)
    columns = sorted((_features(actual[place]), actual[place].arguments_json, place) for place in made)
    if len(rows) * len(columns) > _LARGEST_SEARCH:
        pairs: Iterable[tuple[int, int]] = zip(range(len(rows)), range(len(columns)), strict=False)
    else:
        sets = [frozenset(features) for features, _, _ in columns]
        pairs = _cheapest([[len(frozenset(features) ^ other) for other in sets] for features, _, _ in rows])
    for row, column in pairs:
        chosen[rows[row][2]] = columns[column][2]


def _features(call: Call) -> list[tuple[str, str]]:
    return sorted((name, _canonical(value)) for name, value in _arguments(call).items())


def _arguments(call: Call) -> dict[str, Any]:
    return call.build().get("arguments", {})


def _canonical(value: object) -> str:
    """Return the same text for the same JSON value: 1 is 1.0, but not true."""
    return json.dumps(_with_whole_numbers(value), sort_keys=True)


def _with_whole_numbers(value: object) -> object:
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, dict):
        return {key: _with_whole_numbers(inner) for key, inner in cast("dict[str, object]", value).items()}
    if isinstance(value, list):
        return [_with_whole_numbers(inner) for inner in cast("list[object]", value)]
    return value


def _cheapest(costs: list[list[int]]) -> list[tuple[int, int]]:
    """Return the pairs of rows and columns whose costs add up to the least (the Hungarian method)."""
    if len(costs) > len(costs[0]):
        return [(row, column) for column, row in _cheapest([list(column) for column in zip(*costs, strict=True)])]
    width = len(costs[0])
    row_of = [-1] * (width + 1)  # the last column stands for the row that looks for its partner
    of_row, of_column = [0] * len(costs), [0] * (width + 1)
    for row in range(len(costs)):
        row_of[width] = row
        column, came_from = _augment(costs, row_of, of_row, of_column)
        while column != width:
            row_of[column] = row_of[came_from[column]]
            column = came_from[column]
    return sorted((row_of[column], column) for column in range(width) if row_of[column] >= 0)


def _augment(
    costs: list[list[int]], row_of: list[int], of_row: list[int], of_column: list[int]
) -> tuple[int, list[int]]:
    """Find the cheapest way from the last column to a free one, and adjust the potentials on it."""
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
