"""Import of datasets from files of other tools."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .._format import suggestion
from .._gc import paused_gc
from ..errors import ConfigurationError, DatasetError
from .formats import FORMATS, Keys, detected, drafted, expanded
from .records import Record, read_records

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import BinaryIO

__all__ = ["FORMATS", "ImportedDataset", "import_dataset"]


@dataclass(frozen=True, slots=True)
class ImportedDataset:
    """The scenarios of a file."""

    format: str
    """One of `FORMATS`."""
    dataset_source: Mapping[str, Any]
    places: Mapping[str, str]
    """Location of each scenario in the file, such as `line 3`, by its id."""
    notes: Mapping[str, int]
    """Parts that a scenario cannot represent and their outcome, each with its count."""
    faults: tuple[DatasetError, ...]
    """Records that could not be read, with line and field."""


def import_dataset(
    file: BinaryIO,
    file_format: str | None = None,
    *,
    input_key: str | None = None,
    expected_key: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    keep_unknown: bool = False,
) -> ImportedDataset:
    """Import the scenarios of a file that another tool has written.

    Args:
        file: JSON Lines, JSON, CSV, YAML, Parquet, Arrow or an Inspect log, opened for reading bytes.
        file_format: One of `FORMATS`; detected from the first record by default.
        input_key: The key or column of the user's message, if it is not one of the common names.
        expected_key: The key or column of the expected answer, likewise.
        encoding: Detected by default.
        delimiter: Of CSV; detected by default.
        keep_unknown: Store expectations that cannot be imported as metadata, instead of refusing the record.

    Raises:
        ConfigurationError: An option is invalid.
        DatasetError: The file as a whole cannot be read.

    Examples:
        >>> from io import BytesIO
        >>> line = b'{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"}]}'
        >>> found = import_dataset(BytesIO(line))
        >>> [action["content"] for run in found.dataset_source["runs"].values() for action in run["actions"]]
        ['Hi', 'Hello!']
    """
    if file_format is not None and file_format not in FORMATS:
        raise ConfigurationError(
            f"`file_format` must be one of {', '.join(FORMATS)}, got {file_format!r}{suggestion(file_format, FORMATS)}"
        )
    notes: Counter[str] = Counter()
    collected = _Collector(Keys(input_key, expected_key), file_format, notes, keep_unknown=keep_unknown)
    with paused_gc():
        for record in expanded(read_records(file, encoding, delimiter, notes)):
            collected.add(record)
    return ImportedDataset(
        collected.format or "", {"runs": collected.runs}, collected.places, dict(notes), tuple(collected.faults)
    )


class _Collector:
    def __init__(self, keys: Keys, form: str | None, notes: Counter[str], *, keep_unknown: bool) -> None:
        self.format = form
        self.runs: dict[str, Any] = {}
        self.places: dict[str, str] = {}
        self.notes = notes
        self.faults: list[DatasetError] = []
        self._keys = keys
        self._keep_unknown = keep_unknown
        self._repeats: defaultdict[str, int] = defaultdict(lambda: 1)

    def add(self, record: Record | DatasetError) -> None:
        """Add the scenario of a record, or its error."""
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
            raise DatasetError("has no message", path=record.place)
        if draft.unknown and not self._keep_unknown:
            self.faults += draft.unknown
            return
        name = self._free(draft.identity(), record.place, is_unique=self.format == "scenarios" and bool(draft.id))
        self.runs[name] = draft.scenario()
        self.places[name] = record.place
        self.notes.update(draft.notes)
        if not draft.expects_something:
            self.notes["scenarios without an expectation: played, but nothing is checked"] += 1

    def _format_of(self, record: Record) -> str:
        if self.format is None:
            self.format = detected(record.fields, self._keys)
        if self.format is None:
            keys = ", ".join(record.fields)
            raise DatasetError(
                f"the format is unknown; name it (file_format=, --format), or the key of the user's message "
                f"(input_key=, --input-key), one of {keys}",
                path=record.place,
            )
        return self.format

    def _free(self, name: str, place: str, *, is_unique: bool) -> str:
        """Return an unused id; repeated ids of other tools are numbered."""
        if is_unique and name in self.runs:
            raise DatasetError(
                f"{name!r} is also the id of the scenario at {self.places[name]}; rename one", path=f"{place}: id"
            )
        stem = name
        while name in self.runs:
            self._repeats[stem] += 1
            name = f"{stem}_{self._repeats[stem]}"
        if name != stem:
            self.notes["repeated ids: numbered"] += 1
        return name
