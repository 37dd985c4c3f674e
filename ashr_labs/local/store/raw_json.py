"""JSON as text: stored and sent without being decoded again, and large values in slices.

The C functions of `json` do not let other threads run, so they only get short pieces of text and values with few
elements.
"""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from ..._gc import paused_gc
from ..._json import refuse_constant
from ...errors import ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RawJSON", "decode", "encode"]

# Random for each process, so that clients cannot forge it: it only occurs where `encode` has put it.
_MARK = secrets.token_hex(16)
_MARKED = re.compile(f'"{_MARK}:([0-9]+)"')
_LARGE_TEXT = 200_000
"""Characters; smaller text is decoded within a few milliseconds."""
_MAX_LEVELS = 8
"""Levels that are sliced; values further inside are decoded and encoded at once."""
_PIECES = (4_000, 64_000)
"""Characters in which the end of an array or object is looked for, before its elements are decoded one by one."""
_MAX_ELEMENTS = 2_000
_MAX_CHARACTERS = 200_000
"""Of strings; values with fewer elements and characters are encoded at once."""
_BATCH = 1_000
"""Elements of a large value that are encoded at once."""

_encoder = json.JSONEncoder(allow_nan=False, separators=(",", ":"))
_decoder: Any = json.JSONDecoder(parse_constant=refuse_constant)
_skip_space = re.compile(r"[ \t\n\r]*").match


@dataclass(frozen=True, slots=True)
class RawJSON:
    """A JSON value as ASCII text."""

    text: str

    @classmethod
    def dump(cls, value: Any) -> RawJSON:
        """Encode a value.

        Raises:
            ValidationError: It holds NaN or an infinity.
        """
        return cls(encode(value))


def encode(value: Any) -> str:
    """Encode a value as ASCII and insert `RawJSON` parts as they are.

    The order of keys, `1` against `1.0` and lone surrogates survive.

    Raises:
        ValidationError: It holds NaN or an infinity.
    """
    return "".join(_encode_slices(value)) if _is_large(value) else _encode(value)


def decode(text: str) -> Any:
    """Decode JSON; NaN and infinities are a ValueError."""
    if len(text) <= _LARGE_TEXT:
        return _decoder.decode(text)
    with paused_gc():
        return _decode_slices(text)


def _encode(value: Any) -> str:
    raw: list[str] = []

    def mark(part: Any) -> str:
        if not isinstance(part, RawJSON):
            raise TypeError(f"{type(part).__name__} is not a JSON value")
        raw.append(part.text)
        return f"{_MARK}:{len(raw) - 1}"

    try:
        text = json.dumps(value, allow_nan=False, separators=(",", ":"), default=mark)
    except ValueError as error:
        raise ValidationError("a number is too large to be stored (JSON does not have NaN and infinity)") from error
    return _MARKED.sub(lambda found: raw[int(found[1])], text) if raw else text


def _encode_slice(value: Any) -> str:
    try:
        return _encoder.encode(value)
    except (TypeError, ValueError):  # it contains `RawJSON`, or a number that is refused
        return _encode(value)


def _is_large(value: Any) -> bool:
    """Return True if encoding a value at once would take more than a few milliseconds."""
    level: list[Any] = [value]
    elements = characters = 0
    for _ in range(_MAX_LEVELS):
        nodes = [node for node in level if node.__class__ is dict or node.__class__ is list]
        elements += sum(map(len, nodes))
        if elements > _MAX_ELEMENTS:
            return True
        characters += sum([len(text) for text in level if text.__class__ is str])
        if not nodes or characters > _MAX_CHARACTERS:
            break
        level = [part for node in nodes for part in (node.values() if node.__class__ is dict else node)]
    return characters > _MAX_CHARACTERS


def _encode_slices(value: Any, levels: int = _MAX_LEVELS) -> Iterator[str]:
    """Yield the text of a value in parts; `levels` is how many levels of it may be sliced."""
    if not levels or not (value.__class__ is dict or value.__class__ is list) or not _is_large(value):
        yield _encode_slice(value)
        return
    begin, end = "[]" if value.__class__ is list else "{}"
    yield begin
    for index, batch in enumerate(_batches(value)):
        if index:
            yield ","
        if _is_large(batch):
            yield from _elements(batch, levels - 1)
        else:
            yield _encode_slice(batch)[1:-1]
    yield end


