"""Self-contained HTML pages of runs and comparisons, and the HTML that notebooks show."""

from __future__ import annotations

import json
from collections import Counter
from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Any

from ..._format import counted, truncate
from ..._json import as_list, as_object
from .._display import to_html
from ..comparison import Comparison, check_subject
from ..runs import RunResults, Sample
from ..usage import sample_facts, usage_of, usage_rows
from .text import (
    comparison_lines,
    escape_surrogates,
    format_difference,
    format_p_value,
    format_value,
    outcome_lines,
    pass_rate_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["html_report", "html_summary", "html_test"]

_ORDER = ("regressed", "flaky", "fixed", "error", "failed", "unchecked", "passed", "added", "removed")
"""Order of the rows."""

_MAX_TAGS = 50

_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})
"""Characters that could end the element that contains the data."""

_MAX_STEPS = 500
_MAX_CELL = 2_000


def html_report(subject: RunResults | Comparison, title: str | None = None) -> str:
    """Return a page about a run or a comparison, as one self-contained HTML document.

    It has a summary with intervals, and the transcript of every scenario with expected and actual side by side.
    It loads nothing, follows the reader's light or dark theme, and can be printed.

    Args:
        subject: What `read_run()` or `compare()` returned.
        title: Heading of the page; defaults to the labels of the runs.

    Raises:
        ConfigurationError: The subject is something else.
    """
    check_subject(subject)
    if isinstance(subject, Comparison):
        title = title or f"{subject.candidate.label} against {subject.baseline.label}"
        samples, rows = [*subject.baseline.samples, *subject.candidate.samples], _comparison_rows(subject)
    else:
        title = title or subject.label
        samples, rows = [*subject.samples], _run_rows(subject)
    page = files("ashr_labs.results.reports") / "page"
    text = Template((page / "report.html").read_text("utf-8")).substitute(
        title=escape(title),
        summary=html_summary(subject),
        style=(page / "report.css").read_text("utf-8"),
        script=(page / "report.js").read_text("utf-8"),
        rows=_json(rows),
        tests="\n".join(_json(_record(one)) for one in samples),
    )
    return escape_surrogates(text)


def html_summary(subject: RunResults | Comparison) -> str:
    """Return the numbers of a run or a comparison as an HTML fragment."""
    if isinstance(subject, Comparison):
        return _comparison_summary(subject)
    rows = [("passed", pass_rate_text(subject)), ("scenarios", f"{len(subject.by_scenario):,}")]
    rows += [("ended with an error", counted(subject.errors, "test"))] if subject.errors else []
    rows += [(_readable(name), format_value(name, subject.mean(name))) for name in subject.score_names]
    rows += [("total duration", f"{total:.3g} s")] if (total := _total(one.seconds for one in subject.samples)) else []
    rows += [("total cost", f"${total:.4f}")] if (total := _total(one.cost_usd for one in subject.samples)) else []
    rows += _token_rows(subject)
    return (
        _rate_bar(subject)
        + _table(
            [],
            [*rows, *usage_rows(usage_of(subject)), *((_readable(name), fact) for name, fact in subject.facts.items())],
        )
        + _tag_table(subject)
    )


def _rate_bar(run: RunResults) -> str:
    """Return the pass rate as a bar with its confidence interval."""
    if not run.checked:
        return ""
    rate, (low, high) = 100 * run.mean(), (100 * bound for bound in run.pass_interval())
    label = f"pass rate {rate:.1f} %, 95 % interval {low:.1f} to {high:.1f}"
    return (
        f'<div class="bar" role="img" aria-label="{label}" title="{label}"><div class="rate" style="width:{rate:.1f}%">'
        f'</div><div class="interval" style="left:{low:.1f}%;width:{high - low:.1f}%"></div></div>'
    )


def _tag_table(run: RunResults) -> str:
    if not run.tags:
        return ""
    rows = [(tag, pass_rate_text(run.with_tag(tag))) for tag in run.tags[:_MAX_TAGS]]
    return _table(["tag", "passed"], rows)


