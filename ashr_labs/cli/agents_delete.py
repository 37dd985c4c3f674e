"""`ashr-labs agents delete`: delete an agent."""

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
@click.argument("agent_id", type=click.IntRange(1))
@where_options
@click.pass_obj
def command(out: Output, /, agent_id: int, database: Path | None, remote: bool) -> None:
    """Delete an agent, for good; its datasets stay."""
    with stored_client(database, remote=remote) as client:
        client.delete_agent(agent_id)
    out.note(f"deleted agent {agent_id}")
    if out.as_json:
        out.document({"deleted": agent_id})
