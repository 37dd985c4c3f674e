"""How many parts a request holds, counted before it is decoded: 20 MB of empty spans take 1.8 GB of memory."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from google.protobuf.descriptor import Descriptor

__all__ = ["has_more_messages", "has_more_objects"]

_SCALAR_SIZES: Final = {1: 8, 5: 4}
"""Bytes by wire type."""
_FIELDS_PER_MESSAGE: Final = 4
_VARINT: Final = 0
_DELIMITED: Final = 2


def has_more_messages(body: bytes | bytearray, kind: Descriptor, limit: int) -> bool:
    """Return True if a body has more than `limit` messages inside of each other, or four times as many fields.

    Malformed parts are left out.
    """
    messages = fields = 0
    open_messages = [(0, len(body), kind)]
    while open_messages and messages <= limit:
        start, end, current = open_messages.pop()
        nested = _nested(current)
        while start < end and messages <= limit and fields <= _FIELDS_PER_MESSAGE * limit:
            tag, start = _varint(body, start, end)
            start, stop = _extent(body, start, end, tag & 7)
            fields += 1
            if tag & 7 == _DELIMITED and stop <= end and (inner := nested.get(tag >> 3)) is not None:
                messages += 1
                open_messages.append((start, stop, inner))
            start = stop
    return messages > limit or fields > _FIELDS_PER_MESSAGE * limit


@cache
def _nested(kind: Descriptor) -> dict[int, Descriptor]:
    """Return the types of the fields that hold messages, by number."""
    return {field.number: field.message_type for field in kind.fields if field.message_type is not None}


def _extent(body: bytes | bytearray, start: int, end: int, wire_type: int) -> tuple[int, int]:
    """Return where the value of a field begins and ends; beyond the end of its message if it is malformed."""
    if wire_type == _VARINT:
        _, stop = _varint(body, start, end)
        return start, stop
    if wire_type == _DELIMITED:
        size, start = _varint(body, start, end)
        return start, start + size
    return start, start + _SCALAR_SIZES.get(wire_type, end)


def _varint(body: bytes | bytearray, start: int, end: int) -> tuple[int, int]:
    """Return a number of at most ten bytes and where it ends."""
    if start < end and body[start] < 128:
        return body[start], start + 1
    number = shift = 0
    for position in range(start, min(end, start + 10)):
        byte = body[position]
        number |= (byte & 127) << shift
        if byte < 128:
            return number, position + 1
        shift += 7
    return 0, end


def has_more_objects(value: object, limit: int) -> bool:
    """Return True if a JSON value holds more than `limit` objects."""
    count = 0
    level: list[Any] = [value]
    while level and count <= limit:
        inner: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                count += 1
                inner += one.values()
            elif isinstance(one, list):
                inner += one
        level = inner
    return count > limit
