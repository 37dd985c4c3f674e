"""Any Python value as bounded JSON: never raises, never runs what is lazy, never waits for what is huge.

What JSON cannot express becomes a marker in its place, such as `<_thread.lock>` or `<12 more items>`, so that a value
costs only itself. Only a value's own `__repr__` or `model_dump` can take longer than the limits below allow.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from contextlib import suppress
from decimal import Decimal
from enum import Enum
from functools import singledispatch
from itertools import islice
from pathlib import PurePath
from typing import Any, TypeAlias
from uuid import UUID

from ._fields import shown_fields
from ._markers import MAX_CHARACTERS, describe_error, marker, valid_text

__all__ = ["JSON", "MAX_CHARACTERS", "MAX_DEPTH", "MAX_ITEMS", "GrowingArray", "describe_error", "to_json"]

JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | float | bool | None"

MAX_DEPTH = 20
"""Containers within containers."""
MAX_ITEMS = 10_000
"""Values in one value, those inside its containers included."""

_SMALL_DICT = 16
_SMALL_TEXT = MAX_CHARACTERS // (2 * _SMALL_DICT)
_MAX_INTEGER = 2**64  # beyond this, JSON readers lose digits or refuse the document
_MAX_BITS = 10_000  # Python refuses to write out much longer integers
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_LAZY = ("__iter__", "__next__", "__getitem__", "__aiter__", "__anext__", "__await__")


def to_json(value: object) -> JSON:
    """Return a copy of a value as JSON, cut to `MAX_DEPTH`, `MAX_ITEMS` and `MAX_CHARACTERS`.

    >>> to_json({"day": dt.date(2027, 3, 1), "share": float("nan"), "rows": iter([1])})
    {'day': '2027-03-01', 'share': 'NaN', 'rows': '<list_iterator>'}
    """
    if value is None:
        return None
    copy = _copy_small(value)
    return _Walk().convert(value) if copy is None else copy


class GrowingArray:
    """Values that come one by one: copied as they come, within the same limits as if they had come in a list."""

    __slots__ = ("_items", "_length", "_walk")

    def __init__(self) -> None:
        self._walk = _Walk()
        self._items: list[JSON] = []
        self._length = 0

    def append(self, value: object) -> None:
        """Add a copy of a value, or only count it where the limits are reached."""
        self._length += 1
        if self._walk.items > 0:
            self._items.append(self._walk.convert(value))

    def to_json(self) -> list[JSON]:
        """Return what was added so far."""
        missing = self._length - len(self._items)
        return [*self._items, f"<{missing} more items>"] if missing else self._items


def _copy_small(value: Any) -> dict[str, JSON] | None:
    """Copy a small dict of plain values, by far the most frequent input, in under half a microsecond."""
    small: dict[Any, Any] = value
    if type(value) is not dict or len(small) > _SMALL_DICT:
        return None
    copy = small.copy()
    for key, item in copy.items():
        if type(key) is not str or not key.isascii() or len(key) > _SMALL_TEXT:
            return None
        if type(item) is str:
            if not item.isascii() or len(item) > _SMALL_TEXT:
                return None
        elif item is not None and type(item) is not bool and (type(item) is not int or abs(item) >= _MAX_INTEGER):
            return None
    return copy


class _Walk:
    """One conversion: what it may still spend, and the containers that it is inside of."""

    __slots__ = ("characters", "inside", "items")

    def __init__(self) -> None:
        self.characters = MAX_CHARACTERS
        self.items = MAX_ITEMS
        self.inside: set[int] = set()

    def convert(self, value: Any) -> JSON:
        self.items -= 1
        try:
            # By type, since `value.__class__`, which isinstance() reads, is the host's code.
            return _express.dispatch(type(value))(value, self)
        except Exception:  # whatever the value's own code raised
            return marker(value)

    def text(self, text: str) -> str:
        room = self.characters
        kept = valid_text(text[:room])
        self.characters -= len(kept)
        return kept if len(text) <= room else f"{kept}<cut, {len(text)} characters>"

    def within(self, container: Any, make: Callable[[], JSON]) -> JSON:
        """Make a container's JSON, unless it holds itself or lies too deep."""
        if id(container) in self.inside:
            return marker(container, "contains itself")
        if len(self.inside) == MAX_DEPTH:
            return marker(container, f"more than {MAX_DEPTH} levels deep")
        self.inside.add(id(container))
        try:
            return make()
        finally:
            self.inside.discard(id(container))

    def array(self, items: Iterable[Any], length: int) -> JSON:
        result = [self.convert(item) for item in self._take(items) if self.items > 0]
        if len(result) < length:
            result.append(f"<{length - len(result)} more items>")
        return result

    def object(self, pairs: Iterable[tuple[Any, Any]], length: int) -> JSON:
        result: dict[str, JSON] = {}
        for key, item in self._take(pairs):
            if self.items <= 0:
                break
            name = self.key(key)
            result[name if name not in result else f"{name}#{len(result)}"] = self.convert(item)
        if len(result) < length:
            result["<cut>"] = f"<{length - len(result)} more items>"
        return result

    def key(self, key: Any) -> str:
        if type(key) is str:
            return self.text(key)
        converted = self.convert(key)
        return converted if isinstance(converted, str) else self.text(json.dumps(converted))

    def _take(self, items: Iterable[Any]) -> list[Any]:
        # At one stroke, so that another thread cannot change a list or dict in the middle of it.
        return list(islice(items, max(self.items, 0)))


