"""Build dataset records from the spans of traces."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ._format import suggestion
from ._json import as_object, preview
from .errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ashr_labs_types import NewDatasetRecord

__all__ = ["RecordSource", "RecordsFromTraces", "SpanRecords", "check_mode", "record_id", "value_of_span"]

RecordSource: TypeAlias = "str | Callable[[Mapping[str, Any]], Any] | None"
"""Where a value of a span is: a dotted path such as `metadata.question`, or a function of the span; None: a default."""

_INPUTS: Final = ("metadata.input", "metadata.llm.prompt", "metadata.gen_ai.prompt", "input")
_OUTPUTS: Final = ("metadata.output", "metadata.llm.completion", "metadata.gen_ai.completion", "output")
_SAMPLE: Final = 3
_MAX_ID: Final = 255
_MODES: Final = ("append", "replace")


@dataclass(frozen=True, slots=True)
class RecordsFromTraces:
    """The result of `client.records.from_traces()`."""

    dataset_id: str
    """The dataset; empty for a dry run."""
    name: str
    rows_added: int
    """Records that the dataset has now and did not have before; in a dry run, records that were found."""
    rows_present: int
    """Records of spans that the dataset had already."""
    sample_rows: list[NewDatasetRecord]
    """The first three records that were found."""
    skipped: dict[str, int]
    """Spans without a record, by reason: `missing-input`, `missing-expected`."""


@dataclass
class SpanRecords:
    """The records of spans, collected one span after the other.

    Example:
        >>> found = SpanRecords()
        >>> found.add({"trace_id": "t", "span_id": "s", "input": "2 + 2", "output": "4"})
        >>> found.records[0]["input"], found.records[0]["expected"]
        ('2 + 2', '4')
    """

    input_from: RecordSource = None
    expected_from: RecordSource = None
    records: list[NewDatasetRecord] = field(default_factory=list["NewDatasetRecord"])
    skipped: Counter[str] = field(default_factory=Counter[str])

    def __post_init__(self) -> None:
        self._seen: set[str] = set()
        for name in ("input_from", "expected_from"):
            given: object = getattr(self, name)
            if given is not None and not callable(given) and not (isinstance(given, str) and given):
                raise ConfigurationError(
                    f"`{name}` must be a dotted path or a function of a span, got {preview(given)}"
                )

    def add(self, span: Mapping[str, Any]) -> None:
        """Add the record of a span, or count why there is none; each span counts once."""
        key = record_id(span)
        if key in self._seen:
            return
        self._seen.add(key)
        given, expected = (
            value_of_span(span, self.input_from, _INPUTS),
            value_of_span(span, self.expected_from, _OUTPUTS),
        )
        if given is None:
            self.skipped["missing-input"] += 1
        elif expected is None:
            self.skipped["missing-expected"] += 1
        else:
            metadata = {name: span[name] for name in ("trace_id", "span_id") if span.get(name)}
            self.records.append({"id": key, "input": given, "expected": expected, "metadata": metadata})

    def result(self, dataset_id: str, name: str, added: int | None = None) -> RecordsFromTraces:
        """Return what was found, and how many of the records were added."""
        found = len(self.records)
        rows_added = found if added is None else added
        sample = self.records[:_SAMPLE]
        return RecordsFromTraces(dataset_id, name, rows_added, found - rows_added, sample, dict(self.skipped))


def record_id(span: Mapping[str, Any]) -> str:
    """Return the id of a span's record, which is stable."""
    key = f"{span.get('trace_id') or span.get('root_span_id') or ''}/{span.get('span_id') or ''}"
    return key if len(key) <= _MAX_ID else hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def value_of_span(span: Mapping[str, Any], source: RecordSource, defaults: tuple[str, ...]) -> Any:
    """Return a value of a span, or None if it has none; an empty string is none.

    Args:
        span: A span as `client.export.spans()` returns it.
        source: Where the value is; None for the first of the defaults that the span has.
        defaults: Dotted paths.
    """
    if source is not None and not isinstance(source, str):
        return source(span)
    paths = defaults if source is None else (source,)
    found = (_at(span, path) for path in paths)
    return next((value for value in found if value is not None and value != ""), None)


def check_mode(mode: str) -> None:
    """Check the mode in which records are added.

    Raises:
        ConfigurationError: It is neither `append` nor `replace`.
    """
    if mode not in _MODES:
        raise ConfigurationError(f"`mode` must be 'append' or 'replace', got {preview(mode)}{suggestion(mode, _MODES)}")


def _at(value: Any, path: str) -> Any:
    """Return the value at a dotted path; keys may have dots themselves, as the attributes of OpenTelemetry do."""
    fields = as_object(value)
    if fields is None:
        return None
    if path in fields:
        return fields[path]
    parts = path.split(".")
    for count in range(len(parts) - 1, 0, -1):
        head = ".".join(parts[:count])
        if head in fields and (found := _at(fields[head], ".".join(parts[count:]))) is not None:
            return found
    return None
