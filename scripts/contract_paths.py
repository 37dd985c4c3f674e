"""Check the operations of the contract: calls (`/#get_run`) and what they have in common with resources."""

from __future__ import annotations

import keyword
import re
from typing import TYPE_CHECKING, Any

from contract_nodes import METHODS, REFERENCE, Found, Place, as_object, resolved, unknown
from contract_resources import check_resource, check_templates

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["check_paths"]

ERRORS = ["400", "401", "403", "422", "429", "5XX"]
"""Responses that every call documents besides 200."""
SCOPES = ["any", "read", "write", "admin"]
OPERATION_KEYS = {"operationId", "tags", "summary", "description", "parameters", "requestBody", "responses", "security"}
EXTENSIONS = {
    *("deprecated", "x-ashr-idempotent", "x-ashr-scope", "x-ashr-availability", "x-ashr-max-bytes", "x-ashr-gzip"),
}


def check_paths(document: dict[str, Any]) -> Found:
    """Check every path and its operations."""
    known: dict[str, str] = {}
    tags = document.get("tags")
    declared = {str(as_object(tag).get("name")) for tag in tags} if isinstance(tags, list) else set()
    paths = as_object(document.get("paths"))
    yield from check_templates(paths)
    for path, item in paths.items():
        here = ("paths", path)
        if not isinstance(item, dict):
            yield here, "must be an object with a method such as `post`"
            continue
        yield from _item(here, item)
        for method in item:
            operation = item[method]
            if method in METHODS and isinstance(operation, dict):
                yield from _operation((*here, method), operation, document)
                yield from _names((*here, method), operation, known, declared)


def _item(here: tuple[str, str], item: dict[str, Any]) -> Found:
    """Check what is beside the operations of a path."""
    is_call = str(here[1]).startswith("/#")
    for key in item.keys() - {"post", "summary", "description"}:
        if key in METHODS and is_call:
            yield (*here, key), "only POST is supported: every call is a POST to the base URL"
        elif key not in METHODS and not str(key).startswith("x-"):
            yield (*here, key), f"`{key}` of a path is not supported; put it into the operation"
    if not METHODS & item.keys():
        yield here, "must have `post`" if is_call else "must have a method such as `get`"


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


def _operation(here: Place, operation: dict[str, Any], document: dict[str, Any]) -> Found:
    """Check one operation."""
    for key in operation.keys() - OPERATION_KEYS - EXTENSIONS:
        yield (*here, key), unknown(key, OPERATION_KEYS | EXTENSIONS)
    summary = operation.get("summary")
    if not (isinstance(summary, str) and summary.endswith(".")):
        yield here, f"`summary` must be a sentence, got {summary!r}"
    if not isinstance(operation.get("x-ashr-idempotent"), bool):
        yield here, "`x-ashr-idempotent` must be true or false: whether a repeated call changes nothing"
    if operation.get("x-ashr-availability") not in (None, "embedded", "hosted"):
        yield (*here, "x-ashr-availability"), "must be `embedded` or `hosted`"
    if str(here[1]).startswith("/#"):
        yield from _scope(here, operation)
        yield from _call(here, str(here[1]), operation, document)
    else:
        if operation.get("security") != []:
            yield from _scope(here, operation)
        yield from check_resource(here, operation, document)


def _scope(here: Place, operation: dict[str, Any]) -> Found:
    if operation.get("x-ashr-scope") not in SCOPES:
        yield here, f"`x-ashr-scope` must be the scope that a key needs, one of {', '.join(SCOPES)}"


def _call(here: Place, path: str, operation: dict[str, Any], document: dict[str, Any]) -> Found:
    """Check what is special about calls."""
    name = operation.get("operationId")
    if isinstance(name, str) and path != f"/#{name}":
        yield here, f"the path must be `/#{name}`, got `{path}`: every call goes to the base URL"
    for key in ("security", "x-ashr-max-bytes", "x-ashr-gzip"):
        if key in operation:
            yield (*here, key), f"`{key}` is not supported; a call has none of its own"
    yield from _parameters((*here, "parameters"), operation.get("parameters", []), document)
    yield from _request((*here, "requestBody"), str(name), operation.get("requestBody"), document)
    yield from _responses((*here, "responses"), operation.get("responses"), document)


def _parameters(here: Place, parameters: object, document: dict[str, Any]) -> Found:
    """Check that parameters are headers: everything else belongs into the body of a call."""
    for index, parameter in enumerate(parameters if isinstance(parameters, list) else [parameters]):
        kind = as_object(resolved(parameter, "parameters", document)).get("in")
        if kind != "header":
            what = kind or as_object(parameter).get("$ref")
            yield (*here, index), f"a parameter in {what} is not supported; put it into the request"


def _request(here: Place, name: str, body: object, document: dict[str, Any]) -> Found:
    """Check that the request is a named JSON object with the operation's name as `function`."""
    if not isinstance(body, dict) or body.get("required") is not True:
        yield here, "must be there with `required: true`, since it names the function"
    schema = yield from _json(here, body)
    target = REFERENCE.fullmatch(str(as_object(schema).get("$ref")))
    if target is None:
        yield here, "the schema of the request must be a `$ref` to `#/components/schemas/...`"
        return
    request = as_object(as_object(as_object(document.get("components")).get("schemas")).get(target[1]))
    expected = {"type": "string", "const": name, "default": name}
    properties, required = as_object(request.get("properties")), request.get("required")
    if properties.get("function") != expected or not isinstance(required, list) or "function" not in required:
        place = ("components", "schemas", target[1])
        yield place, f"`function` must be required and be {{ type: string, const: {name}, default: {name} }}"
    if request.get("additionalProperties") is not False:
        yield ("components", "schemas", target[1]), "a request must have `additionalProperties: false`"


def _json(here: Place, body: object) -> Generator[tuple[Place, str], None, Any]:
    """Check that a body is JSON; return its schema."""
    content = as_object(as_object(body).get("content"))
    for media in content:
        if media != "application/json":
            yield (*here, "content", media), f"`{media}` is not supported; only application/json is"
    media_type = as_object(content.get("application/json"))
    for key in media_type.keys() - {"schema", "example", "examples"}:
        yield (*here, "content", "application/json", key), unknown(key, ["schema", "example"])
    return media_type.get("schema")


def _responses(here: Place, responses: object, document: dict[str, Any]) -> Found:
    """Check that the documented statuses are there and bring JSON."""
    responses = as_object(responses)
    for status in ["200", *ERRORS]:
        if status not in responses:
            quoted = " (write the status in quotes)" if status in map(str, responses) else ""
            yield here, f"response {status} is missing{quoted}"
    for status, response in responses.items():
        if not re.fullmatch(r"[1-5](\d\d|XX)", str(status)):
            yield (*here, status), "must be a status such as 404 or 5XX"
        found = resolved(response, "responses", document)
        if not isinstance(found, dict):
            yield (*here, status), f"`{as_object(response).get('$ref') or response}` is not a response"
            continue
        for key in found.keys() - {"description", "content", "headers"}:
            yield (*here, status, key), unknown(key, ["description", "content", "headers"])
        if "$ref" not in as_object((yield from _json((*here, status), found))):
            yield (*here, status), "the schema must be a `$ref` to `#/components/schemas/...`"
