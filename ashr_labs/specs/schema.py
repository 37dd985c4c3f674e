"""The JSON Schema of specs, and the faults of a value that does not satisfy it."""

from __future__ import annotations

import json
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

from .._format import missing_key, suggestion, truncate
from .._json import as_list, preview
from ..errors import ConfigurationError
from .faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["schema_faults", "spec_schema"]

_MAX_SHOWN = 200
_KINDS = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "object": "a mapping",
    "string": "text",
}
_PRIVATE = frozenset(("env", "from"))
"""Keys whose values may be passwords, which messages do not show."""


def spec_schema() -> dict[str, Any]:
    """Return the JSON Schema of specs, version 2020-12; editors complete and check specs with it.

    Examples:
        >>> spec_schema()["properties"]["version"]["const"]
        1
    """
    schema: dict[str, Any] = json.loads(files("ashr_labs.specs").joinpath("spec.schema.json").read_bytes())
    return schema


def schema_faults(value: object) -> Iterator[Fault]:
    """Yield the faults of a spec's value.

    Raises:
        ConfigurationError: The validator is not installed.
    """
    validator, schema = _compiled()
    for violation in validator.iter_errors(value):
        yield from _faults(violation, _node(schema, violation.schema_path[:-1]), tuple(violation.instance_path))


@cache
def _compiled() -> tuple[Any, dict[str, Any]]:
    try:
        library = import_module("jsonschema_rs")
    except ImportError as error:
        raise ConfigurationError(
            "checking a spec needs the package 'jsonschema-rs'; install it with: pip install 'ashr-labs[specs]>=0.4'"
        ) from error
    schema = spec_schema()
    return library.Draft202012Validator(schema), schema


def _node(schema: Any, path: list[str | int]) -> dict[str, Any]:
    node = schema
    for part in path:
        node = node[part]
    return cast("dict[str, Any]", node) if isinstance(node, dict) else {}


def _faults(violation: Any, node: dict[str, Any], path: tuple[str | int, ...]) -> Iterator[Fault]:
    """Yield the faults of one violation of the schema's part `node`; several keys may be unknown."""
    kind, value = violation.kind, violation.instance
    known: dict[str, Any] = node.get("properties", {})
    match kind.name:
        case "additionalProperties":
            for key in kind.unexpected:
                yield Fault((*path, key), f"the key is unknown{suggestion(key, known)}")
        case "required":
            others = value.keys() - known.keys() if known else value.keys()
            yield Fault(path, f"`{kind.property}` is missing{missing_key(kind.property, sorted(others))}")
        case "propertyNames":
            yield Fault(path, f"a key {_named(kind.error)}")
        case _:
            yield Fault(path, _message(violation, node, _shown(value, path)))


def _message(violation: Any, node: dict[str, Any], got: str) -> str:
    kind = violation.kind
    if kind.name == "enum":
        allowed = [str(one) for one in node["enum"]]
        return f"must be one of {', '.join(allowed)}, got {got}{suggestion(violation.instance, allowed)}"
    if kind.name == "const":
        return f"must be {json.dumps(node['const'])}, got {got}"
    if "title" in node and kind.name in ("type", "pattern", "minimum", "maximum", "exclusiveMinimum"):
        return f"must be {node['title']}, got {got}"
    if kind.name == "type":
        kinds: Sequence[str] = as_list(node["type"]) or [node["type"]]
        return f"must be {' or '.join(_KINDS[one] for one in kinds)}, got {got}"
    return _limit(kind.name, node, got)


def _limit(name: str, node: dict[str, Any], got: str) -> str:
    limit = node.get(name)
    limits = {
        "minLength": "must not be empty",
        "maxLength": f"must have at most {limit} characters",
        "minItems": f"must have at least {limit} element",
        "maxItems": f"must have at most {limit} elements",
        "maxProperties": f"must have at most {limit} keys",
        "minimum": f"must be >= {limit}, got {got}",
        "maximum": f"must be <= {limit}, got {got}",
        "exclusiveMinimum": f"must be > {limit}, got {got}",
    }
    return limits[name]


def _named(violation: Any) -> str:
    _, schema = _compiled()
    node = _node(schema, violation.schema_path[:-1])
    return _message(violation, node, preview(violation.instance))


def _shown(value: object, path: tuple[str | int, ...]) -> str:
    if any(part in _PRIVATE for part in path):
        return f"a value of type {type(value).__name__}"
    return truncate("null" if value is None else preview(value), _MAX_SHOWN)
