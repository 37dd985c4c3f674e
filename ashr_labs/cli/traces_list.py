"""`ashr-labs traces list`: the newest traces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ._failures import EXIT_CODES
from ._stored import limit_option, show_rows, stored_client, where_options
from ._traces import COLUMNS, filter_options

if TYPE_CHECKING:
    from pathlib import Path

    from ._output import Output

__all__ = ["command"]


@click.command("list", epilog=EXIT_CODES)
@filter_options
@limit_option
@click.option("--page", type=click.IntRange(1), default=1, show_default=True, help="The next ones are on page 2.")
@where_options
@click.pass_obj
def command(
    out: Output,
    /,
    user_id: str | None,
    session_id: str | None,
    limit: int,
    page: int,
    database: Path | None,
    remote: bool,
) -> None:
    """List the newest traces."""
    with stored_client(database, remote=remote) as client:
        rows = client.list_observability_traces(user_id, session_id, limit, page)["traces"]
    show_rows(out, "traces", rows, COLUMNS)
