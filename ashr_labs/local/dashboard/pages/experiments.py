"""Experiments: what agents left behind in the sandboxes of a spec, live."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from ...._json import as_list, as_object, is_number
from ...._routes import expand
from ..budget import Budget
from ..charts import PassRate
from ..exchange import PageResponse, Template, address, redirect
from ..formats import value_text
from ..registry import action, page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..budget import Cut
    from ..view import View

__all__ = ["cancel_experiment", "compare_experiments", "experiment", "experiments", "run_experiment"]

_PAGE = 50
_SHOWN = ("all", "failed", "errors", "flaky", "passed", "waiting")
_STATUSES = {
    "failed": ("fail",),
    "errors": ("error", "cancelled"),
    "flaky": ("flaky",),
    "passed": ("pass",),
    "waiting": ("pending", "running"),
}
_OUTCOMES = {"pass": "passed", "fail": "failed"}
_MAX_CHECKS, _MAX_PATHS = 60, 100
_TEXTS = {"Output": "agent_output", "Errors": "agent_stderr", "Parameters": "parameters", "Audit": "audit"}
_CHANGES = ("added", "modified", "removed")


@page("experiments")
def experiments(view: View) -> Template:
    """Show a page of experiments, newest first."""
    found = view.items("list_experiments")
    start = min(view.integer("from", 0), max(0, len(found) - 1))
    values = {
        "rows": found[start : start + _PAGE],
        "total": len(found),
        "start": start,
        "next": view.link(**{"from": start + _PAGE}) if start + _PAGE < len(found) else None,
        "previous": view.link(**{"from": max(0, start - _PAGE) or None}) if start else None,
    }
    return Template("experiments.html", values)


@page("experiments/{experiment_id}")
def experiment(view: View) -> Template:
    """Show the last run of an experiment."""
    experiment_id = view.parts["experiment_id"]
    found = view.call("get_experiment", experiment_id=experiment_id)
    show, words = view.choice("show", _SHOWN), view.text("q").lower().split()
    scenarios = [one for one in found["scenarios"] if _fits(one, show, words)]
    start = min(view.integer("from", 0), max(0, len(scenarios) - 1))
    budget = Budget()
    counts = Counter(one["status"] for one in found["scenarios"])
    values: dict[str, Any] = {
        "experiment": found,
        "experiment_id": experiment_id,
        "rate": PassRate(counts["pass"], found["total_scenarios"] - counts["pending"] - counts["running"]),
        "waiting": counts["pending"] + counts["running"],
        "is_live": found["status"] == "running",
        "metrics": found["metrics"],
        "tabs_": [
            (name, _count(counts, name), view.link(show=name, **{"from": None}), name == show) for name in _SHOWN
        ],
        "show": show,
        "search": view.text("q"),
        "rows": [_scenario(one, budget) for one in scenarios[start : start + _PAGE]],
        "total": len(scenarios),
        "start": start,
        "next": view.link(**{"from": start + _PAGE}) if start + _PAGE < len(scenarios) else None,
        "previous": view.link(**{"from": max(0, start - _PAGE) or None}) if start else None,
        "others": _others(view, found),
    }
    return Template("experiment.html", values)


@page("experiments/compare")
def compare_experiments(view: View) -> Template:
    """Show two experiments side by side."""
    sides = [view.text("baseline"), view.text("candidate")]
    found = view.send("compare_experiments", baseline_id=sides[0], candidate_id=sides[1])
    values = {"sides": sides, "found": found, "paired": found["paired"], "sentence": _sentence(found["paired"])}
    return Template("experiment_comparison.html", values)


@action("experiments/{experiment_id}/run")
def run_experiment(view: View) -> PageResponse:
    """Start a run of an experiment."""
    view.send("run_experiment", experiment_id=view.parts["experiment_id"])
    return redirect(_link(view.parts["experiment_id"]))


@action("experiments/{experiment_id}/cancel")
def cancel_experiment(view: View) -> PageResponse:
    """End the run of an experiment."""
    view.send("cancel_experiment", experiment_id=view.parts["experiment_id"])
    return redirect(_link(view.parts["experiment_id"]))


def _link(experiment_id: str) -> str:
    return expand("/app/experiments/{id}", {"id": experiment_id})


def _fits(one: Mapping[str, Any], show: str, words: Sequence[str]) -> bool:
    if show != "all" and one["status"] not in _STATUSES[show]:
        return False
    return not words or all(word in value_text(one).lower() for word in words)


def _count(counts: Mapping[str, int], name: str) -> int:
    return sum(counts.values()) if name == "all" else sum(counts.get(one, 0) for one in _STATUSES[name])


def _others(view: View, found: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return name and address of the comparison with each other ended experiment of the same spec."""
    return [
        (
            f"{one['name'][:80]} ({one['id']})",
            address("/app/experiments/compare", {"baseline": one["id"], "candidate": found["experiment_id"]}),
        )
        for one in view.items("list_experiments")
        if one["spec_id"] == found["spec_id"]
        and one["id"] != found["experiment_id"]
        and one["status"] in ("completed", "failed", "cancelled")
    ][:20]


