"""`ashr-labs datasets import`: check a dataset file and store it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ._dataset_file import dataset_faults, read_dataset_file
from ._failures import EXIT_CODES, CommandError, ExitCode, Failure
from ._options import FileToWrite, json_option
from ._platforms import check_one_platform, open_client

if TYPE_CHECKING:
    from ._output import Output

__all__ = ["command"]


@click.command("import", epilog=EXIT_CODES)
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--name", help="The dataset's name; the file's own unless given.")
@click.option("--description", help="What the dataset tests.")
@click.option(
    "--database",
    type=FileToWrite(),
    metavar="FILE",
    help="The platform's file, made where there is none [default: ashr.db].",
)
@click.option("--remote", is_flag=True, help="Store on the platform of ASHR_LABS_API_KEY and ASHR_LABS_BASE_URL.")
@json_option
@click.pass_obj
def command(
    out: Output, path: Path, name: str | None, description: str | None, database: Path | None, remote: bool
) -> None:
    """Check every scenario of FILE, store the dataset, and print its id.

    FILE holds a dataset's `dataset_source` as JSON, or an object with a `dataset_source` and perhaps a `name` and a
    `description`. If anything is wrong with it, all faults are listed and nothing is stored.
    """
    check_one_platform(database, remote=remote)
    file = read_dataset_file(path)
    faults = dataset_faults(file)
    if faults:
        for fault in faults:
            out.note(str(fault))
        failure = Failure(ExitCode.USAGE, "DatasetError", f"{path} is not stored; faults in it: {len(faults)}")
        raise CommandError(failure, {"faults": [{"path": fault.path, "message": str(fault)} for fault in faults]})

    database = None if remote else database or Path("ashr.db")
    name, description = name or file.name, description or file.description
    with open_client(database, remote=remote) as client:
        dataset_id = client.create_dataset(name=name, dataset_source=file.source, description=description)["id"]
    out.note(f"stored {len(file.scenarios)} scenarios as dataset {dataset_id} {f'in {database}' if database else ''}")
    if out.as_json:
        out.document({"dataset_id": dataset_id, "name": name, "scenarios": len(file.scenarios)})
    else:
        out.write(f"{dataset_id}\n")
