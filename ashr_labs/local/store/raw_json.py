"""JSON as text: stored and sent without being decoded again, and large values in slices.

The C functions of `json` do not let other threads run. So the outer levels of large values are decoded and encoded in
Python, which can switch to another thread between two elements.
"""

from __future__ import annotations

import json
import re
import secrets
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..._gc import paused_gc
from ..._json import refuse_constant
from ...errors import ValidationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["RawJSON", "decode", "encode"]

# Random for each process, so that clients cannot forge it: it only occurs where `encode` has put it.
_MARK = secrets.token_hex(16)
_MARKED = re.compile(f'"{_MARK}:([0-9]+)"')
_SLICED_LEVELS = 3
"""Down to the scenarios of a dataset and the tests of a run."""
_LARGE_TEXT = 200_000
"""Characters; smaller text is decoded within a few milliseconds."""
_LARGE_VALUE = 200
"""Elements in the sliced levels."""


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
    if _is_large(value):
        return "".join(_slices(value, _SLICED_LEVELS))
    return _encode(value)


def decode(text: str) -> Any:
    """Decode JSON; NaN and infinities are a ValueError."""
    is_large = len(text) > _LARGE_TEXT
    with paused_gc() if is_large else nullcontext():
        return (_slicing_decoder if is_large else _decoder).decode(text)


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
    """Return True if the sliced levels have many elements."""
    level: list[Any] = [value]
    count = 0
    for _ in range(_SLICED_LEVELS):
        parts: list[Any] = []
        for node in level:
            kind: Any = node.__class__
            if kind is dict:
                parts += node.values()
            elif kind is list:
                parts += node
        count += len(parts)
        if count > _LARGE_VALUE:
            return True
        level = parts
    return False


def _slices(value: Any, levels: int) -> Iterator[str]:
    kind: Any = value.__class__ if levels else None
    if kind is list and value:
        for index, item in enumerate(value):
            yield "," if index else "["
            yield from _slices(item, levels - 1)
        yield "]"
    elif kind is dict and value and all(type(name) is str for name in value):
        for index, name in enumerate(value):
            yield f"{',' if index else '{'}{json.dumps(name)}:"
            yield from _slices(value[name], levels - 1)
        yield "}"
    else:
        yield _encode_slice(value)


_encoder = json.JSONEncoder(allow_nan=False, separators=(",", ":"))
_decoder: Any = json.JSONDecoder(parse_constant=refuse_constant)
_slicing_decoder: Any = json.JSONDecoder(parse_constant=refuse_constant)
_json_decoder: Any = json.decoder


def _scanner(levels: int) -> Callable[[str, int], tuple[Any, int]]:
    """Return a scanner that decodes the outer levels in Python, as `json.scanner.py_make_scanner` does for all."""
    if not levels:
        plain: Callable[[str, int], tuple[Any, int]] = _decoder.scan_once
        return plain
    inner = _scanner(levels - 1)

    def scan_once(text: str, start: int) -> Any:
        character = text[start : start + 1]
        if character == "{":
            return _json_decoder.JSONObject((text, start + 1), True, inner, None, None, {})
        if character == "[":
            return _json_decoder.JSONArray((text, start + 1), inner)
        return _decoder.scan_once(text, start)

    return scan_once


_slicing_decoder.scan_once = _scanner(_SLICED_LEVELS)
