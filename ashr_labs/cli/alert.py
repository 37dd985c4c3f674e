"""`ashr-labs alert`: manage alerts, which notify when an experiment or a score meets a condition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ._client import stored_client, storing_client, where_options
from ._commands import Group
from ._records import show_id, show_record, show_rows

if TYPE_CHECKING:
    from pathlib import Path

    from ._output import Output

__all__ = ["command"]

command = Group("alert", "Manage alerts about experiments and scores.")
_COLUMNS = ("id", "name", "condition", "window", "eval_id", "notify")
_FIRING_COLUMNS = ("id", "fired_at", "reason", "experiment_id", "delivery")


@command.command("list")
@where_options
@click.pass_obj
def list_alerts(out: Output, /, database: Path | None, remote: bool) -> None:
    """List the alerts, oldest first."""
    with stored_client(database, remote=remote) as client:
        show_rows(out, "alerts", [one.info for one in client.alerts.list()], _COLUMNS)


@command.command("get")
@click.argument("alert_id")
@where_options
@click.pass_obj
def get_alert(out: Output, /, alert_id: str, database: Path | None, remote: bool) -> None:
    """Show an alert."""
    with stored_client(database, remote=remote) as client:
        show_record(out, client.alerts.get(alert_id).info)


@command.command("create")
@click.argument("name")
@click.argument("condition")
@click.option("--webhook", "webhook_url", metavar="URL", help="Send a signed POST request.")
@click.option("--slack", "slack_channel", metavar="CHANNEL", help="Notify a channel of Slack.")
@click.option("--email", "email_to", multiple=True, metavar="ADDRESS", help="Send an e-mail; may be repeated.")
@click.option("--of", "eval_id", metavar="ID", help="A spec or a scoring rule [default: all specs].")
@click.option("--window", metavar="WINDOW", help="Such as last_5_runs or last_24h.")
@where_options
@click.pass_obj
def create_alert(
    out: Output,
    /,
    name: str,
    condition: str,
    webhook_url: str | None,
    slack_channel: str | None,
    email_to: tuple[str, ...],
    eval_id: str | None,
    window: str | None,
    database: Path | None,
    remote: bool,
) -> None:
    """Notify when CONDITION holds, such as 'pass_rate < 0.8', and print the id; without a receiver, store firings."""
    ways = {"webhook": webhook_url, "slack": slack_channel, "email": email_to}
    chosen = [way for way, receiver in ways.items() if receiver]
    if len(chosen) > 1:
        raise click.UsageError("give one of --webhook, --slack and --email; make an alert for each")
    with storing_client(database, remote=remote) as client:
        alert = client.alerts.create(
            name,
            condition,
            chosen[0] if chosen else "none",
            eval_id=eval_id,
            window=window,
            webhook_url=webhook_url,
            slack_channel=slack_channel,
            email_to=email_to or None,
        )
    record: Any = alert.info
    show_id(out, record)


@command.command("firings")
@click.argument("alert_id")
@where_options
@click.pass_obj
def list_firings(out: Output, /, alert_id: str, database: Path | None, remote: bool) -> None:
    """List the firings of an alert, newest first."""
    with stored_client(database, remote=remote) as client:
        show_rows(out, "firings", client.alerts.firings(alert_id), _FIRING_COLUMNS)


@command.command("delete")
@click.argument("alert_id")
@where_options
@click.pass_obj
def delete_alert(out: Output, /, alert_id: str, database: Path | None, remote: bool) -> None:
    """Delete an alert with its firings."""
    with stored_client(database, remote=remote) as client:
        client.alerts.delete(alert_id)
    out.info(f"deleted {alert_id}")
    if out.as_json:
        out.write_json({"deleted": alert_id})
