"""Check the schemas of the contract: only what the generators understand, each with a name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from contract_nodes import REFERENCE, Found, Place, as_object, unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["check_schemas"]

VALUE_KEYS = {"const", "default", "enum", "format", "pattern", "title", "type", "example", "examples", "description"}
FLAG_KEYS = {"deprecated", "readOnly", "required", "uniqueItems", "writeOnly", "x-ashr-any-of", "x-ashr-shape"}
LIMIT_KEYS = {"exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "multipleOf"} | {
    f"{end}{what}" for end in ("max", "min") for what in ("Items", "Length", "Properties")
}
NESTING_KEYS = {"$ref", "additionalProperties", "allOf", "anyOf", "items", "oneOf", "properties"}
SCHEMA_KEYS = VALUE_KEYS | FLAG_KEYS | LIMIT_KEYS | NESTING_KEYS
TYPES = {"array", "boolean", "integer", "null", "number", "object", "string"}
RESERVED_SCHEMAS = {"Any", "Client", "Dict", "File", "List", "Literal", "NotRequired", "Response", "TypedDict", "Unset"}
RESERVED_PROPERTIES = {"additional_keys", "additional_properties", "from_dict", "to_dict"}


def check_schemas(document: dict[str, Any]) -> Found:
    """Check every schema and what is nested in it."""
    schemas = as_object(as_object(document.get("components")).get("schemas"))
    modules: dict[str, str] = {}
    for name, schema in schemas.items():
        here = ("components", "schemas", name)
        if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", str(name)):
            yield here, f"a schema must have a name such as `RunResult`, got {name!r}"
        elif name in RESERVED_SCHEMAS:
            yield here, f"`{name}` is a name of the generated code; choose another one"
        other = modules.setdefault(str(name).lower(), str(name))
        if other != name:
            yield here, f"differs from `{other}` by its capital letters only: both would be the same module"
        yield from _schema(here, schema, schemas)


def _schema(here: Place, schema: object, schemas: dict[str, Any]) -> Found:
    if not isinstance(schema, dict):
        yield here, f"must be an object that describes a schema, got {schema!r}"
        return
    for key in schema.keys() - SCHEMA_KEYS:
        yield (*here, key), unknown(key, SCHEMA_KEYS)
    yield from _values(here, schema)
    reference = schema.get("$ref")
    target = REFERENCE.fullmatch(str(reference)) if reference is not None else None
    if reference is not None and (target is None or target[1] not in schemas):
        yield (*here, "$ref"), f"`{reference}` is not a schema of this document (#/components/schemas/NAME)"
    if (shape := schema.get("x-ashr-shape")) is not None and shape not in schemas:
        yield (*here, "x-ashr-shape"), f"`{shape}` is not a schema of this document"
    is_named = len(here) == 3
    if not is_named and ("enum" in schema or "properties" in schema or schema.get("type") == "object"):
        yield here, "objects and enums must have a name: put it under components/schemas and refer to it"
    properties = schema.get("properties", {})
    if not isinstance(properties, dict):
        yield (*here, "properties"), "must be an object"
    yield from _properties(here, as_object(properties))
    for place, below in _below(here, schema):
        yield from _schema(place, below, schemas)


def _below(here: Place, schema: dict[str, Any]) -> Iterator[tuple[Place, object]]:
    """Yield the schemas that are directly inside of a schema."""
    for name, value in as_object(schema.get("properties")).items():
        yield (*here, "properties", name), value
    for key in ("items", "additionalProperties"):
        if key in schema and not (key == "additionalProperties" and isinstance(schema[key], bool)):
            yield (*here, key), schema[key]
    for key in ("allOf", "anyOf", "oneOf"):
        values = schema.get(key, [])
        for index, value in enumerate(values if isinstance(values, list) else [values]):
            yield (*here, key, index), value


def _values(here: Place, schema: dict[str, Any]) -> Found:
    """Check the keywords with values of their own."""
    kinds = schema.get("type")
    for kind in kinds if isinstance(kinds, list) else [kinds]:
        if kind is not None and not (isinstance(kind, str) and kind in TYPES):
            yield (*here, "type"), f"`{kind}` is not a type; one of {', '.join(sorted(TYPES))}"
    values = schema.get("enum")
    if values is not None:
        is_list = isinstance(values, list) and values
        if not is_list or len({type(value) for value in values}) > 1 or not isinstance(values[0], str | int):
            yield (*here, "enum"), "must be a list of strings or a list of integers"
        elif len({re.sub(r"\W+", "_", str(value)).lower() for value in values}) < len(values):
            yield (*here, "enum"), "two values would have the same name in Python"
    if "default" in schema and "const" not in schema:
        yield (*here, "default"), "is not supported: a request carries only what was given; document the default"
    if (pattern := schema.get("pattern")) is not None:
        try:
            re.compile(str(pattern))
        except re.error as error:
            yield (*here, "pattern"), f"is not a regular expression: {error}"


def _properties(here: Place, properties: dict[str, Any]) -> Found:
    """Check that each property gets a name of its own in Python."""
    names: dict[str, str] = {}
    for name in properties:
        python = re.sub(r"\W+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", str(name))).strip("_").lower()
        if not python:
            yield (*here, "properties", name), f"{name!r} cannot be made a name in Python"
        elif python in RESERVED_PROPERTIES:
            yield (*here, "properties", name), f"`{name}` is a method of the generated model; choose another name"
        elif python in names:
            yield (*here, "properties", name), f"`{name}` and `{names[python]}` would have the same name in Python"
        names.setdefault(python, str(name))
