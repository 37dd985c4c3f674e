"""Read a dataset from a file, and find its faults."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from .._json import as_object, refuse_constant
from ..dataset_faults import faults_of
from ..errors import DatasetError
from ..scenarios.scenario import refuse_misspelt_keys, scenario_items
from ._exit import CommandError, ExitCode, Failure

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_WRAPPER_KEYS = ("dataset_source", "name", "description")

__all__ = ["DatasetFile", "dataset_faults", "read_dataset_file"]


@dataclass(frozen=True, slots=True)
class DatasetFile:
    """A dataset that was read from a file."""

    path: Path
    name: str
    description: str | None
    source: Mapping[str, Any]
    scenarios: list[tuple[str, object]]
    """The scenarios with actions, by their ids."""


def read_dataset_file(path: Path) -> DatasetFile:
    """Read a file with a dataset_source, or with an object that has a `dataset_source` and optionally a name.

    Raises:
        click.ClickException: The file cannot be read, or is not JSON.
        CommandError: The file is not a dataset, or has no scenario.
    """
    content = _read_json(path)
    wrapper = as_object(content) or {}
    source = wrapper.get("dataset_source", content)
    try:
        if source is not content:
            refuse_misspelt_keys(wrapper, _WRAPPER_KEYS)
        scenarios = scenario_items(source)
    except DatasetError as error:
        raise CommandError(Failure(ExitCode.USAGE, "DatasetError", f"{path}: {error}")) from error
    if not scenarios:
        raise CommandError(Failure(ExitCode.NOTHING_RAN, "NothingRan", f"{path}: no scenario has any action"))
    name, description = wrapper.get("name"), wrapper.get("description")
    return DatasetFile(
        path,
        name if isinstance(name, str) and name else path.stem,
        description if isinstance(description, str) else None,
        source,
        scenarios,
    )


def dataset_faults(file: DatasetFile) -> list[DatasetError]:
    """Return the faults of the scenarios: the first one of each action, in order."""
    return list(faults_of(file.scenarios))


def _read_json(path: Path) -> object:
    try:
        content: object = json.loads(path.read_bytes(), parse_constant=refuse_constant, object_pairs_hook=_unique_keys)
    except OSError as error:
        raise click.ClickException(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise click.ClickException(f"{path} is not JSON: {error}") from error
    return content


def _unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    # Otherwise the last of two scenarios with the same id would silently replace the first.
    result = dict(pairs)
    if len(result) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"an object has the key {next(name for name in names if names.count(name) > 1)!r} twice")
    return result
