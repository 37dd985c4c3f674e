"""Lists of scenarios: those of the last runs of experiments, with the status that their replicas give them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, case, select, type_coerce

from .columns import RawJSONText
from .experiment_tables import experiment_scenarios, experiments

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select

__all__ = ["EXPERIMENT", "SCENARIO_STATUS", "listed_scenarios", "sandboxes_of_experiment"]

EXPERIMENT: Final = "experiment_"
"""The beginning of the names of columns of the experiment."""
_UNSHOWN: Final = ("secrets", "selection")
_row = experiment_scenarios.c
_other = experiment_scenarios.alias("other")
_IS_REPLICA = and_(
    _other.c.tenant_id == _row.tenant_id,
    _other.c.experiment_id == _row.experiment_id,
    _other.c.run == _row.run,
    _other.c.point == _row.point,
)
_OPPOSITE = case((_row.status == "pass", "fail"), else_="pass")
_IS_FLAKY = and_(
    _row.status.in_(("pass", "fail")),
    select(_other.c.id).where(_IS_REPLICA, _other.c.status == _OPPOSITE).correlate(experiment_scenarios).exists(),
)
SCENARIO_STATUS: Final = case((_IS_FLAKY, "flaky"), else_=_row.status)
"""The status of a scenario among its replicas, as `shown_statuses()` gives it."""
_OF_EXPERIMENT = and_(experiments.c.tenant_id == _row.tenant_id, experiments.c.id == _row.experiment_id)
_IS_LAST_RUN = and_(_OF_EXPERIMENT, experiments.c.run == _row.run)


def listed_scenarios(tenant_id: int, *conditions: ColumnElement[bool], run: int | None = None) -> Select[Any]:
    """Return the query for scenarios, whose results are not decoded, each with the columns of its experiment.

    Args:
        tenant_id: The owner.
        conditions: Which scenarios.
        run: The number of a run; None for the last run of each experiment.
    """
    columns: list[ColumnElement[Any]] = [
        *(_row[name] for name in ("run", "scenario_id", "parameters", "replica", "seed", "status")),
        SCENARIO_STATUS.label("shown"),
        type_coerce(_row.result, RawJSONText).label("result"),
        *(column.label(f"{EXPERIMENT}{column.name}") for column in experiments.c if column.name not in _UNSHOWN),
    ]
    is_run = experiments.c.run if run is None else run
    wanted = select(*columns).join_from(experiment_scenarios, experiments, and_(_OF_EXPERIMENT, _row.run == is_run))
    return wanted.where(_row.tenant_id == tenant_id, *conditions)


def sandboxes_of_experiment(tenant_id: int, experiment_id: str) -> Select[Any]:
    """Return the query for the sandboxes of the last run of an experiment."""
    wanted = select(_row.sandbox_id).join_from(experiment_scenarios, experiments, _IS_LAST_RUN)
    is_own = and_(_row.tenant_id == tenant_id, _row.experiment_id == experiment_id)
    return wanted.where(is_own, _row.sandbox_id.is_not(None))
