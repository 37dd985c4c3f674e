"""Records of a file: lines of JSON, elements of a JSON or YAML value, rows of CSV or Parquet, samples of a log."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import chain
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from .._json import as_list, as_object, preview, refuse_constant
from ..errors import ConfigurationError, DatasetError
from .containers import decompressed, read_binary
from .decoding import MAX_FILE, open_text, optional_module, seekable
from .names import INPUT_KEYS, with_known_names
from .tables import read_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from io import TextIOWrapper
    from typing import BinaryIO

__all__ = ["Record", "fault_at", "read_records"]

_MAX_LINE = 16 * 2**20
_MAX_YAML_NODES = 1_000_000
_WRAPPERS = (
    *("examples", "rows", "events", "records", "data", "items", "goldens", "test_cases", "samples", "dataset"),
    *("questions", "trajectories", "traces"),
)
_NOT_WRAPPED = frozenset((*INPUT_KEYS, "actions", "messages", "inputs", "tests", "runs", "observations"))
_CONFIG_KEYS = frozenset(("tests", "scenarios"))
"""Lists of a promptfoo configuration, which are not columns."""
_YAML = re.compile(
    r"\A(?:\s*(?:#.*|---.*)?\n)*"
    r"(?:-\s+[\w$]+\s*:|(?:description|prompts|providers|tests|scenarios|env)\s*:|[A-Za-z_]\w*:(?:\s*\n|\s+[^,;\t\n]*\n))"
)


class Record(NamedTuple):
    """One record of a file."""

    place: str
    """Location in the file, such as `line 3`."""
    fields: Mapping[str, Any]


def fault_at(place: str, field: str, message: str) -> DatasetError:
    """Return the error of a field of a record."""
    return DatasetError(message, path=f"{place}: {field}" if field else place)


def read_records(
    file: BinaryIO, encoding: str | None = None, delimiter: str | None = None, notes: Counter[str] | None = None
) -> Iterator[Record | DatasetError]:
    """Yield the records of a file one by one, and an error in place of each that cannot be read.

    A line may have 16 MiB. A file that is one JSON or YAML value may have 64 MiB.

    Args:
        file: Opened for reading bytes.
        encoding: Detected by default.
        delimiter: Of CSV; detected by default.
        notes: Counts what was detected.

    Raises:
        ConfigurationError: `encoding` or `delimiter` is invalid.
        DatasetError: The rest of the file cannot be read.
    """
    if delimiter is not None and len(delimiter) != 1:
        raise ConfigurationError(f"`delimiter` must be one character, got {delimiter!r}")
    file = decompressed(seekable(file))
    if (binary := read_binary(file)) is not None:
        yield from (_named(place, fields) for place, fields in binary)
        return
    text = open_text(file, encoding, Counter() if notes is None else notes)
    try:
        yield from _text_records(text, file, delimiter)
    except UnicodeError as error:
        raise DatasetError(f"is not valid {text.encoding}: {error}; name the encoding", path="line 1") from error
    finally:
        text.detach()


def _text_records(text: TextIOWrapper, file: BinaryIO, delimiter: str | None) -> Iterator[Record | DatasetError]:
    lines = _lines(text)
    number, line = next(((number, line) for number, line in lines if line.strip()), (1, ""))
    begin = line.lstrip()[:1]
    if not begin:
        raise DatasetError("there is no record in it", path="line 1")
    if begin == "[" or (begin == "{" and not _is_whole(line)):
        yield from _elements(_parsed_value(line + _rest(text)))
    elif begin == "{":
        yield from _json_lines(number, line, lines)
    elif delimiter is None and _is_yaml(file, text.encoding, line):
        yield from _elements(_parsed_yaml(line + _rest(text)))
    else:
        for row in read_rows(chain([(number, line)], lines), delimiter):
            yield row if isinstance(row, DatasetError) else _named(*row)


def _named(place: str, fields: Mapping[str, Any]) -> Record:
    for wrapper in ("row", "item"):  # of Hugging Face's viewer and of OpenAI's evals
        inner = as_object(fields.get(wrapper))
        if inner is not None and fields.keys() <= {wrapper, "row_idx", "truncated_cells", "sample"}:
            fields = inner
    return Record(place, with_known_names(fields))


def _lines(text: TextIOWrapper) -> Iterator[tuple[int, str]]:
    """Yield the lines with their numbers."""
    number = 0
    is_first = True
    while line := text.readline(_MAX_LINE + 1):
        number += 1
        is_array = is_first and line.lstrip()[:1] == "["  # the caller reads the rest of it
        is_first = is_first and not line.strip()
        if len(line) > _MAX_LINE and not is_array:
            raise DatasetError(
                f"has over {_MAX_LINE:,} characters; write one record per line (JSON Lines), or the elements of a JSON "
                "array on lines of their own",
                path=f"line {number}",
            )
        yield number, line


def _rest(text: TextIOWrapper) -> str:
    rest = text.read(MAX_FILE + 1)
    if len(rest) > MAX_FILE:
        raise DatasetError(
            f"a file that is one JSON value may have {MAX_FILE:,} characters; write one record per line instead "
            "(JSON Lines)",
            path="line 1",
        )
    return rest


def _is_whole(line: str) -> bool:
    # The first line of an object that is formatted over many lines is not an object.
    try:
        return as_object(json.loads(line)) is not None
    except (ValueError, RecursionError):
        return line.rstrip().endswith("}")


def _json_lines(number: int, line: str, lines: Iterator[tuple[int, str]]) -> Iterator[Record | DatasetError]:
    first = _parsed(number, line)
    following = next(((number, line) for number, line in lines if line.strip()), None)
    if following is None and isinstance(first, Record):
        listed = _list_in(first.fields)
        yield from [first] if listed and listed[0] is first.fields else _elements(first.fields)
        return
    yield first
    if following is not None:
        yield from (_parsed(number, line) for number, line in chain([following], lines) if line.strip())


def _parsed(number: int, line: str) -> Record | DatasetError:
    place = f"line {number}"
    try:
        fields = as_object(_json(line))
    except (ValueError, RecursionError) as error:
        return DatasetError(f"is not JSON: {error}", path=place)
    return _named(place, fields) if fields is not None else DatasetError("must be an object", path=place)


def _parsed_value(content: str) -> object:
    try:
        return _json(content)
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"is not JSON: {error}", path="line 1") from error


def _is_yaml(file: BinaryIO, encoding: str, line: str) -> bool:
    """Return True if the file begins like YAML; its position does not change."""
    position = file.tell()
    file.seek(0)
    start = file.read(2**14).decode(encoding, "replace")
    file.seek(position)
    return bool(line.strip()) and _YAML.match(start.replace("\r\n", "\n")) is not None


def _parsed_yaml(content: str) -> object:
    yaml = optional_module("yaml", "a YAML file")
    try:
        value: object = yaml.safe_load(content)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise DatasetError(f"is not YAML: {' '.join(str(error).split())}", path="line 1") from error
    if _size(value, {}) > _MAX_YAML_NODES:  # aliases of aliases grow exponentially
        raise DatasetError(f"has over {_MAX_YAML_NODES:,} values", path="line 1")
    return value


def _size(value: object, known: dict[int, float]) -> float:
    """Return how many nodes a value has, with aliased ones counted at each use; infinite if it contains itself."""
    children = (as_object(value) or {}).values() or as_list(value) or ()
    if id(value) not in known or not children:
        known[id(value)] = inf if children else 1
        known[id(value)] = 1 + sum(_size(child, known) for child in children)
    return known[id(value)]


def _elements(value: object) -> Iterator[Record | DatasetError]:
    for number, element in enumerate(_list_in(value), 1):
        place = f"element {number}"
        fields = as_object(element)
        yield (
            DatasetError(f"must be an object, got {preview(element)}", path=place)
            if fields is None
            else _named(place, fields)
        )


def _list_in(value: object) -> list[object]:
    """Return an array, the array that an export wraps, or the rows of an object of columns."""
    fields = as_object(value)
    if fields is None:
        return list(as_list(value) or ())
    if _NOT_WRAPPED.isdisjoint(fields):
        for key in _WRAPPERS:
            found = as_list(fields.get(key))
            if found is not None and (not found or as_object(found[0]) is not None):
                return list(found)
    return _columns(fields) or [fields]


def _columns(fields: Mapping[str, Any]) -> list[object]:
    """Return the rows of an object that has a list, or an object by row number, for each column."""
    columns = {key: list(as_list(value) or (as_object(value) or {}).values()) for key, value in fields.items()}
    lengths = {len(column) for column in columns.values()}
    names = with_known_names(fields)
    question = next((key for key in INPUT_KEYS if key in names), None)
    if question is None or len(lengths) != 1 or len(columns) < 2 or not _CONFIG_KEYS.isdisjoint(fields):
        return []
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return cast("list[object]", rows) if all(isinstance(with_known_names(row)[question], str) for row in rows) else []


def _json(text: str) -> object:
    return cast("object", json.loads(text, parse_constant=refuse_constant))
