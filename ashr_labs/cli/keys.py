"""`ashr-labs keys`: manage API keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ._client import stored_client, storing_client, where_options
from ._commands import Group
from ._records import show_rows

if TYPE_CHECKING:
    from pathlib import Path

    from ._output import Output

__all__ = ["command"]

_SECONDS_PER_DAY = 86_400
_MAX_DAYS = 36_500

command = Group("keys", "Manage API keys.")


@command.command("list")
@click.option("--all", "include_inactive", is_flag=True, help="Include revoked keys.")
@where_options
@click.pass_obj
def list_keys(out: Output, /, include_inactive: bool, database: Path | None, remote: bool) -> None:
    """List the API keys by their prefixes."""
    with stored_client(database, remote=remote) as client:
        rows = client.list_api_keys(include_inactive)
    show_rows(out, "api_keys", rows, ("id", "key_prefix", "name", "is_active", "last_used_at", "expires_at"))


@command.command("create")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(["read", "write", "admin"]),
    multiple=True,
    help="A permission; repeatable [default: all].",
)
@click.option("--days", type=click.IntRange(1, _MAX_DAYS), help="Days until it expires [default: never].")
@where_options
@click.pass_obj
def create_key(
    out: Output, /, name: str, scopes: tuple[str, ...], days: int | None, database: Path | None, remote: bool
) -> None:
    """Create an API key and print it; it cannot be shown again."""
    with storing_client(database, remote=remote) as client:
        key = client.create_api_key(name, scopes or None, days * _SECONDS_PER_DAY if days else None)
    if out.as_json:
        out.write_json(key)
    else:
        out.info(f"key {key['id']}; store it now, it is not shown again")
        out.write(f"{key.get('key')}\n")


@command.command("revoke")
@click.argument("key_id", type=click.IntRange(1))
@where_options
@click.pass_obj
def revoke_key(out: Output, /, key_id: int, database: Path | None, remote: bool) -> None:
    """Revoke an API key immediately."""
    with stored_client(database, remote=remote) as client:
        client.revoke_api_key(key_id)
    out.info(f"revoked key {key_id}")
    if out.as_json:
        out.write_json({"revoked": key_id})
