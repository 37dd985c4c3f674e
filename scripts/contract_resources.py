"""Check what is special about resources: paths with parameters, bodies of several media types, statuses."""

from __future__ import annotations

import re
from typing import Any

from contract_nodes import REFERENCE, STREAM, Found, Place, as_object, resolved, unknown

__all__ = ["check_resource", "check_templates"]

ROOTS = ("/v1/", "/api/", "/otlp/", "/media/")
LITERAL = r"[a-z0-9][a-z0-9_.-]*"
TEMPLATE = re.compile(rf"(/({LITERAL}|\{{[A-Za-z]\w*\}}))+")
NAMED = {"application/json", "multipart/form-data"}
"""Media types of bodies whose schema is a named object."""
PARAMETER_KEYS = {"name", "in", "required", "description", "schema", "x-ashr-slashes"}
MEDIA_KEYS = {"schema", "example", "examples", "encoding"}
STREAM_KEYS = {"schema", "x-ashr-events", "x-ashr-last-event"}


def check_templates(paths: dict[str, Any]) -> Found:
    """Check the paths of resources, and that each matches other requests than all others."""
    shapes: dict[str, str] = {}
    for path in paths:
        name = str(path)
        if name.startswith("/#"):
            continue
        if not TEMPLATE.fullmatch(name) or not (name == "/health" or name.startswith(ROOTS)):
            roots = ", ".join(ROOTS)
            yield ("paths", path), f"must be `/#OPERATION`, or a path such as `/v1/runs/{{run_id}}` below {roots}"
        first = shapes.setdefault(re.sub(r"\{\w+\}", "{}", name), name)
        if first != name:
            yield ("paths", path), f"matches the same requests as `{first}`; join them"


def check_resource(here: Place, operation: dict[str, Any], document: dict[str, Any]) -> Found:
    """Check an operation of a resource."""
    if operation.get("security", []) != []:
        yield (*here, "security"), "must be [] for an operation without a key, or absent"
    limit = operation.get("x-ashr-max-bytes", 1)
    if not isinstance(limit, int) or limit < 1:
        yield (*here, "x-ashr-max-bytes"), f"must be a positive number of bytes, got {limit!r}"
    if "x-ashr-gzip" in operation and (operation["x-ashr-gzip"] is not True or "x-ashr-max-bytes" not in operation):
        yield (*here, "x-ashr-gzip"), "must be true, beside `x-ashr-max-bytes`, which limits the decompressed body"
    given = operation.get("parameters", [])
    parameters = [
        as_object(resolved(parameter, "parameters", document))
        for parameter in (given if isinstance(given, list) else [given])
    ]
    yield from _parameters((*here, "parameters"), str(here[1]), parameters)
    if "requestBody" in operation:
        yield from _request(here, operation["requestBody"], parameters, document)
    yield from _responses((*here, "responses"), operation.get("responses"), document)


def _parameters(here: Place, path: str, parameters: list[dict[str, Any]]) -> Found:
    """Check that parameters are scalars, and that those of the path are the ones that it names."""
    named = re.findall(r"\{(\w+)\}", path)
    in_path = [str(one.get("name")) for one in parameters if one.get("in") == "path"]
    if sorted(named) != sorted(in_path):
        yield here[:-1], f"the parameters in the path must be {sorted(named)}, got {sorted(in_path)}"
    for index, parameter in enumerate(parameters):
        place = (*here, index)
        for key in parameter.keys() - PARAMETER_KEYS:
            yield (*place, key), unknown(key, PARAMETER_KEYS)
        kind, schema = parameter.get("in"), as_object(parameter.get("schema"))
        if kind not in ("path", "query", "header"):
            yield place, f"a parameter must be in path, query or header, got {kind!r}"
        if kind != "header" and schema.get("type") not in ("string", "integer", "number", "boolean"):
            yield place, "a parameter must be a string, an integer, a number or a boolean"
        is_last = path.endswith(f"{{{parameter.get('name')}}}")
        if "x-ashr-slashes" in parameter and (parameter["x-ashr-slashes"] is not True or not is_last):
            yield place, "`x-ashr-slashes` must be true, for the last parameter of the path"


