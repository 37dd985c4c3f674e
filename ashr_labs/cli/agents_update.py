"""`ashr-labs agents update`: change an agent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ._failures import EXIT_CODES
from ._json_file import read_json_object
from ._stored import show_id, stored_client, where_options

if TYPE_CHECKING:
    from ._output import Output

__all__ = ["command"]


@click.command("update", epilog=EXIT_CODES)
@click.argument("agent_id", type=click.IntRange(1))
@click.option("--name", help="Another name.")
@click.option("--description", help="Another description.")
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="JSON that takes the config's place.")
@where_options
@click.pass_obj
def command(
    out: Output,
    /,
    agent_id: int,
    name: str | None,
    description: str | None,
    config: Path | None,
    database: Path | None,
    remote: bool,
) -> None:
    """Change what is given of an agent; the rest stays as it is."""
    if name is None and description is None and config is None:
        raise click.UsageError("nothing to change: give --name, --description or --config")
    content = None if config is None else read_json_object(config, "agent config")
    with stored_client(database, remote=remote) as client:
        agent = client.update_agent(agent_id, name=name, description=description, config=content)
    show_id(out, agent)
