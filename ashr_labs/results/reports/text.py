"""Runs, comparisons and failures as text, and the formatting of numbers that all reports share."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from ..._format import one_line, truncate
from ..._json import as_list, as_object
from ..._unset import UNSET
from ...run_result import ParsedCall, ParsedTest
from ...tool_call import arguments_of, name_of, result_of
from ..runs import PASS_RATE, TEXT_SIMILARITY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ...run_result import ParsedStep
    from ..comparison import Comparison, Difference
    from ..runs import RunResults, Sample
    from ..statistics import Interval

__all__ = [
    "call_text",
    "comparison_lines",
    "describe_difference",
    "escape_surrogates",
    "format_difference",
    "format_p_value",
    "format_value",
    "listed",
    "outcome_lines",
    "pass_rate_text",
    "sample_text",
    "score_lines",
    "summary_text",
]

_MAX_LISTED = 10
_MAX_LINE = 400
_MAX_DIFF = 100
"""Lines of the differences of files."""


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
    unchecked = f"{run.unchecked} unchecked" if run.unchecked else ""
    if not run.checked:
        return unchecked
    low, high = run.pass_interval(confidence)
    rate = f"{100 * run.mean():.1f} % ({100 * low:.1f} to {100 * high:.1f})"
    return f"{run.passed} of {run.checked} passed, {rate}{unchecked and f'; {unchecked}'}"


def describe_difference(one: Difference) -> str:
    """Return a difference as one sentence."""
    change = format_difference(one.metric, one.difference, one.interval)
    return f"{one.metric} is {change}, {format_p_value(one.adjusted_p)}: {one.verdict}"


def summary_text(run: RunResults) -> str:
    """Return the pass rate of a run, and how many tests failed or ended with an error, on one line."""
    counts = {"failed": run.failed, "ended with an error": run.errors}
    return ", ".join([pass_rate_text(run), *(f"{count} {outcome}" for outcome, count in counts.items() if count)])


def score_lines(run: RunResults) -> list[str]:
    """Return a line for each score of a run: its mean, and how many of the samples have it."""
    return [
        f"{name}: mean {format_value(name, run.mean(name))}, "
        f"{sum(name in sample.scores for sample in run.samples)} of {len(run.samples)} scored"
        for name in run.score_names
        if name != TEXT_SIMILARITY
    ]


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
        "unchecked": comparison.unchecked,
    }
    return [
        f"verdict: {comparison.verdict}",
        *(f"{name}: {run.label}, {pass_rate_text(run)}" for name, run in runs),
        f"scenarios in both: {len(comparison.changes)}",
        *map(describe_difference, comparison.differences),
        *(conflict for one in comparison.differences if (conflict := one.conflict)),
        *([conflict] if (conflict := comparison.time_conflict) else []),
        *(f"{name}: {before} -> {after} ({change})" for name, before, after, change in comparison.usage_changes()),
        *(f"{name}: {len(ids)}{listed(ids)}" for name, ids in lists.items() if ids),
    ]


def sample_text(sample: Sample) -> str:
    """Return the reasons and the transcript of a sample: `-` marks what was expected, `+` what happened instead."""
    record = ParsedTest.read(sample.record)
    outcome = "ended with an error" if sample.outcome == "error" else sample.outcome
    title = f" ({one_line(sample.title)})" if sample.title else ""
    return "\n".join(
        [
            f"scenario {sample.name}{title} {outcome}:",
            *(f"  {reason}" for reason in dict.fromkeys(sample.reasons)),
            *_facts(sample.record),
            "",
            *(line for step in record.steps or () for line in _step_lines(step)),
            *_error_lines(as_object(sample.record.get("error")) or {}),
            *outcome_lines(sample.record),
        ]
    )


def _facts(test: Mapping[str, Any]) -> Iterator[str]:
    """Yield the scores of a test and its trace."""
    for name, score in (as_object(test.get("scores")) or {}).items():
        fields = as_object(score) or {"value": score}
        value = fields.get("value")
        said = "not scored" if value is None else f"{value:.3g}" if isinstance(value, int | float) else value
        reason = f": {one_line(str(fields['reason']))}" if fields.get("reason") else ""
        yield f"  score {name} {said}{truncate(reason, _MAX_LINE)}"
    if isinstance(trace_id := test.get("trace_id"), str):
        yield f"  trace {trace_id}"


def outcome_lines(test: Mapping[str, Any]) -> Iterator[str]:
    """Yield what an agent changed in its environment, with the differences of its files."""
    changes = as_object(test.get("changes"))
    if changes is None:
        return
    paths = [f"{path} {kind}" for kind in ("added", "modified", "removed") for path in as_list(changes.get(kind)) or ()]
    more = f" and {len(paths) - _MAX_LISTED} more" if len(paths) > _MAX_LISTED else ""
    listed_paths = ", ".join(paths[:_MAX_LISTED]) + more
    yield f"environment: {_short(changes.get('error') or listed_paths or 'no file was changed')}"
    lines = str(changes.get("diff") or "").splitlines()
    yield from (truncate(line, _MAX_LINE) for line in lines[:_MAX_DIFF])
    if len(lines) > _MAX_DIFF:
        yield f"... and {len(lines) - _MAX_DIFF} more lines"


def call_text(call: Mapping[str, Any], limit: int = _MAX_LINE) -> str:
    """Return a tool call as `name(argument=value)` on one line."""
    arguments = arguments_of(call)
    fields = as_object(arguments)
    given = _json(arguments) if fields is None else ", ".join(f"{key}={_json(value)}" for key, value in fields.items())
    return truncate(one_line(f"{name_of(call)}({given})"), limit)


def listed(ids: Sequence[str]) -> str:
    """Return ids in brackets, at most ten of them; an empty string without ids."""
    if not ids:
        return ""
    more = f" and {len(ids) - _MAX_LISTED} more" if len(ids) > _MAX_LISTED else ""
    return f" ({', '.join(ids[:_MAX_LISTED])}{more})"


def _step_lines(step: ParsedStep) -> Iterator[str]:
    if step.calls is not None:
        for call in step.calls:
            yield from _call_lines(call)
    elif step.is_text:
        yield from _text_lines(step)
    else:
        actor = step.fields.get("actor") or "?"
        yield f"{actor}: {_short(step.fields.get('text') or step.fields.get('content') or '')}"


def _call_lines(call: object) -> Iterator[str]:
    if not isinstance(call, ParsedCall):
        yield f"+ called {_short(call)}"
        return
    expected, actual = (as_object(call.fields.get(side)) or {} for side in ("expected", "actual"))
    if call.fields.get("match_status") == "exact":
        yield f"  called {call_text(actual)}"
    else:
        if call.expected is not None:
            yield f"- called {call_text(expected)}"
        if call.actual is not None:
            yield f"+ called {call_text(actual)}"
    if call.error is not None:
        yield f"    error: {_short(call.error)}"
    elif (result := result_of(actual)) is not UNSET:
        yield f"    -> {_short(result if isinstance(result, str) else _json(result))}"


def _text_lines(step: ParsedStep) -> Iterator[str]:
    expected, actual = (_short(text or "") for text in (step.expected_text, step.actual_text))
    status = step.fields.get("match_status")
    if status == "divergent":
        yield f"- said {expected}".rstrip()
        yield f"+ said {actual}".rstrip()
        return
    yield f"agent: {actual}".rstrip()
    if status == "similar" and expected != actual:
        yield f"  similar to: {expected}"


def _error_lines(error: Mapping[str, Any]) -> Iterator[str]:
    if traceback := error.get("traceback"):
        yield str(traceback).rstrip()
    if path := error.get("path"):
        yield f"in the dataset: {path}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _short(text: object) -> str:
    return truncate(one_line(str(text)), _MAX_LINE)
