"""Finds for each expected call the actual one that suits it best, so that the order of the calls does not decide."""

from __future__ import annotations

import json
from collections import Counter, defaultdict, deque
from collections.abc import Hashable, Iterator, Mapping, Sequence, Sized
from typing import TYPE_CHECKING, TypeAlias

from .._assignment import LARGEST_SEARCH, cheapest

if TYPE_CHECKING:
    from ..grading.tool_rules import ArgumentPolicy, ToolRules
    from .tool_calls import Call

__all__ = ["assign", "assign_by_rules"]

_MOST_ARGUMENTS = 16
"""By how many arguments, one at a time, calls are paired where there are too many to try all pairs."""

_Left: TypeAlias = list[int]
"""Places of calls that have no partner yet."""

_Texts: TypeAlias = tuple[Sequence[str], Sequence[str]]
"""The arguments of the expected and of the actual calls, as JSON."""

_Features: TypeAlias = tuple[tuple[str, str], ...]
"""Names and values of a call's arguments, sorted."""

_AllFeatures: TypeAlias = Mapping[int, _Features]
"""Those of calls, by their places."""

_Keys: TypeAlias = Sequence[Hashable] | Mapping[int, Hashable]
"""What calls are compared by, by their places."""


def assign(expected: Sequence[Call], actual: Sequence[Call]) -> dict[int, int]:
    """Return the place of the actual call for each expected one that has a partner.

    Only calls of the same tool are paired, as many as there are. Calls with the same arguments come first, in their
    order; then those that differ least, by the number of arguments that are not the same.
    """
    chosen: dict[int, int] = {}
    texts = _texts(expected, actual)
    _assign_tools(texts, [(wanted, made) for _, wanted, made in _tools(expected, actual)], chosen)
    return chosen


def assign_by_rules(expected: Sequence[Call], actual: Sequence[Call], policy: ArgumentPolicy) -> dict[int, int]:
    """Return the place of the actual call for each expected one that has a partner, as close as the rules see them.

    As many as possible are exact. Calls of a tool that are too many to try all pairs are paired as `assign()` does.
    """
    chosen: dict[int, int] = {}
    texts = _texts(expected, actual)
    tools = list(_tools(expected, actual))
    largest = _largest_search([(wanted, made) for _, wanted, made in tools])
    for name, wanted, made in tools:
        if len(wanted) * len(made) <= largest:
            _assign_closest(texts, wanted, made, policy.of(name), chosen)
    many = [(wanted, made) for _, wanted, made in tools if len(wanted) * len(made) > largest]
    _assign_tools(texts, many, chosen)
    return chosen


def _texts(expected: Sequence[Call], actual: Sequence[Call]) -> _Texts:
    return [call.arguments_json for call in expected], [call.arguments_json for call in actual]


def _tools(expected: Sequence[Call], actual: Sequence[Call]) -> Iterator[tuple[str, _Left, _Left]]:
    """Yield the tools that were expected and called, with the places of their calls."""
    wanted, made = _places_by_name(expected), _places_by_name(actual)
    return ((name, places, made[name]) for name, places in wanted.items() if name in made)


def _largest_search(tools: Sequence[tuple[Sized, Sized]]) -> int:
    """Return up to how many pairs of a tool's calls are all tried: fewer where that would add up."""
    pairs = sum(len(wanted) * len(made) for wanted, made in tools)
    return LARGEST_SEARCH if pairs <= 10 * LARGEST_SEARCH else LARGEST_SEARCH // 25


def _assign_closest(texts: _Texts, wanted: _Left, made: _Left, rules: ToolRules, chosen: dict[int, int]) -> None:
    # Sorted, so that it does not matter which of those that are as close came first.
    wanted = sorted(wanted, key=lambda place: (texts[0][place], place))
    made = sorted(made, key=lambda place: (texts[1][place], place))
    given = [json.loads(texts[1][place]) for place in made]
    distances = [rules.distances(json.loads(texts[0][place]), given) for place in wanted]
    for row, column in cheapest(distances):
        chosen[wanted[row]] = made[column]


def _assign_tools(texts: _Texts, tools: Sequence[tuple[_Left, _Left]], chosen: dict[int, int]) -> None:
    rest = [left for left in (_pair_same(texts, *places, chosen) for places in tools) if left]
    largest = _largest_search(rest)
    for left, right in rest:
        pair_rest = _pair_closest if len(left) * len(right) <= largest else _pair_by_arguments
        pair_rest(left, right, list(left), list(right), chosen)


