"""Comparison of the arguments of tool calls: any JSON value with any other."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from dateutil import parser

from .._format import counted
from .._json import as_list, as_object, parsed_json, preview
from ..alignment import max_matching
from ..comparators import fuzzy_str_match

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

__all__ = [
    "DATE_OR_TIME",
    "Difference",
    "Path",
    "PathRule",
    "differences",
    "format_path",
    "identical",
    "is_date",
    "moments_of",
    "same_moment",
]

Path: TypeAlias = tuple[str | int, ...]
"""The keys and list indexes that lead to a value."""

_NAME = re.compile(r"(?<=[^\s.!?:])\s+([A-Z][\w-]+)")
_MAX_DEPTH = 100
_MAX_UNORDERED = 200
_MAX_PYTHON = 100_000
_PYTHON_TOKEN = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|\b(?:True|False|None)\b", re.DOTALL)
_PYTHON_CONSTANTS = {"True": "true", "False": "false", "None": "null"}
_MIN_FREE_TEXT_WORDS = 5
_TYPOGRAPHY = str.maketrans("‘’‚“”„–—\u00a0", '\'\'‚"""-- ')
_EDGES = ".,;:!?()[]\"'"

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?"
    r"|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,? +)?"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_DATE = (
    r"(?:\d{4}(?P<a>[-/.])\d{1,2}(?P=a)\d{1,2}"
    r"|\d{1,2}(?P<b>[-/.])\d{1,2}(?P=b)\d{4}"
    rf"|{_WEEKDAY}{_MONTH} +{_DAY}(?:,? +\d{{4}})?"
    rf"|{_WEEKDAY}{_DAY}(?: +of +|[ -]){_MONTH}(?:,?[ -]\d{{4}})?)"
)
_TIME = r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?: ?[ap]\.?m\.?)?(?: ?(?:z|utc|gmt|[+-]\d{2}:?\d{2}))?"
_SHAPE = re.compile(rf"{_DATE}(?:(?:t|,? +(?:at +)?){_TIME})?|{_TIME}", re.IGNORECASE | re.ASCII)
DATE_OR_TIME = re.compile(rf"(?<![\w-])(?:{_DATE}|{_TIME})(?![\w-])", re.IGNORECASE | re.ASCII)
"""Dates and times within text."""

_MAX_DATE_CHARACTERS = 64
# dateutil takes missing parts from a default. Parsing with two defaults that differ in year, month and day
# distinguishes "17 May" from "17 May 2000"; both are leap years, so that "29 February" exists, and at midnight, so
# that a date without a time is that day's midnight.
_DEFAULTS = (datetime(2000, 1, 1), datetime(2004, 2, 2))


class Difference(NamedTuple):
    """One difference between two values."""

    kind: Literal["near", "different", "missing", "extra"]
    """`near`: free text with nearly the same words; `extra`: a value that was not expected."""
    reason: str
    """The path and both values, for a message."""


@dataclass(frozen=True, slots=True)
class PathRule:
    """A user's rule for the value at a path; it replaces the default comparison."""

    path: tuple[str, ...]
    """Keys and `[0]`; `*` matches any key, `[*]` any index."""
    check: Callable[[object, object], str | None] | None
    """Takes the expected and the actual value and returns what is wrong; None ignores the value."""
    order: Literal["", "unordered", "superset"] = ""
    """Whether lists are compared in any order, and with `superset` may have more items; excludes `check`."""

    @property
    def ignores(self) -> bool:
        """Whether the value is not compared."""
        return self.check is None and not self.order

    def applies_to(self, path: Path) -> bool:
        """Return True if the rule is for the value at a path."""
        return len(path) == len(self.path) and all(map(_step_matches, self.path, path))


def differences(
    expected: object, actual: object, rules: Sequence[PathRule] = (), path: Path = ()
) -> Iterable[Difference]:
    """Return the differences, in the order of the expected value; those within objects and lists are found lazily."""
    rule = _rule_at(path, rules) if rules else None
    if rule is None:
        return _value_differences(*_unwrapped(expected, actual), rules, path)
    if rule.order:
        return _unordered_differences(*_unwrapped(expected, actual), rules, path, rule.order == "superset")
    wrong = rule.check(expected, actual) if rule.check else None
    return (Difference("different", f"{format_path(path)}: {wrong}"),) if wrong else ()


