"""`ashr-labs spec`: check and manage specs of sandboxes."""

from __future__ import annotations

import json
from typing import IO, TYPE_CHECKING

import click

from .._format import counted
from ..specs import spec_faults, spec_schema
from ._client import stored_client, storing_client, where_options
from ._commands import Group
from ._exit import CommandError, ExitCode, Failure
from ._options import json_option
from ._records import show_rows

if TYPE_CHECKING:
    from pathlib import Path

    from ._output import Output

__all__ = ["command"]

command = Group("spec", "Check and manage specs of sandboxes.")


@command.command("validate")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.File("rb"))
@json_option
@click.pass_obj
def validate_specs(out: Output, /, files: tuple[IO[bytes], ...]) -> None:
    """List all faults of specs with their lines; nothing is stored."""
    faults = [(file.name, fault) for file in files for fault in spec_faults(file.read())]
    for name, fault in faults:
        out.info(f"{name}:{fault.line}:{fault.column}: {fault.path or 'spec'}: {fault.message}")
    if faults:
        message = f"{counted(len(faults), 'fault')} in {counted(len({name for name, _ in faults}), 'spec')}"
        records = [{"file": name, **fault._asdict()} for name, fault in faults]
        raise CommandError(Failure(ExitCode.USAGE, "SpecError", message), {"faults": records})
    out.info(f"{counted(len(files), 'valid spec')}")
    if out.as_json:
        out.write_json({"faults": [], "files": [file.name for file in files]})


@command.command("schema")
@json_option
@click.pass_obj
def show_schema(out: Output, /) -> None:
    """Print the JSON Schema of specs, with which editors complete and check them."""
    out.write(f"{json.dumps(spec_schema(), indent=2)}\n")


@command.command("list")
@where_options
@click.pass_obj
def list_specs(out: Output, /, database: Path | None, remote: bool) -> None:
    """List the newest version of each spec."""
    with stored_client(database, remote=remote) as client:
        found = client.specs.list()
    show_rows(out, "specs", [one.raw for one in found], ("id", "version", "description", "created_at"))


@command.command("show")
@click.argument("spec_id")
@click.option("--version", type=click.IntRange(1), help="The number of the version [default: the newest].")
@where_options
@click.pass_obj
def show_spec(out: Output, /, spec_id: str, version: int | None, database: Path | None, remote: bool) -> None:
    """Print the text of a spec as it was stored; with --json everything about the version."""
    with stored_client(database, remote=remote) as client:
        spec = client.specs.get(spec_id, version=version)
    if out.as_json:
        out.write_json(spec.raw)
    else:
        out.write(spec.text if spec.text.endswith("\n") else f"{spec.text}\n")


@command.command("create")
@click.argument("file", type=click.File("rb"))
@where_options
@click.pass_obj
def create_spec(out: Output, /, file: IO[bytes], database: Path | None, remote: bool) -> None:
    """Store the next version of a spec from FILE, and print its id."""
    content = file.read()
    with storing_client(database, remote=remote) as client:
        spec = client.specs.create(content)
    out.info(f"stored version {spec.version} of {spec.id}")
    if out.as_json:
        out.write_json(spec.raw)
    else:
        out.write(f"{spec.id}\n")


@command.command("delete")
@click.argument("spec_id")
@where_options
@click.pass_obj
def delete_spec(out: Output, /, spec_id: str, database: Path | None, remote: bool) -> None:
    """Delete all versions of a spec."""
    with stored_client(database, remote=remote) as client:
        client.specs.delete(spec_id)
    out.info(f"deleted {spec_id}")
    if out.as_json:
        out.write_json({"deleted": spec_id})
