"""`ashr-labs queue`: prompts that wait for a deployed agent."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from ._client import stored_client, storing_client, where_options
from ._commands import Group
from ._exit import CommandError, ExitCode, Failure
from ._records import show_id, show_record, show_rows

if TYPE_CHECKING:
    from pathlib import Path

    from ._output import Output

__all__ = ["command"]

command = Group("queue", "Manage the prompts that wait for deployed agents.")
_STATUSES = ["pending", "processing", "completed", "failed", "cancelled"]
_COLUMNS = ("id", "agent_name", "status", "priority", "session_id", "prompt", "result")


@command.command("add")
@click.argument("agent")
@click.argument("prompt")
@click.option("--session", "session_id", metavar="ID", help="The session that answers it [default: a new one].")
@click.option("--priority", type=click.IntRange(0), metavar="N", help="Higher ones first [default: 0].")
@click.option("--max-retries", type=click.IntRange(0), metavar="N", help="How often it is tried [default: 3].")
@click.option("--wait", is_flag=True, help="Wait for the answer, and print it in place of the id.")
@where_options
@click.pass_obj
def add_item(
    out: Output,
    /,
    agent: str,
    prompt: str,
    session_id: str | None,
    priority: int | None,
    max_retries: int | None,
    wait: bool,
    database: Path | None,
    remote: bool,
) -> None:
    """Add a prompt to the queue, and print the id of the item.

    Items are answered by `ashr-labs serve`, and while a command with --wait runs.
    """
    with storing_client(database, remote=remote) as client:
        item = client.hosting.enqueue(agent, prompt, session_id=session_id, priority=priority, max_retries=max_retries)
        if wait:
            item = client.hosting.wait_for_queue_item(item.id)
    if item.status == "failed":
        raise CommandError(Failure(ExitCode.GATE_FAILED, "TurnFailedError", f"it failed: {item.error}"), asdict(item))
    if wait and not out.as_json:
        out.write(f"{item.result}\n")
    else:
        show_id(out, asdict(item))


@command.command("list")
@click.option("--status", type=click.Choice(_STATUSES), help="Only those with this status.")
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True, help="Maximum number of rows.")
@where_options
@click.pass_obj
def list_items(out: Output, /, status: str | None, limit: int, database: Path | None, remote: bool) -> None:
    """List the items of the queue, newest first."""
    with stored_client(database, remote=remote) as client:
        rows = [asdict(one) for one in client.hosting.list_queue(status=status, limit=limit)]
    show_rows(out, "items", rows, _COLUMNS)


@command.command("show")
@click.argument("item_id")
@where_options
@click.pass_obj
def show_item(out: Output, /, item_id: str, database: Path | None, remote: bool) -> None:
    """Show an item of the queue."""
    with stored_client(database, remote=remote) as client:
        item = client.hosting.get_queue_item(item_id)
    show_record(out, asdict(item))


@command.command("cancel")
@click.argument("item_id")
@where_options
@click.pass_obj
def cancel_item(out: Output, /, item_id: str, database: Path | None, remote: bool) -> None:
    """Cancel an item that is pending."""
    with stored_client(database, remote=remote) as client:
        item = client.hosting.cancel_queue_item(item_id)
    show_id(out, asdict(item))


@command.command("stats")
@where_options
@click.pass_obj
def show_stats(out: Output, /, database: Path | None, remote: bool) -> None:
    """Show how many items there are of each status."""
    with stored_client(database, remote=remote) as client:
        stats = client.hosting.queue_stats()
    show_record(out, asdict(stats))