def _token_rows(run: RunResults) -> list[tuple[str, str]]:
    """Return the totals of all token counts in the usage of the tests."""
    totals: Counter[str] = Counter()
    for sample in run.samples:
        usage = as_object(sample.record.get("usage")) or {}
        counts = {key: value for key, value in usage.items() if key.endswith("_tokens") and isinstance(value, int)}
        totals.update(counts)
    return [(_readable(name), f"{count:,}") for name, count in totals.items()]


def _readable(name: str) -> str:
    return name.replace("_", " ")


def _comparison_summary(found: Comparison) -> str:
    verdict = found.verdict
    heading = f'<p>Verdict: <strong class="{verdict.split()[0]}">{verdict}</strong></p>'
    words = _table([], [line.split(": ", 1) for line in comparison_lines(found)[1:3]])
    metrics = [
        (
            _readable(one.metric),
            format_value(one.metric, one.baseline),
            format_value(one.metric, one.candidate),
            format_difference(one.metric, one.difference, one.interval),
            f"{format_p_value(one.adjusted_p)} ({one.test})",
            one.verdict,
        )
        for one in found.differences
    ]
    changes = found.usage_changes()
    usage = _table(["usage", "baseline", "candidate", "difference"], changes) if changes else ""
    conflict = f"<p>{escape(found.time_conflict)}</p>" if found.time_conflict else ""
    heads = ["metric", "baseline", "candidate", "difference", "p-value", "verdict"]
    return heading + words + _table(heads, metrics) + conflict + usage


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(one)}</th>" for one in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table>{f'<tr>{head}</tr>' if head else ''}{body}</table>"


def _total(values: Iterable[float | None]) -> float:
    return sum(value for value in values if value is not None)


def _run_rows(run: RunResults) -> list[dict[str, Any]]:
    """Return a row for each sample, failures first."""
    rows = [_row(one.scenario_id, one.outcome, [one], [("", [place])]) for place, one in enumerate(run.samples)]
    return sorted(rows, key=lambda row: _ORDER.index(row["kind"]))


def _comparison_rows(found: Comparison) -> list[dict[str, Any]]:
    """Return a row for each scenario of either run, regressions first."""
    before, after = found.baseline, found.candidate
    kinds = {one.scenario_id: one.status for one in found.changes}
    places: dict[str, tuple[list[int], list[int]]] = {}
    samples = [*before.samples, *after.samples]
    for place, one in enumerate(samples):
        places.setdefault(one.scenario_id, ([], []))[place >= len(before.samples)].append(place)
    rows = [
        _row(
            name,
            kinds.get(name) or ("unchecked" if all(sides) else "removed" if sides[0] else "added"),
            [samples[place] for place in (sides[1] or sides[0])],
            [("baseline", sides[0]), ("candidate", sides[1])],
        )
        for name, sides in places.items()
    ]
    return sorted(rows, key=lambda row: _ORDER.index(row["kind"]))


def _row(scenario_id: str, kind: str, samples: list[Sample], sides: list[tuple[str, list[int]]]) -> dict[str, Any]:
    why = next((reason for one in samples for reason in one.reasons), "")
    tags = sorted({tag for one in samples for tag in one.tags})
    title = next((one.title for one in samples if one.title), "")
    return {"id": scenario_id, "title": title, "kind": kind, "why": why, "tags": tags, "sides": sides}


def _record(sample: Sample) -> dict[str, Any]:
    """Return the part of a test that the page shows."""
    kept = {key: value for key, value in sample.record.items() if key not in {"vm_stream", "action_results"}}
    actions = [_action(action) for action in as_list(sample.record.get("action_results")) or []]
    return {**kept, "action_results": actions, "seconds": sample.seconds}


def _action(action: object) -> object:
    fields = as_object(action)
    calls = as_list(fields.get("tool_calls")) if fields else None
    return action if fields is None or calls is None else {**fields, "tool_calls": [_call(call) for call in calls]}


