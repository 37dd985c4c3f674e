"""`ashr-labs datasets generate`: let the platform make a dataset."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ._failures import EXIT_CODES
from ._json_file import read_json_object
from ._options import Number
from ._platforms import check_one_platform, open_client
from ._stored import where_options

if TYPE_CHECKING:
    from ._output import Output

__all__ = ["command"]


@click.command("generate", epilog=EXIT_CODES)
@click.argument("config", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--name", help="The dataset's name; the file's own unless given.")
@click.option("--timeout", type=Number(0), default=600, show_default=True, metavar="SECONDS", help="Longest wait.")
@where_options
@click.pass_obj
def command(
    out: Output, /, config: Path, name: str | None, timeout: float, database: Path | None, remote: bool
) -> None:
    """Generate a dataset from the generation config in FILE, store it, and print its id."""
    check_one_platform(database, remote=remote)
    content = read_json_object(config, "generation config")
    with open_client(None if remote else database or Path("ashr.db"), remote=remote) as client:
        dataset_id, source = client.generate_dataset(name or config.stem, content, timeout=timeout)
    if out.as_json:
        out.document({"dataset_id": dataset_id, "scenarios": len(source.get("runs", ()))})
    else:
        out.write(f"{dataset_id}\n")
