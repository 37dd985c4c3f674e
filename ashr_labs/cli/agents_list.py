"""`ashr-labs agents list`: the agents."""

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
@where_options
@click.pass_obj
def command(out: Output, /, database: Path | None, remote: bool) -> None:
    """List the agents."""
    with stored_client(database, remote=remote) as client:
        rows = client.list_agents()
    show_rows(out, "agents", rows, ("id", "name", "dataset_count", "created_at"))
