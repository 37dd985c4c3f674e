"""The conditions of alerts: `<metric> <operator> <number>`. Pure."""

from __future__ import annotations

import math
import operator
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ..._format import suggestion
from ..._json import preview
from ...errors import ValidationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["EXPERIMENT_METRICS", "RATES", "SCORE_METRICS", "Condition", "parse_condition"]

RATES: Final = frozenset({"mean_score", "pass_rate", "tool_success_rate"})
"""Metrics between 0 and 1."""
EXPERIMENT_METRICS: Final = (
    "pass_rate",
    "mean_wall_ms",
    "p95_wall_ms",
    "total_cost_usd",
    "mean_cost_per_run_usd",
    "tool_success_rate",
    "side_effect_violations",
    "mean_tool_calls",
    "mean_tokens",
)
SCORE_METRICS: Final = ("pass_rate", "mean_score", "total_cost_usd")
"""Of the traces that a scoring rule has scored."""
_OPERATORS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_MEANT: Final = {"=": "==", "=<": "<=", "=>": ">=", "<>": "!=", "is": "==", "below": "<", "above": ">"}
_METRIC = re.compile(r"[^\s<>=!]+")
_OPERATOR = re.compile(r"[<>=!]+|[^\s0-9.+-]+")
_NUMBER = re.compile(r"[+-]?([0-9]{1,18}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,3})?(?![\w.%])")
_WORD = re.compile(r"\S+")
_SPACE = re.compile(r"\s*")


@dataclass(frozen=True, slots=True)
class Condition:
    """A comparison of a metric with a number.

    Example:
        >>> parse_condition("pass_rate < 0.8").is_met(0.75)
        True
    """

    metric: str
    operator: str
    number: float

    def is_met(self, value: float | None) -> bool:
        """Return True if the comparison holds; a value that is not known meets no condition."""
        return value is not None and _OPERATORS[self.operator](value, self.number)

    def __str__(self) -> str:
        return f"{self.metric} {self.operator} {self.number:g}"


def parse_condition(text: str, metrics: tuple[str, ...] = EXPERIMENT_METRICS) -> Condition:
    """Parse a condition.

    Args:
        text: Such as `pass_rate < 0.8`.
        metrics: The metrics that there are.

    Raises:
        ValidationError: It is not a condition; the message has the position, from 1, and what to write.
    """
    metric, end = _part(text, 0, _METRIC, "a metric")
    if metric not in metrics:
        raise _error(text, end - len(metric), f"must be a metric, got {_shown(metric)}{_metric_meant(metric, metrics)}")
    sign, end = _part(text, end, _OPERATOR, f"one of {' '.join(_OPERATORS)}")
    if sign not in _OPERATORS:
        meant = f"; did you mean {_MEANT[sign]!r}?" if sign in _MEANT else ""
        raise _error(text, end - len(sign), f"must be one of {' '.join(_OPERATORS)}, got {_shown(sign)}{meant}")
    number, end = _number(text, end)
    start = _after_space(text, end)
    if start < len(text):
        raise _error(text, start, "nothing may follow the number; make one alert for each condition")
    if metric in RATES and not 0 <= number <= 1:
        raise _error(text, end - 1, f"{metric} is between 0 and 1, so must be the number; got {number:g}")
    return Condition(metric, sign, number)


def _number(text: str, end: int) -> tuple[float, int]:
    start = _after_space(text, end)
    found = _NUMBER.match(text, start)
    number = float(found[0]) if found else math.nan
    if found and math.isfinite(number):
        return number, found.end()
    word = _WORD.match(text, start)
    got = f"got {_shown(word[0])}" if word else "got nothing"
    percent = re.fullmatch(r"([0-9]{1,3}(?:\.[0-9]{1,6})?)%", word[0]) if word else None
    meant = f"; write {float(percent[1]) / 100:g}" if percent else ""
    raise _error(text, start, f"must be a number such as 0.8, {got}{meant}")


def _part(text: str, end: int, pattern: re.Pattern[str], what: str) -> tuple[str, int]:
    """Return the next part of a condition, and where it ends."""
    start = _after_space(text, end)
    found = pattern.match(text, start)
    if found is None:
        word = _WORD.match(text, start)
        raise _error(text, start, f"must be {what}, got {_shown(word[0]) if word else 'nothing'}")
    return found[0], found.end()


def _after_space(text: str, start: int) -> int:
    found = _SPACE.match(text, start)
    return found.end() if found else start


def _metric_meant(metric: str, metrics: tuple[str, ...]) -> str:
    return suggestion(metric, metrics) or f"; the metrics are {', '.join(metrics)}"


def _shown(text: str) -> str:
    return preview(text[:100])


def _error(text: str, index: int, reason: str) -> ValidationError:
    message = f"condition: position {index + 1} of {_shown(text)}: {reason}"
    return ValidationError(message, response={"path": "condition"})
