"""The job that delivers the firing of an alert."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select, update

from ..._retry import Backoff
from ..._time import isoformat
from ..alerts.channels import send_email, send_slack, send_webhook
from ..keys import webhook_secret
from ..store.alert_tables import alert_firings, alerts
from .worker import RejectedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Connection

    from ..alerts.settings import AlertSettings
    from .queue import Job

__all__ = ["DELIVER_FIRING", "DeliverFiring"]

DELIVER_FIRING: Final = "deliver_firing"
_ALERT: Final = ("name", "eval_id", "condition", "window", "notify", "webhook_url", "slack_channel", "email_to")
_MAX_SUBJECT: Final = 150


class DeliverFiring:
    """Notify those whom an alert names, again and again for about a day if they cannot be reached.

    Args:
        settings: How alerts are delivered.
        now: The clock, in seconds since the epoch.
    """

    max_attempts = 30
    backoff = Backoff(first=2.0, cap=3600.0)
    keeps_failed = False

    def __init__(self, settings: AlertSettings, now: Callable[[], float]) -> None:
        self._settings = settings
        self._now = now

    def start(self, connection: Connection, job: Job) -> dict[str, Any] | None:
        """Read the firing and its alert; None if they were deleted."""
        columns: Sequence[Any] = (alert_firings, *(alerts.c[name] for name in _ALERT))
        both = (alerts.c.tenant_id == alert_firings.c.tenant_id) & (alerts.c.id == alert_firings.c.alert_id)
        wanted = select(*columns).join(alerts, both).where(alert_firings.c.id == int(job.subject))
        row = connection.execute(wanted).mappings().first()
        if row is None:
            return None
        return {**row, "secret": webhook_secret(connection, row["tenant_id"], row["alert_id"])}

    def work(self, task: dict[str, Any]) -> bool:
        """Send the firing."""
        settings, event = self._settings, _event(task)
        if task["notify"] == "webhook":
            timestamp = int(self._now())
            send_webhook(settings, task["webhook_url"], event, secret=task["secret"], timestamp=timestamp)
        elif task["notify"] == "slack":
            send_slack(settings, task["slack_channel"], _text(event))
        elif settings.smtp is None:
            raise RejectedError("e-mail is not configured any more: set ASHR_SMTP_URL")
        else:
            subject = f"Alert: {task['name']}"[:_MAX_SUBJECT]
            send_email(settings.smtp, task["email_to"], subject, _text(event), seconds=settings.seconds)
        return True

    def abandon(self, job: Job) -> None:
        """Do nothing: a delivery has a time limit."""

    def finish(self, connection: Connection, job: Job, outcome: bool, moment: float) -> None:
        """Store that it was delivered."""
        _store(connection, job, delivery="delivered", delivered_at=isoformat(moment), error=None)

    def fail(self, connection: Connection, job: Job, reason: str) -> None:
        """Store the reason in the firing."""
        _store(connection, job, delivery="failed", error=reason)


def _store(connection: Connection, job: Job, **values: Any) -> None:
    connection.execute(update(alert_firings).where(alert_firings.c.id == int(job.subject)).values(values))


def _event(task: Mapping[str, Any]) -> dict[str, Any]:
    """Return a firing as it is sent."""
    return {
        "type": "alert.fired",
        "id": f"firing_{task['id']}",
        "rule_id": task["alert_id"],
        "rule_name": task["name"],
        "reason": task["reason"],
        "experiment_id": task["experiment_id"] or "",
        "fired_at": task["created_at"],
        "value": task["value"],
        "condition": task["condition"],
        "window": task["window"] or "",
        "eval_id": task["eval_id"] or "",
    }


def _text(event: Mapping[str, Any]) -> str:
    about = f"\nExperiment: {event['experiment_id']}" if event["experiment_id"] else ""
    subject = f"\nOf: {event['eval_id']}" if event["eval_id"] else ""
    return f"Alert {event['rule_name']}: {event['reason']}{subject}{about}\nAt: {event['fired_at']}"
