"""Values of other libraries' objects: fields of objects and mappings alike, copies as plain data."""

from __future__ import annotations

from typing import Any, cast

from .._json import as_list

__all__ = ["attributes", "fields", "items", "plain", "present", "read", "text_of"]

_MAX_DEPTH = 20
_ABSENT = frozenset({"Unset", "NotGiven", "Omit"})
"""Classes whose instances stand for a value that was not given."""


def read(value: Any, *names: str) -> Any:
    """Return a field of an object or mapping, or the field of its field; None if there is none."""
    for name in names:
        is_plain = type(value) is dict  # a name, as pyright would narrow the type to an unknown one
        value = value.get(name) if is_plain else _attribute(value, name)
    return value


def fields(value: Any) -> dict[str, Any]:
    """Return the items of a dict; none of anything else."""
    return {**value} if isinstance(value, dict) else {}


def attributes(value: Any) -> dict[str, Any]:
    """Return the fields of an object or dict, at less cost than reading one after the other; not to be changed."""
    is_plain = type(value) is dict  # as above
    if is_plain:
        return cast("dict[str, Any]", value)
    held: dict[str, Any] = getattr(value, "__dict__", {})
    extra: dict[str, Any] | None = getattr(value, "__pydantic_extra__", None)
    return {**held, **extra} if extra else held


def _attribute(value: Any, name: str) -> Any:
    held = getattr(value, "__dict__", None)
    if held is not None and name in held:
        return held[name]
    if hasattr(cast("Any", type(value)), "__pydantic_fields__"):  # whose own search for a missing attribute is slow
        extra: dict[str, Any] | None = value.__pydantic_extra__
        return None if extra is None else extra.get(name)
    return getattr(value, name, None)


def items(value: Any) -> list[Any]:
    """Return the items of a list or tuple, perhaps the list itself; none of anything else."""
    is_list = type(value) is list  # as above
    return cast("list[Any]", value) if is_list else list(as_list(value) or ())


def text_of(value: Any) -> str:
    """Return a string, also the value of an enumeration; an empty one for anything else."""
    if type(value) is str:
        return value
    value = getattr(value, "value", value)
    return value if isinstance(value, str) else ""


def plain(value: Any, depth: int = 0) -> Any:
    """Return pydantic objects as dicts of the fields that are set, at any depth, and anything else unchanged.

    Much faster than `model_dump`, which validates what it writes.
    """
    kind = cast("Any", type(value))
    if kind is str or value is None or depth > _MAX_DEPTH:
        return value
    if kind is list or kind is tuple:
        return [plain(item, depth + 1) for item in value]
    if kind is dict:
        return {name: plain(item, depth + 1) for name, item in present(value).items()}
    if hasattr(kind, "__pydantic_fields__"):
        given = {name: item for name, item in attributes(value).items() if item is not None}
        return plain(given, depth)
    return value


def present(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that were given."""
    return {name: item for name, item in fields.items() if type(item).__name__ not in _ABSENT}
