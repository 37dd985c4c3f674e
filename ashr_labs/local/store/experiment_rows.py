"""Reads and writes of experiments, their runs, and the scenarios of each run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, bindparam, delete, insert, select, type_coerce, update

from ...experiments import Finished, metrics_of
from .columns import RawJSONText
from .experiment_tables import experiment_runs, experiment_scenarios, experiment_scores, experiments

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection

    from ...experiments import Scenario

__all__ = [
    "CANCELLED",
    "COMPLETED",
    "DRAFT",
    "FAILED",
    "PENDING",
    "RUNNING",
    "begin_run",
    "cancel_run",
    "end_run",
    "ended_runs",
    "find_experiment",
    "finished_of",
    "has_unfinished",
    "mark_running",
    "newest_experiments",
    "read_run",
    "remove_experiment",
    "scenarios_of_run",
    "store_result",
    "unfinished_numbers",
    "unfinished_scenario",
]

DRAFT: Final = "draft"
RUNNING: Final = "running"
COMPLETED: Final = "completed"
FAILED: Final = "failed"
CANCELLED: Final = "cancelled"
PENDING: Final = "pending"
_UNFINISHED: Final = (PENDING, RUNNING)
_NUMBERS: Final = ("wall_ms", "tool_calls", "tool_errors", "tokens", "cost_usd", "violations")
_NOTHING: Final = dict.fromkeys(_NUMBERS, 0)

_IS_EXPERIMENT = and_(experiments.c.tenant_id == bindparam("tenant"), experiments.c.id == bindparam("experiment"))
_ONE = select(experiments).where(_IS_EXPERIMENT)
_STATUS = update(experiments).where(_IS_EXPERIMENT)
_row = experiment_scenarios.c
_OF_RUN = and_(
    _row.tenant_id == bindparam("tenant"),
    _row.experiment_id == bindparam("experiment"),
    _row.run == bindparam("of_run"),
)
_IS_RUN = and_(
    experiment_runs.c.tenant_id == bindparam("tenant"),
    experiment_runs.c.experiment_id == bindparam("experiment"),
    experiment_runs.c.run == bindparam("of_run"),
)
_TO_PLAY = select(experiment_scenarios).where(_row.id == bindparam("scenario"), _row.status.in_(_UNFINISHED))
_UPDATE = update(experiment_scenarios).where(_row.id == bindparam("scenario"))
_FACTS = select(_row.point, _row.status, *(_row[name] for name in _NUMBERS)).where(_OF_RUN).order_by(_row.position)


def find_experiment(
    connection: Connection, tenant_id: int, experiment_id: str, *, for_update: bool = False
) -> Mapping[Any, Any] | None:
    """Return an experiment of a tenant, or None.

    Args:
        connection: A connection; a writing one to lock the row.
        tenant_id: The tenant.
        experiment_id: The id.
        for_update: Whether other transactions that ask for the same wait for the end of this one.
    """
    wanted = _ONE.with_for_update() if for_update else _ONE
    return connection.execute(wanted, {"tenant": tenant_id, "experiment": experiment_id}).mappings().one_or_none()


def newest_experiments(connection: Connection, tenant_id: int, limit: int) -> Sequence[Mapping[Any, Any]]:
    """Return the experiments of a tenant, newest first."""
    own = select(experiments).where(experiments.c.tenant_id == tenant_id)
    newest = own.order_by(experiments.c.created_at.desc(), experiments.c.id.desc()).limit(limit)
    return connection.execute(newest).mappings().all()


def begin_run(
    connection: Connection, experiment: Mapping[Any, Any], scenarios: Sequence[Scenario], timestamp: str
) -> list[int]:
    """Store the next run of an experiment and return the numbers of its scenarios."""
    run = experiment["run"] + 1
    owner = {"tenant_id": experiment["tenant_id"], "experiment_id": experiment["id"], "run": run}
    head = {**owner, "spec_id": experiment["spec_id"], "started_at": timestamp, "total_scenarios": len(scenarios)}
    connection.execute(insert(experiment_runs), head)
    rows = [
        {
            **owner,
            **_NOTHING,
            "position": position,
            "scenario_id": one.id,
            "point": one.point,
            "replica": one.replica,
            "seed": one.seed,
            "parameters": dict(one.parameters),
            "status": PENDING,
        }
        for position, one in enumerate(scenarios)
    ]
    connection.execute(insert(experiment_scenarios), rows)
    connection.execute(_STATUS.values(status=RUNNING, run=run, total_scenarios=len(rows)), _key(experiment))
    return list(connection.scalars(select(_row.id).where(_OF_RUN).order_by(_row.position), _key(experiment, run)))


def unfinished_scenario(connection: Connection, number: int) -> Mapping[Any, Any] | None:
    """Return a scenario without a result; None if it has one, or was cancelled."""
    return connection.execute(_TO_PLAY, {"scenario": number}).mappings().one_or_none()


def mark_running(connection: Connection, number: int) -> None:
    """Store that a scenario is being played."""
    connection.execute(_UPDATE, {"scenario": number, "status": RUNNING})


def store_result(connection: Connection, number: int, status: str, values: Mapping[str, Any]) -> None:
    """Store the result of a scenario.

    Args:
        connection: A writing connection.
        number: The number of the scenario.
        status: Its status.
        values: Columns: `result`, `sandbox_id`, `tools`, and the numbers.
    """
    connection.execute(_UPDATE, {"scenario": number, "status": status, **values})


def has_unfinished(connection: Connection, tenant_id: int, experiment_id: str, run: int) -> bool:
    """Return True if scenarios of a run have no result yet."""
    one = select(_row.id).where(_OF_RUN, _row.status.in_(_UNFINISHED)).limit(1)
    key = {"tenant": tenant_id, "experiment": experiment_id, "of_run": run}
    return connection.execute(one, key).first() is not None


def finished_of(connection: Connection, tenant_id: int, experiment_id: str, run: int) -> list[Finished]:
    """Return the numbers of the scenarios of a run."""
    key = {"tenant": tenant_id, "experiment": experiment_id, "of_run": run}
    return [Finished(*row) for row in connection.execute(_FACTS, key)]


def end_run(connection: Connection, experiment: Mapping[Any, Any], timestamp: str, facts: Sequence[Finished]) -> None:
    """Store the end of a run with its metrics; without a single verdict the experiment has failed."""
    status = COMPLETED if any(one.status in {"pass", "fail"} for one in facts) else FAILED
    _end(connection, experiment, status, timestamp, metrics_of(facts))


def unfinished_numbers(connection: Connection, experiment: Mapping[Any, Any]) -> list[int]:
    """Return the numbers of the scenarios of the last run that have no result."""
    left = select(_row.id).where(_OF_RUN, _row.status.in_(_UNFINISHED)).order_by(_row.id)
    return list(connection.scalars(left, _key(experiment, experiment["run"])))


def cancel_run(connection: Connection, experiment: Mapping[Any, Any], timestamp: str) -> None:
    """Store that the last run was cancelled, with the results that there are."""
    cancelled = update(experiment_scenarios).where(_OF_RUN, _row.status.in_(_UNFINISHED)).values(status=CANCELLED)
    connection.execute(cancelled, _key(experiment, experiment["run"]))
    _end(connection, experiment, CANCELLED, timestamp, None)


def remove_experiment(connection: Connection, experiment: Mapping[Any, Any]) -> None:
    """Delete an experiment with its runs, their scenarios, and the scores of these."""
    key = _key(experiment)
    for table in (experiment_scores, experiment_scenarios, experiment_runs):
        own = and_(table.c.tenant_id == key["tenant"], table.c.experiment_id == key["experiment"])
        connection.execute(delete(table).where(own))
    connection.execute(delete(experiments).where(_IS_EXPERIMENT), key)


def read_run(connection: Connection, experiment: Mapping[Any, Any]) -> Mapping[Any, Any] | None:
    """Return the last run of an experiment; None before the first one."""
    wanted = select(experiment_runs).where(_IS_RUN)
    return connection.execute(wanted, _key(experiment, experiment["run"])).mappings().one_or_none()


def ended_runs(connection: Connection, tenant_id: int, spec_id: str, limit: int) -> list[Mapping[Any, Any]]:
    """Return the runs of a spec that have ended by themselves, the last ones, oldest first."""
    runs = experiment_runs.c
    own = (runs.tenant_id == tenant_id, runs.spec_id == spec_id, runs.metrics.is_not(None))
    newest = select(experiment_runs).where(*own).order_by(runs.ended_at.desc(), runs.experiment_id, runs.run.desc())
    return [*reversed(connection.execute(newest.limit(limit)).mappings().all())]


def scenarios_of_run(
    connection: Connection, experiment: Mapping[Any, Any], *columns: str
) -> Iterable[Mapping[Any, Any]]:
    """Return some columns of the scenarios of the last run, in order; results are not decoded."""
    wanted: list[ColumnElement[Any]] = [
        type_coerce(_row[name], RawJSONText).label(name) if name == "result" else _row[name] for name in columns
    ]
    chosen = select(*wanted).where(_OF_RUN).order_by(_row.position)
    return connection.execute(chosen, _key(experiment, experiment["run"])).mappings()


def _end(
    connection: Connection, experiment: Mapping[Any, Any], status: str, timestamp: str, metrics: dict[str, Any] | None
) -> None:
    key = _key(experiment, experiment["run"])
    connection.execute(update(experiment_runs).where(_IS_RUN).values(ended_at=timestamp, metrics=metrics), key)
    connection.execute(_STATUS.values(status=status), _key(experiment))


def _key(experiment: Mapping[Any, Any], run: int | None = None) -> dict[str, Any]:
    key = {"tenant": experiment["tenant_id"], "experiment": experiment["id"]}
    return key if run is None else {**key, "of_run": run}
