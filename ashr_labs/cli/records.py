"""`ashr-labs records`: manage datasets of records, which are stored in versions."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import IO, TYPE_CHECKING, Any

import click

from .._json import as_object, preview
from ._client import stored_client, storing_client, where_options
from ._commands import Group
from ._download import save, send
from ._options import OutputFile
from ._records import show_id, show_record, show_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import TypeVar

    from ._output import Output

    _Command = TypeVar("_Command", bound=Callable[..., Any])

__all__ = ["command"]

command = Group("records", "Manage datasets of records.")
_COLUMNS = ("id", "name", "version", "record_count", "description", "created_at")
_RECORD_COLUMNS = ("id", "input", "expected", "tags")
_FIELDS = ("id", "input", "expected", "metadata", "tags")
"""Those that are exported, and can be read again."""
_MAX_CELL = 60


def _version_options(command: _Command) -> _Command:
    options = (
        click.option("--version", type=click.IntRange(1), help="The number of the version [default: the newest]."),
        click.option("--tag", "tags", multiple=True, help="Only records with this tag; repeatable."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@command.command("list")
@click.option("--name", help="Only datasets of this name.")
@where_options
@click.pass_obj
def list_datasets(out: Output, /, name: str | None, database: Path | None, remote: bool) -> None:
    """List the datasets, newest first."""
    with stored_client(database, remote=remote) as client:
        found: list[Any] = [one.info for one in client.records.list(name=name)]
    show_rows(out, "datasets", found, _COLUMNS)


@command.command("show")
@click.argument("dataset_id")
@_version_options
@where_options
@click.pass_obj
def show_dataset(
    out: Output,
    /,
    dataset_id: str,
    version: int | None,
    tags: Sequence[str],
    database: Path | None,
    remote: bool,
) -> None:
    """Show a dataset and its records, in any version."""
    with stored_client(database, remote=remote) as client:
        dataset: Any = client.records.get(dataset_id, version=version, tags=list(tags) or None)
    if out.as_json:
        out.write_json({**dataset.info, "records": dataset.rows})
        return
    show_record(out, {name: dataset.info.get(name) for name in _COLUMNS})
    out.write("\n")
    show_rows(out, "records", [_row(record) for record in dataset], _RECORD_COLUMNS)


@command.command("create")
@click.argument("name")
@click.argument("file", type=click.File("r", encoding="utf-8"), required=False)
@click.option("--description", default="", help="What it is for.")
@where_options
@click.pass_obj
def create_dataset(
    out: Output,
    /,
    name: str,
    file: IO[str] | None,
    description: str,
    database: Path | None,
    remote: bool,
) -> None:
    """Create a dataset with the records of FILE, JSON lines or - for stdin, and print its id."""
    records = [] if file is None else _read(file)
    with storing_client(database, remote=remote) as client:
        dataset = client.records.create(name, description)
        if records:
            dataset.add(records)
        made: Any = client.records.get(dataset.id).info if records else dataset.info
    show_id(out, made)


@command.command("add")
@click.argument("dataset_id")
@click.argument("file", type=click.File("r", encoding="utf-8"))
@click.option("--replace", is_flag=True, help="Leave all other records out of the new version.")
@where_options
@click.pass_obj
def add_records(
    out: Output, /, dataset_id: str, file: IO[str], replace: bool, database: Path | None, remote: bool
) -> None:
    """Add the records of FILE, JSON lines or - for stdin, which makes a version, and print its number.

    Records whose `id` the dataset has already are skipped.
    """
    records = _read(file)
    with stored_client(database, remote=remote) as client:
        added: Any = client.records.add(dataset_id, records, replace=replace)
    out.info(f"added {added['added']}, skipped {added['skipped']}")
    if out.as_json:
        out.write_json(added)
    else:
        out.write(f"{added['version']}\n")


@command.command("remove")
@click.argument("dataset_id")
@click.argument("record_id")
@where_options
@click.pass_obj
def remove_record(out: Output, /, dataset_id: str, record_id: str, database: Path | None, remote: bool) -> None:
    """Leave a record out of the next version."""
    with stored_client(database, remote=remote) as client:
        client.records.remove(dataset_id, record_id)
    _show_deleted(out, record_id)


@command.command("export")
@click.argument("dataset_id")
@_version_options
@click.option("--output", type=OutputFile(), metavar="FILE", help="The file [default: stdout].")
@where_options
@click.pass_obj
def export_records(
    out: Output,
    /,
    dataset_id: str,
    version: int | None,
    tags: Sequence[str],
    output: Path | None,
    database: Path | None,
    remote: bool,
) -> None:
    """Write the records of a version as JSON lines, which `records create` and `records add` read."""
    with stored_client(database, remote=remote) as client:
        found: Any = client.records.records(dataset_id, version=version, tags=list(tags) or None)
    if output is not None:
        save(_lines(found), output)
        out.info(f"wrote {output}")
        if out.as_json:
            out.write_json({"dataset_id": dataset_id, "file": str(output), "records": len(found)})
    elif out.as_json:
        out.write_json({"records": found})
    else:
        send(_lines(found), out)


@command.command("from-traces")
@click.argument("name")
@click.option("--event-type", help="Only spans of this type, such as llm_call.")
@click.option("--tool", help="Only spans of this tool or with this name.")
@click.option("--experiment", metavar="ID", help="Only spans of this experiment's sandboxes.")
@click.option("--since", metavar="TIME", help="Only spans that began at this time or later, in ISO 8601.")
@click.option("--input-from", metavar="PATH", help="Where the input is, such as metadata.question.")
@click.option("--expected-from", metavar="PATH", help="Where the expected output is.")
@click.option("--replace", is_flag=True, help="Leave all other records out of the new version.")
@click.option("--dry-run", is_flag=True, help="Store nothing; show what was found.")
@where_options
@click.pass_obj
def records_from_traces(
    out: Output,
    /,
    name: str,
    event_type: str | None,
    tool: str | None,
    experiment: str | None,
    since: str | None,
    input_from: str | None,
    expected_from: str | None,
    replace: bool,
    dry_run: bool,
    database: Path | None,
    remote: bool,
) -> None:
    """Make records of the spans of traces, in the newest dataset of this NAME or a new one."""
    chosen = {"event_type": event_type, "tool": tool, "experiment_id": experiment, "since": since}
    with stored_client(database, remote=remote) as client:
        found = client.records.from_traces(
            name=name,
            filter={key: value for key, value in chosen.items() if value is not None},
            input_from=input_from,
            expected_from=expected_from,
            mode="replace" if replace else "append",
            dry_run=dry_run,
        )
    show_record(out, asdict(found) if out.as_json else {**asdict(found), **found.skipped})


@command.command("delete")
@click.argument("dataset_id")
@where_options
@click.pass_obj
def delete_dataset(out: Output, /, dataset_id: str, database: Path | None, remote: bool) -> None:
    """Delete a dataset with all its versions."""
    with stored_client(database, remote=remote) as client:
        client.records.delete(dataset_id)
    _show_deleted(out, dataset_id)


def _read(file: IO[str]) -> list[Any]:
    """Return the records of JSON lines."""
    try:
        return [_record(line, f"{file.name}:{number}") for number, line in enumerate(file, 1) if line.strip()]
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file.name} must be UTF-8: {error}") from error


def _record(line: str, where: str) -> Mapping[str, Any]:
    try:
        record = as_object(json.loads(line))
    except (ValueError, RecursionError) as error:
        raise click.ClickException(f"{where} is not JSON: {error}") from error
    if record is None or "input" not in record:
        raise click.ClickException(f"{where} must be an object with `input`, got {preview(line.strip())}")
    return record


def _lines(records: Sequence[Mapping[str, Any]]) -> Iterator[bytes]:
    for record in records:
        kept = {name: record[name] for name in _FIELDS if name in record}
        yield f"{json.dumps(kept)}\n".encode()


def _row(record: Mapping[str, Any]) -> dict[str, Any]:
    shown = {name: _cell(record.get(name)) for name in ("input", "expected")}
    return {"id": record.get("id"), **shown, "tags": ", ".join(record.get("tags") or ()) or None}


def _cell(value: object) -> str | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MAX_CELL else f"{text[:_MAX_CELL]}..."


def _show_deleted(out: Output, what: str) -> None:
    out.info(f"deleted {what}")
    if out.as_json:
        out.write_json({"deleted": what})
