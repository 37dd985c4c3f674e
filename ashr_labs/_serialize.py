"""Conversion of any Python value to bounded JSON: never raises, never consumes iterators, never copies huge values.

Values that JSON cannot express are replaced by markers such as `<_thread.lock>` or `<12 more items>`; the rest of the
value is kept. Only a value's own `__repr__` or `model_dump` can take longer than the limits below allow.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from functools import singledispatch
from itertools import islice
from pathlib import PurePath
from typing import Any, TypeAlias, cast
from uuid import UUID

__all__ = [
    "JSON",
    "MAX_CHARACTERS",
    "MAX_DEPTH",
    "MAX_ITEMS",
    "Growing",
    "GrowingArray",
    "as_text",
    "describe_error",
    "json_object",
    "masked",
    "optional_text",
    "text_list",
    "to_json",
]

JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | float | bool | None"

MAX_CHARACTERS = 1_000_000
"""Characters of all strings and keys in one value."""
MAX_DEPTH = 20
"""Levels of nested containers."""
MAX_ITEMS = 10_000
"""Values in one value, including those in nested containers."""

_SMALL_DICT = 16
_SMALL_TEXT = MAX_CHARACTERS // (2 * _SMALL_DICT)
_MAX_INTEGER = 2**64  # JSON readers round larger integers or reject them
_MAX_BITS = 10_000  # Python does not format much longer integers
_MAX_NAME = 200
_MASK_FAILED = "<masked: the mask failed>"
_SURROGATES = re.compile("[\ud800-\udfff]+")
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_LAZY = ("__iter__", "__next__", "__getitem__", "__aiter__", "__anext__", "__await__")


def to_json(value: object) -> JSON:
    """Return a copy of a value as JSON, cut to `MAX_DEPTH`, `MAX_ITEMS` and `MAX_CHARACTERS`.

    >>> to_json({"day": dt.date(2027, 3, 1), "share": float("nan"), "rows": iter([1])})
    {'day': '2027-03-01', 'share': 'NaN', 'rows': '<list_iterator>'}
    """
    if value is None:
        return None
    copy = _copy_small(value) if type(value) is dict else _copy_small_list(value)
    return _Walk().convert(value) if copy is None else copy


class Growing:
    """A value that is converted when it is read, since more may be added until then."""

    __slots__ = ()

    @property
    def size(self) -> int:
        """The bytes of memory that it takes, roughly."""
        raise NotImplementedError

    def to_json(self) -> JSON:
        """Return a copy of the current value."""
        raise NotImplementedError


class GrowingArray(Growing):
    """A list that is converted item by item, within the limits of a single value."""

    __slots__ = ("_items", "_length", "_walk")

    def __init__(self) -> None:
        self._walk = _Walk()
        self._items: list[JSON] = []
        self._length = 0

    @property
    def size(self) -> int:
        """The bytes of memory that it takes, roughly."""
        return 50 * len(self._items)

    def append(self, value: object) -> None:
        """Append a copy of a value; once the limits are reached, only count it."""
        self._length += 1
        if self._walk.items > 0:
            self._items.append(self._walk.convert(value))

    def to_json(self) -> list[JSON]:
        """Return a copy of the items so far."""
        missing = self._length - len(self._items)
        return [*self._items, f"<{missing} more items>"] if missing else [*self._items]


def _copy_small(value: Any, max_text: int = _SMALL_TEXT) -> dict[str, JSON] | None:
    """Copy a small dict of plain values: the fast path for the most frequent input."""
    small: dict[Any, Any] = value
    if type(value) is not dict or len(small) > _SMALL_DICT:
        return None
    copy = small.copy()
    for key, item in copy.items():
        if type(key) is not str or not key.isascii() or len(key) > max_text:
            return None
        if type(item) is str:
            if not item.isascii() or len(item) > max_text:
                return None
        elif item is not None and type(item) is not bool and (type(item) is not int or abs(item) >= _MAX_INTEGER):
            return None
    return copy


def _copy_small_list(value: Any) -> list[JSON] | None:
    """Copy a short list of small dicts, such as messages, as `_copy_small` does."""
    small: list[Any] = value
    if type(value) is not list or len(small) > _SMALL_DICT:
        return None
    copies: list[JSON] = []
    for item in small:
        copy = _copy_small(item, _SMALL_TEXT // _SMALL_DICT)
        if copy is None:
            return None
        copies.append(copy)
    return copies


class _Walk:
    """State of one conversion: remaining limits and the containers being converted."""

    __slots__ = ("characters", "inside", "items")

    def __init__(self) -> None:
        self.characters = MAX_CHARACTERS
        self.items = MAX_ITEMS
        self.inside: set[int] = set()

    def convert(self, value: Any) -> JSON:
        self.items -= 1
        try:
            # By type: isinstance() reads `value.__class__`, which may be application code.
            return _express.dispatch(type(value))(value, self)
        except Exception:  # raised by the value's own code
            return _marker(value)

    def text(self, text: str) -> str:
        room = self.characters
        kept = _valid_text(text[:room])
        self.characters -= len(kept)
        return kept if len(text) <= room else f"{kept}<cut, {len(text)} characters>"

    def within(self, container: Any, make: Callable[[], JSON]) -> JSON:
        """Convert a container, or return a marker if it contains itself or is nested too deeply."""
        if id(container) in self.inside:
            return _marker(container, "contains itself")
        if len(self.inside) == MAX_DEPTH:
            return _marker(container, f"more than {MAX_DEPTH} levels deep")
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
        # Copy in one step: another thread may mutate the container.
        return list(islice(items, max(self.items, 0)))


@singledispatch
def _express(value: Any, walk: _Walk) -> JSON:
    """Convert a value whose class is not registered below."""
    if (held := _shown_fields(value)) is not None:
        return walk.within(value, lambda: walk.object(held.items(), len(held)))
    if _has(value, "model_dump"):
        return walk.within(value, lambda: walk.convert(value.model_dump()))
    if _has(value, "tolist") and _has(value, "shape"):
        shape = tuple(value.shape)
        if math.prod(shape) > walk.items:
            return _marker(value, f"shape {shape}")
        return walk.within(value, lambda: walk.convert(value.tolist()))
    if _is_opaque(value):
        return _marker(value)
    return walk.text(_ADDRESS.sub("", repr(value)[: 2 * MAX_CHARACTERS]))


@_express.register(Growing)
def _grown(value: Growing, _walk: _Walk) -> JSON:
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
    return str(exact) if bits <= _MAX_BITS else _marker(value, f"{bits} bits")


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
    return _marker(value, f"{size} bytes")


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
    with suppress(TypeError):  # members of mixed types cannot be sorted
        # The order of a set of strings differs between processes.
        members = sorted(value) if len(value) <= walk.items else value
    return walk.within(value, lambda: walk.array(members, len(value)))


def _has(value: object, name: str) -> bool:
    return hasattr(type(value), name)


def _is_opaque(value: object) -> bool:
    """Return True if the repr of a value has no information, or might evaluate something lazy."""
    return type(value).__repr__ is object.__repr__ or any(_has(value, name) for name in _LAZY)


def _shown_fields(value: Any) -> Mapping[str, Any] | None:
    """Return the fields of a dataclass, attrs or pydantic object, except those hidden from its repr, else None."""
    kind = cast("Any", type(value))
    more: Mapping[str, Any] = {}
    if is_dataclass(kind):
        declared: Mapping[str, Any] = {field.name: field for field in fields(kind)}
    elif hasattr(kind, "__attrs_attrs__"):
        declared = {attribute.name: attribute for attribute in kind.__attrs_attrs__}
    elif hasattr(kind, "__pydantic_fields__"):
        declared, more = kind.__pydantic_fields__, value.model_extra or {}
    else:
        return None
    shown = [name for name, field in declared.items() if field.repr is True]
    return {name: _attribute(value, name) for name in shown} | dict(more)


def _attribute(value: object, name: str) -> object:
    try:
        return getattr(value, name)
    except Exception:  # a failing property or an unset slot
        return "<unreadable>"


def describe_error(error: BaseException) -> str:
    """Format an exception as `Type: message`, or `Type` if the message is empty."""
    try:
        text = str(error)
    except Exception:  # `__str__` of the application
        text = "<unreadable message>"
    name = type(error).__name__
    return _valid_text(f"{name}: {text[:MAX_CHARACTERS]}" if text else name)


def _valid_text(text: str) -> str:
    """Replace lone surrogates, which UTF-8 cannot encode."""
    if text.isascii():
        return text
    try:
        text.encode("utf-16-le")  # usually faster than UTF-8
    except UnicodeEncodeError:
        paired: str = json.loads(json.dumps(text))  # joins surrogate pairs ten times faster than codecs do
        return _SURROGATES.sub(lambda found: "\ufffd" * len(found[0]), paired)
    return text


def _marker(value: object, note: str = "") -> str:
    """Return a placeholder: the name of the value's class, and a note, in angle brackets."""
    kind = type(value)
    try:
        name = f"{kind.__qualname__}" if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    except Exception:  # a metaclass of the application
        name = "object"
    return _valid_text(f"<{name[:_MAX_NAME]}: {note}>" if note else f"<{name[:_MAX_NAME]}>")


def as_text(value: object) -> str:
    """Return a string unchanged and any other value as JSON text."""
    converted = to_json(value)
    return converted if isinstance(converted, str) else json.dumps(converted)


def optional_text(value: object) -> str | None:
    """Return None unchanged and any other value as text."""
    return None if value is None else as_text(value)


def text_list(value: JSON) -> list[str]:
    """Return a list of strings: the items of a list, none for None, else the single value."""
    items = value if isinstance(value, list) else [] if value is None else [value]
    return [as_text(item) for item in items]


def json_object(value: JSON) -> dict[str, Any] | None:
    """Return an object or None unchanged, and any other value as `{"value": ...}`."""
    return value if value is None or isinstance(value, dict) else {"value": value}


def masked(value: JSON, mask: Callable[[Any], Any] | None) -> JSON:
    """Return a field after masking, as JSON; a placeholder if the mask raises."""
    if mask is None or value is None:
        return value
    try:
        return to_json(mask(value))
    except Exception:  # the mask is application code
        return _MASK_FAILED
