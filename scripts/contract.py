"""Check the contract before anything is derived from it, and say where each fault is.

The client sends every call as `POST <base_url>` with a JSON object, so only a part of OpenAPI 3.1 has a meaning here.
Everything else is refused by name: a generator that silently leaves something out would be worse.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Generator, Iterable, Iterator
from difflib import get_close_matches
from typing import Any, NamedTuple

import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

__all__ = ["Fault", "faults"]

Place = tuple[str | int, ...]
"""Keys and indexes from the top of the document."""
Found = Iterator[tuple[Place, str]]

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace", "query"}
ERRORS = ["400", "401", "403", "422", "429", "5XX"]
"""Responses that every operation documents besides 200."""
OPERATION_KEYS = {"operationId", "tags", "summary", "description", "parameters", "requestBody", "responses"}
EXTENSIONS = {"deprecated", "x-ashr-idempotent", "x-ashr-availability"}
VALUE_KEYS = {"const", "default", "enum", "format", "pattern", "title", "type", "example", "examples", "description"}
FLAG_KEYS = {"deprecated", "readOnly", "required", "uniqueItems", "writeOnly", "x-ashr-any-of", "x-ashr-shape"}
LIMIT_KEYS = {"exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "multipleOf"} | {
    f"{end}{what}" for end in ("max", "min") for what in ("Items", "Length", "Properties")
}
NESTING_KEYS = {"$ref", "additionalProperties", "allOf", "anyOf", "items", "oneOf", "properties"}
SCHEMA_KEYS = VALUE_KEYS | FLAG_KEYS | LIMIT_KEYS | NESTING_KEYS
COMPONENTS = ["schemas", "parameters", "responses", "securitySchemes"]
UNSUPPORTED = {
    "$defs": "name the schema under components/schemas",
    "nullable": "it is OpenAPI 3.0; write `anyOf: [..., { type: 'null' }]`",
    "discriminator": "write `oneOf` with schemas that differ by a `const`",
}
"""Advice for what is likely to be tried."""
TYPES = {"array", "boolean", "integer", "null", "number", "object", "string"}
RESERVED_SCHEMAS = {"Any", "Client", "Dict", "File", "List", "Literal", "NotRequired", "Response", "TypedDict", "Unset"}
RESERVED_PROPERTIES = {"additional_keys", "additional_properties", "from_dict", "to_dict"}
REFERENCE = re.compile(r"#/components/schemas/(\w+)")


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
    for check in (_frame, _paths, _schemas, _specification):
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
            operation = _object(_object(_object(document.get("paths")).get(str(path))).get(str(method)))
            name = operation.get("operationId", f"{str(method).upper()} {path}")
            return "/".join(map(str, (f"operation {name}", *rest)))
        case ["paths", path, *rest]:
            return "/".join(map(str, (f"path {path}", *rest)))
        case ["components", "schemas", schema, *rest]:
            return "/".join(map(str, (f"schema {schema}", *rest)))
    return "/".join(map(str, place)) or "file"


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _unknown(key: object, known: Iterable[str]) -> str:
    close = get_close_matches(str(key), known, n=1)
    advice = UNSUPPORTED.get(str(key)) or (f"did you mean `{close[0]}`?" if close else "leave it out")
    return f"`{key}` is not supported; {advice}"


def _frame(document: dict[str, Any]) -> Found:
    """Check what is around the operations and schemas."""
    if not str(document.get("openapi")).startswith("3.1."):
        yield ("openapi",), f"must be 3.1, got {document.get('openapi')}"
    for key in document.keys() - {"openapi", "info", "servers", "security", "tags", "paths", "components"}:
        if not str(key).startswith("x-"):
            yield (key,), _unknown(key, ["info", "servers", "security", "tags", "paths", "components"])
    for key in ("info", "paths", "components"):
        if not isinstance(document.get(key), dict):
            yield (key,), "must be an object"
    for key, value in _object(document.get("components")).items():
        if key not in COMPONENTS:
            yield ("components", key), _unknown(key, COMPONENTS)
        elif not isinstance(value, dict):
            yield ("components", key), "must be an object"


def _paths(document: dict[str, Any]) -> Found:
    """Check every path and its operation."""
    known: dict[str, str] = {}
    tags = document.get("tags")
    declared = {str(_object(tag).get("name")) for tag in tags} if isinstance(tags, list) else set()
    for path, item in _object(document.get("paths")).items():
        here = ("paths", path)
        if not isinstance(item, dict):
            yield here, "must be an object with `post`"
            continue
        for key in item.keys() - {"post", "summary", "description"}:
            if key in METHODS:
                yield (*here, key), "only POST is supported: every call is a POST to the base URL"
            elif not str(key).startswith("x-"):
                yield (*here, key), f"`{key}` of a path is not supported; put it into the operation"
        operation = item.get("post")
        if isinstance(operation, dict):
            yield from _operation((*here, "post"), str(path), operation, document)
            yield from _names((*here, "post"), operation, known, declared)
        elif not METHODS & item.keys():
            yield here, "must have `post`"


def _names(here: Place, operation: dict[str, Any], known: dict[str, str], declared: set[str]) -> Found:
    """Check the names that the generated modules and functions are made of."""
    name = operation.get("operationId")
    if not isinstance(name, str):
        yield here, "`operationId` is missing" if name is None else f"`operationId` must be a string, got {name!r}"
    elif name in known:
        yield (*here, "operationId"), f"`operationId` {name} is used by {known[name]} too"
    elif not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) or keyword.iskeyword(name):
        yield (*here, "operationId"), f"`operationId` must be a name such as `get_run`, got {name!r}"
    known.setdefault(str(name), str(here[1]))
    tags = operation.get("tags")
    if not (isinstance(tags, list) and len(tags) == 1 and isinstance(tags[0], str)):
        yield (*here, "tags"), f"`tags` must be a list of one tag, got {tags!r}"
    elif tags[0] not in declared:
        yield (*here, "tags"), f"tag `{tags[0]}` is not among the `tags` of the document"
    elif not re.fullmatch(r"[a-z][a-z0-9_]*", tags[0]) or keyword.iskeyword(tags[0]):
        yield (*here, "tags"), f"a tag must be a name such as `runs`, got {tags[0]!r}"


def _operation(here: Place, path: str, operation: dict[str, Any], document: dict[str, Any]) -> Found:
    """Check one operation."""
    name = operation.get("operationId")
    if isinstance(name, str) and path != f"/#{name}":
        yield here, f"the path must be `/#{name}`, got `{path}`: every call goes to the base URL"
    for key in operation.keys() - OPERATION_KEYS - EXTENSIONS:
        yield (*here, key), _unknown(key, OPERATION_KEYS | EXTENSIONS)
    summary = operation.get("summary")
    if not (isinstance(summary, str) and summary.endswith(".")):
        yield here, f"`summary` must be a sentence, got {summary!r}"
    if not isinstance(operation.get("x-ashr-idempotent"), bool):
        yield here, "`x-ashr-idempotent` must be true or false: whether a repeated call changes nothing"
    if operation.get("x-ashr-availability") not in (None, "embedded", "hosted"):
        yield (*here, "x-ashr-availability"), "must be `embedded` or `hosted`"
    yield from _parameters((*here, "parameters"), operation.get("parameters", []), document)
    yield from _request((*here, "requestBody"), str(name), operation.get("requestBody"), document)
    yield from _responses((*here, "responses"), operation.get("responses"), document)


def _parameters(here: Place, parameters: object, document: dict[str, Any]) -> Found:
    """Check that parameters are headers: everything else belongs into the body of a call."""
    shared = _object(_object(document.get("components")).get("parameters"))
    for index, parameter in enumerate(parameters if isinstance(parameters, list) else [parameters]):
        reference = str(_object(parameter).get("$ref"))
        kind = _object(shared.get(reference.removeprefix("#/components/parameters/"), parameter)).get("in")
        if kind != "header":
            yield (
                (*here, index),
                f"a parameter in {kind or reference} is not supported; put it into the request",
            )


def _request(here: Place, name: str, body: object, document: dict[str, Any]) -> Found:
    """Check that the request is a named JSON object with the operation's name as `function`."""
    if not isinstance(body, dict) or body.get("required") is not True:
        yield here, "must be there with `required: true`, since it names the function"
    schema = yield from _json(here, body)
    target = REFERENCE.fullmatch(str(_object(schema).get("$ref")))
    if target is None:
        yield here, "the schema of the request must be a `$ref` to `#/components/schemas/...`"
        return
    request = _object(_object(_object(document.get("components")).get("schemas")).get(target[1]))
    expected = {"type": "string", "const": name, "default": name}
    properties, required = _object(request.get("properties")), request.get("required")
    if properties.get("function") != expected or not isinstance(required, list) or "function" not in required:
        place = ("components", "schemas", target[1])
        yield place, f"`function` must be required and be {{ type: string, const: {name}, default: {name} }}"
    if request.get("additionalProperties") is not False:
        yield ("components", "schemas", target[1]), "a request must have `additionalProperties: false`"


