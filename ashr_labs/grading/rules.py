"""The rules that a user sets for single arguments, such as `ignore` or `{"approx": 0.01}`."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, TypeAlias

from .._json import as_list, as_object, preview
from .arguments import PathRule, differences, identical
from .dates import same_moment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["read_rule"]

Check: TypeAlias = "Callable[[object, object], str | None]"

_STEP = re.compile(r"\[(?:\d+|\*)\]|[^.\[\]]+")
_NUMBER = re.compile(r"[+-]?(?:\d{1,300}\.?\d{0,300}|\.\d{1,300})(?:e[+-]?\d{1,3})?", re.IGNORECASE | re.ASCII)
_MOST_ITEMS = 200
_LONGEST_PATTERN = 200
_LONGEST_INPUT = 256
# Python's regular expressions try alternatives one after the other. The product of the choices that a pattern has
# bounds their number; three `.*` over the longest input are allowed, a fourth is not.
_MOST_ATTEMPTS = _LONGEST_INPUT**3
_TOKEN = re.compile(
    r"(?P<escape>\\.)|(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<special>\(\?(?!:|i\)))|(?P<open>\((?:\?:|\?i(?=\)))?)"
    r"|(?P<group>\))"
    r"|(?P<repeat>[*+]|\{\d*,\d*\}|\{\d+\})|(?P<optional>\?)|(?P<either>\|)|.",
    re.DOTALL,
)


def read_rule(path: str, rule: object) -> PathRule:
    """Read one rule of an agent's config.

    Args:
        path: Where the argument stands, such as `date`, `passengers[0].dob`, `passengers[*].dob` or `options.*`.
        rule: `"ignore"`, `"exact"`, `"date"`, `"unordered"`, `"approx"`, `{"approx": tolerance}`,
            `{"one_of": [values]}` or `{"regex": pattern}`.

    Raises:
        ValueError: The rule cannot work; the message says why.
    """
    steps = tuple(_STEP.findall(path))
    if not steps:
        raise ValueError(f"the path {path!r} names no argument")
    if rule == "ignore":
        return PathRule(steps, None)
    return PathRule(steps, _check_for(rule))


def _check_for(rule: object) -> Check:
    plain: dict[str, Check] = {
        "exact": _exact,
        "date": _date,
        "unordered": _unordered,
        "approx": _approx_within(None),
    }
    if isinstance(rule, str) and rule in plain:
        return plain[rule]
    setting = as_object(rule)
    if setting is not None and len(setting) == 1:
        (name, value), *_ = setting.items()
        if name == "approx" and isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
            return _approx_within(value)
        values = as_list(value)
        if name == "one_of" and values is not None:
            return _one_of(values)
        if name == "regex" and isinstance(value, str):
            return _matches(value)
    raise ValueError(
        f"the rule {preview(rule)} is not one of ignore, exact, date, unordered, approx, "
        '{"approx": tolerance}, {"one_of": [values]}, {"regex": pattern}'
    )


def _exact(expected: object, actual: object) -> str | None:
    try:
        same = identical(expected, actual)
    except RecursionError:
        same = False
    return None if same else f"expected exactly {preview(expected)}, got {preview(actual)}"


def _date(expected: object, actual: object) -> str | None:
    if isinstance(expected, str) and isinstance(actual, str) and same_moment(expected, actual):
        return None
    return _unlike(expected, actual, f"expected the date {preview(expected)}, got {preview(actual)}")


def _unordered(expected: object, actual: object) -> str | None:
    wanted, given = as_list(expected), as_list(actual)
    if wanted is None or given is None or len(wanted) != len(given) or len(wanted) > _MOST_ITEMS:
        return _unlike(expected, actual, f"expected {preview(expected)} in any order, got {preview(actual)}")
    left = list(given)
    for item in wanted:
        place = next((place for place, other in enumerate(left) if not _differs(item, other)), None)
        if place is None:
            return f"{preview(item)} is not among {preview(actual)}"
        del left[place]
    return None


def _approx_within(tolerance: float | None) -> Check:
    within = "a millionth" if tolerance is None else preview(tolerance)
    relative = 1e-6 if tolerance is None else 1e-12
    # The rounding of a difference must not decide: 1.1 is within 0.1 of 1.0.
    absolute = (tolerance or 0.0) * (1 + 1e-9)

    def check(expected: object, actual: object) -> str | None:
        left, right = _as_number(expected), _as_number(actual)
        if left is None or right is None:
            return _unlike(expected, actual, f"expected about {preview(expected)}, got {preview(actual)}")
        if math.isclose(left, right, rel_tol=relative, abs_tol=absolute):
            return None
        return f"expected {preview(expected)} within {within}, got {preview(actual)}"

    return check


def _as_number(value: object) -> float | None:
    if isinstance(value, str):
        if len(value) > _LONGEST_INPUT or not _NUMBER.fullmatch(value.strip()):
            return None
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def _one_of(values: Sequence[object]) -> Check:
    def check(expected: object, actual: object) -> str | None:
        if any(not _differs(value, actual) for value in (expected, *values)):
            return None
        return f"expected {preview(expected)} or one of {preview(values)}, got {preview(actual)}"

    return check


def _matches(pattern: str) -> Check:
    compiled = _compiled(pattern)

    def check(expected: object, actual: object) -> str | None:
        text = actual if isinstance(actual, str) else _as_text(actual)
        if len(text) > _LONGEST_INPUT:
            return f"got {len(text)} characters, of which a pattern can judge {_LONGEST_INPUT}"
        return None if compiled.fullmatch(text) else f"expected a match of {pattern!r}, got {preview(actual)}"

    return check


def _as_text(value: object) -> str:
    try:
        return json.dumps(value)
    except (TypeError, ValueError, RecursionError):
        return str(type(value))


def _compiled(pattern: str) -> re.Pattern[str]:
    if len(pattern) > _LONGEST_PATTERN:
        raise ValueError(f"the pattern has {len(pattern)} characters, {_LONGEST_PATTERN} are allowed")
    if _attempts(pattern) > _MOST_ATTEMPTS:
        raise ValueError(
            f"the pattern {pattern!r} can take too long: repeat no group, look not around or back, "
            "and use at most three of *, + and {m,n}"
        )
    try:
        return re.compile(pattern)
    except (re.error, OverflowError, RecursionError, FutureWarning) as error:
        raise ValueError(f"the pattern {pattern!r} is not a regular expression: {error}") from error


def _attempts(pattern: str) -> float:
    attempts = 1.0
    before = ""
    for token in _TOKEN.finditer(pattern):
        kind = token.lastgroup or ""
        attempts *= _choices(kind, token[0], before)
        before = kind
    return attempts


def _choices(kind: str, token: str, before: str) -> float:
    if kind == "special" or (kind == "repeat" and before == "group") or (kind == "escape" and token[1].isdigit()):
        return math.inf
    if kind == "repeat" and "{" in token and "," not in token:
        return 1
    if kind == "repeat":
        return _LONGEST_INPUT
    if kind == "optional":
        return 1 if before in ("repeat", "optional") else 2
    return 2 if kind == "either" else 1


def _differs(expected: object, actual: object) -> bool:
    return any(found.kind != "extra" for found in differences(expected, actual))


def _unlike(expected: object, actual: object, reason: str) -> str | None:
    return reason if _differs(expected, actual) else None
