"""A file's records become a dataset."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import ConfigurationError, DatasetError
from .formats import FORMATS, Keys, detected, drafted
from .records import Record, read_records

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import BinaryIO

__all__ = ["FORMATS", "ImportedDataset", "import_dataset"]


@dataclass(frozen=True, slots=True)
class ImportedDataset:
    """What a file holds."""

    format: str
    """One of `FORMATS`."""
    dataset_source: Mapping[str, Any]
    places: Mapping[str, str]
    """Where in the file each scenario stands, such as `line 3`, by the scenarios' ids."""
    notes: Mapping[str, int]
    """What has no place in a scenario and what became of it, each with how often."""
    faults: tuple[DatasetError, ...]
    """What could not be read, each with its line and field."""


def import_dataset(
    file: BinaryIO, file_format: str | None = None, *, input_key: str | None = None, expected_key: str | None = None
) -> ImportedDataset:
    """Return the scenarios in a file of another tool.

    Args:
        file: JSON Lines, a JSON array or CSV, opened for reading bytes.
        file_format: One of `FORMATS`; told from the first record unless given.
        input_key: Which key or column holds what the user says, where it is not one of the usual ones.
        expected_key: Likewise what the agent is expected to answer.

    Raises:
        ConfigurationError: There is no such format.
        DatasetError: The file as a whole cannot be read, or its format cannot be told.

    Examples:
        >>> from io import BytesIO
        >>> line = b'{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"}]}'
        >>> found = import_dataset(BytesIO(line))
        >>> [action["content"] for run in found.dataset_source["runs"].values() for action in run["actions"]]
        ['Hi', 'Hello!']
    """
    if file_format not in {None, *FORMATS}:
        raise ConfigurationError(f"there is no format {file_format!r}; there are {', '.join(FORMATS)}")
    collected = _Collection(Keys(input_key, expected_key), file_format)
    for record in read_records(file):
        collected.add(record)
    return ImportedDataset(
        collected.format or "",
        {"runs": collected.runs},
        collected.places,
        dict(collected.notes),
        tuple(collected.faults),
    )


class _Collection:
    def __init__(self, keys: Keys, form: str | None) -> None:
        self.format = form
        self.runs: dict[str, Any] = {}
        self.places: dict[str, str] = {}
        self.notes: Counter[str] = Counter()
        self.faults: list[DatasetError] = []
        self._keys = keys
        self._repeats: defaultdict[str, int] = defaultdict(lambda: 1)

    def add(self, record: Record | DatasetError) -> None:
        """Add a record, or the fault in it."""
        try:
            self._add(record)
        except DatasetError as fault:
            self.faults.append(fault)
        except RecursionError:
            self.faults.append(DatasetError("is nested too deeply", path=getattr(record, "place", "line 1")))

    def _add(self, record: Record | DatasetError) -> None:
        if isinstance(record, DatasetError):
            raise record
        draft = drafted(record, self._format_of(record), self._keys)
        if not draft.actions and draft.whole is None:
            raise DatasetError("nothing is said in it", path=record.place)
        name = self._free(draft.identity(), record.place, is_own=bool(draft.id))
        self.runs[name] = draft.scenario()
        self.places[name] = record.place
        self.notes.update(draft.notes)
        if not draft.expects_something:
            self.notes["scenarios that expect nothing"] += 1

    def _format_of(self, record: Record) -> str:
        if self.format is None:
            self.format = detected(record.fields, self._keys)
        if self.format is None:
            keys = ", ".join(record.fields)
            raise DatasetError(f"the format cannot be told from its keys ({keys}); name it", path=record.place)
        return self.format

    def _free(self, name: str, place: str, *, is_own: bool) -> str:
        """Return the id under which a scenario is kept: those that were made are counted where they repeat."""
        if is_own and name in self.runs:
            raise DatasetError(f"{name!r} is there already, at {self.places[name]}", path=f"{place}: id")
        stem = name
        while name in self.runs:
            self._repeats[stem] += 1
            name = f"{stem}_{self._repeats[stem]}"
        return name
