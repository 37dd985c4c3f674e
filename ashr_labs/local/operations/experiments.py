"""Experiments: created as a draft, run, cancelled, compared."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import insert

from ..._format import suggestion
from ...errors import BadRequestError, ConfigurationError, ConflictError, NotFoundError, ValidationError
from ...experiments import filled_prompt, scenarios_of
from ...specs import spec_from_value
from ..agent_checks import prepared_spec
from ..boot.plan import resolved_secrets
from ..experiments.agents import agent_fault
from ..experiments.comparing import compared_metrics, paired_verdict, regressions_of
from ..experiments.exporting import FORMATS, exported
from ..experiments.listing import scenario_page
from ..experiments.results import experiment_metrics, experiment_record, experiment_results
from ..experiments.snapshots import find_agent, needs_of
from ..jobs.queue import withdraw
from ..jobs.run_scenario import RUN_SCENARIO
from ..store.experiment_rows import (
    DRAFT,
    RUNNING,
    begin_run,
    cancel_run,
    find_experiment,
    newest_experiments,
    remove_experiment,
    scenarios_of_run,
    unfinished_numbers,
)
from ..store.schema import experiments
from ..store.spec_rows import spec_value
from ..streams import Download
from .registry import Context, LongContext, long_operation, operation
from .specs import find_spec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from ...experiments import Scenario
    from ...specs import Spec

__all__ = [
    "cancel_experiment",
    "compare_experiments",
    "create_experiment",
    "delete_experiment",
    "export_experiment",
    "found_experiment",
    "get_experiment",
    "get_experiment_metrics",
    "list_experiments",
    "list_scenarios",
    "run_experiment",
]

_MAX_LISTED: Final = 1000
_VERDICTS: Final = {"pass": True, "fail": False}


@operation("create_experiment", writes=True)
def create_experiment(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Store a draft, once it is certain that its scenarios can be played."""
    tenant_id = context.principal.tenant_id
    version, spec = find_spec(context.connection, tenant_id, params["spec_id"], params.get("spec_version"))
    seed: int = params.get("seed", 0)
    given: dict[str, str] = params.get("secrets", {})
    scenarios = _scenarios(spec, seed, params.get("scenario_ids"))
    resolved_secrets(spec, given)
    snapshot = find_agent(context.connection, tenant_id, spec, params.get("snapshot"))
    if snapshot is not None:
        prepared_spec(spec, needs_of(snapshot), given, installs_packages=context.settings.boot.packages is not None)
    row = {
        "tenant_id": tenant_id,
        "id": f"exp-{secrets.token_hex(8)}",
        "created_at": context.timestamp,
        "creator_id": context.principal.user_id,
        "name": params["name"],
        "spec_id": spec.id,
        "spec_version": version,
        "seed": seed,
        "selection": params.get("scenario_ids"),
        "secrets": context.sealing.seal(json.dumps(given)) if given else None,
        "status": DRAFT,
        "run": 0,
        "total_scenarios": len(scenarios),
        "snapshot_id": None if snapshot is None else snapshot["id"],
    }
    context.connection.execute(insert(experiments), row)
    return experiment_record(row)


