"""Rows of CSV and of its variants, with detection of the delimiter."""

from __future__ import annotations

import csv
import json
from collections import Counter
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING, Any

from .._json import refuse_constant
from ..errors import DatasetError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["read_rows"]

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_LINES = 50


def read_rows(
    lines: Iterator[tuple[int, str]], delimiter: str | None
) -> Iterator[tuple[str, dict[str, Any]] | DatasetError]:
    """Yield the location and the fields of each row, or an error in place of a row that cannot be read.

    Args:
        lines: Numbered lines; the first one is the header, or `sep=;` before it.
        delimiter: Detected by default.

    Raises:
        DatasetError: The rest of the file cannot be read.
    """
    number, first = next(lines)
    named = first.strip().lower()
    if named.startswith("sep=") and len(named) == 5:  # written by Excel
        delimiter = delimiter or named[-1]
        number, first = next(lines, (number, ""))
    sample = [first, *(line for _, line in _ahead(lines, _SAMPLE_LINES))]
    texts = chain(sample, (line for _, line in lines))
    reader = csv.reader(texts, delimiter=delimiter or _detected(sample), strict=True)
    try:
        names = _header(next(reader))
        if isinstance(names, str):
            yield DatasetError(names, path=f"line {number}")
            return
        end = reader.line_num
        for cells in reader:
            if any(cells):
                yield _row(f"line {number + end}", names, cells)
            end = reader.line_num
    except (csv.Error, UnicodeError) as error:
        problem = f"is not valid JSON or CSV: {error}"
        raise DatasetError(problem, path=f"line {number - 1 + max(1, reader.line_num)}") from error


def _ahead(lines: Iterator[tuple[int, str]], count: int) -> Iterator[tuple[int, str]]:
    for _, line in zip(range(count), lines, strict=False):
        yield line


def _header(cells: list[str]) -> list[str] | str:
    """Return the names of the columns without empty ones at the end, or the problem."""
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    if "" in names:
        return f"column {names.index('') + 1} has no name"
    twice = [name for name, count in Counter(names).items() if count > 1]
    return f"two columns have the name {twice[0]!r}; rename one" if twice else names


def _row(location: str, names: list[str], cells: list[str]) -> tuple[str, dict[str, Any]] | DatasetError:
    while len(cells) > len(names) and not cells[-1]:
        cells = cells[:-1]
    if len(cells) != len(names):
        number = f"{len(cells)} cell{'s' * (len(cells) != 1)}"
        return DatasetError(f"has {number}, but the header has {len(names)}; quote cells with commas", path=location)
    return location, {name: _cell(text) for name, text in zip(names, cells, strict=True) if text}


def _cell(text: str) -> object:
    """Return a cell; JSON objects and arrays are parsed."""
    if text.lstrip()[:1] not in {"{", "["}:
        return text
    try:
        value: object = json.loads(text, parse_constant=refuse_constant)
    except (ValueError, RecursionError):
        return text
    return value


def _detected(sample: list[str]) -> str:
    """Return the delimiter with which most rows are as wide as the header; a comma if there is one column."""
    return max(_DELIMITERS, key=lambda delimiter: _score(sample, delimiter))


def _score(sample: list[str], delimiter: str) -> tuple[float, int]:
    widths: list[int] = []
    with suppress(csv.Error):
        widths += (len(cells) for cells in csv.reader(sample, delimiter=delimiter) if cells)
    if not widths or widths[0] < 2:
        return 0.0, 0
    return sum(width == widths[0] for width in widths) / len(widths), widths[0]
