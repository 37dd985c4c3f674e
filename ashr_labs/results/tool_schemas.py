"""What the schemas of tools offer, and what of it a call uses: names such as `refund.items[].reason="late"`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._json import as_list, as_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["offered", "read_schemas", "used"]

_DEEPEST = 12
"""Levels of a schema that are looked at; schemas may hold themselves."""


def read_schemas(tools: object) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the names of tools with the schemas of their arguments, in the shapes in which tools are described."""
    fields = as_object(tools)
    listed = as_list(tools) if fields is None else as_list(fields.get("tools") or fields.get("tool_definitions"))
    for raw in listed or ():
        outer = as_object(raw) or {}
        tool = as_object(outer.get("function")) or outer
        if isinstance(name := tool.get("name"), str) and name:
            yield name, as_object(tool.get("parameters") or tool.get("input_schema")) or {}


def offered(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield a tool's name, the paths of its arguments, and each value that the schema lists for them."""
    yield from _offered(name, schema, schema, _DEEPEST)


def used(path: str, value: object) -> Iterator[str]:
    """Yield the paths and values in a call's arguments."""
    yield path
    fields, listed = as_object(value), as_list(value)
    if fields is None and listed is None:
        yield _valued(path, value)
    for key, below in (fields or {}).items():
        yield from used(f"{path}.{key}", below)
    for below in listed or ():
        yield from used(f"{path}[]", below)


def _offered(path: str, schema: Mapping[str, Any], root: Mapping[str, Any], depth: int) -> Iterator[str]:
    schema = _resolved(schema, root)
    yield path
    values = as_list(schema.get("enum")) or ([schema["const"]] if "const" in schema else [])
    for value in values:
        yield _valued(path, value)
    if not depth:
        return
    for key, below in (as_object(schema.get("properties")) or {}).items():
        yield from _offered(f"{path}.{key}", as_object(below) or {}, root, depth - 1)
    items = as_object(schema.get("items"))
    if items is not None and (items.keys() & {"properties", "enum", "$ref", "anyOf", "oneOf", "allOf"}):
        yield from _offered(f"{path}[]", items, root, depth - 1)
    for branch in (one for kind in ("anyOf", "oneOf", "allOf") for one in as_list(schema.get(kind)) or ()):
        yield from _offered(path, as_object(branch) or {}, root, depth - 1)


def _resolved(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema that a reference within the root stands for."""
    for _ in range(_DEEPEST):
        reference = schema.get("$ref")
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return schema
        found: object = root
        for key in reference[2:].split("/"):
            found = (as_object(found) or {}).get(key)
        schema = as_object(found) or {}
    return {}


def _valued(path: str, value: object) -> str:
    return f'{path}="{value}"' if isinstance(value, str) else f"{path}={value!r}"
