"""`ashr-labs datasets export`: write a dataset to a file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from .._json import as_object
from ._failures import EXIT_CODES
from ._options import FileToWrite
from ._stored import stored_client, where_options

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ._output import Output

__all__ = ["command"]


@click.command("export", epilog=EXIT_CODES)
@click.argument("dataset_id", type=click.IntRange(1))
@click.argument("path", metavar="FILE", type=FileToWrite())
@where_options
@click.pass_obj
def command(out: Output, /, dataset_id: int, path: Path, database: Path | None, remote: bool) -> None:
    """Write a dataset to FILE, which `datasets import` and `eval` read.

    If FILE ends with .jsonl, it gets a scenario in each line, and nothing but them, which `datasets import` reads.
    """
    with stored_client(database, remote=remote) as client:
        dataset = client.get_dataset(dataset_id)
    kept = {key: dataset.get(key) for key in ("name", "description", "dataset_source")}
    left_out: list[str] = []
    if path.suffix == ".jsonl":
        source = as_object(dataset.get("dataset_source")) or {}
        left_out = [key for key in source if key != "runs"]
        text = "".join(_lines(source))
    else:
        text = f"{json.dumps(kept, indent=2)}\n"
    path.write_text(text, "utf-8")
    out.note(f"wrote {path}")
    if left_out:
        out.note(f"a .jsonl file has no place for what stands beside the scenarios: {', '.join(left_out)}")
    if out.as_json:
        out.document({"dataset_id": dataset_id, "file": str(path), "left_out": left_out})


def _lines(source: Mapping[str, Any]) -> list[str]:
    runs = as_object(source.get("runs")) or {}
    return [f"{json.dumps({'id': name, **(as_object(raw) or {})})}\n" for name, raw in runs.items()]
