"""`ashr-labs traces tail`: follow the traces that come in."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import click

from ._failures import EXIT_CODES, ExitCode
from ._following import Pause, follow
from ._options import Number
from ._stored import stored_client, where_options
from ._traces import filter_options, given_filters, trace_line

if TYPE_CHECKING:
    from pathlib import Path

    from ._output import Output

__all__ = ["command"]

_PAGE_SIZE = 100


@click.command("tail", epilog=EXIT_CODES)
@filter_options
@click.option("--last", type=click.IntRange(0, _PAGE_SIZE), default=10, show_default=True, help="Begin with so many.")
@click.option(
    "--interval",
    type=Number(0.05, 3600),
    default=2,
    show_default=True,
    metavar="SECONDS",
    help="Between two looks; up to five times as long where nothing comes.",
)
@where_options
@click.pass_obj
def command(out: Output, /, last: int, interval: float, database: Path | None, remote: bool, **filters: Any) -> None:
    """Write a line for each trace that comes in, until Ctrl-C; with --json, each line is an object.

    Losses of the connection are waited for; what came in meanwhile is not lost.
    """
    chosen = given_filters(filters)
    with stored_client(database, remote=remote) as client:
        steps = follow(
            lambda page: client.list_observability_traces(limit=_PAGE_SIZE, page=page, **chosen)["traces"],
            page_size=_PAGE_SIZE,
            interval=interval,
            last=last,
        )
        try:
            for step in steps:
                if isinstance(step, Pause):
                    _pause(out, step)
                else:
                    out.write(f"{json.dumps(step) if out.as_json else trace_line(step)}\n")
                if out.is_closed:
                    return
        except KeyboardInterrupt:  # the usual end, and no object about an error among the lines
            raise click.exceptions.Exit(ExitCode.INTERRUPTED) from None


def _pause(out: Output, step: Pause) -> None:
    if step.note:
        out.note(step.note)
    time.sleep(step.seconds)
