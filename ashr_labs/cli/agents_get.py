"""`ashr-labs agents get`: an agent and its datasets."""

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
@click.argument("agent_id", type=click.IntRange(1))
@where_options
@click.pass_obj
def command(out: Output, /, agent_id: int, database: Path | None, remote: bool) -> None:
    """Show an agent; with --json its config and the datasets that are linked to it, too."""
    with stored_client(database, remote=remote) as client:
        answer = client.get_agent_datasets(agent_id)
    agent, datasets = answer["agent"], answer["datasets"]
    links = [{key: value for key, value in one.items() if key != "dataset_source"} for one in datasets]
    if out.as_json:
        out.document({**agent, "datasets": links})
    else:
        show_record(out, {**agent, "datasets": ", ".join(str(one["id"]) for one in datasets) or "none"})
