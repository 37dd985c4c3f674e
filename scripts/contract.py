"""Check the contract before anything is derived from it, and say where each fault is.

Only a part of OpenAPI 3.1 has a meaning here. Everything else is refused by name: a generator that silently leaves
something out would be worse.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from contract_nodes import METHODS, Found, Place, as_object, unknown
from contract_paths import check_paths
from contract_schemas import check_schemas

__all__ = ["Fault", "faults"]

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
COMPONENTS = ["schemas", "parameters", "responses", "securitySchemes"]


class Fault(NamedTuple):
    """A fault of the contract."""

    line: int
    place: str
    message: str

    def __str__(self) -> str:
        return f"openapi.yaml:{self.line}: {self.place}: {self.message}"


def faults(text: str) -> list[Fault]:
    """Return the faults of a contract, in the order of its lines."""
    try:
        root = yaml.compose(text, Loader=LOADER)
        document = yaml.load(text, Loader=LOADER)  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return [Fault(line, "file", f"cannot be read as YAML: {error.problem}")]
    except (ValueError, TypeError, RecursionError, yaml.YAMLError) as error:
        return [Fault(1, "file", f"cannot be read as YAML: {error}")]
    if not isinstance(document, dict):
        return [Fault(1, "file", "must be an object with `openapi`, `info`, `paths` and `components`")]
    lines: dict[Place, int] = {(): 1}
    found = list(_repeated_keys(root, (), lines))
    for check in (_frame, check_paths, check_schemas, _specification):
        if found and check is _specification:
            break
        found += check(document)
    return sorted({Fault(_line(place, lines), _name(place, document), message) for place, message in found})


def _repeated_keys(node: yaml.Node | None, place: Place, lines: dict[Place, int]) -> Found:
    """Note the line of everything; YAML itself keeps the last of equal keys silently."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            below = (*place, str(key.value))
            if below in lines:
                yield below, f"`{key.value}` is given twice, first in line {lines[below]}"
            lines[below] = key.start_mark.line + 1
            yield from _repeated_keys(value, below, lines)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            lines[*place, str(index)] = value.start_mark.line + 1
            yield from _repeated_keys(value, (*place, str(index)), lines)


def _line(place: Place, lines: dict[Place, int]) -> int:
    key = tuple(map(str, place))
    while key not in lines:
        key = key[:-1]
    return lines[key]


def _name(place: Place, document: dict[str, Any]) -> str:
    """Return the operation or schema that a place belongs to, and the path inside of it."""
    match place:
        case ["paths", path, method, *rest] if method in METHODS:
            operation = as_object(as_object(as_object(document.get("paths")).get(str(path))).get(str(method)))
            name = operation.get("operationId", f"{str(method).upper()} {path}")
            return "/".join(map(str, (f"operation {name}", *rest)))
        case ["paths", path, *rest]:
            return "/".join(map(str, (f"path {path}", *rest)))
        case ["components", "schemas", schema, *rest]:
            return "/".join(map(str, (f"schema {schema}", *rest)))
    return "/".join(map(str, place)) or "file"


def _frame(document: dict[str, Any]) -> Found:
    """Check what is around the operations and schemas."""
    if not str(document.get("openapi")).startswith("3.1."):
        yield ("openapi",), f"must be 3.1, got {document.get('openapi')}"
    for key in document.keys() - {"openapi", "info", "servers", "security", "tags", "paths", "components"}:
        if not str(key).startswith("x-"):
            yield (key,), unknown(key, ["info", "servers", "security", "tags", "paths", "components"])
    for key in ("info", "paths", "components"):
        if not isinstance(document.get(key), dict):
            yield (key,), "must be an object"
    for key, value in as_object(document.get("components")).items():
        if key not in COMPONENTS:
            yield ("components", key), unknown(key, COMPONENTS)
        elif not isinstance(value, dict):
            yield ("components", key), "must be an object"


def _specification(document: dict[str, Any]) -> Found:
    """Check the document against the schema of OpenAPI 3.1."""
    try:
        for error in OpenAPIV31SpecValidator(document).iter_errors():
            yield tuple(error.absolute_path), str(error.message).partition("\n")[0]
    except Exception as error:  # the validator raises whatever its libraries raise
        yield (), f"is not OpenAPI 3.1: {error}"
