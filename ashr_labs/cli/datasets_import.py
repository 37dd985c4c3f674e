"""`ashr-labs datasets import`: check a dataset, in a file or in traces, and store it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..importing import FORMATS, scenario_of_trace
from ..importing.formats import Keys
from ._dataset_file import DatasetFile
from ._failures import EXIT_CODES, CommandError, ExitCode, Failure
from ._import_file import OWN, Imported, read_import
from ._options import FileToWrite, json_option
from ._platforms import check_one_platform, open_client
from ._stored import stored_client

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ._output import Output

__all__ = ["command"]


@click.command("import", epilog=EXIT_CODES)
@click.argument("path", metavar="[FILE]", required=False, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice([OWN, *FORMATS]), help="Of FILE; told from it unless given.")
@click.option("--input-key", metavar="KEY", help="The key or column that holds what the user says.")
@click.option("--expected-key", metavar="KEY", help="The key or column that holds what is expected.")
@click.option("--from-trace", "traces", metavar="ID", multiple=True, help="Instead of FILE, a trace; repeatable.")
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
    out: Output,
    /,
    path: Path | None,
    form: str | None,
    input_key: str | None,
    expected_key: str | None,
    traces: tuple[str, ...],
    name: str | None,
    description: str | None,
    database: Path | None,
    remote: bool,
) -> None:
    """Check every scenario of FILE, store the dataset, and print its id.

    FILE holds a dataset's `dataset_source` as JSON, or an object with a `dataset_source` and perhaps a `name` and a
    `description`; or, as JSON Lines, a JSON array or CSV: scenarios, rows with an input and what is expected,
    OpenAI's chat format, or an export of LangSmith or Braintrust. What has no place in a scenario is counted and
    told. If anything is wrong with it, all faults are listed and nothing is stored.
    """
    check_one_platform(database, remote=remote)
    if (path is None) == (not traces):
        raise click.UsageError("give a FILE or --from-trace, one of them")
    keys = Keys(input_key, expected_key)
    imported = read_import(path, form, keys) if path else _from_traces(traces, database, remote=remote)
    for note, count in imported.notes.items():
        out.note(f"{count} x {note}")
    _refuse_faults(out, imported)

    database = None if remote else database or Path("ashr.db")
    file = imported.file
    name, description = name or file.name, description or file.description
    with open_client(database, remote=remote) as client:
        dataset_id = client.create_dataset(name=name, dataset_source=file.source, description=description)["id"]
    out.note(f"stored {len(file.scenarios)} scenarios as dataset {dataset_id} {f'in {database}' if database else ''}")
    if out.as_json:
        document: dict[str, Any] = {"dataset_id": dataset_id, "name": name, "scenarios": len(file.scenarios)}
        out.document({**document, **imported.document})
    else:
        out.write(f"{dataset_id}\n")


def _refuse_faults(out: Output, imported: Imported) -> None:
    if not imported.faults:
        return
    for fault in imported.faults:
        out.note(str(fault))
    message = f"{imported.file.path} is not stored; faults in it: {len(imported.faults)}"
    faults = [{"path": fault.path, "message": str(fault)} for fault in imported.faults]
    raise CommandError(Failure(ExitCode.USAGE, "DatasetError", message), {"faults": faults, **imported.document})


def _from_traces(ids: Sequence[str], database: Path | None, *, remote: bool) -> Imported:
    runs: dict[str, Any] = {}
    notes: dict[str, int] = {}
    with stored_client(database, remote=remote) as client:
        for trace_id in ids:
            name, runs_of_it, found = scenario_of_trace(client.get_observability_trace(trace_id)["trace"])
            runs[name] = runs_of_it
            notes |= {note: notes.get(note, 0) + count for note, count in found.items()}
    name = "trace" if len(runs) == 1 else "traces"
    file = DatasetFile(Path(name), name, None, {"runs": runs}, list(runs.items()))
    return Imported(file, [], notes, {"format": "traces", "notes": notes})
