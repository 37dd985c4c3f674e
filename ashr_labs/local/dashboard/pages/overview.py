"""The first page: the newest runs, and what agents did in the last days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..exchange import Template
from ..registry import page
from .run_list import dataset_names, run_row

if TYPE_CHECKING:
    from ..view import View

__all__ = ["overview"]

_NEWEST = 8
_MAX_ROWS = 12
_DAYS = {"1 day": 1, "7 days": 7, "30 days": 30}


@page("")
def overview(view: View) -> Template:
    """Show the newest runs, and volume, latency, tokens and costs of the last days."""
    period = view.choice("days", ["7 days", "1 day", "30 days"])
    tenant = {"tenant_id": view.principal.tenant_id}
    runs = view.call("list_runs", **tenant, limit=_NEWEST, summary=True)["runs"]
    found = view.call("get_observability_analytics", days=_DAYS[period])
    totals = found["overview"]
    values: dict[str, Any] = {
        "runs": [run_row(run) for run in runs],
        "datasets": dataset_names(view),
        "totals": totals,
        "latencies": [(name, totals.get(f"{name}_latency_ms")) for name in ("p50", "p95", "p99")],
        "slowest": max((totals.get(f"{name}_latency_ms") or 0 for name in ("p50", "p95", "p99")), default=0),
        "models": found["model_usage"][:_MAX_ROWS],
        "most_tokens": max((model["total_tokens"] for model in found["model_usage"]), default=0),
        "tools": found["tool_performance"][:_MAX_ROWS],
        "rules": (found.get("score_rules") or [])[:_MAX_ROWS],
        "periods": [(name, view.link(days=name), name == period) for name in _DAYS],
        "period": period,
    }
    return Template("overview.html", values)
