"""Type-safe access to JSON values of unknown shape."""

from __future__ import annotations

import json
import math
import reprlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, NoReturn, TypeGuard, cast

__all__ = [
    "as_json",
    "as_list",
    "as_object",
    "is_number",
    "is_object",
    "parsed_json",
    "preview",
    "refuse_constant",
    "strict_json",
]


def is_object(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Return True if a JSON value is an object."""
    return type(value) is dict or isinstance(value, Mapping)  # the ABC check is slow; most values are dicts


def as_object(value: object) -> Mapping[str, Any] | None:
    """Return the value if it is an object, else None."""
    # The check of the ABC is slow, and a call of cast() takes as long as the rest.
    if value is None or type(value) is dict:
        return value  # pyright: ignore[reportUnknownVariableType]
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else None


def as_list(value: object) -> Sequence[Any] | None:
    """Return the value if it is an array, else None; a tuple counts, since JSON encodes it as an array."""
    return cast("Sequence[Any]", value) if isinstance(value, list | tuple) else None


def as_json(value: object) -> Any:
    """Return a value of any type as JSON: dataclasses as objects, and what JSON cannot hold as its text."""
    if value is None or type(value) is str or type(value) is bool:  # the common case
        return value
    try:
        return json.loads(json.dumps(value, allow_nan=False, default=_plain))
    except Exception:  # keys that are not strings, NaN, cycles, and what the user's own classes raise
        return preview(value)


def _plain(value: object) -> object:
    given: Any = value
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: getattr(given, one.name) for one in fields(value)}
    dump = getattr(value, "model_dump", None)
    if callable(dump):
        return dump(mode="json")
    return list(given) if isinstance(value, set | frozenset | tuple) else str(value)


def is_number(value: object) -> TypeGuard[int | float]:
    """Return True if a JSON value is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def parsed_json(text: str) -> object:
    """Return the decoded JSON text, or the text itself if it is not JSON."""
    try:
        return cast("object", json.loads(text))
    except (ValueError, RecursionError):  # an integer of over 4,300 digits is a ValueError
        return text


def refuse_constant(name: str) -> NoReturn:
    """Raise ValueError: the `parse_constant` hook for `json.loads`, which by default accepts NaN and infinities."""
    raise ValueError(f"{name} is not a JSON value")


_SCALARS = frozenset((int, float, bool, type(None)))
_shortened = reprlib.Repr()
_shortened.maxstring = _shortened.maxother = 80
_shortened.maxlist = _shortened.maxdict = 8
_shortened.maxlevel = 3


def preview(value: object) -> str:
    """Return a shortened `repr` for a message."""
    try:
        if type(value) in _SCALARS or (type(value) is str and len(value) <= _shortened.maxlong):
            text = repr(value)
            if len(text) <= _shortened.maxlong:  # `reprlib` would return the same, in five times as much time
                return text
        return _shortened.repr(value)
    except ValueError:  # integers over `sys.get_int_max_str_digits()`
        return "a very long number"


def _make_encoder() -> Callable[[object], str]:
    """Return a function that encodes a value as JSON, and refuses what JSON cannot hold.

    `JSONEncoder.encode()` makes a new C encoder for each value, which costs 6 % of a run with a tool call per reply
    (2.5 us a call), so the C encoder is made once if this Python has it.
    """
    plain = json.JSONEncoder(allow_nan=False, check_circular=False)
    make: Callable[..., Callable[[object, int], Iterable[str]]] | None
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return plain.encode
    # The arguments of `JSONEncoder.iterencode()`; without its check, circular references end in a RecursionError.
    fast = make(None, plain.default, json.encoder.encode_basestring_ascii, None, ": ", ", ", False, False, False)
    return lambda value: "".join(fast(value, 0))


strict_json = _make_encoder()
"""Returns a value as JSON; a ValueError, TypeError or RecursionError if JSON cannot hold it."""
