"""Flatten JSON Schemas: resolve references, merge `allOf`, choose one branch of `anyOf` and `oneOf`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import unquote

from .._json import as_list, as_object

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from random import Random

__all__ = ["Schema", "flatten", "type_of"]

Schema: TypeAlias = "Mapping[str, Any]"

_MAX_STEPS = 50
_KEYWORDS_OF_TYPE = {
    "object": ("properties", "required", "additionalProperties", "patternProperties", "minProperties"),
    "array": ("items", "prefixItems", "contains", "minItems", "maxItems"),
    "string": ("minLength", "maxLength", "pattern", "format"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}


def flatten(schema: object, root: Schema, rng: Random) -> Schema:
    """Return the schema without `$ref`, `allOf`, `anyOf` and `oneOf`.

    Raises:
        ValueError: No value is valid, or a reference is missing or circular.
    """
    flat = _keywords(schema)
    for _ in range(_MAX_STEPS):
        key = next((key for key in ("$ref", "allOf", "anyOf", "oneOf") if key in flat), None)
        if key is None:
            return flat
        rest = {name: value for name, value in flat.items() if name != key}
        flat = _merge(rest, _keywords(_resolved(key, flat[key], root, rng)))
    raise ValueError("has a circular reference")


def type_of(schema: Schema) -> str:
    """Return the type to sample: the first declared one that is not null, or the one implied by other keywords."""
    declared = schema.get("type")
    if isinstance(declared, str):
        return declared
    if types := as_list(declared):
        return next((kind for kind in types if kind != "null"), "null")
    found = (kind for kind, keywords in _KEYWORDS_OF_TYPE.items() if any(keyword in schema for keyword in keywords))
    return next(found, "string")


def _keywords(schema: object) -> Schema:
    if schema is False:
        raise ValueError("allows no value")
    return as_object(schema) or {}


def _resolved(key: str, value: Any, root: Schema, rng: Random) -> object:
    """Resolve one `$ref`, `allOf`, `anyOf` or `oneOf` keyword to a schema."""
    if key == "$ref":
        return _referenced(value, root)
    branches = as_list(value) or ()
    if key == "allOf":
        merged: Schema = {}
        for branch in branches:
            merged = _merge(merged, _keywords(branch))
        return merged
    values = [branch for branch in branches if branch is not False and _keywords(branch).get("type") != "null"]
    return rng.choice(values or branches or [False])


def _referenced(reference: object, root: Schema) -> object:
    start, *parts = unquote(str(reference)).split("/")
    target: object = root if start == "#" else None
    for part in parts:
        name = part.replace("~1", "/").replace("~0", "~")
        items = as_list(target)
        if items is not None and name.isdecimal():
            target = items[int(name)] if int(name) < len(items) else None
        else:
            target = (as_object(target) or {}).get(name)
    if target is None:
        raise ValueError(f"refers to {reference!r}; only references such as '#/$defs/name' are supported")
    return target


def _merge(left: Schema, right: Schema) -> Schema:
    both = {key: _merge_keyword(key, left[key], right[key]) for key in left if key in right}
    return {**left, **right, **both}


def _merge_keyword(key: str, left: Any, right: Any) -> Any:
    """Return the value of a keyword that satisfies both schemas."""
    return _MERGERS[key](left, right) if key in _MERGERS else right


def _common(left: Any, right: Any) -> Any:
    shared = [value for value in left if value in right]
    if not shared:
        raise ValueError("has contradictory constraints")
    return shared


def _common_type(left: Any, right: Any) -> Any:
    wide, narrow = ([kinds] if isinstance(kinds, str) else list(kinds) for kinds in (left, right))
    for one, other in ((wide, narrow), (narrow, wide)):
        if "number" in one and "number" not in other:
            one.append("integer")
    return _common(wide, narrow)


def _each_property(left: Schema, right: Schema) -> Schema:
    return {**left, **right, **{name: {"allOf": [left[name], right[name]]} for name in left if name in right}}


def _union(left: Sequence[Any], right: Sequence[Any]) -> list[Any]:
    return [*left, *(value for value in right if value not in left)]


_MERGERS: Mapping[str, Callable[[Any, Any], Any]] = {
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains"), max),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains"), min),
    "type": _common_type,
    "enum": _common,
    "required": _union,
    "properties": _each_property,
    "patternProperties": _each_property,
    "allOf": lambda left, right: [*left, *right],
    **{key: lambda left, right: {"allOf": [left, right]} for key in ("items", "additionalProperties", "contains")},
}