def _value_differences(expected: object, actual: object, rules: Sequence[PathRule], path: Path) -> Iterable[Difference]:
    if len(path) > _MAX_DEPTH:
        return _deep_difference(expected, actual, path)
    expected_object = as_object(expected)
    if expected_object is not None and (actual_object := as_object(actual)) is not None:
        return _object_differences(expected_object, actual_object, rules, path)
    expected_list = as_list(expected)
    if expected_list is not None and (actual_list := as_list(actual)) is not None:
        return _list_differences(expected_list, actual_list, rules, path)
    kind = _compare_scalars(expected, actual)
    return () if kind is None else (Difference(kind, f"{format_path(path)}: {_pair(expected, actual)}"),)


def identical(a: object, b: object) -> bool:
    """Return True for equal JSON values: 1 equals 1.0, but neither true nor "1"."""
    a_object, b_object = as_object(a), as_object(b)
    if a_object is not None and b_object is not None:
        return a_object.keys() == b_object.keys() and all(identical(a_object[key], b_object[key]) for key in a_object)
    a_list, b_list = as_list(a), as_list(b)
    if a_list is not None and b_list is not None:
        return len(a_list) == len(b_list) and all(map(identical, a_list, b_list))
    return isinstance(a, bool) == isinstance(b, bool) and (a == b or (a != a and b != b))  # noqa: PLR0124 (NaN)


