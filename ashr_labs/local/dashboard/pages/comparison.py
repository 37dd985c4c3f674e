"""The comparison of two runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....results.reports.text import format_difference, format_p_value, format_value, pass_rate_text
from ..budget import Budget
from ..exchange import Template, address
from ..registry import page
from ..transcript import transcript
from .run import load
from .run_list import dataset_names, run_row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ....results.comparison import Comparison
    from ....results.runs import Sample
    from ..loaded_runs import LoadedRun
    from ..view import View

__all__ = ["comparison", "side_by_side"]

_PAGE = 60
_CHOICES = 60
_MAX_DOTS = 20
_SHOWN = ("changed", "regressed", "fixed", "flaky", "failed", "passed")


@page("compare")
def comparison(view: View) -> Template:
    """Show what changed from one run to another, or a choice of runs."""
    baseline, candidate = view.integer("baseline", 0, 1), view.integer("candidate", 0, 1)
    if not baseline or not candidate:
        return _choice(view, baseline, candidate)
    before, after = load(view, baseline), load(view, candidate)
    found = view.runs.compare(before, after)
    show = view.choice("show", _SHOWN)
    changes = [one for one in found.changes if one.status == show or (show == "changed" and one.status in _SHOWN[1:4])]
    start = min(view.integer("from", 0), max(0, len(changes) - 1))
    counts = {name: sum(one.status == name for one in found.changes) for name in _SHOWN[1:]}
    counts["changed"] = counts["regressed"] + counts["fixed"] + counts["flaky"]
    values: dict[str, Any] = {
        "before": before,
        "after": after,
        "found": found,
        "sentence": sentence(found),
        "summaries": (pass_rate_text(before.results), pass_rate_text(after.results)),
        "metrics": _metrics(found),
        "usage": found.usage_changes(),
        "outcomes": [(name, counts[name], view.link(show=name, **{"from": None}), name == show) for name in _SHOWN],
        "show": show,
        "rows": [_row(view, before, after, one.scenario_id, one.status) for one in changes[start : start + _PAGE]],
        "alone": [(len(found.only_in_baseline), "baseline"), (len(found.only_in_candidate), "candidate")],
        "next": view.link(**{"from": start + _PAGE}) if start + _PAGE < len(changes) else None,
        "previous": view.link(**{"from": max(0, start - _PAGE) or None}) if start else None,
        "report": address("/app/compare/report.html", {"baseline": baseline, "candidate": candidate}),
        "swapped": address("/app/compare", {"baseline": candidate, "candidate": baseline}),
    }
    return Template("comparison.html", values)


@page("compare/scenario")
def side_by_side(view: View) -> Template:
    """Show the transcripts of a scenario in both runs beside each other."""
    runs = [load(view, view.integer(side, 0, 1)) for side in ("baseline", "candidate")]
    scenario = view.query.get("id", "")
    budget = Budget(240_000)
    sides: list[tuple[Any, ...]] = []
    for label, found in zip(("Baseline", "Candidate"), runs, strict=True):
        sample = found.results.samples[found.place(scenario, view.query.get("repeat", ""))]
        link = address(f"/app/runs/{found.run_id}/test", found.key(found.results.samples.index(sample)))
        reasons = [budget.cut(reason, 400) for reason in dict.fromkeys(sample.reasons[:10])]
        sides.append((label, found, sample, link, reasons, transcript(sample, Budget(70_000))))
    values = {"sides": sides, "scenario": scenario[:300], "back": _back(runs)}
    return Template("side_by_side.html", values)


def sentence(found: Comparison) -> str:
    """Return the verdict on the candidate as one sentence."""
    if not found.differences:
        return "Cannot tell: no scenario was checked in both runs."
    first = found.differences[0]
    change = format_difference(first.metric, first.difference, first.interval)
    rate = first.metric.replace("_", " ")
    start = {"better": "The candidate is better", "worse": "The candidate is worse"}.get(
        found.verdict, "The runs cannot be told apart"
    )
    chance = format_p_value(first.adjusted_p)
    return f"{start}: the {rate} changed by {change} over {first.scenarios:,} scenarios, {chance}."


def _back(runs: Sequence[LoadedRun]) -> str:
    return address("/app/compare", {"baseline": runs[0].run_id, "candidate": runs[1].run_id})


def _metrics(found: Comparison) -> list[tuple[str, str, str, str, str, str]]:
    return [
        (
            one.metric.replace("_", " "),
            format_value(one.metric, one.baseline),
            format_value(one.metric, one.candidate),
            format_difference(one.metric, one.difference, one.interval),
            format_p_value(one.adjusted_p),
            one.verdict,
        )
        for one in found.differences
    ]


def _row(view: View, before: LoadedRun, after: LoadedRun, scenario: str, status: str) -> dict[str, Any]:
    sides = [run.results.by_scenario[scenario] for run in (before, after)]
    reasons = next((sample.reasons for sample in (*sides[1], *sides[0]) if sample.reasons), ("",))
    fields = {"baseline": before.run_id, "candidate": after.run_id, "id": scenario}
    return {
        "name": scenario[:200],
        "title": next((sample.title[:200] for sample in sides[1] if sample.title), ""),
        "status": status,
        "dots": [_dots(side) for side in sides],
        "reason": reasons[0][:240],
        "link": address("/app/compare/scenario", fields),
    }


def _dots(samples: Sequence[Sample]) -> list[str]:
    return [sample.outcome for sample in samples[:_MAX_DOTS]]


def _choice(view: View, baseline: int, candidate: int) -> Template:
    answer = view.call("list_runs", tenant_id=view.principal.tenant_id, limit=_CHOICES, summary=True)
    rows = [run_row(run) for run in answer["runs"]]
    values = {"rows": rows, "datasets": dataset_names(view), "baseline": baseline, "candidate": candidate}
    return Template("compare_choice.html", values)
