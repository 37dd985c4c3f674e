"""`ashr-labs datasets list`: the newest datasets."""

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
    """List the newest datasets."""
    with stored_client(database, remote=remote) as client:
        rows = client.list_datasets(limit=limit)["datasets"]
    show_rows(
        out,
        "datasets",
        [{**row, "scenarios": len(row.get("dataset_source", {}).get("runs", ()))} for row in rows],
        ("id", "name", "scenarios", "created_at"),
    )
