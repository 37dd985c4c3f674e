"""`ashr-labs keys create`: make an API key."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ._failures import EXIT_CODES
from ._platforms import check_one_platform, open_client
from ._stored import where_options

if TYPE_CHECKING:
    from ._output import Output

__all__ = ["command"]

_SECONDS_OF_A_DAY = 86_400
_MOST_DAYS = 36_500


@click.command("create", epilog=EXIT_CODES)
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(["read", "write", "admin"]),
    multiple=True,
    help="What it may do; everything unless given. May be repeated.",
)
@click.option("--days", type=click.IntRange(1, _MOST_DAYS), help="How long it works; for ever unless given.")
@where_options
@click.pass_obj
def command(
    out: Output, /, name: str, scopes: tuple[str, ...], days: int | None, database: Path | None, remote: bool
) -> None:
    """Make an API key and print it, this once: it cannot be shown again."""
    check_one_platform(database, remote=remote)
    with open_client(None if remote else database or Path("ashr.db"), remote=remote) as client:
        key = client.create_api_key(name, scopes or None, days * _SECONDS_OF_A_DAY if days else None)
    if out.as_json:
        out.document(key)
    else:
        out.note(f"key {key['id']}; keep it now, it is not shown again")
        out.write(f"{key.get('key')}\n")