def _pair_same(
    texts: _Texts, wanted: _Left, made: _Left, chosen: dict[int, int]
) -> tuple[_AllFeatures, _AllFeatures] | None:
    """Pair the calls of a tool that say the same; return what the others say, if any are left on both sides."""
    if len(wanted) == len(made) == 1:
        chosen[wanted[0]] = made[0]
        return None
    wanted, made = _pair_equals(*texts, wanted, made, chosen)
    if not wanted or not made:
        return None
    # From here on texts such as 1 and 1.0 stand for the same; sorted, it does not matter which of them came first.
    left, right = (
        {place: _features(side[place]) for place in sorted(places, key=lambda place: (side[place], place))}
        for side, places in zip(texts, (wanted, made), strict=True)
    )
    wanted, made = _pair_equals(left, right, list(left), list(right), chosen)
    if not wanted or not made:
        return None
    # In the order of what they say, so that it decides between those that differ as little.
    wanted.sort(key=lambda place: (left[place], texts[0][place], place))
    made.sort(key=lambda place: (right[place], texts[1][place], place))
    return {place: left[place] for place in wanted}, {place: right[place] for place in made}


def _places_by_name(calls: Sequence[Call]) -> dict[str, _Left]:
    places: dict[str, _Left] = {}
    for place, call in enumerate(calls):
        places.setdefault(call.name, []).append(place)
    return places


def _pair_equals(
    wanted_keys: _Keys, made_keys: _Keys, wanted: _Left, made: _Left, chosen: dict[int, int]
) -> tuple[_Left, _Left]:
    """Pair what has the same key, first with first; return what is left on both sides, in its order."""
    waiting: defaultdict[Hashable, deque[int]] = defaultdict(deque)
    for place in made:
        waiting[made_keys[place]].append(place)
    left: _Left = []
    taken: set[int] = set()
    for place in wanted:
        same = waiting.get(wanted_keys[place])
        if same:
            chosen[place] = same.popleft()
            taken.add(chosen[place])
        else:
            left.append(place)
    return left, [place for place in made if place not in taken]


def _pair_closest(
    wanted_features: _AllFeatures,
    made_features: _AllFeatures,
    wanted: _Left,
    made: _Left,
    chosen: dict[int, int],
) -> None:
    """Pair the rest so that as few arguments as possible differ in all; which call came first does not matter."""
    sets = [frozenset(made_features[place]) for place in made]
    costs = [[len(frozenset(wanted_features[place]) ^ other) for other in sets] for place in wanted]
    for row, column in cheapest(costs):
        chosen[wanted[row]] = made[column]


def _pair_by_arguments(
    wanted_features: _AllFeatures,
    made_features: _AllFeatures,
    wanted: _Left,
    made: _Left,
    chosen: dict[int, int],
) -> None:
    """Pair the rest, too much to try all, by the same value of one argument, then of the next, at last as they come.

    The arguments that tell calls apart best, such as an id, come first.
    """
    values = Counter(name for name, _ in {feature for place in wanted for feature in wanted_features[place]})
    for name in sorted(values, key=lambda name: (-values[name], name))[:_MOST_ARGUMENTS]:
        # What has no such argument on one side must not meet what has none on the other.
        wanted_keys = {place: dict(wanted_features[place]).get(name, place) for place in wanted}
        made_keys = {place: dict(made_features[place]).get(name, -1 - place) for place in made}
        wanted, made = _pair_equals(wanted_keys, made_keys, wanted, made, chosen)
        if not wanted or not made:
            return
    chosen.update(zip(wanted, made, strict=False))


def _features(arguments_json: str) -> _Features:
    try:
        arguments: dict[str, object] = _decoder.decode(arguments_json)
        return tuple(sorted((name, json.dumps(value, sort_keys=True)) for name, value in arguments.items()))
    except RecursionError:  # nested too deep, here and now
        return (("", arguments_json),)


def _number(text: str) -> float:
    """Return a number that is written with a point or exponent: 1.0 is 1."""
    number = float(text)
    return int(number) if number.is_integer() else number


_decoder = json.JSONDecoder(parse_float=_number)
