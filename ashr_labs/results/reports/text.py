"""Numbers and verdicts in words, the same in the terminal, in comments and on pages."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..runs import PASS_RATE

if TYPE_CHECKING:
    from ..comparison import Comparison, Difference
    from ..runs import RunResults
    from ..statistics import Interval

__all__ = ["comparison_lines", "encodable", "metric_change", "metric_value", "p_text", "rate_text", "sentence"]

_LONGEST_LIST = 10


def metric_value(metric: str, value: float) -> str:
    """Return a value of a metric: rates as percentages."""
    if math.isnan(value):
        return "-"
    return f"{100 * value:.1f} %" if metric == PASS_RATE else f"{value:.3g}"


def metric_change(metric: str, difference: float, interval: Interval) -> str:
    """Return a difference with its interval: of rates in percentage points."""
    if metric == PASS_RATE:
        return f"{100 * difference:+.1f} points ({100 * interval.low:+.1f} to {100 * interval.high:+.1f})"
    return f"{difference:+.3g} ({interval.low:+.3g} to {interval.high:+.3g})"


def rate_text(run: RunResults, confidence: float = 0.95) -> str:
    """Return how many samples of a run passed, and its pass rate with its interval."""
    if not run.samples:
        return "no tests"
    low, high = run.pass_interval(confidence)
    return f"{run.passed} of {len(run)} passed, {100 * run.mean():.1f} % ({100 * low:.1f} to {100 * high:.1f})"


def p_text(value: float) -> str:
    """Return a p-value."""
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"


def sentence(one: Difference) -> str:
    """Return a difference as one sentence."""
    change = metric_change(one.metric, one.difference, one.interval)
    return f"{one.metric} is {change}, {p_text(one.adjusted_p)}: {one.verdict}"


def encodable(text: str) -> str:
    """Return the text with lone surrogates, which no encoding has, written as escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def comparison_lines(comparison: Comparison) -> list[str]:
    """Return a comparison as lines of text, the verdict first."""
    runs = (("baseline", comparison.baseline), ("candidate", comparison.candidate))
    lists = {
        "fixed": comparison.fixed,
        "broke": comparison.broke,
        "flipped": comparison.flipped,
        "only in baseline": comparison.only_in_baseline,
        "only in candidate": comparison.only_in_candidate,
    }
    return [
        f"verdict: {comparison.verdict}",
        *(f"{name}: {run.label}, {rate_text(run)}" for name, run in runs),
        f"scenarios in both: {len(comparison.changes)}",
        *map(sentence, comparison.differences),
        *(f"{name}: {before} -> {after} ({change})" for name, before, after, change in comparison.effort_changes()),
        *(f"{name}: {len(ids)}{_listed(ids)}" for name, ids in lists.items() if ids),
    ]


def _listed(ids: tuple[str, ...]) -> str:
    more = f" and {len(ids) - _LONGEST_LIST} more" if len(ids) > _LONGEST_LIST else ""
    return f" ({', '.join(ids[:_LONGEST_LIST])}{more})"
