"""Comparison of a tool call's arguments, any JSON value against any other: what differs, where and why."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from .._json import as_list, as_object, parsed_json, preview
from ..comparators import fuzzy_str_match
from .dates import is_date, same_moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = ["Difference", "Path", "PathRule", "differences", "identical", "shown_path"]

Path: TypeAlias = tuple[str | int, ...]
"""Where a value stands among the arguments: names of keys and places in lists."""

_DEEPEST = 100
_FREE_TEXT_WORDS = 5
_TYPOGRAPHY = str.maketrans("‘’‚“”„–—\u00a0", '\'\'‚"""-- ')
_EDGES = ".,;:!?()[]\"'"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same in two values."""

    kind: Literal["near", "different", "missing", "extra"]
    """`near` is free text that says about the same; `extra` is what was not expected."""
    reason: str
    """The path and both values, in words."""


@dataclass(frozen=True, slots=True)
class PathRule:
    """What a user demands of the value at a path, in place of the ordinary comparison."""

    path: tuple[str, ...]
    """Keys and `[0]`; `*` stands for any key, `[*]` for any place."""
    check: Callable[[object, object], str | None] | None
    """Takes the expected and the actual value, returns what is wrong; None means that the value is ignored."""

    def applies_to(self, path: Path) -> bool:
        """Return whether a value stands at this rule's path."""
        return len(path) == len(self.path) and all(map(_step_matches, self.path, path))


def differences(
    expected: object, actual: object, rules: Sequence[PathRule] = (), path: Path = ()
) -> Iterator[Difference]:
    """Yield what differs, in the order of the expected value."""
    rule = _rule_at(path, rules)
    if rule is not None:
        wrong = rule.check(expected, actual) if rule.check else None
        if wrong:
            yield Difference("different", f"{shown_path(path)}: {wrong}")
        return
    expected, actual = _unwrapped(expected, actual)
    if len(path) > _DEEPEST:
        yield from _deep_difference(expected, actual, path)
        return
    expected_object, actual_object = as_object(expected), as_object(actual)
    if expected_object is not None and actual_object is not None:
        yield from _object_differences(expected_object, actual_object, rules, path)
        return
    expected_list, actual_list = as_list(expected), as_list(actual)
    if expected_list is not None and actual_list is not None:
        yield from _list_differences(expected_list, actual_list, rules, path)
        return
    kind = _judged(expected, actual)
    if kind is not None:
        yield Difference(kind, f"{shown_path(path)}: {_pair(expected, actual)}")


def identical(a: object, b: object) -> bool:
    """Return whether two values are the same JSON value: 1 is 1.0, but not true and not "1"."""
    a_object, b_object = as_object(a), as_object(b)
    if a_object is not None and b_object is not None:
        return a_object.keys() == b_object.keys() and all(identical(a_object[key], b_object[key]) for key in a_object)
    a_list, b_list = as_list(a), as_list(b)
    if a_list is not None and b_list is not None:
        return len(a_list) == len(b_list) and all(map(identical, a_list, b_list))
    return isinstance(a, bool) == isinstance(b, bool) and (a == b or (a != a and b != b))  # noqa: PLR0124 (NaN)