def _call(call: object) -> object:
    fields = as_object(call)
    if fields is None:
        return call
    sides = {key: _named(fields.get(key)) for key in ("expected", "actual")}
    return {**{key: value for key, value in fields.items() if key != "argument_comparison"}, **sides}


def _named(call: object) -> object:
    fields = as_object(call)
    if fields is None or "name" not in fields:
        return call
    return {key: value for key, value in fields.items() if key not in {"tool_name", "arguments_json"}}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str, separators=(",", ":")).translate(_ESCAPES)


def html_test(sample: Sample) -> str:
    """Return a test as a table of expected and actual, with differences marked."""
    reasons = "".join(f"<li>{escape(reason)}</li>" for reason in sample.reasons)
    rows = list(_steps(sample))
    more = f"<p>... and {len(rows) - _MAX_STEPS} more steps</p>" if len(rows) > _MAX_STEPS else ""
    return escape_surrogates(
        f"<p>{_test_heading(sample)}</p>"
        f"{f'<ul>{reasons}</ul>' if reasons else ''}"
        f"<table><tr><th></th><th>expected</th><th>actual</th></tr>{''.join(rows[:_MAX_STEPS])}</table>{more}"
    )


def _test_heading(sample: Sample) -> str:
    """Return the id, title, outcome, measurements and trace of a test."""
    title = f" ({escape(sample.title)})" if sample.title else ""
    outcome = sample.outcome if sample.has_run else "ended with an error"
    trace_id = sample.record.get("trace_id")
    facts = " · ".join(filter(None, [sample_facts(sample), f"trace {trace_id}" if isinstance(trace_id, str) else ""]))
    return f"<strong>{escape(sample.scenario_id)}</strong>{title}: {outcome}{f' ({escape(facts)})' if facts else ''}"


def _steps(sample: Sample) -> Iterator[str]:
    for raw in as_list(sample.record.get("action_results")) or ():
        action = as_object(raw) or {}
        calls = as_list(action.get("tool_calls"))
        if calls is not None:
            for call in calls:
                yield _call_step(as_object(call) or {})
        elif action.get("actor") == "agent":
            sides = (as_object(action.get(f"{side}_response")) or {} for side in ("expected", "actual"))
            expected, actual = (str(side.get("text") or "") for side in sides)
            yield _step("agent", expected, actual, differs=action.get("match_status") == "divergent")
        else:
            yield _step(str(action.get("actor") or ""), "", str(action.get("text") or action.get("content") or ""))
    for raw in as_list(sample.record.get("invariants")) or ():
        one = as_object(raw) or {}
        differs = one.get("status") != "passed"
        yield _step("invariant", str(one.get("name")), str(one.get("message") or ""), differs=differs)
    if lines := list(outcome_lines(sample.record)):
        yield _step("", "", "\n".join(lines))


def _call_step(call: Mapping[str, Any]) -> str:
    expected, actual = (_call_text(as_object(call.get(side)) or {}) for side in ("expected", "actual"))
    return _step("call", expected, actual, differs=call.get("match_status") != "exact")


def _call_text(call: Mapping[str, Any]) -> str:
    name = call.get("name") or call.get("tool_name") or "?"
    if name in {"NOT_CALLED", "NONE_EXPECTED"}:
        return "–"
    return f"{name}({json.dumps(call.get('arguments') or {}, ensure_ascii=False, default=str)})"


def _step(who: str, expected: str, actual: str, *, differs: bool = False) -> str:
    cells = (f"<mark>{text}</mark>" if differs else text for text in (_cut(expected), _cut(actual)))
    return f"<tr><td>{escape(who)}</td>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _cut(text: str) -> str:
    return escape(truncate(text, _MAX_CELL))


to_html.register(RunResults, html_summary)
to_html.register(Comparison, html_summary)
to_html.register(Sample, html_test)
