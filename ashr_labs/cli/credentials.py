"""`ashr-labs credentials`: the keys that sessions of deployed agents use."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from ._client import stored_client, storing_client, where_options
from ._commands import Group
from ._records import show_id, show_rows

if TYPE_CHECKING:
    from pathlib import Path

    from ._output import Output

__all__ = ["command"]

command = Group("credentials", "Manage the keys that sessions of deployed agents use.")


@command.command("list")
@where_options
@click.pass_obj
def list_credentials(out: Output, /, database: Path | None, remote: bool) -> None:
    """List the stored keys, newest first, without the keys themselves."""
    with stored_client(database, remote=remote) as client:
        rows = [asdict(one) for one in client.hosting.list_credentials()]
    show_rows(out, "credentials", rows, ("id", "type", "label", "created_at", "last_used_at"))


@command.command("create")
@click.argument("kind", metavar="TYPE", type=click.Choice(["anthropic", "openai", "bedrock", "custom"]))
@click.option("--key-from", "name", metavar="NAME", help="The environment variable that has the key [default: stdin].")
@click.option("--label", help="Your name for it.")
@where_options
@click.pass_obj
def create_credential(
    out: Output, /, kind: str, name: str | None, label: str | None, database: Path | None, remote: bool
) -> None:
    """Store a key, encrypted, and print its id; sessions name it as their credential."""
    key = sys.stdin.read().strip() if name is None else os.environ.get(name, "")
    if not key:
        where = "stdin" if name is None else f"the environment variable {name}"
        raise click.UsageError(f"the key must not be empty, but {where} has none")
    with storing_client(database, remote=remote) as client:
        made = client.hosting.create_credential(kind, key, label=label)
    show_id(out, asdict(made))


@command.command("delete")
@click.argument("credential_id")
@where_options
@click.pass_obj
def delete_credential(out: Output, /, credential_id: str, database: Path | None, remote: bool) -> None:
    """Delete a stored key."""
    with stored_client(database, remote=remote) as client:
        client.hosting.delete_credential(credential_id)
    out.info(f"deleted {credential_id}")
    if out.as_json:
        out.write_json({"deleted": credential_id})
