"""The list of runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...._json import as_object, is_number
from ..charts import PassRate, trend
from ..exchange import Template
from ..registry import page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..view import View

__all__ = ["RunRow", "dataset_names", "run_list", "run_row"]

_PAGE = 25
_MAX_DATASETS = 200
_AGENT_KEYS = ("agent", "agent_name", "model", "version", "commit")
"""Metadata that says what was tested."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run in a list."""

    run_id: int
    state: str
    """`running`, `pending`, `completed`, `failed` or another grading status."""
    rate: PassRate
    unchecked: int
    tests: int
    tests_expected: int | None
    """How many tests a run has in the end, while it is played."""
    dataset: int | None
    subject: str
    """Agent, model and version, as far as the metadata has them."""
    duration_ms: float | None
    cost: float | None
    created_at: str


@page("runs")
def run_list(view: View) -> Template:
    """Show a page of runs, newest first, and their pass rates as a trend."""
    dataset = view.integer("dataset", 0, 1) or None
    cursor = view.integer("before", 0, 1) or None
    answer = view.call("list_runs", **_tenant(view), dataset_id=dataset, cursor=cursor, limit=_PAGE, summary=True)
    rows = [run_row(run) for run in answer["runs"]]
    graded = [(row.run_id, row.rate) for row in reversed(rows) if row.rate.total]
    values = {
        "rows": rows,
        "dataset": dataset,
        "datasets": dataset_names(view),
        "points": trend(graded) if len(graded) > 1 else [],
        "older": view.link(before=answer["next_cursor"]) if answer.get("next_cursor") else None,
        "newest": view.link(before=None) if cursor else None,
    }
    return Template("runs.html", values)


def dataset_names(view: View) -> dict[int, str]:
    """Return the names of the newest datasets by their ids."""
    answer = view.call("list_datasets", **_tenant(view), limit=_MAX_DATASETS, summary=True)
    return {dataset["id"]: dataset["name"] for dataset in answer["datasets"]}


def run_row(run: Mapping[str, Any]) -> RunRow:
    """Return the row of a run in a list, as `list_runs` answers it with `summary`."""
    result = as_object(run.get("result")) or {}
    metrics = as_object(result.get("aggregate_metrics")) or {}
    progress = as_object(run.get("progress"))
    passed, failed = _count(metrics, "tests_passed"), _count(metrics, "tests_failed")
    duration, cost = result.get("duration_ms"), (as_object(result.get("usage")) or {}).get("cost_usd")
    return RunRow(
        run_id=run["id"],
        state="running" if progress else str(run.get("grading_status") or ""),
        rate=PassRate(passed, passed + failed),
        unchecked=_count(metrics, "tests_unchecked"),
        tests=_count(metrics, "total_tests"),
        tests_expected=progress.get("tests_total") if progress else None,
        dataset=run.get("dataset"),
        subject=subject_of(as_object(result.get("metadata")) or {}),
        duration_ms=duration if is_number(duration) else None,
        cost=cost if is_number(cost) else None,
        created_at=str(run.get("created_at") or ""),
    )


def subject_of(metadata: Mapping[str, Any]) -> str:
    """Return agent, model and version of a run, where its metadata has them."""
    return " · ".join(
        str(metadata[key])[:60] for key in _AGENT_KEYS if isinstance(metadata.get(key), str | int | float)
    )


def _count(metrics: Mapping[str, Any], name: str) -> int:
    value = metrics.get(name)
    return value if isinstance(value, int) and 0 <= value < 2**53 else 0


def _tenant(view: View) -> dict[str, Any]:
    return {"tenant_id": view.principal.tenant_id}
