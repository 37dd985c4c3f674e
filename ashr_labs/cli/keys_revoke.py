"""`ashr-labs keys revoke`: revoke an API key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ._failures import EXIT_CODES
from ._stored import stored_client, where_options

if TYPE_CHECKING:
    from pathlib import Path

    from ._output import Output

__all__ = ["command"]


@click.command("revoke", epilog=EXIT_CODES)
@click.argument("key_id", type=click.IntRange(1))
@where_options
@click.pass_obj
def command(out: Output, /, key_id: int, database: Path | None, remote: bool) -> None:
    """Revoke an API key, at once."""
    with stored_client(database, remote=remote) as client:
        client.revoke_api_key(key_id)
    out.note(f"revoked key {key_id}")
    if out.as_json:
        out.document({"revoked": key_id})
