"""`ashr-labs spec`: check and manage specs of sandboxes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .._format import counted
from ..specs import spec_faults, spec_schema
from ._commands import Group
from ._exit import CommandError, ExitCode, Failure
from ._options import json_option

if TYPE_CHECKING:
    from ._output import Output

__all__ = ["command"]

command = Group("spec", "Check and manage specs of sandboxes.")


@command.command("validate")
@click.argument("paths", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
@click.pass_obj
def validate_specs(out: Output, /, paths: tuple[Path, ...]) -> None:
    """List all faults of specs with their lines; nothing is stored."""
    faults = [(path, fault) for path in paths for fault in spec_faults(path.read_bytes())]
    for path, fault in faults:
        out.info(f"{path}:{fault.line}:{fault.column}: {fault.path or 'spec'}: {fault.message}")
    if faults:
        message = f"{counted(len(faults), 'fault')} in {counted(len({path for path, _ in faults}), 'spec')}"
        records = [{"file": str(path), **fault._asdict()} for path, fault in faults]
        raise CommandError(Failure(ExitCode.USAGE, "SpecError", message), {"faults": records})
    out.info(f"{counted(len(paths), 'valid spec')}")
    if out.as_json:
        out.write_json({"faults": [], "files": list(map(str, paths))})


@command.command("schema")
@click.pass_obj
def show_schema(out: Output, /) -> None:
    """Print the JSON Schema of specs, with which editors complete and check them."""
    out.write(f"{json.dumps(spec_schema(), indent=2)}\n")
