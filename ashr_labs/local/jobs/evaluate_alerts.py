"""The job that evaluates the alerts of an experiment that has ended, or of a rule that has scored traces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import or_, select, update

from ..._retry import Backoff
from ..._time import isoformat
from ..alerts.evaluation import Subject, evaluate_alert
from ..store.alert_tables import alert_firings, alerts
from ..store.columns import add_row
from ..store.experiment_tables import experiments
from .deliver_firing import DELIVER_FIRING
from .queue import enqueue, enqueue_unless_waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy import Connection

    from ..alerts.evaluation import Evaluation
    from ..store.engine import Database
    from .queue import Job

__all__ = ["EVALUATE_ALERTS", "EvaluateAlerts", "experiment_ended", "traces_scored"]

EVALUATE_ALERTS: Final = "evaluate_alerts"
_SCORES_AFTER: Final = 2.0
"""Seconds, so that the scores of many traces are evaluated at once."""


def experiment_ended(connection: Connection, tenant_id: int, experiment_id: str, run: int, moment: float) -> bool:
    """Enqueue the evaluation of the alerts of a run that has ended; return True if there are any alerts.

    The caller wakes the worker of `EVALUATE_ALERTS`.
    """
    wanted = select(alerts.c.id).where(alerts.c.tenant_id == tenant_id).limit(1)
    if connection.execute(wanted).first() is None:
        return False
    enqueue(connection, EVALUATE_ALERTS, tenant_id, str(Subject(experiment_id, run)), isoformat(moment))
    return True


def traces_scored(connection: Connection, tenant_id: int, rule_ids: Iterable[str], moment: float) -> bool:
    """Enqueue the evaluation of the alerts of rules that have scored traces; return True if there are any."""
    wanted = select(alerts.c.eval_id).where(alerts.c.tenant_id == tenant_id, alerts.c.eval_id.in_(set(rule_ids)))
    found: set[Any] = {*connection.scalars(wanted)}
    for rule_id in found:
        due_at = isoformat(moment + _SCORES_AFTER)
        enqueue_unless_waiting(connection, EVALUATE_ALERTS, tenant_id, str(Subject(rule_id)), due_at)
    return bool(found)


class EvaluateAlerts:
    """Evaluate the conditions of alerts, and store and deliver those that fire.

    Args:
        database: Has the alerts, runs and scores.
        wake_delivery: Called before the end of the transaction that enqueues deliveries.
        now: The clock, in seconds since the epoch.
    """

    max_attempts = 3
    backoff = Backoff(first=1.0, cap=60.0)
    keeps_failed = False

    def __init__(self, database: Database, wake_delivery: Callable[[], object], now: Callable[[], float]) -> None:
        self._database = database
        self._wake_delivery = wake_delivery
        self._now = now

    def start(self, connection: Connection, job: Job) -> tuple[str, Sequence[Mapping[Any, Any]]] | None:
        """Return the spec and the rows of the alerts; None if there are none."""
        subject = Subject.parse(job.subject)
        spec_id = _spec_of(connection, job.tenant_id, subject) if subject.run else ""
        if spec_id is None:  # the experiment was deleted
            return None
        is_wanted = alerts.c.eval_id == (spec_id or subject.id)
        if subject.run:
            is_wanted = or_(is_wanted, alerts.c.eval_id.is_(None))
        wanted = select(alerts).where(alerts.c.tenant_id == job.tenant_id, is_wanted).order_by(alerts.c.id)
        rows = connection.execute(wanted).mappings().all()
        return (spec_id, rows) if rows else None

    def work(self, task: tuple[str, Sequence[Mapping[Any, Any]]]) -> list[Evaluation]:
        """Evaluate the conditions."""
        spec_id, rows = task
        moment = self._now()
        with self._database.read() as connection:
            return [evaluate_alert(connection, row, spec_id, moment) for row in rows]

    def finish(self, connection: Connection, job: Job, outcome: Sequence[Evaluation], moment: float) -> None:
        """Store the firings, and enqueue their delivery."""
        subject = Subject.parse(job.subject)
        for one in outcome:
            _store_state(connection, one)
            if one.fires:
                self._fire(connection, one, subject.id if subject.run else None, isoformat(moment))

    def fail(self, connection: Connection, job: Job, reason: str) -> None:
        """Do nothing: the worker has logged the reason."""

    def _fire(self, connection: Connection, one: Evaluation, experiment_id: str | None, timestamp: str) -> None:
        alert = one.alert
        row = {
            "tenant_id": alert["tenant_id"],
            "alert_id": alert["id"],
            "created_at": timestamp,
            "reason": one.reason,
            "value": one.value,
            "experiment_id": experiment_id,
            "delivery": "none" if alert["notify"] == "none" else "pending",
        }
        exists = select(alerts.c.id).where(_is(alert)).with_for_update()
        if connection.execute(exists).first() is None:  # deleted meanwhile
            return
        firing_id = add_row(connection, alert_firings, row)
        if row["delivery"] == "pending":
            enqueue(connection, DELIVER_FIRING, alert["tenant_id"], str(firing_id), timestamp)
            self._wake_delivery()


def _store_state(connection: Connection, one: Evaluation) -> None:
    if one.alert["is_met"] != one.is_met:
        connection.execute(update(alerts).where(_is(one.alert)).values(is_met=one.is_met))


def _is(alert: Mapping[str, Any]) -> Any:
    return (alerts.c.tenant_id == alert["tenant_id"]) & (alerts.c.id == alert["id"])


def _spec_of(connection: Connection, tenant_id: int, subject: Subject) -> str | None:
    wanted = select(experiments.c.spec_id).where(experiments.c.tenant_id == tenant_id, experiments.c.id == subject.id)
    spec_id: str | None = connection.scalar(wanted)
    return spec_id