def _scenario(one: Mapping[str, Any], budget: Budget) -> dict[str, Any]:
    status = str(one["status"])
    invariants = [as_object(found) or {} for found in (as_list(one.get("invariants")) or [])[:_MAX_CHECKS]]
    rules = [as_object(found) or {} for found in (as_list(one.get("forbidden_checks")) or [])[:_MAX_CHECKS]]
    failed = [str(found.get("name")) for found in invariants if not found.get("passed")]
    broken = [str(found.get("rule")) for found in rules if found.get("violated")]
    return {
        "name": str(one["scenario_id"])[:160],
        "outcome": _OUTCOMES.get(status, status)[:40],
        "reason": budget.cut(str(one.get("error") or "; ".join([*failed, *broken])), 300).text,
        **{name: one.get(name) for name in ("replica", "wall_ms", "tool_calls", "exit_code")},
        "cost": (as_object(one.get("cost")) or {}).get("estimated_usd"),
        "timed_out": bool(one.get("timed_out")),
        "score": one.get("composite_score") if is_number(one.get("composite_score")) else None,
        "error": budget.cut(str(one["error"]), 2_000) if one.get("error") else None,
        "invariants": [_invariant(found, budget) for found in invariants],
        "rules": [_rule(found, budget) for found in rules],
        "changes": _changes(as_object(one.get("diff")) or {}, budget),
        "texts": [
            (label, budget.cut(value_text(one[name]), 4_000))
            for label, name in _TEXTS.items()
            if one.get(name) not in (None, "", {})
        ],
        "sandbox_id": str(one.get("sandbox_id") or "")[:100],
        "has_trace": bool(one.get("trace_file")),
    }


def _invariant(one: Mapping[str, Any], budget: Budget) -> dict[str, Any]:
    text = str(one.get("error") or one.get("message") or one.get("reason") or "")
    return {
        "name": str(one.get("name"))[:120],
        "outcome": "error" if one.get("error") else "passed" if one.get("passed") else "failed",
        "is_gate": bool(one.get("gate")),
        "text": budget.cut(text, 800),
    }


def _rule(one: Mapping[str, Any], budget: Budget) -> tuple[str, bool, Cut]:
    """Return name, whether it was broken, and how."""
    return str(one.get("rule"))[:80], bool(one.get("violated")), budget.cut(str(one.get("details") or ""), 600)


def _changes(diff: Mapping[str, Any], budget: Budget) -> list[tuple[str, list[str], int]]:
    """Return kind, paths, and how many more there are, of each kind of change."""
    found: list[tuple[str, list[str], int]] = []
    for kind in _CHANGES:
        paths = [str(path) for path in as_list(diff.get(kind)) or []]
        if paths:
            found.append(
                (kind, [budget.cut(path, 300).text for path in paths[:_MAX_PATHS]], max(0, len(paths) - _MAX_PATHS))
            )
    return found


def _sentence(paired: Mapping[str, Any]) -> str:
    if not paired["pairs"]:
        return "Cannot tell: no scenario has a verdict in both experiments."
    start = {"better": "The candidate is better", "worse": "The candidate is worse"}.get(
        paired["verdict"], "The experiments cannot be told apart"
    )
    interval = f"{100 * paired['low']:+.1f} to {100 * paired['high']:+.1f}"
    change = f"{100 * paired['difference']:+.1f} points (95 % interval {interval})"
    return (
        f"{start}: the pass rate changed by {change} over {paired['pairs']:,} scenarios, p = {paired['p_value']:.3g}."
    )
