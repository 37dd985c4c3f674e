"""Alerts: rules with a condition, and who is notified when it holds."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from sqlalchemy import and_, delete, insert, select

from ..._format import suggestion
from ...errors import BadRequestError, ConflictError, NotFoundError, ValidationError
from ..alerts.condition import parse_condition
from ..alerts.evaluation import is_of_rule, metrics_for
from ..alerts.window import parse_window
from ..cursors import keyset_page, page_of
from ..keys import webhook_secret
from ..store.alert_tables import alert_firings, alerts
from ..store.schema import score_rules, specs
from .registry import Context, operation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement

    from ..alerts.settings import AlertSettings

__all__ = ["create_alert", "delete_alert", "get_alert", "list_alert_firings", "list_alerts"]

_CHANNELS: Final = ("webhook", "slack", "email", "none")
_FIELDS: Final[Mapping[str, str]] = {"webhook": "webhook_url", "email": "email_to"}
"""The field that names who is notified."""
_EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[A-Za-z0-9.-]{1,255}")
_SHOWN: Final = (
    "id", "name", "eval_id", "condition", "window", "notify", "webhook_url", "slack_channel", "email_to", "created_at"
)  # fmt: skip
_ALERTS: Final = 1000
_FIRINGS: Final = 100


@operation("create_alert", writes=True, secret=True)
def create_alert(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Store an alert; the answer has the secret of its webhooks."""
    tenant_id = context.principal.tenant_id
    _check(context, params)
    alert_id: str = params.get("id") or f"alert_{secrets.token_hex(8)}"
    row = {
        **{name: params.get(name) or None for name in _SHOWN},
        "tenant_id": tenant_id,
        "id": alert_id,
        "created_at": context.timestamp,
        "notify": params.get("notify", "webhook"),
        "is_met": False,
    }
    if context.connection.execute(select(alerts.c.id).where(_is(context, alert_id))).first():
        raise ConflictError(f"there is an alert {alert_id!r} already; delete it first, or leave out `id`")
    context.connection.execute(insert(alerts), row)
    is_webhook = row["notify"] == "webhook"
    secret = {"webhook_secret": webhook_secret(context.connection, tenant_id, alert_id)} if is_webhook else {}
    return {**_record(row), **secret}


@operation("list_alerts")
def list_alerts(context: Context, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the alerts, oldest first."""
    mine = select(alerts).where(alerts.c.tenant_id == context.principal.tenant_id)
    rows = context.connection.execute(mine.order_by(alerts.c.created_at, alerts.c.id).limit(_ALERTS)).mappings()
    return [_record(row) for row in rows]


@operation("get_alert")
def get_alert(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return one alert."""
    return _record(_found(context, params["alert_id"]))


@operation("delete_alert", writes=True)
def delete_alert(context: Context, params: Mapping[str, Any]) -> None:
    """Delete an alert with its firings."""
    if not context.connection.execute(delete(alerts).where(_is(context, params["alert_id"]))).rowcount:
        raise _missing(params["alert_id"])


@operation("list_alert_firings")
def list_alert_firings(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return one page of the firings of an alert, newest first."""
    alert = _found(context, params["alert_id"])
    row = alert_firings.c
    wanted = select(alert_firings).where(row.tenant_id == alert["tenant_id"], row.alert_id == alert["id"])
    found, cursor = keyset_page(
        context.connection,
        wanted,
        [row.id],
        cursors=context.cursors(f"list_alert_firings/{alert['id']}"),
        limit=params.get("limit", _FIRINGS),
        cursor=params.get("cursor"),
        descending=True,
    )
    return page_of([_firing(alert, one) for one in found], cursor)


def _firing(alert: Mapping[Any, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: row[name] for name in ("reason", "value", "delivery", "delivered_at", "error")}
    return {
        **kept,
        "id": f"firing_{row['id']}",
        "rule_id": alert["id"],
        "rule_name": alert["name"],
        "experiment_id": row["experiment_id"] or "",
        "fired_at": row["created_at"],
    }


def _check(context: Context, params: Mapping[str, Any]) -> None:
    """Check what the contract cannot say of a new alert."""
    eval_id = params.get("eval_id") or None
    _check_eval(context, eval_id)
    parse_condition(params["condition"], metrics_for(eval_id))
    if params.get("window"):
        parse_window(params["window"])
    notify = params.get("notify", "webhook")
    if notify not in _CHANNELS:
        raise _invalid(
            "notify", f"must be one of {', '.join(_CHANNELS)}, got {notify[:100]!r}{suggestion(notify, _CHANNELS)}"
        )
    field = _FIELDS.get(notify)
    if field and not params.get(field):
        raise _invalid(field, f"must be given for `notify` {notify!r}")
    if params.get("webhook_url"):
        _check_url(params["webhook_url"])
    for index, address in enumerate(params.get("email_to") or ()):
        if not _EMAIL.fullmatch(address):
            raise _invalid(f"email_to[{index}]", f"must be an e-mail address, got {address[:100]!r}")
    _check_settings(context.settings.alerts, notify, params.get("slack_channel"))


def _check_eval(context: Context, eval_id: str | None) -> None:
    if eval_id is None:
        return
    table, column = (score_rules, score_rules.c.id) if is_of_rule(eval_id) else (specs, specs.c.name)
    wanted = select(column).where(table.c.tenant_id == context.principal.tenant_id, column == eval_id).limit(1)
    if context.connection.execute(wanted).first() is None:
        what = "scoring rule" if is_of_rule(eval_id) else "spec"
        raise NotFoundError(f"eval_id: there is no {what} {eval_id!r}; leave it out for the experiments of all specs")


def _check_url(text: str) -> None:
    try:
        url = urlsplit(text)
        is_usable = url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:
        is_usable = False
    else:
        if is_usable and (url.username is not None or url.password is not None):
            raise _invalid("webhook_url", "must not have a user and a password; webhooks are signed")
    if not is_usable or not text.isascii() or not text.isprintable() or " " in text:
        raise _invalid("webhook_url", f"must be an http or https URL, got {text[:100]!r}")


def _check_settings(settings: AlertSettings, notify: str, channel: str | None) -> None:
    if notify == "email" and settings.smtp is None:
        raise BadRequestError("this platform sends no e-mail: its operator must set ASHR_SMTP_URL")
    if notify == "slack" and not settings.takes_slack:
        raise BadRequestError(
            "this platform does not notify Slack: its operator must set ASHR_SLACK_URL or ASHR_SLACK_TOKEN"
        )
    if notify == "slack" and settings.slack_token and not channel:
        raise _invalid("slack_channel", "must be given, such as '#alerts'")


def _invalid(path: str, reason: str) -> ValidationError:
    return ValidationError(f"create_alert: {path}: {reason}", response={"path": path})


def _is(context: Context, alert_id: str) -> ColumnElement[bool]:
    return and_(alerts.c.tenant_id == context.principal.tenant_id, alerts.c.id == alert_id)


def _found(context: Context, alert_id: str) -> Mapping[Any, Any]:
    row = context.connection.execute(select(alerts).where(_is(context, alert_id))).mappings().first()
    if row is None:
        raise _missing(alert_id)
    return row


def _missing(alert_id: str) -> NotFoundError:
    return NotFoundError(f"there is no alert {alert_id!r}")


def _record(row: Mapping[Any, Any]) -> dict[str, Any]:
    shown = {name: row[name] for name in _SHOWN}
    texts = {name: shown[name] or "" for name in ("eval_id", "window", "webhook_url", "slack_channel")}
    return {**shown, **texts, "email_to": shown["email_to"] or []}
