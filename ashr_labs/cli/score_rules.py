"""`ashr-labs score-rules`: manage rules that score the traces that come in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .._unset import UNSET
from ._client import stored_client, storing_client, where_options
from ._commands import Group
from ._options import Number, read_json_object
from ._records import show_id, show_record, show_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ._output import Output

__all__ = ["command"]

command = Group("score-rules", "Manage rules that score traces.")
_COLUMNS = ("id", "name", "type", "is_active", "sampling_rate", "daily_budget_usd")


@command.command("list")
@where_options
@click.pass_obj
def list_rules(out: Output, /, database: Path | None, remote: bool) -> None:
    """List the rules, oldest first."""
    with stored_client(database, remote=remote) as client:
        rules: list[Any] = list(client.scoring.list_rules())
    show_rows(out, "score_rules", rules if out.as_json else [_row(rule) for rule in rules], _COLUMNS)


@command.command("get")
@click.argument("rule_id")
@where_options
@click.pass_obj
def get_rule(out: Output, /, rule_id: str, database: Path | None, remote: bool) -> None:
    """Show a rule; with --json everything about it."""
    with stored_client(database, remote=remote) as client:
        rule: Any = client.scoring.get_rule(rule_id)
    show_record(out, rule if out.as_json else _row(rule))


@command.command("create")
@click.argument("name")
@click.argument("type_", metavar="TYPE")
@click.option("--value", help="The main option of the scorer, such as the text of `contains`.")
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="JSON: the options of the scorer.")
@click.option("--sampling-rate", type=Number(0, 1), metavar="SHARE", help="The share of traces [default: 1].")
@click.option("--filter", "filter_", type=click.Path(path_type=Path), metavar="FILE", help="JSON: which traces.")
@click.option("--daily-budget", type=Number(0, 1e9), metavar="USD", help="What its judge may cost in a day (UTC).")
@click.option("--no-mask", is_flag=True, help="Show personal data to judges.")
@where_options
@click.pass_obj
def create_rule(
    out: Output,
    /,
    name: str,
    type_: str,
    value: str | None,
    config: Path | None,
    sampling_rate: float | None,
    filter_: Path | None,
    daily_budget: float | None,
    no_mask: bool,
    database: Path | None,
    remote: bool,
) -> None:
    """Score the traces that come in by a scorer of TYPE, and print the id of the rule."""
    options = {} if config is None else dict(read_json_object(config, "set of options"))
    if value is not None:
        options["value"] = value
    given: dict[str, Any] = {
        "sampling_rate": sampling_rate,
        "filter": None if filter_ is None else read_json_object(filter_, "filter"),
        "daily_budget_usd": daily_budget,
        "mask": False if no_mask else None,
    }
    online: Any = {key: one for key, one in given.items() if one is not None}
    with storing_client(database, remote=remote) as client:
        rule: Any = client.scoring.create_rule(name, type_, options, online=online)
    show_id(out, rule)


@command.command("update")
@click.argument("rule_id")
@click.option("--name", help="The name of its scores.")
@click.option("--active/--inactive", default=None, help="Whether it scores now.")
@where_options
@click.pass_obj
def update_rule(
    out: Output, /, rule_id: str, name: str | None, active: bool | None, database: Path | None, remote: bool
) -> None:
    """Rename a rule, or switch it on or off."""
    with stored_client(database, remote=remote) as client:
        rule: Any = client.scoring.update_rule(
            rule_id, name=UNSET if name is None else name, is_active=UNSET if active is None else active
        )
    show_record(out, rule if out.as_json else _row(rule))


@command.command("summary")
@click.argument("rule_id")
@click.option("--days", type=click.IntRange(1, 365), default=7, show_default=True, help="Length of the period.")
@where_options
@click.pass_obj
def show_summary(out: Output, /, rule_id: str, days: int, database: Path | None, remote: bool) -> None:
    """Show the scores and costs of a rule in the last days, and the traces that it skipped, by reason."""
    with stored_client(database, remote=remote) as client:
        found: Any = client.scoring.summary(rule_id, days=days)
    show_record(out, found if out.as_json else {**found, **found["skipped"]})


@command.command("delete")
@click.argument("rule_id")
@where_options
@click.pass_obj
def delete_rule(out: Output, /, rule_id: str, database: Path | None, remote: bool) -> None:
    """Delete a rule; its scores stay."""
    with stored_client(database, remote=remote) as client:
        client.scoring.delete_rule(rule_id)
    out.info(f"deleted {rule_id}")
    if out.as_json:
        out.write_json({"deleted": rule_id})


def _row(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a rule."""
    shown: dict[str, Any] = {**(rule.get("online") or {}), **rule}
    return {name: shown.get(name) for name in _COLUMNS}
