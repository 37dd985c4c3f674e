"""How the arguments of each tool are compared: a mode for each tool, and rules for single arguments.

`grade()` uses it for recorded calls; the runner aligns and judges calls by it when it is given rules.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from .._format import suggestion
from .._json import as_list, as_object, preview
from .arguments import PathRule, differences, identical, same_moment
from .texts import compare_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from .arguments import Difference

__all__ = ["EVERY_TOOL", "FAILED", "NOT_EXACT", "ArgumentRules", "ToolRules", "read_argument_rules", "read_rule"]

Check: TypeAlias = "Callable[[object, object], str | None]"
Mode: TypeAlias = Literal["exact", "subset", "superset", "ignore"]

_ALLOWED: dict[Mode, frozenset[str]] = {
    "exact": frozenset(),
    "subset": frozenset({"missing"}),
    "superset": frozenset({"extra"}),
    "ignore": frozenset(),
}
EVERY_TOOL = "*"
# The weights of a distance: a failed call, one that is not exact, a wrong argument, a close one, an allowed difference.
FAILED, NOT_EXACT, _WRONG, _NEAR, _ALLOWED_WEIGHT = 10**13, 10**12, 10**6, 10**3, 1

_STEP = re.compile(r"\[(?:\d+|\*)\]|[^.\[\]]+")
_NUMBER = re.compile(r"[+-]?(?:\d{1,300}\.?\d{0,300}|\.\d{1,300})(?:e[+-]?\d{1,3})?", re.IGNORECASE | re.ASCII)
_PLACEHOLDER = re.compile(r"<[^<>]+>")
_SIMILAR_TEXT = 0.40
_MAX_PATTERN = 200
_MAX_INPUT = 256
# Python's regular expressions backtrack. The product of a pattern's choices bounds the number of attempts; three `.*`
# over the longest input are allowed, a fourth is not.
_MAX_ATTEMPTS = _MAX_INPUT**3
_TOKEN = re.compile(
    r"(?P<escape>\\.)|(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<special>\(\?(?!:|i\)))|(?P<open>\((?:\?:|\?i(?=\)))?)"
    r"|(?P<group>\))"
    r"|(?P<repeat>[*+]|\{\d*,\d*\}|\{\d+\})|(?P<optional>\?)|(?P<either>\|)|.",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class ToolRules:
    """How the arguments of one tool are compared."""

    mode: Mode = "superset"
    """Whether arguments may be missing (`subset`), be extra (`superset`), neither (`exact`), or are not compared."""
    paths: tuple[PathRule, ...] = ()
    """The rules for single arguments."""

    def differences(self, expected: object, actual: object) -> list[Difference]:
        """Return all differences, including the allowed ones."""
        return [] if self.mode == "ignore" else list(differences(expected, actual, self.paths))

    def allows(self, difference: Difference) -> bool:
        """Return True if calls with this difference are still exact."""
        return difference.kind in _ALLOWED[self.mode]

    def status(self, found: Iterable[Difference]) -> Literal["exact", "partial"]:
        """Return the status of calls with these differences."""
        return "exact" if all(map(self.allows, found)) else "partial"

    def distances(self, expected: object, given: Sequence[object]) -> list[int]:
        """Return the distance of each of several calls' arguments from the expected ones."""
        return [self.distance(expected, actual) for actual in given]

    def distance(self, expected: object, actual: object) -> int:
        """Return the distance of arguments from the expected ones; from `NOT_EXACT` the call is not exact."""
        found = self.differences(expected, actual)
        weights = (_ALLOWED_WEIGHT if self.allows(one) else _NEAR if one.kind == "near" else _WRONG for one in found)
        return sum(weights) + (NOT_EXACT if self.status(found) == "partial" else 0)


@dataclass(frozen=True, slots=True)
class ArgumentRules:
    """How the arguments of each tool are compared."""

    tools: Mapping[str, ToolRules] = field(default_factory=dict[str, ToolRules])
    others: ToolRules = ToolRules()
    source: tuple[object, object] = (None, None)
    """The rules and modes that it was read from."""

    def __reduce__(self) -> tuple[Callable[..., ArgumentRules], tuple[object, object]]:
        # The checks are closures, which cannot be pickled; the rules they were read from can.
        return _read, self.source

    def of(self, tool: str) -> ToolRules:
        """Return how the arguments of a tool are compared."""
        return self.tools.get(tool, self.others)


def read_argument_rules(rules: object, modes: object, problems: list[str]) -> ArgumentRules:
    """Read `argument_rules` and `argument_modes`; what cannot be used is left out and listed in `problems`.

    The rules and the mode of `*` apply to every tool; those of a tool's own name take precedence.
    """
    paths = {
        tool: tuple(_read_paths(tool, by_path, problems))
        for tool, by_path in _entries(rules, "grading_config.argument_rules", problems).items()
    }
    chosen = dict(_read_modes(modes, problems))
    all_paths, all_mode = paths.get(EVERY_TOOL, ()), chosen.get(EVERY_TOOL, "superset")
    return ArgumentRules(
        {
            tool: ToolRules(chosen.get(tool, all_mode), (*paths.get(tool, ()), *all_paths))
            for tool in {**paths, **chosen}
        },
        ToolRules(all_mode, all_paths),
        (rules, modes),
    )


