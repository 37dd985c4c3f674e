"""A test: its transcript with expected beside actual, its reasons, scores and checks."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from ...._json import as_list, as_object, is_number
from ....errors import NotFoundError
from ..budget import Budget
from ..exchange import PageResponse, Template, address
from ..registry import page
from ..transcript import transcript
from .labels import label_of_test, review_link
from .run import filters_of, load, selected

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ....results.runs import Sample
    from ..loaded_runs import LoadedRun
    from ..view import View

__all__ = ["raw_test", "test"]

_EVENTS = ("all", "messages", "calls", "wrong")
_MAX_REASONS, _MAX_SCORES = 30, 60
_MAX_LABELLED_ID = 10_000
_UNNAMEABLE = re.compile("[\x00\ud800-\udfff]")


@page("runs/{run_id}/test")
def test(view: View) -> Template:
    """Show a test."""
    found = load(view, view.number("run_id"))
    place, events = _place(found, view), view.choice("events", _EVENTS)
    sample, budget = found.results.samples[place], Budget()
    # In the order of their importance: the budget of the page is for the first ones.
    facts: dict[str, Any] = {
        "reasons": [budget.cut(reason, 600) for reason in dict.fromkeys(sample.reasons[:_MAX_REASONS])],
        "scores": list(_scores(sample.record, budget)),
        "error": _error(sample.record, budget),
        "tokens": _tokens(sample.record),
        "trace_id": _trace_id(sample.record),
    }
    shown = transcript(sample, budget, show=events, start=view.integer("from", 0))
    values: dict[str, Any] = {
        "run": found,
        "sample": sample,
        "name": sample.name[:300],
        **facts,
        "behaviors": list(_behaviors(sample.record, budget)),
        "transcript": shown,
        "events": [(name, view.link(events=name, **{"from": None}), name == events) for name in _EVENTS],
        "next_steps": view.link(**{"from": shown.next_start}) if shown.next_start else None,
        "first_steps": view.link(**{"from": None}) if view.integer("from", 0) else None,
        "jump": _jump(view, shown.first_wrong, [step.number for step in shown.steps]),
        **_neighbours(found, view, place),
        "repeats": _repeats(found, view, sample),
        "raw": address(f"/app/runs/{found.run_id}/test.json", found.key(place)),
        "back": address(f"/app/runs/{found.run_id}", filters_of(view)),
        **_label(found, view, place),
    }
    return Template("test.html", values)


@page("runs/{run_id}/test.json")
def raw_test(view: View) -> PageResponse:
    """Return a test as it was recorded, as a JSON file."""
    found = load(view, view.number("run_id"))
    record = found.results.samples[_place(found, view)].record
    content = json.dumps(record, indent=2, default=str).encode()
    name = f"run-{found.run_id}-test.json"
    headers = {"content-type": "application/json", "content-disposition": f'inline; filename="{name}"'}
    return PageResponse(200, content, headers, tenant_id=view.principal.tenant_id)


def _label(found: LoadedRun, view: View, place: int) -> dict[str, Any]:
    """Return the label of a test with the fields of its form, and the next test to label if it is from the queue."""
    sample = found.results.samples[place]
    key = found.key(place)
    if key["copy"] or not _has_plain_id(sample.record.get("test_id")):
        return {"can_label": False, "skip": None, "review": ""}
    repeat, review = sample.record.get("repeat"), str(view.integer("review", 0)) if view.query.get("review") else ""
    fields = [("id", sample.scenario_id), ("repeat", key["repeat"]), ("review", review)]
    return {
        "can_label": True,
        "label": label_of_test(view, found.run_id, sample.scenario_id, repeat),
        "label_fields": fields,
        "label_action": f"/app/runs/{found.run_id}/label",
        "here": view.link() + "#label",
        "review": review,
        "skip": _skip(found, view, int(review)) if review else None,
    }


def _has_plain_id(test_id: object) -> bool:
    """Return True if a test can be named in the request for its label."""
    return isinstance(test_id, str) and len(test_id) <= _MAX_LABELLED_ID and not _UNNAMEABLE.search(test_id)


def _skip(found: LoadedRun, view: View, place: int) -> str:
    """Return the address of the test after a place of the queue."""
    waiting = view.call("list_label_queue", run_id=found.run_id, limit=min(1000, place + 2))["items"]
    if place + 1 < len(waiting):
        return review_link(waiting[place + 1], place + 1)
    return address("/app/labels", {"run": found.run_id})


def _place(found: LoadedRun, view: View) -> int:
    if "id" not in view.query:
        raise NotFoundError("the address of a test must have its `id`; open it from the page of its run")
    return found.place(view.query["id"], view.query.get("repeat", ""), view.integer("copy", 0))


def _neighbours(found: LoadedRun, view: View, place: int) -> dict[str, str | None]:
    """Return the addresses of the tests around one, and of the failed ones around it."""
    order = selected(found, view)
    wrong = [one for one in order if found.results.samples[one].outcome in ("failed", "error")]
    return {
        "failed_after": _neighbour(found, view, wrong, place, 1),
        "failed_before": _neighbour(found, view, wrong, place, -1),
        "after": _neighbour(found, view, order, place, 1),
        "before": _neighbour(found, view, order, place, -1),
    }


def _neighbour(found: LoadedRun, view: View, order: list[int], place: int, step: int) -> str | None:
    """Return the address of the next or previous test of those, which need not have the shown one among them."""
    ahead = order if step > 0 else order[::-1]
    is_listed = place in ahead
    ahead = ahead[ahead.index(place) + 1 :] if is_listed else [one for one in ahead if (one > place) == (step > 0)]
    return _link(found, view, ahead[0]) if ahead else None


def _link(found: LoadedRun, view: View, place: int) -> str:
    return address(f"/app/runs/{found.run_id}/test", {**found.key(place), **filters_of(view)})


def _jump(view: View, first_wrong: int | None, shown: list[int]) -> str | None:
    """Return the address of the first wrong step."""
    if first_wrong is None:
        return None
    if first_wrong in shown:
        return f"#step-{first_wrong}"
    return view.link(events="wrong", **{"from": None}) + f"#step-{first_wrong}"


def _repeats(found: LoadedRun, view: View, sample: Sample) -> list[tuple[str, str, str, bool]]:
    """Return label, outcome, address and whether it is the shown one, of each repeat of the scenario."""
    places = [place for place, one in enumerate(found.results.samples) if one.scenario_id == sample.scenario_id]
    if len(places) < 2:
        return []
    return [
        (str(number), one.outcome, _link(found, view, place), one is sample)
        for number, place in enumerate(places[:50])
        for one in [found.results.samples[place]]
    ]


def _trace_id(record: Mapping[str, Any]) -> str | None:
    trace_id = record.get("trace_id")
    return trace_id if isinstance(trace_id, str) and trace_id else None


def _tokens(record: Mapping[str, Any]) -> dict[str, float]:
    usage = as_object(record.get("usage")) or {}
    return {
        key.removesuffix("_tokens").replace("_", " "): value
        for key, value in usage.items()
        if key.endswith("_tokens") and is_number(value)
    }


def _scores(record: Mapping[str, Any], budget: Budget) -> Any:
    """Yield name, value, whether it passed, and reason of each score."""
    for name, score in list((as_object(record.get("scores")) or {}).items())[:_MAX_SCORES]:
        fields = as_object(score) or {"value": score}
        value = fields.get("value")
        text = "not scored" if value is None else f"{value:.3g}" if is_number(value) else str(value)[:100]
        passed = fields.get("passed")
        yield (
            str(name)[:100],
            text,
            passed if isinstance(passed, bool) else None,
            budget.cut(str(fields.get("reason") or ""), 600),
        )


def _behaviors(record: Mapping[str, Any], budget: Budget) -> Any:
    """Yield what judges said about the agent's rules."""
    for entry in (as_list(record.get("behavior_results")) or [])[:_MAX_SCORES]:
        fields = as_object(entry) or {}
        yield (
            budget.cut(str(fields.get("rule") or "rule"), 300),
            str(fields.get("status") or "")[:40],
            budget.cut(str(fields.get("reason") or ""), 600),
        )


def _error(record: Mapping[str, Any], budget: Budget) -> dict[str, Any] | None:
    error = as_object(record.get("error"))
    if not error:
        return None
    text = error.get("traceback") or ""
    heading = ": ".join(str(error[key]) for key in ("type", "message") if error.get(key))
    return {
        "heading": budget.cut(heading, 600),
        "traceback": budget.cut(str(text), 6_000) if text else None,
        "path": str(error.get("path") or "")[:300],
    }
