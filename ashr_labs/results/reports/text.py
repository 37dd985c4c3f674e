"""Runs, comparisons and failures as text, and the formatting of numbers that all reports share."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from ..._format import truncate
from ..._json import as_list, as_object
from ..runs import PASS_RATE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..comparison import Comparison, Difference
    from ..runs import RunResults, Sample
    from ..statistics import Interval

__all__ = [
    "comparison_lines",
    "describe_difference",
    "escape_surrogates",
    "failure_text",
    "format_difference",
    "format_p_value",
    "format_value",
    "pass_rate_text",
]

_MAX_LISTED = 10
_MAX_LINE = 400


def format_value(metric: str, value: float) -> str:
    """Format the value of a metric: rates as percentages."""
    if math.isnan(value):
        return "-"
    return f"{100 * value:.1f} %" if metric == PASS_RATE else f"{value:.3g}"


def format_difference(metric: str, difference: float, interval: Interval) -> str:
    """Format a difference with its interval: of rates in percentage points."""
    if metric == PASS_RATE:
        return f"{100 * difference:+.1f} points ({100 * interval.low:+.1f} to {100 * interval.high:+.1f})"
    return f"{difference:+.3g} ({interval.low:+.3g} to {interval.high:+.3g})"


def format_p_value(value: float) -> str:
    """Format a p-value."""
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"


def pass_rate_text(run: RunResults, confidence: float = 0.95) -> str:
    """Return the number of passed samples, and the pass rate with its interval."""
    if not run.samples:
        return "no tests"
    low, high = run.pass_interval(confidence)
    return f"{run.passed} of {len(run)} passed, {100 * run.mean():.1f} % ({100 * low:.1f} to {100 * high:.1f})"


def describe_difference(one: Difference) -> str:
    """Return a difference as one sentence."""
    change = format_difference(one.metric, one.difference, one.interval)
    return f"{one.metric} is {change}, {format_p_value(one.adjusted_p)}: {one.verdict}"


def escape_surrogates(text: str) -> str:
    """Escape lone surrogates, which UTF-8 cannot encode."""
    return text.encode("utf-8", "backslashreplace").decode()


def comparison_lines(comparison: Comparison) -> list[str]:
    """Return a comparison as lines of text, the verdict first."""
    runs = (("baseline", comparison.baseline), ("candidate", comparison.candidate))
    lists = {
        "fixed": comparison.fixed,
        "regressed": comparison.regressed,
        "flaky": comparison.flaky,
        "only in baseline": comparison.only_in_baseline,
        "only in candidate": comparison.only_in_candidate,
    }
    return [
        f"verdict: {comparison.verdict}",
        *(f"{name}: {run.label}, {pass_rate_text(run)}" for name, run in runs),
        f"scenarios in both: {len(comparison.changes)}",
        *map(describe_difference, comparison.differences),
        *(f"{name}: {before} -> {after} ({change})" for name, before, after, change in comparison.usage_changes()),
        *(f"{name}: {len(ids)}{_listed(ids)}" for name, ids in lists.items() if ids),
    ]


def failure_text(sample: Sample) -> str:
    """Return why a scenario failed with its transcript: `-` marks what was expected, `+` what happened."""
    reasons = (f"  {reason}" for reason in sample.reasons)
    traceback = (as_object(sample.record.get("error")) or {}).get("traceback")
    return "\n".join(
        [
            f"scenario {sample.scenario_id} {'failed' if sample.has_run else 'ended with an error'}:",
            *reasons,
            "",
            *(line for action in as_list(sample.record.get("action_results")) or [] for line in _action_lines(action)),
            *([str(traceback)] if traceback else []),
        ]
    )


def _listed(ids: tuple[str, ...]) -> str:
    more = f" and {len(ids) - _MAX_LISTED} more" if len(ids) > _MAX_LISTED else ""
    return f" ({', '.join(ids[:_MAX_LISTED])}{more})"


def _action_lines(action: object) -> Iterator[str]:
    fields = as_object(action) or {}
    calls = as_list(fields.get("tool_calls"))
    if calls is not None:
        for call in calls:
            yield from _call_lines(as_object(call) or {})
    elif fields.get("actor") == "agent":
        yield from _text_lines(fields)
    else:
        yield f"{fields.get('actor')}: {_short(fields.get('text') or fields.get('content') or '')}"


def _call_lines(call: Mapping[str, Any]) -> Iterator[str]:
    expected, actual = (_call_text(call.get(side)) for side in ("expected", "actual"))
    if call.get("match_status") == "exact":
        yield f"  called {actual}"
        return
    if not expected.startswith("NONE_EXPECTED"):
        yield f"- called {expected}"
    if not actual.startswith("NOT_CALLED"):
        yield f"+ called {actual}"


def _call_text(call: object) -> str:
    fields = as_object(call) or {}
    arguments = as_object(fields.get("arguments")) or {}
    shown = ", ".join(f"{key}={json.dumps(value, ensure_ascii=False, default=str)}" for key, value in arguments.items())
    return _short(f"{fields.get('name')}({shown})")


def _text_lines(fields: Mapping[str, Any]) -> Iterator[str]:
    expected, actual = (
        (as_object(fields.get(f"{side}_response")) or {}).get("text") for side in ("expected", "actual")
    )
    if fields.get("match_status") == "divergent":
        yield f"- said {_short(expected or '')}"
        yield f"+ said {_short(actual or '')}"
    else:
        yield f"agent: {_short(actual or '')}"


def _short(text: object) -> str:
    return truncate(" ".join(str(text).split()), _MAX_LINE)
