"""Check a value against a schema of the contract, before it is sent. Pure.

Covers the part of JSON Schema that the contract uses, and its `x-ashr-any-of`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, cast

from .._json import is_object, preview
from ..errors import ConfigurationError

__all__ = ["check", "object_of", "schema_named"]

Schema = Mapping[str, Any]

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list, tuple),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "null": (type(None),),
}


def object_of(value: object, name: str) -> dict[str, Any]:
    """Return a copy of a payload of the user, which must be an object.

    Raises:
        ConfigurationError: If it is anything else; nothing was sent.
    """
    if not is_object(value):
        raise ConfigurationError(f"{name}: expected an object, got {preview(value)}")
    return dict(value)


def check(value: object, schema_name: str, path: str) -> None:
    """Check a value against a named schema of the contract.

    Args:
        value: What the user gave.
        schema_name: Such as `GenerationConfig`.
        path: What the value is called in messages, such as `config`.

    Raises:
        ConfigurationError: With the first fault's path, what is there, and what is allowed.
    """
    for fault in _faults(value, schema_named(schema_name), path):
        raise ConfigurationError(fault)


@cache
def schema_named(name: str) -> Schema:
    """Return a schema of the contract."""
    schemas: dict[str, Schema] = _contract()["components"]["schemas"]
    return schemas[name]


@cache
def _contract() -> dict[str, Any]:
    # A function-level import: it costs 2 ms, and only checking a config needs it.
    from importlib import resources  # noqa: PLC0415

    text = resources.files("ashr_labs_contract").joinpath("contract.json").read_text("utf-8")
    contract: dict[str, Any] = json.loads(text)
    return contract


def _faults(value: object, schema: Schema, path: str) -> Iterator[str]:
    if "$ref" in schema:
        yield from _faults(value, schema_named(schema["$ref"].rpartition("/")[2]), path)
    elif "anyOf" in schema:
        yield from _no_alternative(value, schema["anyOf"], path)
    elif not _has_type(value, schema.get("type")):
        yield f"{path}: expected {schema['type']}, got {preview(value)}"
    elif isinstance(value, dict):
        yield from _object_faults(cast("dict[str, object]", value), schema, path)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(cast("list[object]", value)):
            yield from _faults(item, schema.get("items", {}), f"{path}[{index}]")
    else:
        yield from _scalar_faults(value, schema, path)


def _has_type(value: object, name: str | None) -> bool:
    if name is None:
        return True
    return isinstance(value, _TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def _no_alternative(value: object, alternatives: list[Schema], path: str) -> Iterator[str]:
    faults = [list(_faults(value, alternative, path)) for alternative in alternatives]
    if all(faults):
        # The alternative that came nearest is the one that the user meant: its fault lies deepest.
        yield max((found[0] for found in faults), key=lambda fault: fault.partition(": ")[0].count("."))


def _object_faults(value: dict[str, object], schema: Schema, path: str) -> Iterator[str]:
    properties: dict[str, Schema] = schema.get("properties", {})
    yield from (f"{path}.{key}: is missing" for key in schema.get("required", ()) if key not in value)
    if schema.get("additionalProperties") is False:
        for key in value.keys() - properties.keys():
            yield f"{path}.{key}: there is no such key; allowed are {', '.join(properties)}"
    if len(value) < schema.get("minProperties", 0):
        yield f"{path}: is empty; give at least one of {', '.join(properties)}"
    choices: list[str] = schema.get("x-ashr-any-of", [])
    if choices and not any(value.get(key) for key in choices):
        yield f"{path}: give at least one of {', '.join(choices)}"
    for key, item in value.items():
        yield from _faults(item, properties.get(key, {}), f"{path}.{key}")


def _scalar_faults(value: object, schema: Schema, path: str) -> Iterator[str]:
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: {preview(value)} is not one of {', '.join(map(str, schema['enum']))}"
    if isinstance(value, str) and len(value) < schema.get("minLength", 0):
        yield f"{path}: is empty"
    if isinstance(value, int | float) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        low, high = schema.get("minimum", "any"), schema.get("maximum", "any")
        yield f"{path}: {value!r} is out of range; allowed is {low} to {high}"
