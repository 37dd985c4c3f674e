"""`ashr-labs agents create`: an agent whose rules grade the runs of its datasets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ._failures import EXIT_CODES
from ._json_file import read_json_object
from ._platforms import check_one_platform, open_client
from ._stored import show_id, where_options

if TYPE_CHECKING:
    from ._output import Output

__all__ = ["command"]


@click.command("create", epilog=EXIT_CODES)
@click.argument("name")
@click.option("--description", help="What the agent does.")
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="JSON: its tools, and how to grade.")
@where_options
@click.pass_obj
def command(
    out: Output,
    /,
    name: str,
    description: str | None,
    config: Path | None,
    database: Path | None,
    remote: bool,
) -> None:
    """Make an agent and print its id; `eval --agent-id` links a dataset to it."""
    check_one_platform(database, remote=remote)
    content = None if config is None else read_json_object(config, "agent config")
    with open_client(None if remote else database or Path("ashr.db"), remote=remote) as client:
        agent = client.create_agent(name, description, content)
    show_id(out, agent)
