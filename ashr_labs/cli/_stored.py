"""What the commands for stored things share: where they are stored, and how they are shown."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ._options import FileToWrite, json_option
from ._output import one_line
from ._platforms import check_one_platform, open_client

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

    from ..client._sync import AshrLabsClient
    from ._output import Output

__all__ = ["limit_option", "show_id", "show_record", "show_rows", "stored_client", "where_options"]

_Command = TypeVar("_Command", bound="Callable[..., Any]")

limit_option = click.option("--limit", type=click.IntRange(1, 100), default=50, show_default=True, help="At most.")


def where_options(command: _Command) -> _Command:
    """Add the options that say which platform is meant, and `--json`."""
    options = (
        click.option(
            "--database", type=FileToWrite(), metavar="FILE", help="The embedded platform's file [default: ashr.db]."
        ),
        click.option("--remote", is_flag=True, help="The platform of ASHR_LABS_API_KEY and ASHR_LABS_BASE_URL."),
        json_option,
    )
    for option in reversed(options):
        command = option(command)
    return command


@contextmanager
def stored_client(database: Path | None, *, remote: bool) -> Generator[AshrLabsClient]:
    """Lend a client of the platform that is meant; a database is not made for looking into it."""
    check_one_platform(database, remote=remote)
    path = None if remote else database or Path("ashr.db")
    if path and not path.exists():
        raise click.ClickException(f"there is no database {path}; name one with --database, or use --remote")
    with open_client(path, remote=remote) as client:
        yield client


def show_rows(out: Output, name: str, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Write rows: as one JSON object with all that they hold, else these columns of them."""
    if out.as_json:
        out.document({name: list(rows)})
        return
    cells = [[one_line("-" if row.get(key) is None else str(row[key])) for key in columns] for row in rows]
    lines = [list(columns), *cells]
    widths = [max(len(line[place]) for line in lines) for place in range(len(columns))]
    out.write("".join("  ".join(map(str.ljust, line, widths)).rstrip() + "\n" for line in lines))


def show_id(out: Output, record: Mapping[str, Any]) -> None:
    """Write a record that was made or changed: as JSON, else its id."""
    if out.as_json:
        out.document(record)
    else:
        out.write(f"{record['id']}\n")


def show_record(out: Output, record: Mapping[str, Any]) -> None:
    """Write a record: as JSON, else a line for each of its simple values."""
    if out.as_json:
        out.document(record)
        return
    simple = {key: value for key, value in record.items() if not isinstance(value, dict | list)}
    width = max(map(len, simple), default=0)
    out.write("".join(f"{key.ljust(width)}  {one_line(str(value))}\n" for key, value in simple.items()))
