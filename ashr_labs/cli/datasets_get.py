"""`ashr-labs datasets get`: a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ._failures import EXIT_CODES
from ._stored import show_record, stored_client, where_options

if TYPE_CHECKING:
    from pathlib import Path

    from ._output import Output

__all__ = ["command"]


@click.command("get", epilog=EXIT_CODES)
@click.argument("dataset_id", type=click.IntRange(1))
@where_options
@click.pass_obj
def command(out: Output, /, dataset_id: int, database: Path | None, remote: bool) -> None:
    """Show a dataset; with --json its scenarios, too."""
    with stored_client(database, remote=remote) as client:
        dataset = client.get_dataset(dataset_id)
    show_record(out, dataset)
