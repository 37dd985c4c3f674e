"""`ashr-labs deploy`: deploy a folder as an agent."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ._client import storing_client, where_options
from ._commands import program_command

if TYPE_CHECKING:
    from ._output import Output

__all__ = ["command"]


@program_command("deploy")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--name", help="The name of the agent [default: that of the folder].")
@where_options
@click.pass_obj
def command(out: Output, /, folder: Path, name: str | None, database: Path | None, remote: bool) -> None:
    """Deploy FOLDER as an agent and print its name; deploying it again makes the next version.

    The folder has CLAUDE.md or AGENTS.md with the instructions, or agent.toml with the program that answers. What
    .ashrignore names, repositories, packages and caches are not sent.
    """
    with storing_client(database, remote=remote) as client:
        agent = client.hosting.deploy(name or folder.resolve().name, folder)
    if out.as_json:
        out.write_json(asdict(agent))
        return
    out.write(f"{agent.name}\n")
    out.info(f"version {agent.version}; talk to it with: ashr-labs chat {agent.name}")
