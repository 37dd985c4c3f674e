"""`ashr-labs traces get`: a trace with its observations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ._failures import EXIT_CODES
from ._stored import show_record, stored_client, where_options
from ._traces import observation_lines

if TYPE_CHECKING:
    from pathlib import Path

    from ._output import Output

__all__ = ["command"]


@click.command("get", epilog=EXIT_CODES)
@click.argument("trace_id")
@where_options
@click.pass_obj
def command(out: Output, /, trace_id: str, database: Path | None, remote: bool) -> None:
    """Show a trace and its observations; with --json their inputs and outputs, too."""
    with stored_client(database, remote=remote) as client:
        trace = client.get_observability_trace(trace_id)["trace"]
    show_record(out, trace)
    if not out.as_json:
        out.write("".join(f"  {line}\n" for line in observation_lines(trace)))
