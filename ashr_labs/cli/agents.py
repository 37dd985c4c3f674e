"""`ashr-labs agents`: manage agents, whose configuration grades the runs of their datasets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ._client import stored_client, storing_client, where_options
from ._commands import Group
from ._dataset_file import read_dataset_file
from ._options import json_option, read_json, read_json_object
from ._records import show_id, show_record, show_rows

if TYPE_CHECKING:
    from ._output import Output

__all__ = ["command"]

command = Group("agents", "Manage agents.")


@command.command("list")
@where_options
@click.pass_obj
def list_agents(out: Output, /, database: Path | None, remote: bool) -> None:
    """List the agents."""
    with stored_client(database, remote=remote) as client:
        rows = client.list_agents()
    show_rows(out, "agents", rows, ("id", "name", "dataset_count", "created_at"))


@command.command("get")
@click.argument("agent_id", type=click.IntRange(1))
@where_options
@click.pass_obj
def get_agent(out: Output, /, agent_id: int, database: Path | None, remote: bool) -> None:
    """Show an agent; with --json also its config and its datasets."""
    with stored_client(database, remote=remote) as client:
        response = client.get_agent_datasets(agent_id)
    agent, datasets = response["agent"], response["datasets"]
    links = [{key: value for key, value in one.items() if key != "dataset_source"} for one in datasets]
    if out.as_json:
        out.write_json({**agent, "datasets": links})
    else:
        show_record(out, {**agent, "datasets": ", ".join(str(one["id"]) for one in datasets) or "none"})


@command.command("create")
@click.argument("name")
@click.option("--description", help="What the agent does.")
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="JSON: its tools and grading rules.")
@where_options
@click.pass_obj
def create_agent(
    out: Output, /, name: str, description: str | None, config: Path | None, database: Path | None, remote: bool
) -> None:
    """Create an agent and print its id; `eval --agent-id` links a dataset to it."""
    content = None if config is None else read_json_object(config, "agent config")
    with storing_client(database, remote=remote) as client:
        agent = client.create_agent(name, description, content)
    show_id(out, agent)


@command.command("update")
@click.argument("agent_id", type=click.IntRange(1))
@click.option("--name", help="The new name.")
@click.option("--description", help="The new description.")
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="JSON that replaces the config.")
@where_options
@click.pass_obj
def update_agent(
    out: Output,
    /,
    agent_id: int,
    name: str | None,
    description: str | None,
    config: Path | None,
    database: Path | None,
    remote: bool,
) -> None:
    """Change the given fields of an agent."""
    if name is None and description is None and config is None:
        raise click.UsageError("nothing to change: give --name, --description or --config")
    content = None if config is None else read_json_object(config, "agent config")
    changes: dict[str, Any] = {"name": name, "description": description, "config": content}
    with stored_client(database, remote=remote) as client:
        agent = client.update_agent(agent_id, **{key: value for key, value in changes.items() if value is not None})
    show_id(out, agent)


@command.command("delete")
@click.argument("agent_id", type=click.IntRange(1))
@where_options
@click.pass_obj
def delete_agent(out: Output, /, agent_id: int, database: Path | None, remote: bool) -> None:
    """Delete an agent permanently; its datasets are kept."""
    with stored_client(database, remote=remote) as client:
        client.delete_agent(agent_id)
    out.info(f"deleted agent {agent_id}")
    if out.as_json:
        out.write_json({"deleted": agent_id})


@command.command("suggest-config")
@click.argument("dataset", type=click.Path(path_type=Path))
@click.option("--tools", type=click.Path(path_type=Path), help="JSON file with the agent's tools.")
@json_option
@click.pass_obj
def suggest_agent_config(out: Output, /, dataset: Path, tools: Path | None) -> None:
    """Print a config that states which tools of DATASET, a file, change something, guessed by their names.

    A tool of --tools counts by its `side_effects` or MCP annotation if it has one. Review the guess and keep it as the
    agent's config.
    """
    # Imported here: grading takes a while to import, and the other commands do not need it.
    from ..grading import expected_tools, suggest_config  # noqa: PLC0415

    names = expected_tools(read_dataset_file(dataset).source)
    definitions = None if tools is None else read_json(tools)
    out.write_json(suggest_config(names, definitions))
