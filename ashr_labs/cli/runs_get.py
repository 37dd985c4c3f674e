"""`ashr-labs runs get`: a run with its result."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .._json import as_object
from ._failures import EXIT_CODES
from ._stored import show_record, stored_client, where_options

if TYPE_CHECKING:
    from pathlib import Path

    from ._output import Output

__all__ = ["command"]


@click.command("get", epilog=EXIT_CODES)
@click.argument("run_id", type=click.IntRange(1))
@where_options
@click.pass_obj
def command(out: Output, /, run_id: int, database: Path | None, remote: bool) -> None:
    """Show a run; with --json its result, too."""
    with stored_client(database, remote=remote) as client:
        run = client.get_run(run_id)
    metrics = as_object((as_object(run.get("result")) or {}).get("aggregate_metrics")) or {}
    show_record(out, run if out.as_json else {**run, **metrics})
