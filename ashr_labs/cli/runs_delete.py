"""`ashr-labs runs delete`: delete a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ._failures import EXIT_CODES
from ._stored import stored_client, where_options

if TYPE_CHECKING:
    from pathlib import Path

    from ._output import Output

__all__ = ["command"]


@click.command("delete", epilog=EXIT_CODES)
@click.argument("run_id", type=click.IntRange(1))
@where_options
@click.pass_obj
def command(out: Output, /, run_id: int, database: Path | None, remote: bool) -> None:
    """Delete a run, for good."""
    with stored_client(database, remote=remote) as client:
        client.delete_run(run_id)
    out.note(f"deleted run {run_id}")
    if out.as_json:
        out.document({"deleted": run_id})
