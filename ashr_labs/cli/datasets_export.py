"""`ashr-labs datasets export`: write a dataset to a file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from ._failures import EXIT_CODES
from ._options import FileToWrite
from ._stored import stored_client, where_options

if TYPE_CHECKING:
    from pathlib import Path

    from ._output import Output

__all__ = ["command"]


@click.command("export", epilog=EXIT_CODES)
@click.argument("dataset_id", type=click.IntRange(1))
@click.argument("path", metavar="FILE", type=FileToWrite())
@where_options
@click.pass_obj
def command(out: Output, /, dataset_id: int, path: Path, database: Path | None, remote: bool) -> None:
    """Write a dataset to FILE, which `datasets import` and `eval` read."""
    with stored_client(database, remote=remote) as client:
        dataset = client.get_dataset(dataset_id)
    kept = {key: dataset.get(key) for key in ("name", "description", "dataset_source")}
    path.write_text(f"{json.dumps(kept, indent=2)}\n", "utf-8")
    out.note(f"wrote {path}")
    if out.as_json:
        out.document({"dataset_id": dataset_id, "file": str(path)})
