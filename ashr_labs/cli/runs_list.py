"""`ashr-labs runs list`: the newest runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .._json import as_object
from ._failures import EXIT_CODES
from ._stored import limit_option, show_rows, stored_client, where_options

if TYPE_CHECKING:
    from pathlib import Path

    from ._output import Output

__all__ = ["command"]


@click.command("list", epilog=EXIT_CODES)
@click.option("--dataset-id", type=click.IntRange(1), help="Of this dataset only.")
@limit_option
@where_options
@click.pass_obj
def command(out: Output, /, dataset_id: int | None, limit: int, database: Path | None, remote: bool) -> None:
    """List the newest runs."""
    with stored_client(database, remote=remote) as client:
        rows = [
            {**run, **(as_object((as_object(run.get("result")) or {}).get("aggregate_metrics")) or {})}
            for run in client.list_runs(dataset_id, limit=limit)["runs"]
        ]
    columns = ("id", "dataset", "created_at", "grading_status", "tests_passed", "total_tests")
    show_rows(out, "runs", [{key: value for key, value in row.items() if key != "result"} for row in rows], columns)
