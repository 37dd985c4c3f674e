"""`ashr-labs keys list`: the API keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ._failures import EXIT_CODES
from ._stored import show_rows, stored_client, where_options

if TYPE_CHECKING:
    from pathlib import Path

    from ._output import Output

__all__ = ["command"]


@click.command("list", epilog=EXIT_CODES)
@click.option("--all", "include_inactive", is_flag=True, help="Revoked keys, too.")
@where_options
@click.pass_obj
def command(out: Output, /, include_inactive: bool, database: Path | None, remote: bool) -> None:
    """List the API keys by their prefixes."""
    with stored_client(database, remote=remote) as client:
        rows = client.list_api_keys(include_inactive)
    show_rows(out, "api_keys", rows, ("id", "key_prefix", "name", "is_active", "last_used_at", "expires_at"))