@singledispatch
def _express(value: Any, walk: _Walk) -> JSON:
    """Convert a value whose class is not registered below."""
    if (held := shown_fields(value)) is not None:
        return walk.within(value, lambda: walk.object(held.items(), len(held)))
    if _has(value, "model_dump"):
        return walk.within(value, lambda: walk.convert(value.model_dump()))
    if _has(value, "tolist") and _has(value, "shape"):
        shape = tuple(value.shape)
        if math.prod(shape) > walk.items:
            return marker(value, f"shape {shape}")
        return walk.within(value, lambda: walk.convert(value.tolist()))
    if _is_opaque(value):
        return marker(value)
    return walk.text(_ADDRESS.sub("", repr(value)[: 2 * MAX_CHARACTERS]))


@_express.register(GrowingArray)
def _grown(value: GrowingArray, _walk: _Walk) -> JSON:
    return value.to_json()


@_express.register(type(None))
@_express.register(bool)
def _constant(value: bool | None, _walk: _Walk) -> JSON:
    return value


@_express.register(str)
def _text(value: str, walk: _Walk) -> JSON:
    return walk.text(str.__str__(value))


@_express.register(int)
def _integer(value: int, _walk: _Walk) -> JSON:
    exact = int.__int__(value)
    if abs(exact) < _MAX_INTEGER:
        return exact
    bits = exact.bit_length()
    return str(exact) if bits <= _MAX_BITS else marker(value, f"{bits} bits")


@_express.register(float)
def _number(value: float, _walk: _Walk) -> JSON:
    exact = float.__float__(value)
    if math.isfinite(exact):
        return exact
    return "NaN" if math.isnan(exact) else "Infinity" if exact > 0 else "-Infinity"


@_express.register(bytes)
@_express.register(bytearray)
@_express.register(memoryview)
def _bytes(value: bytes | bytearray | memoryview, walk: _Walk) -> JSON:
    size = memoryview(value).nbytes
    if size <= walk.characters:
        with suppress(UnicodeDecodeError):
            text = bytes(value).decode()
            if "\0" not in text:
                return walk.text(text)
    return marker(value, f"{size} bytes")


@_express.register(dt.date)
@_express.register(dt.time)
def _moment(value: dt.date | dt.time, walk: _Walk) -> JSON:
    return walk.text(value.isoformat())


@_express.register(dt.timedelta)
def _duration(value: dt.timedelta, _walk: _Walk) -> JSON:
    return value.total_seconds()


@_express.register(UUID)
@_express.register(Decimal)
@_express.register(PurePath)
def _written(value: object, walk: _Walk) -> JSON:
    return walk.text(str(value))


@_express.register(BaseException)
def _error(value: BaseException, walk: _Walk) -> JSON:
    return walk.text(describe_error(value))


@_express.register(Enum)
def _member(value: Enum, walk: _Walk) -> JSON:
    return walk.within(value, lambda: walk.convert(value.value))


@_express.register(Mapping)
def _mapping(value: Mapping[Any, Any], walk: _Walk) -> JSON:
    return walk.within(value, lambda: walk.object(value.items(), len(value)))


@_express.register(Sequence)
def _sequence(value: Sequence[Any], walk: _Walk) -> JSON:
    return walk.within(value, lambda: walk.array(value, len(value)))


@_express.register(Set)
def _set(value: Set[Any], walk: _Walk) -> JSON:
    members: Iterable[Any] = value
    with suppress(TypeError):  # members of several kinds have no order
        # The order of a set of texts differs from one process to the next.
        members = sorted(value) if len(value) <= walk.items else value
    return walk.within(value, lambda: walk.array(members, len(value)))


def _has(value: object, name: str) -> bool:
    return hasattr(type(value), name)


def _is_opaque(value: object) -> bool:
    """Tell whether a value has no text of its own, or one that might run something lazy."""
    return type(value).__repr__ is object.__repr__ or any(_has(value, name) for name in _LAZY)
