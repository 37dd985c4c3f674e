"""A run: its facts, and its tests with filters, search and sorting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...._json import as_object, is_number
from ....results.reports.text import pass_rate_text
from ....results.usage import usage_of, usage_rows
from ..charts import PassRate
from ..exchange import PageResponse, Template, address, redirect
from ..registry import action, page
from .labels import labels_of_run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ....results.runs import RunResults, Sample
    from ..loaded_runs import LoadedRun
    from ..view import View

__all__ = ["cancel", "load", "run", "run_events", "selected"]

_PAGE = 100
_SHOWN = ("all", "failed", "errors", "unchecked", "passed")
_SORTED = ("order", "failed first", "slowest", "most expensive", "scenario")
_RANK = {"error": 0, "failed": 1, "unchecked": 2, "passed": 3}
_MAX_TAGS = 30


def load(view: View, run_id: int) -> LoadedRun:
    """Return a run that the key can see."""
    return view.runs.get(lambda: view.answer("get_run", run_id=run_id))


@page("runs/{run_id}")
def run(view: View) -> Template:
    """Show a run."""
    found = load(view, view.number("run_id"))
    results = found.results
    values: dict[str, Any] = {
        "run": found,
        "results": results,
        "rate": _rate(results),
        "summary": pass_rate_text(results),
        "facts": _facts(found),
        "tags": _tags(results),
        "outcomes": _tabs(view, results, view.choice("show", _SHOWN)),
        "sorts": _SORTED,
        "sort": view.choice("sort", _SORTED),
        "show": view.choice("show", _SHOWN),
        "tag": view.text("tag"),
        "search": view.text("q"),
        **_tests(found, view),
        "files": [
            (name, address(f"/app/runs/{found.run_id}/tests.{name.lower()}", filters_of(view)))
            for name in ("CSV", "JSON")
        ],
        "has_repeats": len(results.by_scenario) < len(results),
        "is_live": not found.is_settled,
    }
    return Template("run.html", values)


def _tests(found: LoadedRun, view: View) -> dict[str, Any]:
    """Return the rows of the tests that a page lists, with their labels, and the addresses of the pages around it."""
    places = selected(found, view)
    labels = labels_of_run(view, found.run_id)
    start = min(view.integer("from", 0), max(0, len(places) - 1))
    return {
        "labelled": len(labels),
        "rows": [_row(found, place, filters_of(view), labels) for place in places[start : start + _PAGE]],
        "total": len(places),
        "start": start,
        "previous": view.link(**{"from": max(0, start - _PAGE) or None}) if start else None,
        "next": view.link(**{"from": start + _PAGE}) if start + _PAGE < len(places) else None,
    }


@page("runs/{run_id}/events")
def run_events(view: View) -> PageResponse:
    """Follow a run by server-sent events, as its page does."""
    after = view.request.headers.get("last-event-id", "")
    return view.follow("get_run_events", run_id=view.number("run_id"), after=int(after) if after.isdecimal() else None)


@action("runs/{run_id}/cancel")
def cancel(view: View) -> PageResponse:
    """Ask the player of a run to stop."""
    run_id = view.number("run_id")
    view.call("cancel_run", run_id=run_id)
    return redirect(address(f"/app/runs/{run_id}", {}))


def filters_of(view: View) -> dict[str, str]:
    """Return the parameters that select tests, so that the page of a test knows its neighbours."""
    return {name: view.query[name] for name in ("show", "sort", "tag", "q") if view.query.get(name)}


def selected(found: LoadedRun, view: View) -> list[int]:
    """Return the positions of the tests that the parameters of a page select, in their order."""
    shown, sort, tag = view.choice("show", _SHOWN), view.choice("sort", _SORTED), view.text("tag")
    outcome = {"errors": "error"}.get(shown, shown)
    words = view.text("q").lower().split()
    samples = found.results.samples
    places = [
        place
        for place, sample in enumerate(samples)
        if (outcome in ("all", sample.outcome) or (outcome == "failed" and sample.outcome == "error"))
        and (not tag or tag in sample.tags)
        and all(word in found.texts[place] for word in words)
    ]
    return _sorted(samples, places, sort)


def _sorted(samples: Sequence[Sample], places: list[int], sort: str) -> list[int]:
    match sort:
        case "failed first":
            return sorted(places, key=lambda place: _RANK[samples[place].outcome])
        case "slowest":
            return sorted(places, key=lambda place: -(samples[place].seconds or 0.0))
        case "most expensive":
            return sorted(places, key=lambda place: -(samples[place].cost_usd or 0.0))
        case "scenario":
            return sorted(places, key=lambda place: samples[place].name)
        case _:
            return places


def _rate(results: RunResults) -> PassRate:
    return PassRate(results.passed, results.checked)


def _tabs(view: View, results: RunResults, shown: str) -> list[tuple[str, int, str, bool]]:
    """Return name, number of tests, address and whether it is selected, of each filter by outcome."""
    counts = {
        "all": len(results),
        "failed": results.failed + results.errors,
        "errors": results.errors,
        "unchecked": results.unchecked,
        "passed": results.passed,
    }
    return [(name, counts[name], view.link(show=name, **{"from": None}), name == shown) for name in _SHOWN]


def _tags(results: RunResults) -> list[tuple[str, PassRate]]:
    return [(tag, _rate(results.with_tag(tag))) for tag in results.tags[:_MAX_TAGS]]


def _facts(found: LoadedRun) -> list[tuple[str, str]]:
    results = found.results
    costs = [one.cost_usd for one in results.samples if one.cost_usd is not None]
    total = [("total cost", f"${sum(costs):.4f}")] if costs else []
    facts = [(name.replace("_", " "), fact) for name, fact in results.facts.items() if name not in ("date", "dataset")]
    return [*total, *usage_rows(usage_of(results)), *((name[:60], fact[:200]) for name, fact in facts[:20])]


def _row(
    found: LoadedRun, place: int, filters: Mapping[str, str], labels: Mapping[tuple[str, Any], Mapping[str, Any]]
) -> dict[str, Any]:
    sample = found.results.samples[place]
    scores = {name: value for name, value in sample.scores.items() if name != "text_similarity"}
    usage = as_object(sample.record.get("usage")) or {}
    return {
        "link": address(f"/app/runs/{found.run_id}/test", {**found.key(place), **filters}),
        "name": sample.name[:200],
        "title": sample.title[:200],
        "outcome": sample.outcome,
        "reason": sample.reasons[0][:300] if sample.reasons else "",
        "tags": [tag[:40] for tag in sample.tags[:6]],
        "scores": list(scores.items())[:4],
        "duration_ms": None if sample.seconds is None else 1000 * sample.seconds,
        "cost": sample.cost_usd,
        "label": labels.get((sample.scenario_id, sample.record.get("repeat"))),
        "tokens": sum(value for key in ("input_tokens", "output_tokens") if is_number(value := usage.get(key))),
    }