def shown_path(path: Path) -> str:
    """Return the path as a user writes it in a rule, such as `passengers[0].dob`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".") or "arguments"


def _step_matches(step: str, actual: str | int) -> bool:
    if isinstance(actual, int):
        return step in ("[*]", f"[{actual}]")
    return step in ("*", actual)


def _rule_at(path: Path, rules: Sequence[PathRule]) -> PathRule | None:
    return next((rule for rule in rules if rule.applies_to(path)), None)


def _object_differences(
    expected: Mapping[str, Any], actual: Mapping[str, Any], rules: Sequence[PathRule], path: Path
) -> Iterator[Difference]:
    for key, value in expected.items():
        here = (*path, key)
        if key in actual:
            yield from differences(value, actual[key], rules, here)
        elif value is not None and not _is_ignored(here, rules):
            yield Difference("missing", f"{shown_path(here)} is missing, expected {preview(value)}")
    for key, value in actual.items():
        here = (*path, key)
        if key not in expected and value is not None and not _is_ignored(here, rules):
            yield Difference("extra", f"{shown_path(here)} was not expected, got {preview(value)}")


def _is_ignored(path: Path, rules: Sequence[PathRule]) -> bool:
    rule = _rule_at(path, rules)
    return rule is not None and rule.check is None


def _list_differences(
    expected: Sequence[Any], actual: Sequence[Any], rules: Sequence[PathRule], path: Path
) -> Iterator[Difference]:
    if len(expected) != len(actual):
        yield Difference(
            "different",
            f"{shown_path(path)}: expected {len(expected)} items {preview(expected)}, "
            f"got {len(actual)} {preview(actual)}",
        )
        return
    for place, (left, right) in enumerate(zip(expected, actual, strict=True)):
        yield from differences(left, right, rules, (*path, place))


def _unwrapped(expected: object, actual: object) -> tuple[object, object]:
    # An object or array may travel as a string of JSON on either side; it counts as what it says.
    left, right = _from_json(expected), _from_json(actual)
    if (left is expected and right is actual) or isinstance(left, str) or isinstance(right, str):
        return expected, actual
    return left, right


def _from_json(value: object) -> object:
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        return parsed_json(value)
    return value


def _deep_difference(expected: object, actual: object, path: Path) -> Iterator[Difference]:
    try:
        same = expected == actual
    except RecursionError:
        same = False
    if not same:
        yield Difference("different", f"{shown_path(path[:3])}...: differs more than {_DEEPEST} levels deep")


def _judged(expected: object, actual: object) -> Literal["near", "different"] | None:
    if isinstance(expected, str) and isinstance(actual, str):
        return _judged_texts(expected, actual)
    if isinstance(expected, bool) or isinstance(actual, bool):
        return None if expected is actual else "different"
    if isinstance(expected, int | float) and isinstance(actual, int | float):
        return None if _same_number(expected, actual) else "different"
    return None if expected is actual or expected == actual else "different"


def _same_number(a: float, b: float) -> bool:
    if a == b or (a != a and b != b):  # noqa: PLR0124 (NaN is the one number unequal to itself)
        return True
    if isinstance(a, int) and isinstance(b, int):
        return False
    try:
        return math.isclose(a, b, rel_tol=1e-12)
    except OverflowError:
        return False


def _judged_texts(expected: str, actual: str) -> Literal["near", "different"] | None:
    left, right = expected.strip(), actual.strip()
    if left == right or (is_date(left) and is_date(right) and same_moment(left, right)):
        return None
    left_words, right_words = _words(left), _words(right)
    if len(left_words) <= 1 and len(right_words) <= 1:
        return None if _is_plain_word(left) and left.casefold() == right.casefold() else "different"
    if left_words == right_words:
        return None
    return "near" if _is_near(left_words, right_words) else "different"


def _words(text: str) -> list[str]:
    return text.translate(_TYPOGRAPHY).casefold().removesuffix(".").split()


def _is_plain_word(text: str) -> bool:
    return re.sub("[_-]", "", text).isalpha()


def _is_near(expected: list[str], actual: list[str]) -> bool:
    return (
        min(len(expected), len(actual)) >= _FREE_TEXT_WORDS
        and _numbers(expected) == _numbers(actual)
        and fuzzy_str_match(" ".join(expected), " ".join(actual))
    )


def _numbers(words: list[str]) -> set[str]:
    return {word.strip(_EDGES) for word in words if any(character.isdigit() for character in word)}


def _pair(expected: object, actual: object) -> str:
    if type(expected) is type(actual):
        return f"expected {preview(expected)}, got {preview(actual)}"
    return f"expected {preview(expected)} ({_kind(expected)}), got {preview(actual)} ({_kind(actual)})"


def _kind(value: object) -> str:
    names: dict[type, str] = {bool: "true or false", int: "number", float: "number", str: "text", type(None): "null"}
    return names.get(type(value), "list" if isinstance(value, list) else "object")