def format_path(path: Path) -> str:
    """Return the path as a user writes it in a rule, such as `passengers[0].dob`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".") or "arguments"


def is_date(text: str) -> bool:
    """Return True if the whole text has the form of a date or a time; not every text that dateutil parses has."""
    return len(text) <= _MAX_DATE_CHARACTERS and _SHAPE.fullmatch(text.strip()) is not None


def same_moment(a: str, b: str) -> bool:
    """Return True if two texts parse to the same date, time or both; False if one of them does not parse.

    `05/06/2024` and `05-06-2024` have the month first, `05.06.2024` the day.
    """
    moments = moments_of(a)
    return moments is not None and moments == moments_of(b)


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
            yield Difference("missing", f"{format_path(here)} is missing, expected {preview(value)}")
    for key, value in actual.items():
        if key not in expected and value is not None and not _is_ignored(here := (*path, key), rules):
            yield Difference("extra", f"{format_path(here)} was not expected, got {preview(value)}")


def _is_ignored(path: Path, rules: Sequence[PathRule]) -> bool:
    rule = _rule_at(path, rules)
    return rule is not None and rule.ignores


def _list_differences(
    expected: Sequence[Any], actual: Sequence[Any], rules: Sequence[PathRule], path: Path
) -> Iterator[Difference]:
    if len(expected) != len(actual):
        yield _other_length(expected, actual, path)
        return
    for index, (left, right) in enumerate(zip(expected, actual, strict=True)):
        yield from differences(left, right, rules, (*path, index))


def _unordered_differences(
    expected: object, actual: object, rules: Sequence[PathRule], path: Path, is_subset: bool
) -> Iterator[Difference]:
    """Yield the expected items that have no counterpart; rules for the items apply."""
    wanted, given = as_list(expected), as_list(actual)
    if wanted is None or given is None or max(len(wanted), len(given)) > _MAX_UNORDERED:
        yield from _value_differences(expected, actual, rules, path)
        return
    if len(wanted) > len(given) or (len(wanted) < len(given) and not is_subset):
        yield _other_length(wanted, given, path)
        return
    edges = [
        [column for column, other in enumerate(given) if _is_same(item, other, rules, (*path, row))]
        for row, item in enumerate(wanted)
    ]
    found = max_matching(edges)
    for row, item in enumerate(wanted):
        if row not in found:
            reason = f"{format_path((*path, row))}: {preview(item)} is not among {preview(given)}"
            yield Difference("different", reason)


def _is_same(expected: object, actual: object, rules: Sequence[PathRule], path: Path) -> bool:
    return all(found.kind == "extra" for found in differences(expected, actual, rules, path))


def _other_length(expected: Sequence[Any], actual: Sequence[Any], path: Path) -> Difference:
    items = counted(len(expected), "item")
    reason = f"{format_path(path)}: expected {items} {preview(expected)}, got {len(actual)} {preview(actual)}"
    return Difference("different", reason)


def _unwrapped(expected: object, actual: object) -> tuple[object, object]:
    # Agents often send an object or array as JSON or Python text; compare what it means.
    if not isinstance(expected, str) and not isinstance(actual, str):
        return expected, actual
    left, right = _from_text(expected), _from_text(actual)
    if (left is expected and right is actual) or isinstance(left, str) or isinstance(right, str):
        return expected, actual
    return left, right


def _from_text(value: object) -> object:
    if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "["):
        return value
    parsed = parsed_json(value)
    return parsed_json(_python_to_json(value)) if isinstance(parsed, str) else parsed


def _python_to_json(text: str) -> str:
    """Return the text of a Python literal, such as `['a', True]`, as JSON; other text becomes invalid JSON."""
    return _PYTHON_TOKEN.sub(_json_token, text) if len(text) <= _MAX_PYTHON else text


def _json_token(match: re.Match[str]) -> str:
    token = match[0]
    if token in _PYTHON_CONSTANTS:
        return _PYTHON_CONSTANTS[token]
    inner = token[1:-1].replace("\\'", "'")
    return '"' + (inner if token[0] == '"' else re.sub(r'(?<!\\)"', '\\"', inner)) + '"'


def _deep_difference(expected: object, actual: object, path: Path) -> Iterator[Difference]:
    try:
        same = expected == actual
    except RecursionError:
        same = False
    if not same:
        yield Difference("different", f"{format_path(path[:3])}...: differs more than {_MAX_DEPTH} levels deep")


def _compare_scalars(expected: object, actual: object) -> Literal["near", "different"] | None:
    if isinstance(expected, str) and isinstance(actual, str):
        return _compare_texts(expected, actual)
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


def _compare_texts(expected: str, actual: str) -> Literal["near", "different"] | None:
    left, right = expected.strip(), actual.strip()
    if left == right or (is_date(left) and is_date(right) and same_moment(left, right)):
        return None
    left_words, right_words = _words(left), _words(right)
    if len(left_words) <= 1 and len(right_words) <= 1:
        return None if _is_plain_word(left) and left.casefold() == right.casefold() else "different"
    if left_words == right_words:
        return None
    return "near" if _is_near(left_words, right_words) and _names(left) == _names(right) else "different"


def _words(text: str) -> list[str]:
    return text.translate(_TYPOGRAPHY).casefold().removesuffix(".").split()


def _is_plain_word(text: str) -> bool:
    return re.sub("[_-]", "", text).isalpha()


def _is_near(expected: list[str], actual: list[str]) -> bool:
    return (
        min(len(expected), len(actual)) >= _MIN_FREE_TEXT_WORDS
        and _numbers(expected) == _numbers(actual)
        and fuzzy_str_match(" ".join(expected), " ".join(actual))
    )


def _names(text: str) -> set[str]:
    """Return the capitalized words that do not begin a sentence."""
    return {match[1].casefold() for match in _NAME.finditer(text)}


def _numbers(words: list[str]) -> set[str]:
    return {word.strip(_EDGES) for word in words if any(character.isdigit() for character in word)}


def _pair(expected: object, actual: object) -> str:
    if type(expected) is type(actual):
        return f"expected {preview(expected)}, got {preview(actual)}"
    return f"expected {preview(expected)} ({_kind(expected)}), got {preview(actual)} ({_kind(actual)})"


def _kind(value: object) -> str:
    names: dict[type, str] = {bool: "true or false", int: "number", float: "number", str: "text", type(None): "null"}
    return names.get(type(value), "list" if isinstance(value, list) else "object")


@lru_cache(maxsize=4096)
def moments_of(text: str) -> tuple[datetime, ...] | None:
    """Return the date or time in text, parsed with two defaults for its missing parts; None if it does not parse."""
    if len(text) > _MAX_DATE_CHARACTERS or not any(character.isdigit() for character in text):
        return None
    shape = _SHAPE.fullmatch(text.strip())
    day_first = shape is not None and shape["b"] == "."
    try:
        return tuple(parser.parse(text, default=default, dayfirst=day_first, tzinfos=_zone) for default in _DEFAULTS)
    except (ValueError, OverflowError, TypeError):
        return None


def _zone(name: str | None, offset: int | None) -> timezone | None:
    # Names such as EST are ambiguous, and dateutil would use the machine's own zone: refuse them.
    if offset is not None:
        return timezone(timedelta(seconds=offset))
    if name:
        raise ValueError(f"time zone {name}")
    return None