def _read(rules: object, modes: object) -> ArgumentRules:
    return read_argument_rules(rules, modes, [])


def _read_paths(tool: str, by_path: object, problems: list[str]) -> Iterator[PathRule]:
    path = f"grading_config.argument_rules.{tool}"
    for argument, rule in _entries(by_path, path, problems).items():
        try:
            yield read_rule(str(argument), rule)
        except ValueError as error:
            problems.append(f"{path}.{argument}: {error}")


def _read_modes(modes: object, problems: list[str]) -> Iterator[tuple[str, Mode]]:
    known: dict[str, Mode] = {name: name for name in get_args(Mode)}
    path = "grading_config.argument_modes"
    for tool, mode in _entries(modes, path, problems).items():
        if isinstance(mode, str) and mode in known:
            yield tool, known[mode]
        else:
            close = suggestion(mode, known)
            problems.append(f"{path}.{tool} must be one of {', '.join(known)}, got {preview(mode)}{close}")


def _entries(value: object, path: str, problems: list[str]) -> Mapping[str, object]:
    found = as_object(value)
    if found is None and value is not None:
        problems.append(f"{path} must be an object, got {preview(value)}")
    return found or {}


def read_rule(path: str, rule: object) -> PathRule:
    """Read one rule of an agent's config.

    Args:
        path: The argument, such as `date`, `passengers[0].dob`, `passengers[*].dob` or `options.*`.
        rule: A name such as `"ignore"`, or an object such as `{"approx": tolerance}`.

    Raises:
        ValueError: The rule cannot be used; the message says why.
    """
    steps = tuple(_STEP.findall(path))
    if not steps:
        raise ValueError(f"the path {path!r} does not name an argument")
    if rule in ("unordered", "superset"):
        return PathRule(steps, None, rule)
    if rule == "ignore":
        return PathRule(steps, None)
    return PathRule(steps, _check_for(rule))


def _check_for(rule: object) -> Check:
    if isinstance(rule, str) and rule in _CHECKS:
        return _CHECKS[rule]
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
    raise ValueError(f"the rule must be one of {_RULES}, got {preview(rule)}{_close_rule(rule)}")


def _close_rule(rule: object) -> str:
    name = next(iter(as_object(rule) or ()), rule)
    return suggestion(name, ("ignore", "unordered", "superset", *_CHECKS, "one_of", "regex"))


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


def _text(expected: object, actual: object) -> str | None:
    if isinstance(expected, str) and isinstance(actual, str):
        found = compare_texts(expected, actual)
        if not found.contradictions and found.similarity >= _SIMILAR_TEXT:
            return None
    return _unlike(expected, actual, f"expected text like {preview(expected)}, got {preview(actual)}")


def _placeholder(expected: object, actual: object) -> str | None:
    if isinstance(expected, str) and _PLACEHOLDER.fullmatch(expected.strip()):
        return None
    return _unlike(expected, actual, f"expected {preview(expected)}, got {preview(actual)}")


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
        if len(value) > _MAX_INPUT or not _NUMBER.fullmatch(value.strip()):
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
        if len(text) > _MAX_INPUT:
            return f"got {len(text)} characters, a pattern is matched with at most {_MAX_INPUT}"
        return None if compiled.fullmatch(text) else f"expected a match of {pattern!r}, got {preview(actual)}"

    return check


def _as_text(value: object) -> str:
    try:
        return json.dumps(value)
    except (TypeError, ValueError, RecursionError):
        return str(type(value))


def _compiled(pattern: str) -> re.Pattern[str]:
    if len(pattern) > _MAX_PATTERN:
        raise ValueError(f"the pattern has {len(pattern)} characters, the maximum is {_MAX_PATTERN}")
    if _attempts(pattern) > _MAX_ATTEMPTS:
        raise ValueError(
            f"the pattern {pattern!r} can take too long: do not repeat groups, do not use lookaround "
            "or backreferences, and use at most three of *, + and {m,n}"
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
        return _MAX_INPUT
    if kind == "optional":
        return 1 if before in ("repeat", "optional") else 2
    return 2 if kind == "either" else 1


def _differs(expected: object, actual: object) -> bool:
    return any(found.kind != "extra" for found in differences(expected, actual))


def _unlike(expected: object, actual: object, reason: str) -> str | None:
    return reason if _differs(expected, actual) else None


_CHECKS: dict[str, Check] = {
    "exact": _exact,
    "date": _date,
    "text": _text,
    "placeholder": _placeholder,
    "approx": _approx_within(None),
}
_RULES = (
    'ignore, exact, date, unordered, superset, text, placeholder, approx, {"approx": tolerance}, '
    '{"one_of": [values]}, {"regex": pattern}'
)
