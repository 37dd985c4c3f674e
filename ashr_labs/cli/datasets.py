"""`ashr-labs datasets`: manage datasets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .._format import counted
from .._json import as_object
from ..importing import EXPORT_FORMATS, FORMATS
from ..importing import export_dataset as write_dataset
from ..importing.formats import Keys
from ._client import check_one_platform, is_remote, stored_client, storing_client, where_options
from ._commands import Group
from ._import_file import OWN_FORMAT, import_traces, read_import, refuse_faults
from ._options import Number, OutputFile, limit_option, read_json_object
from ._records import show_record, show_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ._output import Output

__all__ = ["command"]

command = Group("datasets", "Manage datasets.")


@command.command("list")
@limit_option
@where_options
@click.pass_obj
def list_datasets(out: Output, /, limit: int, database: Path | None, remote: bool) -> None:
    """List the newest datasets."""
    with stored_client(database, remote=remote) as client:
        rows = client.list_datasets(limit=limit)["datasets"]
    show_rows(
        out,
        "datasets",
        [{**row, "scenarios": len(row.get("dataset_source", {}).get("runs", ()))} for row in rows],
        ("id", "name", "scenarios", "created_at"),
    )


@command.command("get")
@click.argument("dataset_id", type=click.IntRange(1))
@where_options
@click.pass_obj
def get_dataset(out: Output, /, dataset_id: int, database: Path | None, remote: bool) -> None:
    """Show a dataset; with --json also its scenarios."""
    with stored_client(database, remote=remote) as client:
        dataset = client.get_dataset(dataset_id)
    show_record(out, dataset)


@command.command("generate")
@click.argument("config", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--name", help="Name of the dataset [default: the name of FILE].")
@click.option("--timeout", type=Number(0), default=600, show_default=True, metavar="SECONDS", help="Maximum wait.")
@where_options
@click.pass_obj
def generate_dataset(
    out: Output, /, config: Path, name: str | None, timeout: float, database: Path | None, remote: bool
) -> None:
    """Generate a dataset from the generation config in FILE, store it, and print its id."""
    content = read_json_object(config, "generation config")
    with storing_client(database, remote=remote) as client:
        dataset_id, source = client.generate_dataset(name or config.stem, content, timeout=timeout)
    if out.as_json:
        out.write_json({"dataset_id": dataset_id, "scenarios": len(source.get("runs", ()))})
    else:
        out.write(f"{dataset_id}\n")


@command.command("import")
@click.argument("path", metavar="[FILE]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--format", "file_format", type=click.Choice([OWN_FORMAT, *FORMATS]), help="Format of FILE [default: detected]."
)
@click.option("--input-key", metavar="KEY", help="Key or column of the user's message.")
@click.option("--expected-key", metavar="KEY", help="Key or column of the expected reply.")
@click.option("--encoding", metavar="NAME", help="Encoding of FILE, such as cp1252 [default: detected].")
@click.option("--delimiter", metavar="CHARACTER", help="Delimiter of CSV; tab is written \\t [default: detected].")
@click.option(
    "--keep-unknown",
    is_flag=True,
    help="Store expectations that cannot be imported as metadata, without an error.",
)
@click.option("--from-trace", "traces", metavar="ID", multiple=True, help="A trace, in place of FILE; repeatable.")
@click.option("--name", help="Name of the dataset [default: the one in FILE, or the name of FILE].")
@click.option("--description", help="What the dataset tests.")
@where_options
@click.pass_obj
def import_dataset(
    out: Output,
    /,
    path: Path | None,
    file_format: str | None,
    input_key: str | None,
    expected_key: str | None,
    encoding: str | None,
    delimiter: str | None,
    keep_unknown: bool,
    traces: tuple[str, ...],
    name: str | None,
    description: str | None,
    database: Path | None,
    remote: bool,
) -> None:
    """Check every scenario of FILE, store the dataset, and print its id.

    FILE is a JSON file with a `dataset_source`, or with an object that has a `dataset_source` and optionally a `name`
    and a `description`; or a file of another tool as JSON Lines, JSON, CSV, YAML, Parquet, Arrow or an Inspect log.
    Fields without a place in a scenario are counted and listed. If FILE has faults, all of them are listed and
    nothing is stored.
    """
    check_one_platform(database, remote=remote)
    if (path is None) == (not traces):
        raise click.UsageError("give either a FILE or --from-trace")
    if path:
        imported = read_import(
            path,
            file_format,
            Keys(input_key, expected_key),
            encoding=encoding,
            delimiter="\t" if delimiter == "\\t" else delimiter,
            keep_unknown=keep_unknown,
        )
    else:
        with stored_client(database, remote=remote) as client:
            imported = import_traces(client, traces)
    for note, count in imported.notes.items():
        out.info(f"{count} x {note}")
    refuse_faults(out, imported)

    file = imported.file
    name, description = name or file.name, description or file.description
    with storing_client(database, remote=remote) as client:
        dataset_id = client.create_dataset(name=name, dataset_source=file.source, description=description)["id"]
    place = "" if is_remote(database, remote=remote) else f" in {database or 'ashr.db'}"
    out.info(f"stored {counted(len(file.scenarios), 'scenario')} as dataset {dataset_id}{place}")
    if out.as_json:
        document: dict[str, Any] = {"dataset_id": dataset_id, "name": name, "scenarios": len(file.scenarios)}
        out.write_json({**document, **imported.document})
    else:
        out.write(f"{dataset_id}\n")


@command.command("export")
@click.argument("dataset_id", type=click.IntRange(1))
@click.argument("path", metavar="FILE", type=OutputFile())
@click.option("--format", "file_format", type=click.Choice(EXPORT_FORMATS), help="Format of another tool.")
@where_options
@click.pass_obj
def export_dataset(
    out: Output, /, dataset_id: int, path: Path, file_format: str | None, database: Path | None, remote: bool
) -> None:
    """Write a dataset to FILE, which `datasets import` and `eval` read.

    Without --format, FILE gets the whole dataset; if its name ends with .jsonl, each line is a scenario, and the other
    fields of the dataset are left out. With --format, the scenarios are written for another tool.
    """
    with stored_client(database, remote=remote) as client:
        dataset = client.get_dataset(dataset_id)
    if file_format is not None:
        _write_foreign(out, dataset, file_format, path)
        return
    kept = {key: dataset.get(key) for key in ("name", "description", "dataset_source")}
    left_out: list[str] = []
    if path.suffix == ".jsonl":
        source = as_object(dataset.get("dataset_source")) or {}
        left_out = [key for key in source if key != "runs"]
        text = "".join(_lines(source))
    else:
        text = f"{json.dumps(kept, indent=2)}\n"
    path.write_text(text, "utf-8")
    out.info(f"wrote {path}")
    if left_out:
        out.info(f"left out, because .jsonl holds only scenarios: {', '.join(left_out)}")
    if out.as_json:
        out.write_json({"dataset_id": dataset_id, "file": str(path), "left_out": left_out})


def _write_foreign(out: Output, dataset: Mapping[str, Any], file_format: str, path: Path) -> None:
    """Write a dataset in the format of another tool."""
    source = as_object(dataset.get("dataset_source")) or {}
    exported = write_dataset(source, file_format, name=str(dataset.get("name") or "dataset"))
    path.write_bytes(exported.content)
    for note, count in exported.notes.items():
        out.info(f"{count} x {note}")
    out.info(f"wrote {path}")
    if out.as_json:
        document = {"dataset_id": dataset["id"], "file": str(path), "format": file_format, "notes": exported.notes}
        out.write_json(document)


def _lines(source: Mapping[str, Any]) -> list[str]:
    runs = as_object(source.get("runs")) or {}
    return [f"{json.dumps({'id': name, **(as_object(raw) or {})})}\n" for name, raw in runs.items()]
