"""Read the file of `datasets import`: a dataset of our own, or records of another tool."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from ..errors import DatasetError
from ..eval.scenario import scenario_items
from ..importing import import_dataset
from ..importing.formats import Keys, detected
from ..importing.records import Record, read_records
from ._dataset_file import DatasetFile, dataset_faults, read_dataset_file
from ._failures import CommandError, ExitCode, Failure

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["OWN", "Imported", "read_import"]

OWN = "dataset"
"""The format of `datasets export`."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file holds, ready to be stored unless there are faults."""

    file: DatasetFile
    faults: list[DatasetError]
    notes: Mapping[str, int]
    document: Mapping[str, Any]
    """What `--json` shows of it beside what is stored."""


def read_import(path: Path, form: str | None, keys: Keys) -> Imported:
    """Read a file in a format, else in the one that its first record shows.

    Raises:
        click.ClickException: It cannot be read.
        CommandError: As a whole it is no dataset.
    """
    try:
        if form is None and _is_own(path, keys):
            form = OWN
        if form == OWN:
            file = read_dataset_file(path)
            return Imported(file, dataset_faults(file), {}, {})
        with path.open("rb") as opened:
            found = import_dataset(opened, form, input_key=keys.input, expected_key=keys.expected)
    except OSError as error:
        raise click.ClickException(f"cannot read {path}: {error.strerror}") from error
    except DatasetError as error:
        raise CommandError(Failure(ExitCode.USAGE, "DatasetError", f"{path}: {error}")) from error
    scenarios = scenario_items(found.dataset_source)
    if not scenarios and not found.faults:
        raise CommandError(Failure(ExitCode.NOTHING_RAN, "NothingRan", f"{path}: no scenario has any action"))
    file = DatasetFile(path, path.stem, None, found.dataset_source, scenarios)
    faults = [*found.faults, *(_placed(fault, found.places) for fault in dataset_faults(file))]
    return Imported(file, faults, found.notes, {"format": found.format, "notes": found.notes})


def _is_own(path: Path, keys: Keys) -> bool:
    """Tell whether a file is a dataset; one that is called JSON is, unless its records say otherwise."""
    is_json = path.suffix == ".json"
    with path.open("rb") as file:
        try:
            first = next(read_records(file), None)
        except DatasetError:
            return is_json
    if not isinstance(first, Record):
        return is_json
    return not {"runs", "dataset_source"}.isdisjoint(first.fields) or (is_json and detected(first.fields, keys) is None)


def _placed(fault: DatasetError, places: Mapping[str, str]) -> DatasetError:
    """Return the fault with the line of its scenario."""
    path = fault.path or ""
    names = [name for name in places if path == f"runs.{name}" or path.startswith(f"runs.{name}.")]
    if not names:
        return fault
    name = max(names, key=len)
    rest = path.removeprefix(f"runs.{name}").removeprefix(".")
    message = str(fault).removeprefix(f"{path}: ")
    return DatasetError(message, path=f"{places[name]}: {rest}" if rest else places[name])
