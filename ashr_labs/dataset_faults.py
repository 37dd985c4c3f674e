"""The faults of a dataset, for every place that stores or imports one."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from ._format import counted, missing_key
from ._gc import paused_gc
from ._json import as_list, as_object
from .errors import DatasetError
from .scenarios.scenario import has_checks, has_outcome, read_scenario, scenario_items

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["check_dataset", "faults_of"]

_FILLER = {"actor": "environment"}
"""A valid action."""
_MOST_FAULTS = 1_000
_MOST_SHOWN = 5


@paused_gc()
def check_dataset(source: object) -> None:
    """Check the scenarios of a dataset before it is stored.

    Other types of datasets, whose `runs` are not an object, are not checked.

    Raises:
        DatasetError: A scenario cannot be played; the message lists the first faults, `path` is that of the first one.
    """
    found = list(islice(_all_faults(source), _MOST_FAULTS))
    if not found:
        return
    first, *others = found
    lines = [str(fault).removeprefix(f"{first.path}: ") for fault in found[:_MOST_SHOWN]]
    if len(others) >= _MOST_SHOWN:
        lines.append(f"and {counted(len(found) - _MOST_SHOWN, 'more fault')}")
    raise DatasetError("; ".join(lines), path=first.path)


def _all_faults(source: object) -> Iterator[DatasetError]:
    fields = as_object(source) or {}
    if as_object(fields.get("runs")) is not None:
        yield from faults_of(scenario_items(source))
    elif hint := missing_key("runs", fields):
        yield DatasetError(f"is missing{hint}", path="runs")


def faults_of(scenarios: Iterable[tuple[str, object]]) -> Iterator[DatasetError]:
    """Yield the faults of scenarios, the first one of each action, in order."""
    for scenario_id, raw in scenarios:
        fault = _first_fault(scenario_id, raw)
        if fault is None:
            continue
        actions = as_list((as_object(raw) or {}).get("actions"))
        yield from [fault] if actions is None else _faults(scenario_id, fault, actions)


def _faults(scenario_id: str, first: DatasetError, actions: Iterable[object]) -> Iterator[DatasetError]:
    found = [
        fault
        for index, action in enumerate(actions)
        if (fault := _first_fault(scenario_id, {"actions": [*[_FILLER] * index, action]}))
    ]
    yield from [first, *found] if ".actions[" not in first.path else found


def _first_fault(scenario_id: str, raw: object) -> DatasetError | None:
    try:
        read_scenario(scenario_id, raw)
        if has_checks(raw):
            _read_checks(scenario_id, raw)
        if has_outcome(raw):
            _read_invariants(scenario_id, raw)
    except DatasetError as error:
        return error
    return None


def _read_checks(scenario_id: str, raw: object) -> None:
    from .scorers.checks import read_checks  # noqa: PLC0415 - only datasets with checks load scorers

    read_checks(scenario_id, raw)


def _read_invariants(scenario_id: str, raw: object) -> None:
    from .invariants.reading import read_invariants  # noqa: PLC0415 - only datasets with invariants load specs

    read_invariants((as_object(raw) or {}).get("invariants"), f"runs.{scenario_id}.")
