"""`ashr-labs traces list`: the newest traces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ._failures import EXIT_CODES
from ._stored import limit_option, show_rows, stored_client, where_options

if TYPE_CHECKING:
    from pathlib import Path

    from ._output import Output

__all__ = ["command"]


@click.command("list", epilog=EXIT_CODES)
@limit_option
@where_options
@click.pass_obj
def command(out: Output, /, limit: int, database: Path | None, remote: bool) -> None:
    """List the newest traces."""
    with stored_client(database, remote=remote) as client:
        rows = client.list_observability_traces(limit=limit)["traces"]
    show_rows(out, "traces", rows, ("id", "name", "created_at", "user_id", "session_id"))
