"""One page that holds a whole run or comparison: no network, no server, nothing to install."""

from __future__ import annotations

import json
from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Any

from ..._json import as_list, as_object
from ..comparison import Comparison
from ..effort import effort_of, effort_rows
from .text import comparison_lines, encodable, metric_change, metric_value, p_text, rate_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..runs import RunResults, Sample

__all__ = ["html_report", "html_summary"]

_ORDER = ("broke", "flipped", "fixed", "failed", "passed", "added", "removed")
"""Of the rows of a comparison: what needs a look comes first."""

_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})
"""What would end the element that the data is in."""


def html_report(subject: RunResults | Comparison, title: str | None = None) -> str:
    """Return a page about a run or a comparison, as one self-contained HTML document.

    It has a summary with intervals, and every scenario with its transcript, what was expected beside what happened.
    It loads nothing, follows the reader's light or dark theme, and can be printed.

    Args:
        subject: What `read_run()` or `compare()` returned.
        title: Its heading; the labels of the runs unless given.
    """
    if isinstance(subject, Comparison):
        title = title or f"{subject.candidate.label} against {subject.baseline.label}"
        samples, rows = [*subject.baseline.samples, *subject.candidate.samples], _comparison_rows(subject)
    else:
        title = title or subject.label
        samples, rows = [*subject.samples], _run_rows(subject)
    page = files("ashr_labs.results") / "page"
    text = Template((page / "report.html").read_text("utf-8")).substitute(
        title=escape(title),
        summary=html_summary(subject),
        style=(page / "report.css").read_text("utf-8"),
        script=(page / "report.js").read_text("utf-8"),
        rows=_json(rows),
        tests="\n".join(_json(_record(one)) for one in samples),
    )
    return encodable(text)


def html_summary(subject: RunResults | Comparison) -> str:
    """Return the numbers of a run or a comparison as a piece of HTML."""
    if isinstance(subject, Comparison):
        return _comparison_summary(subject)
    rows = [("passed", rate_text(subject)), ("scenarios", str(len(subject.by_scenario)))]
    rows += [("could not be played", str(subject.errors))] if subject.errors else []
    rows += [(name, metric_value(name, subject.mean(name))) for name in subject.score_names]
    rows += [("duration", f"{total:.0f} s")] if (total := _total(one.seconds for one in subject.samples)) else []
    rows += [("cost", f"${total:.4f}")] if (total := _total(one.cost_usd for one in subject.samples)) else []
    return _table([], [*rows, *effort_rows(effort_of(subject))])


def _comparison_summary(found: Comparison) -> str:
    verdict = found.verdict
    heading = f'<p>The candidate is: <strong class="{verdict.split()[0]}">{verdict}</strong></p>'
    words = _table([], [line.split(": ", 1) for line in comparison_lines(found)[1:3]])
    metrics = [
        (
            one.metric,
            metric_value(one.metric, one.baseline),
            metric_value(one.metric, one.candidate),
            metric_change(one.metric, one.difference, one.interval),
            f"{p_text(one.adjusted_p)} ({one.test})",
            one.verdict,
        )
        for one in found.differences
    ]
    effort = found.effort_changes()
    took = _table(["effort", "baseline", "candidate", "difference"], effort) if effort else ""
    return (
        heading + words + _table(["metric", "baseline", "candidate", "difference", "chance", "verdict"], metrics) + took
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(one)}</th>" for one in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table>{f'<tr>{head}</tr>' if head else ''}{body}</table>"


def _total(values: Iterable[float | None]) -> float:
    return sum(value for value in values if value is not None)


def _run_rows(run: RunResults) -> list[dict[str, Any]]:
    return [_row(one.scenario_id, _kind(one), [one], [("", [place])]) for place, one in enumerate(run.samples)]


def _comparison_rows(found: Comparison) -> list[dict[str, Any]]:
    """Return a row for each scenario of either run, those that got worse first."""
    before, after = found.baseline, found.candidate
    kinds = {one.scenario_id: one.kind for one in found.changes}
    places: dict[str, tuple[list[int], list[int]]] = {}
    samples = [*before.samples, *after.samples]
    for place, one in enumerate(samples):
        places.setdefault(one.scenario_id, ([], []))[place >= len(before.samples)].append(place)
    rows = [
        _row(
            name,
            kinds.get(name, "removed" if sides[0] else "added"),
            [samples[place] for place in (sides[1] or sides[0])],
            [("baseline", sides[0]), ("candidate", sides[1])],
        )
        for name, sides in places.items()
    ]
    return sorted(rows, key=lambda row: _ORDER.index(row["kind"]))


def _row(scenario_id: str, kind: str, samples: list[Sample], sides: list[tuple[str, list[int]]]) -> dict[str, Any]:
    why = next((reason for one in samples for reason in one.reasons), "")
    tags = sorted({tag for one in samples for tag in one.tags})
    return {"id": scenario_id, "kind": kind, "why": why, "tags": tags, "sides": sides}


def _kind(sample: Sample) -> str:
    if not sample.has_run:
        return "error"
    return "passed" if sample.passed else "failed"


def _record(sample: Sample) -> dict[str, Any]:
    """Return what the page shows of a test, without what it finds out itself or would make it heavy."""
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