def _request(here: Place, body: object, parameters: list[dict[str, Any]], document: dict[str, Any]) -> Found:
    """Check the body: a named object, or bytes."""
    place = (*here, "requestBody")
    content = as_object(as_object(body).get("content"))
    if not content:
        yield place, "must have `content`"
    for media, described in content.items():
        yield from _media((*place, "content", media), str(media), as_object(described))
        target = REFERENCE.fullmatch(str(as_object(as_object(described).get("schema")).get("$ref")))
        if target is None:
            continue
        schema = as_object(as_object(as_object(document.get("components")).get("schemas")).get(target[1]))
        for one in parameters:
            if one.get("name") in as_object(schema.get("properties")):
                message = f"`{one['name']}` is a parameter of {here[1]} too; they need different names"
                yield ("components", "schemas", target[1]), message
        if str(here[1]).startswith("/v1/") and schema.get("additionalProperties") is not False:
            yield ("components", "schemas", target[1]), "a request must have `additionalProperties: false`"


def _media(here: Place, media: str, described: dict[str, Any]) -> Found:
    for key in described.keys() - MEDIA_KEYS:
        yield (*here, key), unknown(key, MEDIA_KEYS)
    schema = as_object(described.get("schema"))
    if media in NAMED and not REFERENCE.fullmatch(str(schema.get("$ref"))):
        yield here, "the schema must be a `$ref` to `#/components/schemas/...`"
    elif media not in NAMED and (schema.get("type"), schema.get("format")) != ("string", "binary"):
        yield here, "the schema must be { type: string, format: binary }"


def _responses(here: Place, responses: object, document: dict[str, Any]) -> Found:
    """Check that a success and the errors are documented."""
    responses = as_object(responses)
    if not any(re.fullmatch(r"2\d\d", str(status)) for status in responses):
        yield here, "a response such as 200 is missing"
    for status in ("4XX", "5XX"):
        if status not in responses:
            yield here, f"response {status} is missing"
    for status, response in responses.items():
        if not re.fullmatch(r"'[2-5](\d\d|XX)'", repr(status)):  # without quotes, YAML reads a number
            yield (*here, status), 'must be a status such as "404" or "5XX", in quotes'
        found = resolved(response, "responses", document)
        if not isinstance(found, dict):
            yield (*here, status), f"`{as_object(response).get('$ref') or response}` is not a response"
            continue
        for key in found.keys() - {"description", "content", "headers"}:
            yield (*here, status, key), unknown(key, ["description", "content", "headers"])
        yield from _answer((*here, status), str(status), as_object(found.get("content")))
        for media, described in as_object(found.get("content")).items():
            if media == STREAM:
                yield from _stream((*here, status, "content", media), as_object(described), document)


def _answer(here: Place, status: str, content: dict[str, Any]) -> Found:
    """Check that an answer is JSON with a named schema (or an array of one), bytes, events, or nothing."""
    if (status == "204") == bool(content):
        yield here, "a response must have `content`, and 204 none"
    for media, described in content.items():
        schema = as_object(as_object(described).get("schema"))
        item = as_object(schema.get("items")) if schema.get("type") == "array" else schema
        is_json = media == "application/json"
        if is_json and not REFERENCE.fullmatch(str(item.get("$ref"))):
            yield here, "the schema must be a `$ref` to `#/components/schemas/...`, or an array of one"
        if not is_json and schema.get("type") != "string":
            yield here, f"the schema of {media} must be {{ type: string }}, with `format: binary` for bytes"


def _stream(here: Place, described: dict[str, Any], document: dict[str, Any]) -> Found:
    """Check that a stream names the schemas of its events, and the event that completes it."""
    for key in described.keys() - STREAM_KEYS:
        yield (*here, key), unknown(key, STREAM_KEYS)
    schemas = as_object(as_object(document.get("components")).get("schemas"))
    events = as_object(described.get("x-ashr-events"))
    if not events:
        yield here, "`x-ashr-events` must name the schema of each type of event"
    for event, schema in events.items():
        if not isinstance(schema, str) or as_object(schemas.get(schema)).get("type") != "object":
            yield (*here, "x-ashr-events", event), f"`{schema}` is not an object among the schemas of this document"
    last = described.get("x-ashr-last-event")
    if last not in events:
        yield here, f"`x-ashr-last-event` must be one of {', '.join(events)}, got {last!r}"
