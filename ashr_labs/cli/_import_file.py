"""Read what `datasets import` stores: a dataset of our own, records of another tool, or traces."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .._format import counted
from ..errors import DatasetError
from ..importing import import_dataset, scenario_of_trace
from ..importing.formats import Keys, detected
from ..importing.records import Record, read_records
from ..scenarios.scenario import scenario_items
from ._dataset_file import DatasetFile, dataset_faults, read_dataset_file
from ._exit import CommandError, ExitCode, Failure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..client._sync import AshrLabsClient
    from ._output import Output

__all__ = ["OWN_FORMAT", "ImportedFile", "import_traces", "read_import", "refuse_faults"]

OWN_FORMAT = "dataset"
"""The format of `datasets export`."""
_BEGINNING = 1000
"""Bytes in which the first character of a file is looked for."""


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """The content of a file, ready to be stored if it has no faults."""

    file: DatasetFile
    faults: list[DatasetError]
    notes: Mapping[str, int]
    document: Mapping[str, Any]
    """Further fields of the `--json` object."""


def read_import(
    path: Path,
    file_format: str | None,
    keys: Keys,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    keep_unknown: bool = False,
) -> ImportedFile:
    """Read a file in a format, by default the one of its first record.

    Raises:
        click.ClickException: The file cannot be read.
        CommandError: The file is not a dataset.
    """
    try:
        if file_format is None and _is_own(path, keys):
            file_format = OWN_FORMAT
        if file_format == OWN_FORMAT:
            file = read_dataset_file(path)
            return ImportedFile(file, dataset_faults(file), {}, {})
        with path.open("rb") as opened:
            found = import_dataset(
                opened,
                file_format,
                input_key=keys.input,
                expected_key=keys.expected,
                encoding=encoding,
                delimiter=delimiter,
                keep_unknown=keep_unknown,
            )
    except OSError as error:
        raise click.ClickException(f"cannot read {path}: {error.strerror}") from error
    except DatasetError as error:
        raise CommandError(Failure(ExitCode.USAGE, "DatasetError", f"{path}: {error}")) from error
    scenarios = scenario_items(found.dataset_source)
    if not scenarios and not found.faults:
        raise CommandError(Failure(ExitCode.NOTHING_RAN, "NothingRan", f"{path}: no scenario has any action"))
    file = DatasetFile(path, path.stem, None, found.dataset_source, scenarios)
    faults = [*found.faults, *(_with_line(fault, found.places) for fault in dataset_faults(file))]
    return ImportedFile(file, faults, found.notes, {"format": found.format, "notes": found.notes})


def import_traces(client: AshrLabsClient, ids: Sequence[str]) -> ImportedFile:
    """Return a dataset with a scenario for each trace."""
    runs: dict[str, Any] = {}
    notes: dict[str, int] = {}
    for trace_id in ids:
        name, scenario, found = scenario_of_trace(client.get_observability_trace(trace_id)["trace"])
        runs[name] = scenario
        notes |= {note: notes.get(note, 0) + count for note, count in found.items()}
    name = "trace" if len(runs) == 1 else "traces"
    file = DatasetFile(Path(name), name, None, {"runs": runs}, list(runs.items()))
    return ImportedFile(file, [], notes, {"format": "traces", "notes": notes})


def refuse_faults(out: Output, imported: ImportedFile) -> None:
    """Raise CommandError if a file has faults, after listing all of them."""
    if not imported.faults:
        return
    for fault in imported.faults:
        out.info(str(fault))
    message = f"{imported.file.path} is not a valid dataset: it has {counted(len(imported.faults), 'fault')}"
    faults = [{"path": fault.path, "message": str(fault)} for fault in imported.faults]
    raise CommandError(Failure(ExitCode.USAGE, "DatasetError", message), {"faults": faults, **imported.document})


def _is_own(path: Path, keys: Keys) -> bool:
    """Return True if a file is a dataset of our own; a .json file is one unless its records look otherwise."""
    is_json = path.suffix == ".json"
    with path.open("rb") as file:
        try:
            first = next(read_records(file), None)
        except DatasetError:
            file.seek(0)
            return is_json and not file.read(_BEGINNING).lstrip().startswith(b"[")  # a dataset is an object
    if not isinstance(first, Record):
        return is_json
    return not {"runs", "dataset_source"}.isdisjoint(first.fields) or (is_json and detected(first.fields, keys) is None)


def _with_line(fault: DatasetError, places: Mapping[str, str]) -> DatasetError:
    """Return the fault with the line of its scenario."""
    path = fault.path or ""
    names = [name for name in places if path == f"runs.{name}" or path.startswith(f"runs.{name}.")]
    if not names:
        return fault
    name = max(names, key=len)
    rest = path.removeprefix(f"runs.{name}").removeprefix(".")
    message = str(fault).removeprefix(f"{path}: ")
    return DatasetError(message, path=f"{places[name]}: {rest}" if rest else places[name])