@operation("list_experiments")
def list_experiments(context: Context, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the newest experiments, newest first."""
    found = newest_experiments(context.connection, context.principal.tenant_id, _MAX_LISTED)
    return [experiment_record(row) for row in found]


@long_operation("get_experiment")
def get_experiment(context: LongContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the results of the last run."""
    with context.database.read() as connection:
        experiment = found_experiment(connection, context.principal.tenant_id, params["experiment_id"])
        return experiment_results(connection, experiment, with_scenarios=params.get("scenarios", True))


@operation("run_experiment", writes=True)
def run_experiment(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Start a run: a job for each scenario."""
    connection, tenant_id = context.connection, context.principal.tenant_id
    experiment = found_experiment(connection, tenant_id, params["experiment_id"], for_update=True)
    if experiment["status"] == RUNNING:
        raise ConflictError(f"the experiment {experiment['id']} is running; wait for its end, or cancel it")
    value = spec_value(connection, tenant_id, experiment["spec_id"], experiment["spec_version"])
    scenarios = _scenarios(spec_from_value(value), experiment["seed"], experiment["selection"])
    for number in begin_run(connection, experiment, scenarios, context.timestamp):
        context.enqueue(RUN_SCENARIO, number)
    return experiment_record(found_experiment(connection, tenant_id, experiment["id"]))


@operation("cancel_experiment", writes=True)
def cancel_experiment(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """End a run with the results that there are; workers notice that they have lost its jobs."""
    connection, tenant_id = context.connection, context.principal.tenant_id
    experiment = found_experiment(connection, tenant_id, params["experiment_id"])
    # The jobs first, as in the transactions that store results: who locks in another order waits forever.
    for number in unfinished_numbers(connection, experiment):
        withdraw(connection, RUN_SCENARIO, tenant_id, str(number))
    experiment = found_experiment(connection, tenant_id, experiment["id"], for_update=True)
    if experiment["status"] != RUNNING:
        raise ConflictError(f"the experiment {experiment['id']} is not running, its status is {experiment['status']}")
    cancel_run(connection, experiment, context.timestamp)
    return experiment_record(found_experiment(connection, tenant_id, experiment["id"]))


@operation("delete_experiment", writes=True)
def delete_experiment(context: Context, params: Mapping[str, Any]) -> None:
    """Delete an experiment with its runs, scenarios and scores."""
    tenant_id = context.principal.tenant_id
    experiment = found_experiment(context.connection, tenant_id, params["experiment_id"], for_update=True)
    if experiment["status"] == RUNNING:
        raise ConflictError(f"the experiment {experiment['id']} is running; cancel it before it is deleted")
    remove_experiment(context.connection, experiment)


@long_operation("export_experiment")
def export_experiment(context: LongContext, params: Mapping[str, Any]) -> Download:
    """Return the last run with its spans and scores, which are read while they are sent."""
    given = params.get("format", "json")
    if given not in FORMATS:
        raise ValidationError(
            f"export_experiment: format: must be {' or '.join(FORMATS)}, got {given!a}{suggestion(given, FORMATS)}",
            response={"path": "format"},
        )
    with context.database.read() as connection:
        experiment = found_experiment(connection, context.principal.tenant_id, params["experiment_id"])
    media_type = FORMATS[given]
    return Download(exported(context.database, experiment, media_type), {"content-type": media_type})


@operation("list_scenarios")
def list_scenarios(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return one page of the scenarios of last runs, oldest first."""
    return scenario_page(context.connection, context.principal.tenant_id, context.cursors("list_scenarios"), params)


@long_operation("compare_experiments")
def compare_experiments(context: LongContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the metrics of two experiments side by side."""
    ids = params["baseline_id"], params["candidate_id"]
    with context.database.read() as connection:
        both = [_ended(connection, context.principal.tenant_id, one) for one in ids]
        totals = [experiment_results(connection, one, with_scenarios=False)["metrics"] for one in both]
        verdicts = [_verdicts(connection, one) for one in both]
    metrics = compared_metrics(*totals)
    regressions = regressions_of(metrics)
    paired = paired_verdict(*verdicts) if both[0]["spec_id"] == both[1]["spec_id"] else paired_verdict({}, {})
    return {
        "baseline_id": ids[0],
        "candidate_id": ids[1],
        "metrics": metrics,
        "regressed": bool(regressions),
        "regressions": regressions,
        "paired": paired,
    }


@long_operation("get_experiment_metrics")
def get_experiment_metrics(context: LongContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the totals of the last run, its tools, and the trend of its spec."""
    with context.database.read() as connection:
        experiment = found_experiment(connection, context.principal.tenant_id, params["experiment_id"])
        return experiment_metrics(connection, experiment)


def _scenarios(spec: Spec, seed: int, only: Sequence[str] | None) -> tuple[Scenario, ...]:
    if fault := agent_fault(spec):
        raise BadRequestError(fault)
    if only is not None and not only:
        raise BadRequestError("`scenario_ids` must name at least one scenario; leave it out to play all of the spec")
    try:
        found = scenarios_of(spec, seed, only=only)
        filled_prompt(spec.prompt, found[0].parameters)
    except ConfigurationError as error:
        raise ValidationError(error.message, response={"path": "scenario_ids" if only else "spec_id"}) from error
    return found


def found_experiment(
    connection: Connection, tenant_id: int, experiment_id: str, *, for_update: bool = False
) -> Mapping[Any, Any]:
    """Return an experiment of a tenant; see `find_experiment()`.

    Raises:
        NotFoundError: There is none with this id.
    """
    experiment = find_experiment(connection, tenant_id, experiment_id, for_update=for_update)
    if experiment is None:
        raise NotFoundError(f"there is no experiment {experiment_id!r}")
    return experiment


def _ended(connection: Connection, tenant_id: int, experiment_id: str) -> Mapping[Any, Any]:
    experiment = found_experiment(connection, tenant_id, experiment_id)
    if experiment["status"] in {DRAFT, RUNNING}:
        raise ConflictError(
            f"the experiment {experiment_id} must have ended to be compared, its status is {experiment['status']}"
        )
    return experiment


def _verdicts(connection: Connection, experiment: Mapping[Any, Any]) -> dict[str, bool]:
    rows = scenarios_of_run(connection, experiment, "scenario_id", "status")
    return {row["scenario_id"]: _VERDICTS[row["status"]] for row in rows if row["status"] in _VERDICTS}