def _json(here: Place, body: object) -> Generator[tuple[Place, str], None, Any]:
    """Check that a body is JSON; return its schema."""
    content = _object(_object(body).get("content"))
    for media in content:
        if media != "application/json":
            yield (*here, "content", media), f"`{media}` is not supported; only application/json is"
    media_type = _object(content.get("application/json"))
    for key in media_type.keys() - {"schema", "example", "examples"}:
        yield (*here, "content", "application/json", key), _unknown(key, ["schema", "example"])
    return media_type.get("schema")


def _responses(here: Place, responses: object, document: dict[str, Any]) -> Found:
    """Check that the documented statuses are there and bring JSON."""
    responses = _object(responses)
    for status in ["200", *ERRORS]:
        if status not in responses:
            quoted = " (write the status in quotes)" if status in map(str, responses) else ""
            yield here, f"response {status} is missing{quoted}"
    shared = _object(_object(document.get("components")).get("responses"))
    for status, response in responses.items():
        if not re.fullmatch(r"[1-5](\d\d|XX)", str(status)):
            yield (*here, status), "must be a status such as 404 or 5XX"
        reference = _object(response).get("$ref")
        found = shared.get(str(reference).removeprefix("#/components/responses/")) if reference else response
        if not isinstance(found, dict):
            yield (*here, status), f"`{reference or response}` is not a response"
            continue
        for key in found.keys() - {"description", "content", "headers"}:
            yield (*here, status, key), _unknown(key, ["description", "content", "headers"])
        if "$ref" not in _object((yield from _json((*here, status), found))):
            yield (*here, status), "the schema must be a `$ref` to `#/components/schemas/...`"


def _schemas(document: dict[str, Any]) -> Found:
    """Check every schema and what is nested in it."""
    schemas = _object(_object(document.get("components")).get("schemas"))
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
        yield (*here, key), _unknown(key, SCHEMA_KEYS)
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
    yield from _properties(here, _object(properties))
    for place, below in _below(here, schema):
        yield from _schema(place, below, schemas)


def _below(here: Place, schema: dict[str, Any]) -> Iterator[tuple[Place, object]]:
    """Yield the schemas that are directly inside of a schema."""
    for name, value in _object(schema.get("properties")).items():
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


def _specification(document: dict[str, Any]) -> Found:
    """Check the document against the schema of OpenAPI 3.1."""
    try:
        for error in OpenAPIV31SpecValidator(document).iter_errors():
            yield tuple(error.absolute_path), str(error.message).partition("\n")[0]
    except Exception as error:  # the validator raises whatever its libraries raise
        yield (), f"is not OpenAPI 3.1: {error}"
