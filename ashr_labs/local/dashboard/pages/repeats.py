"""The repeats of a run: a matrix of scenarios and repeats, flip rates, and pass^k."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb
from statistics import fmean
from typing import TYPE_CHECKING

from ..exchange import Template, address
from ..registry import page
from .run import load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ....results.runs import Sample
    from ..loaded_runs import LoadedRun
    from ..view import View

__all__ = ["pass_hat", "repeats"]

_PAGE = 100
_MAX_REPEATS = 40
_MAX_K = 10
_SORTED = ("flaky first", "failing first", "scenario")


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    cells: Sequence[tuple[str, str]]
    """Outcome and address of each repeat."""
    more: int
    rate: float | None
    flips: float | None


@page("runs/{run_id}/repeats")
def repeats(view: View) -> Template:
    """Show which repeats of which scenarios passed."""
    found = load(view, view.number("run_id"))
    sort = view.choice("sort", _SORTED)
    groups = _sorted(found, sort)
    start = min(view.integer("from", 0), max(0, len(groups) - 1))
    rates = [(passed, len(checked)) for _, samples in groups for checked, passed in [_counts(samples)] if checked]
    most = min(_MAX_K, max((count for _, count in rates), default=0))
    flips = [flip for _, samples in groups if (flip := flip_rate(samples)) is not None]
    values = {
        "run": found,
        "rows": [_row(found, name, samples) for name, samples in groups[start : start + _PAGE]],
        "columns": min(_MAX_REPEATS, max((len(samples) for _, samples in groups), default=0)),
        "hats": [(k, pass_hat(rates, k)) for k in range(1, most + 1)],
        "flip_rate": fmean(flips) if flips else None,
        "flaky": sum(flip > 0 for flip in flips),
        "scenarios": len(groups),
        "sort": sort,
        "sorts": _SORTED,
        "start": start,
        "next": view.link(**{"from": start + _PAGE}) if start + _PAGE < len(groups) else None,
        "previous": view.link(**{"from": max(0, start - _PAGE) or None}) if start else None,
    }
    return Template("repeats.html", values)


def pass_hat(rates: Sequence[tuple[int, int]], k: int) -> float | None:
    """Return pass^k: the chance that all of k repeats of a scenario pass, over the scenarios with k repeats or more.

    Args:
        rates: How many repeats of each scenario passed, of how many.
        k: How many repeats.
    """
    chances = [comb(passed, k) / comb(count, k) for passed, count in rates if count >= k]
    return fmean(chances) if chances else None


def flip_rate(samples: Sequence[Sample]) -> float | None:
    """Return the chance that two repeats of a scenario disagree; None for fewer than two that were checked."""
    checked, passed = _counts(samples)
    count = len(checked)
    return passed * (count - passed) / comb(count, 2) if count > 1 else None


def _counts(samples: Sequence[Sample]) -> tuple[list[Sample], int]:
    checked = [sample for sample in samples if sample.is_checked]
    return checked, sum(sample.passed for sample in checked)


def _sorted(found: LoadedRun, sort: str) -> list[tuple[str, Sequence[Sample]]]:
    groups = list(found.results.by_scenario.items())
    match sort:
        case "flaky first":
            return sorted(groups, key=lambda group: -(flip_rate(group[1]) or 0.0))
        case "failing first":
            return sorted(groups, key=lambda group: fmean(sample.passed for sample in group[1]))
        case _:
            return sorted(groups, key=lambda group: group[0])


def _row(found: LoadedRun, name: str, samples: Sequence[Sample]) -> _Row:
    checked, passed = _counts(samples)
    return _Row(
        name[:200],
        [(sample.outcome, _link(found, sample)) for sample in samples[:_MAX_REPEATS]],
        max(0, len(samples) - _MAX_REPEATS),
        passed / len(checked) if checked else None,
        flip_rate(samples),
    )


def _link(found: LoadedRun, sample: Sample) -> str:
    fields = {"id": sample.scenario_id, "repeat": sample.record.get("repeat")}
    return address(f"/app/runs/{found.run_id}/test", fields)
