"""`ashr-labs runs watch`: wait until a run is graded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .._json import as_object
from ._failures import EXIT_CODES
from ._options import Number
from ._stored import show_record, stored_client, where_options

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ._output import Output

__all__ = ["command"]


@click.command("watch", epilog=EXIT_CODES)
@click.argument("run_id", type=click.IntRange(1))
@click.option("--timeout", type=Number(0), default=300, show_default=True, metavar="SECONDS", help="Longest wait.")
@where_options
@click.pass_obj
def command(out: Output, /, run_id: int, timeout: float, database: Path | None, remote: bool) -> None:
    """Wait until a run is graded, and show its numbers; its states meanwhile go to stderr."""
    told = ""

    def tell(_: float, run: Mapping[str, Any]) -> None:
        nonlocal told
        status = str(run.get("grading_status"))
        if status != told:
            told = status
            out.note(status)

    with stored_client(database, remote=remote) as client:
        run = client.poll_run(run_id, timeout=timeout, on_poll=tell)
    show_record(out, as_object((as_object(run.get("result")) or {}).get("aggregate_metrics")) or {})
