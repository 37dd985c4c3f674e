"""Dataclasses that are read from JSON: every field is optional, and unknown fields are dropped."""

from __future__ import annotations

import sys
from dataclasses import fields, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Self, get_args, get_origin, get_type_hints

from ._json import as_list, as_object

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Record"]


class Record:
    """Base of the dataclasses of responses."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any] | None) -> Self:
        """Return the object of a JSON object; fields that are absent or null have their defaults."""
        given = as_object(data) or {}
        kind: Any = cls
        known = {name: _read(one, given[name]) for name, one in _kinds(kind).items() if given.get(name) is not None}
        return cls(**known)


@cache
def _kinds(cls: type) -> dict[str, Any]:
    hints = get_type_hints(cls, vars(sys.modules[cls.__module__]))
    record: Any = cls
    return {one.name: hints[one.name] for one in fields(record)}


def _read(kind: Any, value: Any) -> Any:
    """Return a JSON value, with the objects in it as the dataclasses of its type."""
    if isinstance(kind, type) and is_dataclass(kind) and issubclass(kind, Record):
        return kind.from_dict(value)
    origin, inner = get_origin(kind), get_args(kind)
    if origin is list:
        return [_read(inner[0], one) for one in as_list(value) or ()]
    if origin is dict:
        return {name: _read(inner[1], one) for name, one in (as_object(value) or {}).items()}
    named = [one for one in inner if one is not type(None)]
    return _read(named[0], value) if len(named) == 1 else value