def _decode_slices(text: str) -> Any:
    """Decode JSON in parts; NaN and infinities are a ValueError."""
    try:
        value, end = _scan(text, _space_end(text, 0), _MAX_LEVELS)
    except StopIteration as error:
        raise _expected("value", text, error.value) from None
    end = _space_end(text, end)
    if end != len(text):
        raise json.JSONDecodeError("Extra data", text, end)
    return value


def _batches(value: Any) -> Iterator[Any]:
    """Yield the elements of a list or dict in lists or dicts."""
    if value.__class__ is list:
        for start in range(0, len(value), _BATCH):
            yield value[start : start + _BATCH]
    else:
        items = iter(value.items())
        while batch := dict(islice(items, _BATCH)):
            yield batch


def _elements(batch: Any, levels: int) -> Iterator[str]:
    """Yield the text of each element of a list or dict in parts."""
    is_list = batch.__class__ is list
    for index, item in enumerate(batch):
        if index:
            yield ","
        if not is_list:
            yield _encode_slice({item: 0})[1:-2]  # the name and a colon
        yield from _encode_slices(item if is_list else batch[item], levels)


def _scan(text: str, start: int, levels: int) -> tuple[Any, int]:
    """Return the value at a position, and where it ends."""
    bracket = text[start : start + 1]
    if levels and bracket in {"[", "{"}:
        for size in _PIECES:
            try:
                value, length = _decoder.scan_once(text[start : start + size], 0)
            except (ValueError, StopIteration):  # it is longer, or not JSON
                continue
            return value, start + length
        container: Any = [] if bracket == "[" else {}
        return container, _fill(container, text, _space_end(text, start + 1), levels - 1)
    found: tuple[Any, int] = _decoder.scan_once(text, start)
    return found


def _fill(container: Any, text: str, start: int, levels: int) -> int:
    """Add the elements of an array or object, which begin at a position, and return where it ends."""
    end = "]" if container.__class__ is list else "}"
    if text[start : start + 1] == end:
        return start + 1
    next_batch = start
    while True:
        if start >= next_batch:
            if length := _add_batch(container, text[start : start + _PIECES[-1]]):
                start = next_batch = _space_end(text, start + length)
                continue
            next_batch = start + _PIECES[-1]
        start = _space_end(text, _add_element(container, text, start, levels))
        follows = text[start : start + 1]
        if follows == end:
            return start + 1
        if follows != ",":
            raise _expected("',' delimiter", text, start)
        start = _space_end(text, start + 1)


def _add_batch(container: Any, piece: str) -> int:
    """Add the elements up to the last comma of a piece if that is a comma between elements; return their length."""
    cut = piece.rfind(",")
    if cut <= 0:
        return 0
    begin, end = "[]" if container.__class__ is list else "{}"
    try:
        # Text that is cut within a string, an array or an object is not JSON.
        batch = _decoder.decode(f"{begin}{piece[:cut]}{end}")
    except ValueError:
        return 0
    if container.__class__ is list:
        container += batch
    else:
        container.update(batch)
    return cut + 1


def _add_element(container: Any, text: str, start: int, levels: int) -> int:
    """Add the element at a position and return where it ends."""
    name = None
    try:
        if container.__class__ is dict:
            if text[start : start + 1] != '"':
                raise _expected("property name enclosed in double quotes", text, start)
            name, start = _decoder.scan_once(text, start)
            start = _space_end(text, start)
            if text[start : start + 1] != ":":
                raise _expected("':' delimiter", text, start)
            start = _space_end(text, start + 1)
        value, start = _scan(text, start, levels)
    except StopIteration as error:
        raise _expected("value", text, error.value) from None
    if container.__class__ is list:
        container.append(value)
    else:
        container[name] = value
    return start


def _space_end(text: str, start: int) -> int:
    match = _skip_space(text, start)
    return match.end() if match else start


def _expected(what: str, text: str, position: int) -> json.JSONDecodeError:
    return json.JSONDecodeError(f"Expecting {what}", text, position)
