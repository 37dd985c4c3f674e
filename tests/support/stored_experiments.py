"""Experiments with results that are stored without playing them, for tests of what reads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, insert

from ashr_labs.experiments import Finished, Scenario
from ashr_labs.local.store.experiment_rows import begin_run, end_run, finished_of, store_result
from ashr_labs.local.store.experiment_tables import experiments
from ashr_labs.local.store.schema import specs
from support.local_api import MOMENT

__all__ = ["store_experiment"]


def store_experiment(
    connection: Connection,
    outcomes: Sequence[tuple[str, str]],
    *,
    name: str = "exp-1",
    tenant_id: int = 1,
    results: Iterable[Mapping[str, Any]] = (),
) -> list[str]:
    """Store an experiment of one run that has ended, and return the ids of its sandboxes.

    Args:
        connection: A writing one.
        outcomes: The point and the status of each scenario.
        name: The id.
        tenant_id: The owner, whose user has the same number.
        results: Further fields of the results, in the order of the scenarios.
    """
    further = [*results] or [{}] * len(outcomes)
    scenarios = _scenarios(point for point, _ in outcomes)
    experiment = {
        "tenant_id": tenant_id,
        "id": name,
        "created_at": MOMENT,
        "creator_id": tenant_id,
        "name": "stored",
        "spec_id": f"spec-of-{name}",
        "spec_version": 1,
        "seed": 5,
        "status": "draft",
        "run": 0,
        "total_scenarios": len(scenarios),
    }
    sandboxes = [f"sb-{name}-{number}" for number in range(len(scenarios))]
    connection.execute(insert(specs), _spec(tenant_id, f"spec-of-{name}"))
    connection.execute(insert(experiments), experiment)
    numbers = begin_run(connection, experiment, scenarios, MOMENT)
    for number, scenario, (_, status), sandbox, fields in zip(
        numbers, scenarios, outcomes, sandboxes, further, strict=True
    ):
        result = {
            "scenario_id": scenario.id,
            "sandbox_id": sandbox,
            "parameters": dict(scenario.parameters),
            "replica": scenario.replica,
            "seed": scenario.seed,
            "agent_output": f"said by {scenario.id}",
            "exit_code": 0,
            "invariants": [],
            **fields,
        }
        store_result(connection, number, status, {"result": result, "sandbox_id": sandbox})
    experiment["run"] = 1
    facts: list[Finished] = finished_of(connection, tenant_id, name, 1)
    end_run(connection, experiment, MOMENT, facts)
    return sandboxes


def _scenarios(points: Iterable[str]) -> list[Scenario]:
    replicas: Counter[str] = Counter()
    found: list[Scenario] = []
    for point in points:
        replicas[point] += 1
        found.append(Scenario(f"{point}-r{replicas[point]}", point, replicas[point], {"POINT": point}, len(found)))
    return found


def _spec(tenant_id: int, name: str) -> dict[str, Any]:
    value = {"id": name, "task": {"prompt": "Say {{ parameters.POINT }}."}, "agent": {"type": "cli", "command": "true"}}
    return {
        "tenant_id": tenant_id,
        "created_at": MOMENT,
        "name": name,
        "version": 1,
        "description": "",
        "text": "",
        "value": value,
        "is_active": True,
    }
