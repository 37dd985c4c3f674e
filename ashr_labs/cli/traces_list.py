"""`ashr-labs traces list`: the newest traces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ._failures import EXIT_CODES
from ._stored import limit_option, show_rows, stored_client, where_options
from ._traces import COLUMNS, filter_options, given_filters

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
def command(out: Output, /, limit: int, page: int, database: Path | None, remote: bool, **filters: Any) -> None:
    """List the newest traces."""
    with stored_client(database, remote=remote) as client:
        rows = client.list_observability_traces(limit=limit, page=page, **given_filters(filters))["traces"]
    show_rows(out, "traces", rows, COLUMNS)
