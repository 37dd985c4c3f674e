"""The records of a file: a line of JSON each, an element of a JSON array, or a row of CSV."""

from __future__ import annotations

import csv
import json
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, cast

from .._json import as_list, as_object, preview
from ..errors import DatasetError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import BinaryIO

__all__ = ["Record", "fault_at", "read_records"]

_LONGEST_LINE = 16 * 2**20
_LARGEST_ARRAY = 64 * 2**20
_MARK = b"\xef\xbb\xbf"
"""What some programs put before UTF-8."""


class Record(NamedTuple):
    """One record of a file."""

    place: str
    """Where it stands, such as `line 3`."""
    fields: Mapping[str, Any]


def fault_at(place: str, field: str, message: str) -> DatasetError:
    """Return the error that something is wrong with a field of a record."""
    return DatasetError(message, path=f"{place}: {field}" if field else place)


def read_records(file: BinaryIO) -> Iterator[Record | DatasetError]:
    """Yield the records of a file one by one, and an error in the place of each that cannot be read.

    A line may have 16 MiB. The elements of an array are read at once, from up to 64 MiB.

    Raises:
        DatasetError: The rest of the file cannot be read.
    """
    lines = _lines(file)
    number, line = next(((number, line) for number, line in lines if line.strip()), (1, b""))
    begin = line.lstrip()[:1]
    if not begin:
        raise DatasetError("there is no record in it", path="line 1")
    if begin == b"[" or (begin == b"{" and not _is_whole(line)):
        yield from _elements(line + file.read(_LARGEST_ARRAY + 1))
    elif begin == b"{":
        yield _parsed(number, line)
        yield from (_parsed(number, line) for number, line in lines if line.strip())
    else:
        yield from _rows(number, line, lines)


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield the lines with their numbers."""
    number = 0
    while line := file.readline(_LONGEST_LINE + 1):
        number += 1
        if len(line) > _LONGEST_LINE:
            raise DatasetError(f"has over {_LONGEST_LINE:,} bytes", path=f"line {number}")
        yield number, line.removeprefix(_MARK) if number == 1 else line


def _is_whole(line: bytes) -> bool:
    # A file that is one object over many lines begins with a line that is none.
    try:
        return as_object(json.loads(line)) is not None
    except (ValueError, RecursionError):
        return line.rstrip().endswith(b"}")


def _parsed(number: int, line: bytes) -> Record | DatasetError:
    place = f"line {number}"
    try:
        fields = as_object(_json(line))
    except (ValueError, RecursionError) as error:
        return DatasetError(f"is not JSON: {error}", path=place)
    return Record(place, fields) if fields is not None else DatasetError("must be an object", path=place)


def _elements(content: bytes) -> Iterator[Record | DatasetError]:
    if len(content) > _LARGEST_ARRAY:
        raise DatasetError(
            f"a file that is one JSON value may have {_LARGEST_ARRAY:,} bytes; write a record in each line instead",
            path="line 1",
        )
    try:
        value = _json(content)
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"is not JSON: {error}", path="line 1") from error
    for number, element in enumerate(_list_in(value), 1):
        place = f"element {number}"
        fields = as_object(element)
        yield (
            DatasetError(f"must be an object, not {preview(element)}", path=place)
            if fields is None
            else Record(place, fields)
        )


def _list_in(value: object) -> list[object]:
    """Return an array, or the one that an export wraps."""
    fields = as_object(value)
    if fields is None:
        return list(as_list(value) or ())
    for key in ("examples", "rows", "events", "records", "data"):
        if (found := as_list(fields.get(key))) is not None:
            return list(found)
    return [fields]


def _rows(number: int, first: bytes, lines: Iterator[tuple[int, bytes]]) -> Iterator[Record | DatasetError]:
    texts = (line.decode() for line in chain([first], (line for _, line in lines)))
    reader = csv.reader(texts, strict=True)
    try:
        names = next(reader)
        read = reader.line_num
        for cells in reader:
            if cells:
                yield _row(f"line {number + read}", names, cells)
            read = reader.line_num
    except (csv.Error, UnicodeDecodeError) as error:
        raise DatasetError(f"is neither JSON nor CSV: {error}", path=f"line {number - 1 + reader.line_num}") from error


def _row(place: str, names: list[str], cells: list[str]) -> Record | DatasetError:
    if len(set(names)) < len(names):
        return DatasetError("two columns have the same name", path="line 1")
    if len(cells) != len(names):
        return DatasetError(f"has {len(cells)} cells, but there are {len(names)} columns", path=place)
    return Record(place, {name: _cell(text) for name, text in zip(names, cells, strict=True) if text})


def _cell(text: str) -> object:
    if text.lstrip()[:1] not in {"{", "["}:
        return text
    try:
        return _json(text)
    except (ValueError, RecursionError):
        return text


def _json(text: bytes | str) -> object:
    return cast("object", json.loads(text, parse_constant=_refuse))


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a JSON number")
