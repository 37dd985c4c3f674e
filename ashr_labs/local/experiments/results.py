"""The results and metrics of an experiment, from its rows."""

from __future__ import annotations

import shlex
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, Final

from ...experiments import metrics_of, shown_statuses
from ..store.experiment_rows import CANCELLED, ended_runs, finished_of, read_run, scenarios_of_run
from ..store.raw_json import RawJSON, encode
from ..store.spec_rows import spec_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection

    from ...experiments import Finished

__all__ = ["experiment_metrics", "experiment_record", "experiment_results", "scenario_record"]

_SHOWN: Final = (
    "id",
    "name",
    "spec_id",
    "spec_version",
    "status",
    "created_at",
    "seed",
    "run",
    "total_scenarios",
)
_COLUMNS: Final = ("scenario_id", "parameters", "replica", "seed", "status", "result")
_SUMMARY: Final = (
    "pass_rate",
    "total_cost_usd",
    "mean_cost_per_run_usd",
    "mean_wall_ms",
    "p95_wall_ms",
    "tool_success_rate",
)
_MAX_TREND: Final = 100


def experiment_record(experiment: Mapping[Any, Any]) -> dict[str, Any]:
    """Return an experiment without its secrets and results."""
    return {**{name: experiment[name] for name in _SHOWN}, "snapshot_id": _snapshot_id(experiment)}


def experiment_results(
    connection: Connection, experiment: Mapping[Any, Any], *, with_scenarios: bool = True
) -> dict[str, Any]:
    """Return the results of the last run, those so far while it runs."""
    run = read_run(connection, experiment)
    facts = _facts(connection, experiment)
    statuses = shown_statuses(facts)
    counts = Counter(statuses)
    spec = spec_value(connection, experiment["tenant_id"], experiment["spec_id"], experiment["spec_version"])
    return {
        **{name: experiment[name] for name in ("spec_id", "spec_version", "status", "run", "seed")},
        "experiment_id": experiment["id"],
        "snapshot_id": _snapshot_id(experiment),
        "ran_at": run["started_at"] if run else "",
        "pass_threshold": spec.get("scoring", {}).get("pass_threshold"),
        "total_scenarios": experiment["total_scenarios"],
        "passed": counts["pass"],
        "failed": counts["fail"],
        "flaky": counts["flaky"],
        "errors": counts["error"] + counts[CANCELLED],
        "metrics": metrics_of(facts),
        "scenarios": _scenarios(connection, experiment, statuses) if with_scenarios else [],
    }


def experiment_metrics(connection: Connection, experiment: Mapping[Any, Any]) -> dict[str, Any]:
    """Return the totals of the last run, its tools, and the trend of the spec's runs."""
    facts = _facts(connection, experiment)
    totals = metrics_of(facts)
    runs = ended_runs(connection, experiment["tenant_id"], experiment["spec_id"], _MAX_TREND)
    points = [(f"{run['experiment_id']}/{run['run']}", run["metrics"], run["ended_at"]) for run in runs]
    return {
        "experiment_id": experiment["id"],
        "summary": {
            "total_runs": len(facts),
            "total_tool_calls": sum(one.tool_calls for one in facts),
            **{name: totals[name] for name in _SUMMARY},
        },
        "tool_breakdown": _tools(row["tools"] for row in scenarios_of_run(connection, experiment, "tools")),
        "cost_trend": [{"run_id": run, "cost_usd": found["total_cost_usd"], "ts": ts} for run, found, ts in points],
        "pass_rate_trend": [{"run_id": run, "pass_rate": found["pass_rate"], "ts": ts} for run, found, ts in points],
    }


def _facts(connection: Connection, experiment: Mapping[Any, Any]) -> list[Finished]:
    return finished_of(connection, experiment["tenant_id"], experiment["id"], experiment["run"])


def _scenarios(connection: Connection, experiment: Mapping[Any, Any], statuses: Sequence[str]) -> list[RawJSON]:
    rows = scenarios_of_run(connection, experiment, *_COLUMNS)
    return [scenario_record(experiment, row, status) for row, status in zip(rows, statuses, strict=True)]


def scenario_record(experiment: Mapping[Any, Any], row: Mapping[Any, Any], status: str, **further: Any) -> RawJSON:
    """Return the result of a scenario.

    Args:
        experiment: The experiment.
        row: The scenario.
        status: Its status, `flaky` if its replicas disagree.
        further: More fields.
    """
    head: dict[str, Any] = {**further, "status": status, "reproducer": _reproducer(experiment, row)}
    if row["result"] is None:
        fields = ("scenario_id", "parameters", "replica", "seed")
        error = {"error": "it was cancelled before it had a result"} if row["status"] == CANCELLED else {}
        return RawJSON.dump({**head, **{name: row[name] for name in fields}, **error})
    # As text: results can be large, and are not looked at.
    return RawJSON(f"{encode({**head, 'outcome': row['status']})[:-1]},{row['result'].text[1:]}")


def _reproducer(experiment: Mapping[Any, Any], row: Mapping[Any, Any]) -> dict[str, Any]:
    spec, version, seed = experiment["spec_id"], experiment["spec_version"], experiment["seed"]
    options = ["--spec-version", str(version), "--seed", str(seed), "--scenario", row["scenario_id"]]
    if snapshot := _snapshot_id(experiment):
        options += ["--snapshot", snapshot]
    return {
        "spec_file": f"{spec}@{version}",
        "seed": seed,
        "scenario_id": row["scenario_id"],
        "parameters": row["parameters"],
        "command": shlex.join(["ashr-labs", "experiment", "run", "--spec", spec, *options]),
    }


def _snapshot_id(experiment: Mapping[Any, Any]) -> str:
    number = experiment["snapshot_id"]
    return "" if number is None else f"snap_{number}"


def _tools(found: Iterable[Mapping[str, Mapping[str, int]] | None]) -> dict[str, dict[str, Any]]:
    totals: dict[str, Counter[str]] = defaultdict(Counter)
    for tools in found:
        for name, tool in (tools or {}).items():
            totals[name].update(tool)
    return {
        name: {
            "count": total["count"],
            "mean_ms": round(total["total_ms"] / total["timed"]) if total["timed"] else 0,
            "error_rate": total["errors"] / total["count"],
        }
        for name, total in sorted(totals.items())
    }
